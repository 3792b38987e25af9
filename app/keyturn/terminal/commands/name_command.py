"""`keyturn name`."""

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
        _("give a key a name that stays when the key is replaced"),
        _(
            "Every command that takes a key or a rotation takes the name, too. Once a rotation\n"
            "has put a new key in place and proved it, the name means the new one; if the\n"
            "rotation is undone, it means the old one again.\n"
            "\n"
            "It changes: the name is kept in Keyturn's folder, and written into the tag\n"
            "keyturn:name of the key's IAM user, if AWS lets it (a root key has no tags). The\n"
            "pair is put into the system's keychain, so that `keyturn credentials` and `keyturn\n"
            "run` can hand it out; --without-secret leaves that out. No file changes.\n"
            "\n"
            "--off takes a name away; the key, its tag and its pair in the keychain stay."
        ),
        ("keyturn name 7Q2P /office/nas", "keyturn name --off /office/nas"),
        _("0 it has the name · 1 it could not be kept · 2 usage, or the name is another key's · 5 another Keyturn"),
        operand="KEY NAME",
    )


def _options(parser: ArgumentParser) -> None:
    parser.add_argument(
        "key", metavar="KEY", nargs="?", default="", help=_("a key ID, its last four characters, or its name")
    )
    parser.add_argument("key_name", metavar="NAME", nargs="?", default="", help=_("such as /office/nas"))
    parser.add_argument(
        "--without-secret", action="store_true", help=_("do not put the pair into the keychain: nothing is handed out")
    )
    parser.add_argument("--off", metavar="NAME", help=_("take this name away again"))


def _run(session: Session, output: Output) -> Exit:
    from keyturn.terminal.name_and_history import name

    return name(session, output)


COMMAND = Command(
    "name",
    _help,
    _options,
    _run,
    JsonAnswer.DOCUMENT,
)
