"""`keyturn practice`."""

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
        _("rehearse on a simulated account; nothing real is touched"),
        _(
            "Makes a simulated AWS account and a sample computer in a temporary folder, and\n"
            "walks through a whole rotation with the real commands: scan, plan, rotate, turn\n"
            "off, delete. Your own files, keys and AWS account are not touched, and it is\n"
            "cleaned up at the end.\n"
            "\n"
            "--tour renew walks through the life of a key instead: a new key that stands in no file where\n"
            "programs can ask for it, a keeper, and how the key renews itself, months later.\n"
            "\n"
            "--serve keeps the account running until Ctrl-C and prints the options with which\n"
            "any other command reaches it. --window opens Keyturn's window on them."
        ),
        ("keyturn practice", "keyturn practice --tour renew", "keyturn practice --window", "keyturn practice --serve"),
        _("0 everything ended as promised · 1 it did not, or the practice account is not installed"),
    )


def _options(parser: ArgumentParser) -> None:
    parser.add_argument("--serve", action="store_true", help=_("keep the account running, and say how to reach it"))
    parser.add_argument("--tour", choices=("renew",), default="", help=_("renew: how a key renews itself, instead"))
    parser.add_argument("--window", action="store_true", help=_("rehearse in the window"))


def _run(session: Session, output: Output) -> Exit:
    from keyturn.terminal.practising import practise

    return practise(session, output)


COMMAND = Command(
    "practice",
    _help,
    _options,
    _run,
    JsonAnswer.LINES,
    uses_memory=False,
    says_what_was_interrupted=False,
)
