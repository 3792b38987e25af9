"""`keyturn turn-off`."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import TYPE_CHECKING

from keyturn.model.text import _
from keyturn.rotation.steps import By
from keyturn.terminal import option_values, shared_options
from keyturn.terminal.command import Command, HelpText, JsonAnswer, always

if TYPE_CHECKING:
    from keyturn.terminal.command_session import Session
    from keyturn.terminal.exits import Exit
    from keyturn.terminal.output import Output


def _help() -> HelpText:
    return HelpText(
        _("turn the old key off; it can be turned on again"),
        _(
            "Makes the old key inactive, waits until AWS refuses it, and proves every backup\n"
            "once more. It deletes nothing.\n"
            "\n"
            "--by console  you do it in the AWS console, and Keyturn watches. This is the way\n"
            "              for a root key: it shows that you can sign in and turn it on again.\n"
            "--by key      the key turns itself off. For a root key that is a one-way door for\n"
            "              programs: only you, in the console, can turn it on again.\n"
            "\n"
            "This computer is searched for the old key once more before it goes off\n"
            "(--search-scope says where). It asks first whether other computers use the key,\n"
            "because Keyturn sees only this one.\n"
            "\n"
            "--key ID is for a user's key of the account that is not on this computer. --as says\n"
            "who signs, --confirm repeats the key's last four characters. It goes off only if\n"
            "AWS saw no use of it for --watch-days; else it waits, and names who uses it. From\n"
            "then on it is a rotation like any other, with `status`, `turn-on`, `undo`, `delete`.\n"
            "A root key is never turned off so."
        ),
        (
            "keyturn turn-off",
            "keyturn turn-off --by key",
            "keyturn turn-off --wait 900",
            "keyturn turn-off --key AKIAIOSFODNN7EXAMPLE --as profile:admin --confirm MPLE",
        ),
        _("0 off and proved · 2 usage · 3 waiting · 4 stopped · 5 another Keyturn"),
        operand="[ROTATION]",
    )


def _options(parser: ArgumentParser) -> None:
    shared_options.rotation(parser)
    shared_options.search_scope(parser)
    shared_options.lost_pair(parser)
    shared_options.signer(parser)
    parser.add_argument("--by", choices=[By.KEY.value, By.CONSOLE.value], help=_("console for a root key, else key"))
    shared_options.wait(parser)
    shared_options.confirm(parser)
    shared_options.elsewhere(parser)
    parser.add_argument(
        "--watch-days", type=option_values.days, metavar="N", help=_("with --key: if nothing used it for so long (3)")
    )
    shared_options.elsewhere_off_days(parser)


def _run(session: Session, output: Output) -> Exit:
    from keyturn.terminal.changing import turn_off

    return turn_off(session, output)


COMMAND = Command(
    "turn-off",
    _help,
    _options,
    _run,
    JsonAnswer.LINES,
    has_news=always,
)
