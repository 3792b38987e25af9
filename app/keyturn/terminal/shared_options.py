"""Options that more than one command has, each worded once."""

from __future__ import annotations

from argparse import ArgumentParser

from keyturn.computer.computer import Platform
from keyturn.model.other_buckets import OtherBuckets
from keyturn.model.search_scope import SearchScope
from keyturn.model.text import _
from keyturn.state.secrets_kind import SecretsKind
from keyturn.terminal import option_values


def everywhere(parser: ArgumentParser) -> None:
    """Those that stand before or behind every command."""
    group = parser.add_argument_group(_("options everywhere"))
    group.add_argument("--json", action="store_true", help=_("JSON on standard output, all else on standard error"))
    group.add_argument("--yes", action="store_true", help=_("do not ask"))
    group.add_argument(
        "--endpoint-url", type=option_values.address, metavar="URL", help=_("ask this address instead of AWS")
    )
    group.add_argument(
        "--home", type=option_values.path, metavar="DIR", help=_("look at another computer's home folder")
    )
    group.add_argument(
        "--platform",
        choices=[one.value for one in Platform],
        metavar="SYSTEM",
        help=_("that computer's system: linux, macos or windows"),
    )
    group.add_argument("--state-dir", type=option_values.path, metavar="DIR", help=_("where Keyturn keeps its journal"))
    group.add_argument(
        "--secrets",
        choices=[kind.value for kind in SecretsKind],
        metavar="WHERE",
        help=_(
            "where secrets are kept: keyring (the system's keychain; the default), file, systemd (sealed, for root's "
            "own jobs) or memory"
        ),
    )
    group.add_argument(
        "--rclone-password",
        action="store_true",
        help=_("ask for the password of rclone's encrypted configuration; from a pipe, the first line"),
    )
    group.add_argument("--lang", metavar="LANGUAGE", help=_("speak this language"))
    group.add_argument(
        "--debug",
        type=option_values.path,
        metavar="FILE",
        help=_("add to this file what the command does, to report a fault; no secret, path or name is in it"),
    )


def signer(parser: ArgumentParser) -> None:
    """Who makes the change."""
    parser.add_argument(
        "--as",
        dest="who",
        type=option_values.who,
        metavar="WHO",
        help=_("who makes the change: key (the default), key:ID, profile:NAME, keeper or sign-in"),
    )


def account(parser: ArgumentParser) -> None:
    """The keys of the whole account, and who asks about them."""
    parser.add_argument(
        "--account",
        action="store_true",
        help=_("also show every key of the account, of every user, wherever it is"),
    )
    signer(parser)


def offline(parser: ArgumentParser) -> None:
    """For looks that need not ask AWS."""
    parser.add_argument("--offline", action="store_true", help=_("ask AWS nothing"))


def this_key_alone(parser: ArgumentParser) -> None:
    """One of all keys."""
    parser.add_argument("key", metavar="KEY", nargs="?", default="", help=_("this key alone"))


def bucket(parser: ArgumentParser) -> None:
    """What no configuration names."""
    parser.add_argument(
        "--bucket",
        action="append",
        metavar="NAME",
        help=_("a bucket that is used and that no configuration here names; may be repeated"),
    )


def search_scope(parser: ArgumentParser) -> None:
    """Where this computer is searched for the key."""
    parser.add_argument(
        "--search-scope",
        choices=[scope.value for scope in SearchScope],
        metavar="SCOPE",
        help=_("search for the key in: usual (home and settings folders; the default), all (every disk), none"),
    )


def rotation(parser: ArgumentParser) -> None:
    """Which rotation is meant."""
    parser.add_argument("rotation", metavar="ROTATION", nargs="?", help=_("needed only if there are several"))


def lost_pair(parser: ArgumentParser) -> None:
    """A pair whose secret is gone from the keychain, and which a person has."""
    parser.add_argument(
        "--pair", action="store_true", help=_("ask for a pair that is not kept any more; from a pipe, two lines")
    )


def wait(parser: ArgumentParser) -> None:
    """How long a person has in the console."""
    parser.add_argument(
        "--wait",
        type=option_values.amount,
        metavar="SECONDS",
        help=_("how long to wait for you in the console (on a terminal 600, else 0)"),
    )


def confirm(parser: ArgumentParser) -> None:
    """What says that just this key is meant."""
    parser.add_argument("--confirm", metavar="LAST4", help=_("the last four characters of the old key"))


