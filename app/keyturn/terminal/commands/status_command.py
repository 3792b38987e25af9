"""`keyturn status`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyturn.model.text import _
from keyturn.terminal.command import Command, HelpText, JsonAnswer, never, no_options

if TYPE_CHECKING:
    from keyturn.terminal.command_session import Session
    from keyturn.terminal.exits import Exit
    from keyturn.terminal.output import Output


def _help() -> HelpText:
    return HelpText(
        _("the rotations, where they stand, what is awaited"),
        _(
            "Lists every rotation of this computer's journal, and what each one waits for.\n"
            "\n"
            "It reads Keyturn's own journal, asks AWS nothing and changes nothing."
        ),
        ("keyturn status", "keyturn status --json"),
        _("0 always, unless the journal cannot be read (1)"),
    )


def _run(session: Session, output: Output) -> Exit:
    from keyturn.terminal.reading import status

    return status(session, output)


COMMAND = Command(
    "status",
    _help,
    no_options,
    _run,
    JsonAnswer.DOCUMENT,
    asks_aws=never,
    says_what_was_interrupted=False,
)
