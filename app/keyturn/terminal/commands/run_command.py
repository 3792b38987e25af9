"""`keyturn run`."""

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
        _("start a program with the key that a name means"),
        _(
            "Starts the program with the pair in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY,\n"
            "and without any other key, token or profile of the environment: for programs that\n"
            "take a key from there and ask nobody. No file has the secret then. The program gets\n"
            "each signal, and its exit code is the command's.\n"
            "\n"
            "A key that is replaced meanwhile reaches the program when it is started again. No\n"
            "file is changed."
        ),
        (
            "keyturn run /office/nas -- restic backup /home",
            "keyturn run /office/nas --session 60 -- rclone lsd nas:",
        ),
        _("the program's own · 1, 3 and 4 no key, as `keyturn credentials` has it · 2 usage, or no such program"),
        operand="NAME -- COMMAND",
    )


def _options(parser: ArgumentParser) -> None:
    parser.add_argument("key_name", metavar="NAME", help=_("the name of a key, such as /office/nas"))
    shared_options.session_length(parser)


def _run(session: Session, output: Output) -> Exit:
    from keyturn.terminal.credentials_and_run import run_program

    return run_program(session, output)


COMMAND = Command(
    "run",
    _help,
    _options,
    _run,
    JsonAnswer.LINES,
    uses_memory=False,
    says_what_was_interrupted=False,
)
