"""`keyturn continue`."""

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
        _("carry on what waits or was interrupted"),
        _(
            "Carries on from where the journal says a rotation stands. What was done is not\n"
            "done again. It never turns a key off or deletes one: those are commands of\n"
            "their own.\n"
            "\n"
            "ROTATION is a name that `keyturn status` shows, or the name of its key; needed only\n"
            "if there are several."
        ),
        ("keyturn continue",),
        _("0 done · 1 put back · 3 waiting · 4 stopped · 5 another Keyturn"),
        operand="[ROTATION]",
    )


def _options(parser: ArgumentParser) -> None:
    shared_options.rotation(parser)
    shared_options.search_scope(parser)
    shared_options.lost_pair(parser)
    shared_options.signer(parser)


def _run(session: Session, output: Output) -> Exit:
    from keyturn.terminal.changing import carry_on

    return carry_on(session, output)


COMMAND = Command(
    "continue",
    _help,
    _options,
    _run,
    JsonAnswer.LINES,
    has_news=always,
    says_what_was_interrupted=False,
)
