"""`keyturn history`."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import TYPE_CHECKING

from keyturn.model.text import _
from keyturn.terminal.command import Command, HelpText, JsonAnswer

if TYPE_CHECKING:
    from keyturn.terminal.command_session import Session
    from keyturn.terminal.exits import Exit
    from keyturn.terminal.output import Output


def _help() -> HelpText:
    return HelpText(
        _("the keys that a name had, and what became of each"),
        _(
            "Lists every version of a key with a name: since when, until when, and whether it\n"
            "is current, replaced, off or deleted. What only a person says is told as that.\n"
            "Without NAME it lists all names.\n"
            "\n"
            "It reads Keyturn's own memory, asks AWS nothing and changes nothing."
        ),
        ("keyturn history /office/nas", "keyturn history --json"),
        _("0 always, unless the memory cannot be read (4) · 2 no key has this name"),
        operand="[NAME]",
    )


def _options(parser: ArgumentParser) -> None:
    parser.add_argument("key_name", metavar="NAME", nargs="?", default="", help=_("of this key alone"))


def _run(session: Session, output: Output) -> Exit:
    from keyturn.terminal.name_and_history import history

    return history(session, output)


COMMAND = Command(
    "history",
    _help,
    _options,
    _run,
    JsonAnswer.DOCUMENT,
)
