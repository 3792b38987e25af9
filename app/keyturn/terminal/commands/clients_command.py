"""`keyturn clients`."""

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
        _("the programs that Keyturn knows, and how well"),
        _(
            "Lists each program whose key Keyturn replaces, or says how you do: the command by\n"
            "which the program itself checks the new key, and whether Keyturn's tests run the\n"
            "real program or work on samples of its files. Then the programs that you change\n"
            "by hand; with the name of one, its steps.\n"
            "\n"
            "It looks at nothing on this computer, asks AWS nothing and changes nothing."
        ),
        ("keyturn clients", "keyturn clients hyper-backup", "keyturn clients --json"),
        _("0 done · 2 there is no such program"),
        operand="[PROGRAM]",
    )


def _options(parser: ArgumentParser) -> None:
    parser.add_argument("program", metavar="PROGRAM", nargs="?", help=_("show this one, with its steps"))


def _run(session: Session, output: Output) -> Exit:
    from keyturn.terminal.reading import clients

    return clients(session, output)


COMMAND = Command(
    "clients",
    _help,
    _options,
    _run,
    JsonAnswer.DOCUMENT,
    uses_memory=False,
    says_what_was_interrupted=False,
)
