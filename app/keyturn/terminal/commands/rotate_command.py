"""`keyturn rotate`."""

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
        _("make a new key, prove it, put it in place; then wait"),
        _(
            "Checks everything, shows what it is about to do and asks. Then it makes the new\n"
            "key, proves it, puts it everywhere the old one was, and proves every backup\n"
            "again. It stops there with exit code 3 and says what is awaited.\n"
            "\n"
            "It changes: IAM (a new user and key, or a new key), and the key's two values in\n"
            "the files shown. The old key stays on: turning it off is a command of its own.\n"
            "If a proof fails, everything is put back as it was.\n"
            "\n"
            "--pair is for stores other than AWS, which have no users that Keyturn could make:\n"
            "make a key on the store's web page, and Keyturn asks for it, proves it, puts it in\n"
            "place and proves it again. Turning the old key off there is yours.\n"
            "\n"
            "--as lets another identity of the account make the change, if the key may not: a\n"
            "key that was found here (key:ID), a profile of the AWS files (profile:NAME), this\n"
            "computer's keeper, or you, in the browser (sign-in, by `aws login`). A user's key\n"
            "is then turned off and deleted without the console, too, with the same --as.\n"
            "\n"
            "--into keychain takes the pair out of profiles of ~/.aws/credentials whose programs can ask\n"
            "Keyturn for it (see `keyturn move`); every other place gets the new pair as always. Before\n"
            "anything is made, Keyturn is asked for the key as such a program asks.\n"
            "\n"
            "--key ID is for a user's key of the account that is not on this computer. --as says\n"
            "who signs, --confirm repeats the key's last four characters. The new key is made,\n"
            "proved (with --bucket also there) and kept in Keyturn's keychain; you hand it over\n"
            "to the places that --also names, or else to another computer, and say so with\n"
            "`keyturn done`. No file here is changed. The old key stays on until then.\n"
            "\n"
            "Interrupted, by you or by the power? `keyturn continue` or `keyturn undo`."
        ),
        (
            "keyturn rotate 7Q2P",
            "keyturn rotate 7Q2P --only rclone --watch-days 7",
            "keyturn rotate 7Q2P --as profile:admin",
            "keyturn rotate 7Q2P --pair",
            "keyturn rotate 7Q2P --into keychain",
            "keyturn rotate --key AKIAIOSFODNN7EXAMPLE --as profile:admin --confirm MPLE --also web-page:shop",
        ),
        _("1 put back · 2 usage · 3 waiting, the new key is in place · 4 stopped · 5 another Keyturn"),
        operand="KEY",
    )


def _options(parser: ArgumentParser) -> None:
    shared_options.plan(parser)
    shared_options.confirm(parser)
    parser.add_argument(
        "--show-secret", action="store_true", help=_("with --key: show the new pair on the screen, this once")
    )
    parser.add_argument(
        "--pair",
        action="store_true",
        help=_("take a pair that you made, and ask for it: for stores other than AWS; from a pipe, two lines"),
    )


def _run(session: Session, output: Output) -> Exit:
    from keyturn.terminal.changing import rotate

    return rotate(session, output)


COMMAND = Command(
    "rotate",
    _help,
    _options,
    _run,
    JsonAnswer.LINES,
    has_news=always,
)
