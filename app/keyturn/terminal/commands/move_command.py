"""`keyturn move`."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import TYPE_CHECKING

from keyturn.model.text import _
from keyturn.terminal import shared_options
from keyturn.terminal.command import Command, HelpText, JsonAnswer

if TYPE_CHECKING:
    from keyturn.terminal.command_session import Session
    from keyturn.terminal.exits import Exit
    from keyturn.terminal.output import Output


def _help() -> HelpText:
    return HelpText(
        _("take a key's pair out of its files, or put it back"),
        _(
            "--into keychain changes profiles of ~/.aws/credentials: the pair goes, and a line comes\n"
            "in by which programs ask Keyturn (see `keyturn credentials`). AWS CLI, rclone, restic,\n"
            "duplicity and s4cmd do. A remote of rclone's with a pair of its own takes such a profile, too,\n"
            "from ~/.aws/keyturn-profiles. Everything else in the files stays. Before that the pair is\n"
            "put into the keychain, under the key's name (one is given to it if it has none), and\n"
            "Keyturn is asked for it once as such a program asks.\n"
            "\n"
            "What stays in its file, and why, is shown first: keys that programs read elsewhere; what\n"
            "a timetable, a service or a container starts, as no session opens the keychain for it\n"
            "(with --secrets file, those that run as you reach it); and what Keyturn may not look\n"
            "into, unless you say --by-me.\n"
            "\n"
            "--into files writes the pair back as it stood, or as it is now if it was replaced\n"
            "meanwhile. Do this before you remove Keyturn. If the command is interrupted, type it\n"
            "again: each profile holds the pair or asks for it, and both work."
        ),
        ("keyturn move 7Q2P --into keychain", "keyturn move /office/nas --into files"),
        _(
            "0 done · 1 failed, and no file was changed · 2 usage, or a rotation is under way · 3 nothing can be\n"
            "  moved, or the keychain is locked · 4 some were changed, then it failed · 5 another Keyturn"
        ),
        operand="KEY --into keychain|files",
    )


def _options(parser: ArgumentParser) -> None:
    parser.add_argument("key", metavar="KEY", help=_("a key ID, its last four characters, or its name"))
    parser.add_argument(
        "--into",
        choices=("keychain", "files"),
        required=True,
        metavar="WHERE",
        help=_("keychain: profiles ask Keyturn and hold no secret; files: they hold it again"),
    )
    shared_options.asking(parser)


def _run(session: Session, output: Output) -> Exit:
    from keyturn.terminal.move import move

    return move(session, output)


COMMAND = Command(
    "move",
    _help,
    _options,
    _run,
    JsonAnswer.DOCUMENT,
)
