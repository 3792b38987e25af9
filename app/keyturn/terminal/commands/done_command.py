"""`keyturn done`."""

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
        _("tick a thing that you did by hand"),
        _(
            "Some things only a person can do, such as restarting a program that still has\n"
            "the old key in its memory. `keyturn status` lists them by name; this command\n"
            "says that one is done, and does nothing else. If Keyturn can see into the\n"
            "program, a tick does not count while the old key still stands there. What nobody\n"
            "saw is reported as said by a person, not as seen. To tick that the old key is\n"
            "deleted, type its last four characters."
        ),
        ("keyturn done restart-rclone-4711", "keyturn done delete --confirm 7Q2P"),
        _("0 ticked · 2 no such thing is awaited · 3 it is not done yet"),
        operand="ITEM",
    )


def _options(parser: ArgumentParser) -> None:
    parser.add_argument("item", metavar="ITEM", help=_("its name, as `keyturn status` shows it"))
    parser.add_argument("--rotation", metavar="ROTATION", help=_("needed only if there are several"))
    shared_options.confirm(parser)


def _run(session: Session, output: Output) -> Exit:
    from keyturn.terminal.changing import done

    return done(session, output)


COMMAND = Command(
    "done",
    _help,
    _options,
    _run,
    JsonAnswer.DOCUMENT,
    has_news=always,
)
