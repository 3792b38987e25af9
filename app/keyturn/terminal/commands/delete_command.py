"""`keyturn delete`."""

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
        _("delete the old key, days after it was turned off"),
        _(
            "Deletes the old key at AWS and wipes Keyturn's copy of its secret. This cannot be\n"
            "undone, so it needs the last four characters of the key, and the key must have\n"
            "been off for the waiting period (--off-days of `rotate`) without being missed.\n"
            "\n"
            "--key ID with --as is for a key that is not on this computer. If somebody else\n"
            "turned it off, its days begin now; if AWS saw it used since it is off, it stays."
        ),
        (
            "keyturn delete --confirm 7Q2P",
            "keyturn delete --key AKIAIOSFODNN7EXAMPLE --as profile:admin --confirm MPLE",
        ),
        _("0 deleted · 2 the four characters are missing or differ · 3 not yet · 4 stopped · 5 another Keyturn"),
        operand="[ROTATION] --confirm LAST4",
    )


def _options(parser: ArgumentParser) -> None:
    shared_options.rotation(parser)
    shared_options.signer(parser)
    shared_options.confirm(parser)
    shared_options.elsewhere(parser)
    shared_options.elsewhere_off_days(parser)


def _run(session: Session, output: Output) -> Exit:
    from keyturn.terminal.changing import delete

    return delete(session, output)


COMMAND = Command(
    "delete",
    _help,
    _options,
    _run,
    JsonAnswer.LINES,
    has_news=always,
)
