"""`keyturn tell`."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import TYPE_CHECKING

from keyturn.model.recipients import HookShape, MailSecurity
from keyturn.model.text import _
from keyturn.terminal.command import Command, HelpText, JsonAnswer, never

if TYPE_CHECKING:
    from keyturn.terminal.command_session import Session
    from keyturn.terminal.exits import Exit
    from keyturn.terminal.output import Output


def _help() -> HelpText:
    return HelpText(
        _("who is told what happens: by mail, web hook, command"),
        _(
            "Chooses who else is told when a key is made, off, due, or may be deleted, and when\n"
            "something fails. What is told has masked key IDs and no secret.\n"
            "\n"
            "mail:ADDRESS  by the server that you name (--smtp), by TLS or STARTTLS, never without\n"
            "webhook       a POST to an address that you have; --shape says what it expects. The\n"
            "              address is kept as a secret, and no redirect is followed\n"
            "command:PATH  a program of yours, without arguments; the facts come as JSON on its\n"
            "              standard input. Nobody else may be able to write it\n"
            "\n"
            "The password and the address of a hook are asked for, or taken from the first line of\n"
            "a pipe, and kept where Keyturn keeps secrets. `tell test` sends a message to each, and\n"
            "says what each answered. No backup and no key is touched."
        ),
        (
            "keyturn tell add mail:ops@example.com --smtp smtp.example.com:587 --starttls --user ops",
            "keyturn tell add webhook --shape slack",
            "keyturn tell add command:/usr/local/bin/page-me",
            "keyturn tell test",
            "keyturn tell remove hook-1",
        ),
        _("0 done, or each took the test · 1 one was not reached · 2 usage"),
        operand="[ACTION] [WHO]",
    )


def _options(parser: ArgumentParser) -> None:
    parser.add_argument(
        "action",
        metavar="ACTION",
        nargs="?",
        choices=("list", "add", "remove", "test"),
        default="list",
        help=_("list (the default), add, remove or test"),
    )
    parser.add_argument(
        "target",
        metavar="WHO",
        nargs="?",
        help=_("with add: mail:ADDRESS, webhook or command:PATH; with remove and test: an ID"),
    )
    parser.add_argument("--smtp", metavar="HOST:PORT", help=_("the server that takes the mail"))
    way = parser.add_mutually_exclusive_group()
    for security in MailSecurity:
        way.add_argument(
            f"--{security.value}",
            dest="mail_security",
            action="store_const",
            const=security.value,
            help=_("reach it by {way}").format(way=security.value.upper()),
        )
    parser.add_argument("--user", dest="mail_user", metavar="NAME", help=_("sign in there; the password is asked for"))
    parser.add_argument(
        "--shape",
        choices=[one.value for one in HookShape],
        metavar="SHAPE",
        help=_("what the hook expects: json, slack, teams, ntfy or healthchecks; its address is asked for"),
    )


def _run(session: Session, output: Output) -> Exit:
    from keyturn.terminal.tell import tell

    return tell(session, output)


COMMAND = Command(
    "tell",
    _help,
    _options,
    _run,
    JsonAnswer.DOCUMENT,
    asks_aws=never,
)
