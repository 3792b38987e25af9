"""`keyturn credentials`."""

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
        _("print the key that a name means, for a program that asks"),
        _(
            "Prints one JSON document as AWS's tools expect it of a credential_process, and\n"
            "nothing else: the key ID, the secret, and when to ask again (in an hour). AWS CLI,\n"
            "rclone, restic, duplicity and whatever is made with an SDK of AWS's ask by this line\n"
            "in a profile of ~/.aws/credentials:\n"
            "\n"
            "  credential_process = /path/to/keyturn credentials /office/nas\n"
            "\n"
            "The pair comes out of the system's keychain, where `keyturn name` and `keyturn rotate`\n"
            "put it. While the key is replaced, it is the old one until the new one is proved.\n"
            "--session gives a temporary key of the same rights, for programs that pass its token\n"
            "on; it is asked for once, and handed out until shortly before its end.\n"
            "\n"
            "It changes nothing."
        ),
        ("keyturn credentials /office/nas", "keyturn credentials /office/nas --session 60"),
        _("0 printed · 1 no key, and why on standard error · 2 usage · 3 the keychain is locked · 4 stopped"),
        operand="NAME",
    )


def _options(parser: ArgumentParser) -> None:
    parser.add_argument("key_name", metavar="NAME", help=_("the name of a key, such as /office/nas"))
    shared_options.session_length(parser)


def _run(session: Session, output: Output) -> Exit:
    from keyturn.terminal.credentials_and_run import credentials

    return credentials(session, output)


COMMAND = Command(
    "credentials",
    _help,
    _options,
    _run,
    JsonAnswer.LINES,
    uses_memory=False,
    says_what_was_interrupted=False,
)
