"""A person who is sent away is called back: asked once at the end of a command that leaves days to wait."""

from __future__ import annotations

from datetime import datetime

from keyturn.model.errors import StoreError
from keyturn.model.text import _
from keyturn.reminders.calling_back import CalledBack, call_back, called_back
from keyturn.rotation import labels
from keyturn.rotation.record import Rotation
from keyturn.rotation.steps import Ending, Result, Step
from keyturn.terminal import questions
from keyturn.terminal.command_session import Session
from keyturn.terminal.output import Output
from keyturn.terminal.problem_lines import problem_lines
from keyturn.terminal.screen import BLANK, Line, Tone, line


def tell_who_reminds(session: Session, output: Output, result: Result, rotation: Rotation | None) -> None:
    """Say whether anybody reminds the person of what comes next; where nobody does, offer it or say how."""
    due = None if rotation is None else _due(result, rotation)
    if due is None or output.as_json:
        return
    stands, day = called_back(session), labels.near_day(due)
    if stands is CalledBack.NOBODY and questions.is_interactive() and not session.arguments.yes:
        question = _("Look each time you sign in, and tell you on {day} that the next thing is due?")
        if questions.agrees(output, question.format(day=day), usually=True):
            try:
                stands = call_back(session)
            except StoreError as error:
                output.page.write(*problem_lines(error))
    output.show(BLANK, *_said(stands, day, session))


def _due(result: Result, rotation: Rotation) -> datetime | None:
    """When the next thing is due after days of waiting; None where it is not time that is awaited."""
    if rotation.is_over or result.ending not in {Ending.WAITING, Ending.DONE}:
        return None
    if rotation.step is Step.WATCH:
        return rotation.watched_until
    return rotation.deletable_from if rotation.step is Step.DELETE else None


def _said(stands: CalledBack, day: str, session: Session) -> list[Line]:
    match stands:
        case CalledBack.AT_LOGIN:
            text = _("Keyturn looks each time you sign in, and tells you on {day} that the next thing is due.")
            return [line(text.format(day=day), Tone.QUIET)]
        case CalledBack.ELSEWHERE:
            text = _("Keyturn reminds you only of what is on this computer: look here again yourself on {day}.")
            return [line(text.format(day=day), Tone.QUIET)]
    text = _("Nobody will remind you on {day}. This has Keyturn look each time you sign in:")
    command = labels.command(session.hints, "remind", "--at-login", "check")
    return [line(text.format(day=day), Tone.ATTENTION), line(command, Tone.COMMAND, indent=2, wraps=False)]
