"""`keyturn report --diagnose`: what may be sent to anyone who mends Keyturn, as text or JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from keyturn.computer import named_file
from keyturn.model.errors import AppError, UsageError
from keyturn.model.text import _
from keyturn.rotation.cancelling import CancelToken
from keyturn.terminal.exits import Exit
from keyturn.terminal.screen import line, put

if TYPE_CHECKING:
    from keyturn.rotation.reporting.diagnosis import Diagnosis, ProgramSeen
    from keyturn.terminal.command_session import Session
    from keyturn.terminal.output import Output


def diagnose(session: Session, output: Output) -> Exit:
    """Write down what this computer is like and what was found on it, and nothing about who uses it.

    Raises:
        UsageError: where something is asked for that tells more.
    """
    from keyturn.rotation.reporting.diagnosis import diagnosis
    from keyturn.state.secrets import open_store
    from keyturn.terminal.reading import surveyed

    arguments = session.arguments
    if arguments.key or arguments.account or arguments.format is not None:
        raise UsageError(
            _("--diagnose tells of no key and no account, and has a form of its own"),
            _("Nothing was written. Leave KEY, --account and --format out; --json and --output go with it."),
            code="usage.report",
        )
    path = None if arguments.output is None else arguments.output.expanduser().absolute()
    if path is not None and not arguments.yes:
        named_file.expect_nothing_there(path)
    with output.notes.busy(_("Looking through this computer…")):
        survey = surveyed(session.context(cancel=CancelToken()), offline=True)
        keychain = ""
        try:
            open_store(arguments.location.secrets, session.folder).find()
        except AppError as error:
            keychain = error.code
        made = diagnosis(
            session.computer,
            survey,
            session.rotations(),
            kept_in=arguments.location.secrets.value,
            keychain=keychain,
        )
    document = as_document(made)
    if path is not None:
        named_file.write(path, json.dumps(document, indent=2) + "\n" if path.suffix == ".json" else as_text(made))
        output.document({**document, "path": str(path)})
        output.show(line(_("It is in {path}. Read it before you send it.").format(path=path)))
        return Exit.DONE
    output.document(document)
    if not output.as_json:
        put(sys.stdout, as_text(made))
    return Exit.DONE


def as_document(made: Diagnosis) -> dict[str, Any]:
    """The diagnosis as USING.md has it for scripts."""
    return {
        "diagnosis": {
            "keyturn": made.keyturn,
            "python": made.python,
            "bundle": made.is_bundle,
            "packages": dict(made.packages),
            "system": made.system,
            "machine": made.machine,
            "c_library": made.c_library,
            "encoding": made.encoding,
            "looked_at": {"platform": made.looked_at.value, "this_computer": made.is_this_one},
            "home": {
                "has_blanks": made.home.has_blanks,
                "has_letters_beyond_ascii": made.home.has_letters_beyond_ascii,
                "is_short_name": made.home.is_short_name,
                "is_a_link": made.home.is_a_link,
            },
            "folders": dict(made.folders),
            "keys": made.keys,
            "programs": [_program(one) for one in made.programs],
            "blind_spots": made.blind_spots,
            "secrets": {"kept_in": made.kept_in, "problem": made.keychain or None},
            "rotations": dict(made.rotations),
        }
    }


def _program(seen: ProgramSeen) -> dict[str, Any]:
    return {
        "client": seen.name,
        "places": {kind.value: count for kind, count in seen.places.items()},
        "editable": seen.editable,
        "has_secret": seen.with_secret,
        "files": dict(seen.files),
        "troubles": dict(seen.troubles),
    }


def as_text(made: Diagnosis) -> str:
    """The same for people, who read what they send: a line for each fact, in the JSON's own words."""
    return "".join(f"{text}\n" for text in _lines(as_document(made)["diagnosis"], ""))


def _lines(value: Mapping[str, Any], before: str) -> list[str]:
    lines: list[str] = []
    for name, one in value.items():
        title = f"{before}{name}"
        if isinstance(one, Mapping):
            lines += _lines(one, f"{title}: ") if one else [f"{title}: –"]
        elif isinstance(one, list):
            lines += [text for each in one for text in _lines(_without_client(each), f"{title}, {each['client']}: ")]
            lines += [] if one else [f"{title}: –"]
        else:
            lines.append(f"{title}: {_written(one)}")
    return lines


def _without_client(program: Mapping[str, Any]) -> dict[str, Any]:
    return {name: one for name, one in program.items() if name != "client" and one not in ({}, 0)}


def _written(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "–" if value in (None, "") else str(value)
