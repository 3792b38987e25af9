"""`keyturn remind`."""

from __future__ import annotations

from argparse import SUPPRESS, ArgumentParser
from typing import TYPE_CHECKING

from keyturn.model.text import _
from keyturn.terminal import option_values
from keyturn.terminal.command import Command, HelpText, JsonAnswer

if TYPE_CHECKING:
    from keyturn.terminal.command_session import Session
    from keyturn.terminal.exits import Exit
    from keyturn.terminal.output import Output


def _help() -> HelpText:
    return HelpText(
        _("what is due, and what will be"),
        _(
            "Says which keys are older than their limit (a root key 365 days, a user's key 90,\n"
            "by the day on which AWS made them), which rotation waits or was interrupted, and\n"
            "which key can be turned off or deleted now; each with the command that carries on.\n"
            "\n"
            "It reads Keyturn's own memory, asks AWS nothing and changes nothing. --check looks\n"
            "at the keys on this computer and asks AWS about them first. If AWS cannot be\n"
            "asked, it goes by what was known before and says so. It shows at most one\n"
            "notification a day: when something new is due, and after a week again.\n"
            "\n"
            "--calendar writes what is due, and will be, into a calendar file. Written again,\n"
            "it moves and cancels its own entries in a calendar instead of doubling them.\n"
            "\n"
            "--at-login check has --check run by itself each time you sign in to this computer;\n"
            "nothing stays running. --at-login tray shows the icon of `keyturn tray` instead."
        ),
        ("keyturn remind", "keyturn remind --snooze 7", "keyturn remind --calendar keys.ics"),
        _("0 also if something is due: the answer is in the text · 1 memory or file cannot be used · 2 usage"),
    )


def _options(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--snooze",
        type=option_values.amount,
        metavar="DAYS",
        help=_("no notification for so many days; 0 ends that again"),
    )
    parser.add_argument("--check", action="store_true", help=_("look at the keys and ask AWS first; notify once a day"))
    parser.add_argument(
        "--at-login",
        choices=("check", "tray", "off"),
        metavar="WHAT",
        help=_("each time you sign in to this computer: check runs `remind --check`, tray shows the icon, off nothing"),
    )
    parser.add_argument(
        "--calendar",
        type=option_values.path,
        metavar="FILE",
        help=_("write what is due into this .ics file, for your calendar"),
    )
    # For the tray, which shows the notification itself, so that a click on it opens the window.
    parser.add_argument("--hand-over", action="store_true", help=SUPPRESS)


def _run(session: Session, output: Output) -> Exit:
    from keyturn.terminal.remind import remind

    return remind(session, output)


COMMAND = Command(
    "remind",
    _help,
    _options,
    _run,
    JsonAnswer.DOCUMENT,
    asks_aws=lambda typed: typed.check,
    has_news=lambda typed: typed.check,
    says_what_was_interrupted=False,
)
