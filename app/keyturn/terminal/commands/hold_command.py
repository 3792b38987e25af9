"""`keyturn hold`."""

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
        _("ask the computer that replaces your key to wait"),
        _(
            "If two computers use the same old key and one of them replaces it, `keyturn scan` on\n"
            "the other says so. This command then writes a tag, keyturn:waits: and the ID of this\n"
            "computer, with its name, on the IAM user that the other one made. It is signed with\n"
            "the old key and changes no right and no file. The other computer leaves the old key\n"
            "on until this one says that it is done, or until its person says there that this one\n"
            "needs the key no more.\n"
            "\n"
            "`keyturn rotate KEY` says it by itself, once this computer's new key is in place.\n"
            "--release says it for a key that you changed by hand; the old key's pair is kept\n"
            "until then, to sign that."
        ),
        ("keyturn hold 7Q2P", "keyturn hold 7Q2P --release", "keyturn hold 7Q2P --yes --json"),
        _(
            "0 told · 1 AWS could not be asked · 2 usage, or nobody replaces the key · 3 you said no, or a program "
            "here uses the key still · 4 somebody has to look at it · 5 another Keyturn"
        ),
        operand="KEY",
    )


def _options(parser: ArgumentParser) -> None:
    parser.add_argument("key", metavar="KEY", help=_("a key ID, its last four characters, or its name"))
    parser.add_argument("--release", action="store_true", help=_("this computer needs the key no more"))


def _run(session: Session, output: Output) -> Exit:
    from keyturn.terminal.hold import hold

    return hold(session, output)


COMMAND = Command(
    "hold",
    _help,
    _options,
    _run,
    JsonAnswer.DOCUMENT,
)