def elsewhere(parser: ArgumentParser) -> None:
    """A key of the account that is not on this computer."""
    parser.add_argument(
        "--key",
        dest="account_key",
        type=option_values.key_named,
        metavar="ID",
        help=_help_of_elsewhere(),
    )


def _help_of_elsewhere() -> str:
    return _("a user's key of the account that is not on this computer; needs --as and --confirm")


def elsewhere_off_days(parser: ArgumentParser) -> None:
    """How long such a key stays off before it can be deleted."""
    parser.add_argument(
        "--off-days",
        type=option_values.days,
        metavar="N",
        help=_("with --key: keep it off so long before deleting (7)"),
    )


def asking(parser: ArgumentParser) -> None:
    """What profiles ask that hold no secret, and who starts what uses them."""
    parser.add_argument(
        "--program",
        dest="helper",
        type=option_values.path,
        metavar="PATH",
        help=_("the keyturn that profiles ask, by a path without blanks that lasts; this one unless you say"),
    )
    parser.add_argument(
        "--by-me",
        action="store_true",
        help=_("nobody but you starts what uses these profiles: also what Keyturn may not look into"),
    )


def session_length(parser: ArgumentParser) -> None:
    """A temporary key instead of the lasting one."""
    parser.add_argument(
        "--session",
        type=option_values.session_length,
        metavar="MINUTES",
        help=_("a temporary key that ends after so long, 15 to 2160 (a root key 60 at most)"),
    )


def plan(parser: ArgumentParser) -> None:
    """What decides a plan; `rotate` carries out what `plan` shows, so it takes the same."""
    from keyturn.rotation.steps import Route  # other commands have no route

    meant = parser.add_mutually_exclusive_group(required=True)
    meant.add_argument(
        "key", metavar="KEY", nargs="?", default="", help=_("a key ID, its last four characters, or its name")
    )
    meant.add_argument(
        "--key", dest="account_key", type=option_values.key_named, metavar="ID", help=_help_of_elsewhere()
    )
    parser.add_argument(
        "--route",
        choices=[route.value for route in Route],
        metavar="ROUTE",
        help=_("which way out: scoped-user, new-root-key, same-user or retire; if you leave it out, the one that fits"),
    )
    parser.add_argument(
        "--only",
        nargs="+",
        action="extend",
        metavar="CLIENT",
        help=_("touch only these programs (put KEY before this option)"),
    )
    parser.add_argument(
        "--leave-out",
        action="append",
        type=option_values.path,
        metavar="PATH",
        help=_("leave this file as it is, also if it could not be read; you look after it yourself; may be repeated"),
    )
    bucket(parser)
    parser.add_argument(
        "--other-buckets",
        choices=[answer.value for answer in OtherBuckets],
        metavar="ANSWER",
        help=_("buckets that nothing here names: ask (the default), include (nobody knows them) or leave-out"),
    )
    parser.add_argument(
        "--also",
        action="append",
        metavar="PROGRAM",
        help=_(
            "a program that has the key, too, and that you change by hand (see `clients`); of several of one kind each "
            "with its name, such as web-page:shop; may be repeated"
        ),
    )
    parser.add_argument(
        "--edit-text",
        action="append",
        type=option_values.path,
        metavar="PATH",
        help=_("put the new key into this file, too, which no program's module knows; may be repeated"),
    )
    parser.add_argument(
        "--append-only",
        action="store_true",
        help=_("a new user that may not delete backups, if the programs can work so"),
    )
    parser.add_argument(
        "--prefix-only", action="store_true", help=_("a new user that reaches only the folder of each backup")
    )
    parser.add_argument("--user-name", metavar="NAME", help=_("the name of the new IAM user"))
    parser.add_argument(
        "--watch-days", type=option_values.days, metavar="N", help=_("watch for uses of the old key so long (3)")
    )
    parser.add_argument(
        "--off-days",
        type=option_values.days,
        metavar="N",
        help=_("keep the old key turned off so long before deleting (7)"),
    )
    parser.add_argument(
        "--into",
        choices=("keychain",),
        metavar="WHERE",
        help=_("keychain: profiles whose programs can ask for the key do, and hold no secret (see `move`)"),
    )
    asking(parser)
    search_scope(parser)
    signer(parser)
