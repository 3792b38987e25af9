"""`keyturn verify`."""

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
        _("prove that every backup reaches its bucket now"),
        _(
            "Reads the key of each backup from its file, as it is now, and proves at AWS that\n"
            "it may list, read and write in its bucket: an upload is begun and given up, so\n"
            "nothing is left in the bucket, even if it keeps versions.\n"
            "\n"
            "It changes nothing."
        ),
        ("keyturn verify", "keyturn verify --bucket photos", "keyturn verify 7Q2P"),
        _("0 no proof failed · 1 at least one failed, or a profile gets no key from Keyturn\n  2 there is no such key"),
        operand="[KEY]",
    )


def _options(parser: ArgumentParser) -> None:
    shared_options.this_key_alone(parser)
    shared_options.bucket(parser)


def _run(session: Session, output: Output) -> Exit:
    from keyturn.terminal.reading import verify

    return verify(session, output)


COMMAND = Command(
    "verify",
    _help,
    _options,
    _run,
    JsonAnswer.DOCUMENT,
)
