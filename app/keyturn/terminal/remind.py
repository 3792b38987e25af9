"""The command `remind`: what is due, from Keyturn's memory; with `--check`, after a look at the keys."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.model.errors import UsageError
from keyturn.model.text import _, plural
from keyturn.reminders.at_login import AtLogin, at_login, set_at_login
from keyturn.reminders.notifications import HandedOver, Notifier, system_notifier
from keyturn.reminders.outlook import Outlook, Overall, look_ahead
from keyturn.rotation import labels
from keyturn.terminal import json_documents
from keyturn.terminal.command_session import Session
from keyturn.terminal.exits import Exit
from keyturn.terminal.output import Output
from keyturn.terminal.problem_lines import problem_lines
from keyturn.terminal.reading import looking_sentence
from keyturn.terminal.screen import BLANK, Line, Tone, line

if TYPE_CHECKING:
    from keyturn.reminders.calendar_file import Written

_LONGEST_SNOOZE = 366.0  # days: who wants no reminder at all chooses so in the settings
_JUST_NOW = timedelta(minutes=1)
_TONES = {
    Overall.OK: Tone.GOOD,
    Overall.ATTENTION: Tone.ATTENTION,
    Overall.URGENT: Tone.BAD,
    Overall.WORKING: Tone.HEADING,
    Overall.UNKNOWN: Tone.HEADING,
}


def remind(session: Session, output: Output) -> Exit:
    """Show what is due."""
    arguments = session.arguments
    _expect_sense(session)
    if arguments.snooze is not None:
        from keyturn.reminders.checking import snooze

        snooze(session, arguments.snooze)
    if arguments.at_login is not None:
        set_at_login(session.computer, AtLogin(arguments.at_login), session.hints)
    if arguments.check:
        _check(session, output)
    calendar = None if arguments.calendar is None else _write_calendar(session, arguments.calendar)
    outlook = look_ahead(session)
    handed_over = HandedOver()
    if arguments.check:
        _notify(session, outlook, handed_over if arguments.hand_over else system_notifier())
    starts = at_login(session.computer)
    document = {**json_documents.of_outlook(outlook, session.hints), "at_login": starts}
    if handed_over.kept is not None:
        title, message = handed_over.kept
        document["notification"] = {"title": title, "message": message}
    if calendar is not None:
        document["calendar"] = {"path": str(calendar.path), "entries": calendar.entries}
    output.document(document)
    output.show(*remind_page(outlook, options=session.hints, at_login=starts, now=session.clock.now()))
    if calendar is not None:
        output.show(BLANK, *_calendar_lines(calendar))
    return Exit.DONE


def remind_page(outlook: Outlook, *, options: Sequence[str], at_login: AtLogin | None, now: datetime) -> list[Line]:
    """The whole page.

    Args:
        options: what commands to type next need in order to reach the same computer and account.
        at_login: what runs at each login; None where that is not known.
    """
    page = [line(outlook.sentence, _TONES[outlook.state])]
    for one in outlook.due:
        if len(outlook.due) > 1:
            page += [BLANK, line(one.title, Tone.HEADING)]
        page.append(line(_("due since {date}").format(date=labels.day(one.since)), Tone.QUIET, indent=2))
        page.append(line(one.message, indent=2))
        page.append(_command(options, *one.command))
    page += [BLANK, *_when(outlook, options, now)]
    if at_login is AtLogin.NOTHING:
        page += [line(_("To be told of what is due, have Keyturn look each time you sign in to this computer:"))]
        page.append(_command(options, "remind", "--at-login", "check"))
    return page


def _when(outlook: Outlook, options: Sequence[str], now: datetime) -> list[Line]:
    page: list[Line] = []
    if outlook.snoozed_until is not None:
        text = _("No notification is shown before {moment}, as you wished. This ends the wish:")
        page.append(line(text.format(moment=labels.moment(outlook.snoozed_until))))
        page.append(_command(options, "remind", "--snooze", "0"))
    if outlook.due and outlook.next_due is not None:
        page.append(line(_("The next thing will be due on {date}.").format(date=labels.day(outlook.next_due))))
    if outlook.checked is not None and now - outlook.checked < _JUST_NOW:
        page.append(line(_("AWS was asked just now."), Tone.QUIET))
        return page
    if outlook.checked is not None:
        text = _("This goes by what AWS told on {moment}, and by Keyturn's journal. This looks again:")
        page.append(line(text.format(moment=labels.moment(outlook.checked)), Tone.QUIET))
    else:
        page.append(line(_("What AWS knows of the keys is not known here, or not of all of them. This looks:")))
    page.append(_command(options, "remind", "--check"))
    return page


def _command(options: Sequence[str], *command: str) -> Line:
    return line(labels.command(options, *command), Tone.COMMAND, indent=2, wraps=False)


def _expect_sense(session: Session) -> None:
    """See what was asked for before any of it is done.

    Raises:
        UsageError: where a part of it makes no sense.
    """
    arguments = session.arguments
    if arguments.snooze is not None and arguments.snooze > _LONGEST_SNOOZE:
        raise UsageError(
            _("That is a long time without a reminder"),
            _("Nothing was changed. A reminder can wait for a year; the limits themselves are in the settings."),
            code="usage.snooze",
        )
    if arguments.at_login is not None and not session.computer.is_this_one:
        raise UsageError(
            _("What starts with a session is set on the computer itself"),
            _("Nothing was changed. Leave out --home and --platform."),
            code="usage.at-login",
        )


def _write_calendar(session: Session, path: Path) -> Written:
    from keyturn.reminders.calendar_file import write_calendar  # most people want no calendar
    from keyturn.reminders.outlook import known

    return write_calendar(path.absolute(), known(session), session.clock.now(), zone=None, options=session.hints)


def _calendar_lines(calendar: Written) -> list[Line]:
    text = plural("{path} has {count} entry.", "{path} has {count} entries.", calendar.entries)
    return [
        line(text.format(path=calendar.path, count=calendar.entries)),
        line(
            _("Open it with your calendar, and write it again when something changed: entries move, and none doubles.")
        ),
    ]


def _check(session: Session, output: Output) -> None:
    from keyturn.reminders.checking import check

    with output.notes.busy(looking_sentence()):
        problem = check(session)
    if problem is not None:
        output.notes.write(*problem_lines(problem))


def _notify(session: Session, outlook: Outlook, notifier: Notifier) -> None:
    from keyturn.reminders.checking import notify

    notify(session, outlook, notifier)
