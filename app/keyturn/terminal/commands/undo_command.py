"""`keyturn undo`."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import TYPE_CHECKING

from keyturn.model.text import _
from keyturn.terminal import shared_options
from keyturn.terminal.command import Command, HelpText, JsonAnswer, always

if TYPE_CHECKING:
    from keyturn.terminal.command_session import Session
    from keyturn.terminal.exits import Exit
    from keyturn.terminal.output import Output


def _help() -> HelpText:
    return HelpText(
        _("old key back everywhere, new key and its user removed"),
        _(
            "Puts the old key back everywhere, proves that the backups work with it, and then\n"
            "removes the new key and the user made for it. Whatever else changed in the files\n"
            "meanwhile stays. Possible until the old key is deleted.\n"
            "\n"
            "Is the old key off? It has to be on again first: `keyturn turn-on`."
        ),
        ("keyturn undo",),
        _("0 everything is as it was · 3 waiting · 4 stopped · 5 another Keyturn"),
        operand="[ROTATION]",
    )


def _options(parser: ArgumentParser) -> None:
    shared_options.rotation(parser)
    shared_options.lost_pair(parser)
    shared_options.signer(parser)


def _run(session: Session, output: Output) -> Exit:
    from keyturn.terminal.changing import undo

    return undo(session, output)


COMMAND = Command(
    "undo",
    _help,
    _options,
    _run,
    JsonAnswer.LINES,
    has_news=always,
    says_what_was_interrupted=False,
)
