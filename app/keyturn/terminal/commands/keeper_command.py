"""`keyturn keeper`."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import TYPE_CHECKING

from keyturn.model.text import _
from keyturn.terminal import shared_options
from keyturn.terminal.command import Command, HelpText, JsonAnswer

if TYPE_CHECKING:
    from keyturn.terminal.command_session import Session
    from keyturn.terminal.exits import Exit
    from keyturn.terminal.output import Output


def _help() -> HelpText:
    return HelpText(
        _("an IAM user of this computer that may renew keys"),
        _(
            "A key that Keyturn made may do nothing but back up: it cannot even be asked how old\n"
            "it is. The keeper is the IAM user that can: it makes, turns off and deletes the keys\n"
            "of the users that Keyturn makes, and of those that you adopt by name, and can change\n"
            "nothing else. Anyone who has its key can make a key for each of these users, so its secret\n"
            "lives in the keychain alone.\n"
            "\n"
            "  show            what it may, where its secret lives, how to remove it; asks AWS nothing\n"
            "  make --as WHO   make it, with an identity that may make users\n"
            "  adopt USER… --as WHO\n"
            "                  let it look after these users, too; one that may change IAM or take\n"
            "                  roles is refused, unless you add --even-if-powerful\n"
            "  remove --as WHO delete its key and its user\n"
            "\n"
            "Its own key is renewed by `keyturn renew keeper`, with an identity that may manage its user;\n"
            "or by itself, if you make it with --renews-itself: then anyone who has its key can put another\n"
            "one in its place, too.\n"
            "\n"
            "WHO is key:ID (a key that was found here), profile:NAME (of the AWS files) or sign-in\n"
            "(the browser, by `aws login`). Then `keyturn rotate KEY --as keeper` renews a key."
        ),
        (
            "keyturn keeper show",
            "keyturn keeper make --as profile:admin",
            "keyturn keeper adopt backup-nas --as profile:admin",
            "keyturn keeper remove --as profile:admin",
        ),
        _("0 done · 1 not made, nothing is left of it · 2 usage · 3 sign in first · 4 something is left at AWS"),
        operand="[show|make|adopt USER…|remove]",
    )


def _options(parser: ArgumentParser) -> None:
    parser.add_argument(
        "action",
        metavar="ACTION",
        nargs="?",
        choices=("show", "make", "adopt", "remove"),
        default="show",
        help=_("show (the default), make, adopt or remove"),
    )
    parser.add_argument("users", metavar="USER", nargs="*", help=_("with adopt: the IAM users to look after"))
    parser.add_argument(
        "--even-if-powerful", action="store_true", help=_("adopt a user that may change IAM or take roles")
    )
    parser.add_argument(
        "--renews-itself", action="store_true", help=_("with make: it may change its own key, too, for `renew keeper`")
    )
    shared_options.signer(parser)


def _run(session: Session, output: Output) -> Exit:
    from keyturn.terminal.keeping import keeper

    return keeper(session, output)


COMMAND = Command(
    "keeper",
    _help,
    _options,
    _run,
    JsonAnswer.DOCUMENT,
    asks_aws=lambda typed: typed.action != "show",
)
