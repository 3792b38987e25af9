"""The command `move`: a key's pair out of the files where programs can ask for it, and back into them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from keyturn.model.errors import AppError
from keyturn.model.places import Place
from keyturn.model.text import _
from keyturn.rotation import labels
from keyturn.rotation.key_life.asking_profiles import open_while, written_place
from keyturn.rotation.key_life.helper import helper_for
from keyturn.rotation.key_life.key_meant import key_meant
from keyturn.rotation.key_life.move_words import (
    afterwards,
    asking_heading,
    holding_heading,
    moved,
    names_of,
    nothing_moves,
    so_far,
)
from keyturn.rotation.key_life.moving import (
    MovePlan,
    move_into_files,
    move_into_keychain,
    plan_into_files,
    plan_into_keychain,
)
from keyturn.terminal import problem_documents, questions, reading
from keyturn.terminal.command_session import Session
from keyturn.terminal.exits import Exit, of_error
from keyturn.terminal.output import Output
from keyturn.terminal.plan_page import diff_lines, staying_lines
from keyturn.terminal.problem_lines import problem_lines
from keyturn.terminal.screen import BLANK, Line, Tone, line

INTO_KEYCHAIN, INTO_FILES = "keychain", "files"


def move(session: Session, output: Output) -> Exit:
    """Take a key's pair out of files, or put it back into them."""
    arguments = session.arguments
    inwards = arguments.into == INTO_KEYCHAIN
    helper = helper_for(session.location, session.computer, session.folder, arguments.helper) if inwards else None
    with session.alone():
        context = session.context()
        with output.notes.busy(reading.looking_sentence()):
            found = key_meant(reading.surveyed(context), arguments.key)
            if helper is None:
                plan = plan_into_files(context, found)
            else:
                plan = plan_into_keychain(context, found, helper, by_me=arguments.by_me)
        output.page.write(*_page(plan, session.computer.home, inwards=inwards))
        if helper is not None and helper.needs_session and plan.moving:
            output.page.write(line(open_while(), Tone.ATTENTION), BLANK)
        if not plan.moving:
            output.document(_document(plan, arguments.into))
            return Exit.WAITING if plan.staying else Exit.DONE
        if not arguments.yes:
            questions.require_a_person()
            if not questions.agrees(output, _question(inwards=inwards)):
                output.document(_document(plan, arguments.into))
                output.page.write(line(_("Nothing was changed.")))
                return Exit.WAITING
        session.began = True
        done: list[Place] = []
        try:
            going = (
                move_into_files(context, plan) if helper is None else move_into_keychain(context, found, plan, helper)
            )
            for place in going:
                done.append(place)
        except AppError as error:
            output.document(_document(plan, arguments.into, done, error))
            output.notes.write(*problem_lines(error), *([line(so_far(done))] if done else []))
            return of_error(error, began=bool(done))
    output.document(_document(plan, arguments.into, done))
    output.show(*_told(plan, done, inwards=inwards))
    return Exit.DONE


def _question(*, inwards: bool) -> str:
    if inwards:
        return _("Take the pair out of these files? `keyturn move KEY --into files` puts it back.")
    return _("Put the pair back into these files?")


def _page(plan: MovePlan, home: Path, *, inwards: bool) -> list[Line]:
    page: list[Line] = []
    if plan.moving:
        heading = asking_heading(plan.name) if inwards else holding_heading(plan.name)
        page += [line(heading, Tone.HEADING)]
        for one in plan.moving:
            page.append(line(f"{one.place.name}  {labels.short_path(one.place.path, home)}", indent=2))
            page += diff_lines(one.change.diff)
    if plan.staying:
        page += [BLANK] if page else []
        page += staying_lines(plan.staying, home)
    if inwards and plan.asking:
        page += [BLANK] if page else []
        page.append(line(_("Asks Keyturn already: {names}").format(names=names_of(plan.asking))))
    if not page:
        page.append(line(nothing_moves(plan.name)))
    return [*page, BLANK]


def _told(plan: MovePlan, done: list[Place], *, inwards: bool) -> list[Line]:
    return [
        line(moved(plan.name, len(done), inwards=inwards), Tone.GOOD),
        line(afterwards(plan.name, inwards=inwards), Tone.QUIET),
    ]


def _document(
    plan: MovePlan, into: str, done: list[Place] | None = None, problem: AppError | None = None
) -> dict[str, Any]:
    changed = {one.identity for one in done or ()}
    return {
        "key": plan.key.value,
        "name": plan.name.value,
        "into": into,
        "places": [
            *(
                {
                    **written_place(one.place),
                    "fate": into,
                    "changed": one.place.identity in changed,
                    "diff": one.change.diff,
                }
                for one in plan.moving
            ),
            *(one.as_json() for one in plan.staying),
            *({**written_place(one), "fate": "as-it-is"} for one in plan.asking),
        ],
        "problem": problem_documents.of_problem(problem),
    }
