"""`keyturn end`."""

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
        _("close a rotation as it stands, if it cannot go on"),
        _(
            "No file and no key is changed: both keys stay as they are, the new secret is kept,\n"
            "and what is known and what is not is written into the report. Neither undo nor\n"
            "continue is possible for this rotation from then on, so it needs the last four\n"
            "characters of the old key. Look first whether `keyturn continue` or `keyturn undo` leads on."
        ),
        ("keyturn end 20261130-7Q2P --confirm 7Q2P",),
        _("0 closed · 2 the four characters are missing or differ · 4 stopped · 5 another Keyturn"),
        operand="[ROTATION] --confirm LAST4",
    )


def _options(parser: ArgumentParser) -> None:
    shared_options.rotation(parser)
    shared_options.confirm(parser)


def _run(session: Session, output: Output) -> Exit:
    from keyturn.terminal.changing import end

    return end(session, output)


COMMAND = Command(
    "end",
    _help,
    _options,
    _run,
    JsonAnswer.LINES,
    has_news=always,
)
