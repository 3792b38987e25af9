"""`keyturn turn-on`."""

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
        _("turn the old key on again"),
        _(
            "Makes the old key active again: by a key that may do so, or by you in the AWS\n"
            "console, which it explains. The new key stays where it is.\n"
            "\n"
            "--key ID with --as and --confirm is for a key that is not on this computer."
        ),
        ("keyturn turn-on",),
        _("0 on again · 3 waiting for you in the console · 4 stopped · 5 another Keyturn"),
        operand="[ROTATION]",
    )


def _options(parser: ArgumentParser) -> None:
    shared_options.rotation(parser)
    shared_options.lost_pair(parser)
    shared_options.signer(parser)
    shared_options.wait(parser)
    shared_options.confirm(parser)
    shared_options.elsewhere(parser)


def _run(session: Session, output: Output) -> Exit:
    from keyturn.terminal.changing import turn_on

    return turn_on(session, output)


COMMAND = Command(
    "turn-on",
    _help,
    _options,
    _run,
    JsonAnswer.LINES,
    has_news=always,
)
