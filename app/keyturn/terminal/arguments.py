"""What was typed: the commands, their options, and their help."""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import time
from pathlib import Path
from typing import Any, NoReturn

from keyturn import __version__
from keyturn.computer.computer import Platform
from keyturn.model.addresses import server_or_none, without_password
from keyturn.model.errors import UsageError
from keyturn.model.keys import HISTORY_DAYS
from keyturn.model.other_buckets import OtherBuckets
from keyturn.model.recipients import HookShape, MailSecurity
from keyturn.model.search_scope import SearchScope
from keyturn.model.text import _
from keyturn.rotation.location import Location
from keyturn.rotation.signers.who import THE_KEY, Who
from keyturn.rotation.steps import By, Route
from keyturn.state.renewals import LONGEST_EVERY, time_of_day
from keyturn.state.secrets_kind import SecretsKind
from keyturn.state.settings import LONGEST_WAIT, Settings
from keyturn.terminal.foreseen import own_words
from keyturn.terminal.help_texts import HelpText, afterword, help_texts, overview

# Commands that answer with one JSON document; the others answer with JSON lines.
DOCUMENT_COMMANDS = frozenset(
    {
        "scan",
        "clients",
        "plan",
        "status",
        "verify",
        "done",
        "remind",
        "renew",
        "report",
        "name",
        "history",
        "keeper",
        "tell",
        "move",
    }
)


@dataclass(frozen=True, slots=True)
class Arguments:
    """A command with its options.

    Attributes:
        only: None means all programs.
        other_buckets: None goes by what was said before, and asks about the rest.
        wait: seconds; None lets the command choose.
        session: minutes that a temporary key lasts; None hands out the lasting one.
        program_words: the program to start, and its own arguments.
        days: for how many days AWS is asked who used each key; None asks nothing of it.
        at: the local time of day.
        renewed_by: who makes the change where nobody is there to be asked for anything.
        ends: a key does not renew itself any more.
        into: where the pair of a key is to be.
        helper: the program that profiles are to ask; None for this very Keyturn.
        by_me: the person starts what could not be seen.
    """

    command: str | None = None
    json: bool = False
    endpoint_url: str | None = None
    home: Path | None = None
    platform: str | None = None
    state_dir: Path | None = None
    secrets: str = SecretsKind.KEYRING.value
    usual_secrets: SecretsKind = SecretsKind.KEYRING
    yes: bool = False
    lang: str | None = None
    debug: Path | None = None
    offline: bool = False
    search: tuple[Path, ...] = ()
    program: str | None = None
    any: bool = False
    account: bool = False
    csv: Path | None = None
    days: int | None = None
    key: str = ""
    key_name: str = ""
    off: str | None = None
    without_secret: bool = False
    who: Who = THE_KEY
    action: str = "show"
    users: tuple[str, ...] = ()
    even_if_powerful: bool = False
    session: int | None = None
    program_words: tuple[str, ...] = ()
    route: str | None = None
    only: tuple[str, ...] = ()
    bucket: tuple[str, ...] = ()
    other_buckets: str | None = None
    also: tuple[str, ...] = ()
    user_name: str | None = None
    pair: bool = False
    append_only: bool = False
    prefix_only: bool = False
    rclone_password: bool = False
    watch_days: float = 3.0
    edit_text: tuple[Path, ...] = ()
    leave_out: tuple[Path, ...] = ()
    search_scope: str = SearchScope.USUAL.value
    off_days: float = 7.0
    rotation: str | None = None
    item: str = ""
    by: str | None = None
    wait: float | None = None
    confirm: str | None = None
    serve: bool = False
    window: bool = False
    snooze: float | None = None
    calendar: Path | None = None
    check: bool = False
    at_login: str | None = None
    format: str | None = None
    output: Path | None = None
    hand_over: bool = False
    every: int | None = None
    at: time | None = None
    grace: float = 7.0
    deletes: bool = False
    renewed_by: Who = THE_KEY
    target: str | None = None
    smtp: str | None = None
    mail_security: str | None = None
    mail_user: str | None = None
    shape: str | None = None
    list: bool = False
    ends: bool = False
    now: bool = False
    due: bool = False
    into: str = ""
    helper: Path | None = None
    by_me: bool = False

    @property
    def asks_aws(self) -> bool:
        """False where Keyturn's memory and this computer are all that is looked at."""
        from_memory = self.command == "status" or (self.command == "remind" and not self.check)
        from_memory = from_memory or (self.command == "renew" and (self.list or self.ends))
        from_memory = from_memory or (self.command == "keeper" and self.action == "show") or self.command == "tell"
        return not (self.offline or from_memory)

    @property
    def location(self) -> Location:
        """Which computer, account and memory the command works on."""
        return Location(
            endpoint_url=self.endpoint_url,
            home=self.home,
            platform=self.platform,
            state_dir=self.state_dir,
            secrets=SecretsKind(self.secrets),
            usual_secrets=self.usual_secrets,
        )


def parse(words: Sequence[str], settings: Settings) -> Arguments:
    """Read what was typed.

    Args:
        settings: what counts where an option was not typed.

    Raises:
        UsageError: where it makes no sense.
        SystemExit: after `-h` or `--version`, with code 0.
    """
    own, program = own_words(words)
    given: dict[str, Any] = vars(_understood(list(own)))
    for name, value in given.items():
        if isinstance(value, list):
            given[name] = tuple(value)
    return Arguments(**{**_unless_typed(settings), **given, "program_words": program})


def _understood(words: list[str]) -> argparse.Namespace:
    # Most of a whole parser is the options of commands that nobody typed. Where a word only looks like the command,
    # that parser refuses, and the whole one decides.
    if not {"-h", "--help"}.intersection(words):
        with suppress(UsageError):
            return parser(words).parse_args(words)
    return parser().parse_args(words)


def _unless_typed(settings: Settings) -> dict[str, Any]:
    return {
        "watch_days": settings.watch_days,
        "off_days": settings.off_days,
        "grace": settings.off_days,
        "search_scope": settings.search_scope.value,
        "secrets": settings.secrets.value,
        "usual_secrets": settings.secrets,
        "lang": settings.language,
    }


class _Parser(argparse.ArgumentParser):
    def _print_message(self, message: str, file: object = None) -> None:
        # argparse passes over what could not be written.
        from keyturn.terminal.screen import put

        put(sys.stderr if file is None else sys.stdout, message)

    def error(self, message: str) -> NoReturn:
        raise UsageError(
            _("The command was not understood: {reason}").format(reason=message),
            _("Nothing was changed. `{program} -h` explains.").format(program=self.prog),
            code="usage.arguments",
        )


class _Formatter(argparse.RawDescriptionHelpFormatter):
    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=22, width=80)


def parser(words: Collection[str] | None = None) -> argparse.ArgumentParser:
    """The parser of everything that can be typed; the man page is made from it.

    Args:
        words: those that were typed; only commands among them are known then. None: all are.
    """
    whole = _Parser(
        prog="keyturn",
        usage=_("keyturn [COMMAND] [options]"),
        description=overview(),
        epilog=afterword(),
        allow_abbrev=False,
        argument_default=argparse.SUPPRESS,
        formatter_class=_Formatter,
    )
    whole.add_argument("--version", action="version", version=f"keyturn {__version__}", help=_("say the version"))
    commands = whole.add_subparsers(
        title=_("commands"), dest="command", metavar="COMMAND", parser_class=_Parser, prog="keyturn"
    )
    _global_options(whole)
    made = {name: _add(commands, name, text) for name, text in help_texts().items() if words is None or name in words}

    def each(*names: str) -> Iterator[argparse.ArgumentParser]:
        return (made[name] for name in names if name in made)

    for one in each("scan"):
        _scan_options(one)
    for one in each("plan", "rotate"):
        _plan_options(one)
    for one in each("rotate"):
        one.add_argument(
            "--pair",
            action="store_true",
            help=_("take a pair that you made, and ask for it: for stores other than AWS; from a pipe, two lines"),
        )
    for one in each("verify"):
        _bucket_option(one)
    for one in each("verify", "report"):
        one.add_argument("key", metavar="KEY", nargs="?", default="", help=_("this key alone"))
    for one in each("name"):
        _name_options(one)
    for one in each("move"):
        _move_options(one)
    for one in each("history"):
        one.add_argument("key_name", metavar="NAME", nargs="?", default="", help=_("of this key alone"))
    for one in each("credentials", "run"):
        one.add_argument("key_name", metavar="NAME", help=_("the name of a key, such as /office/nas"))
        one.add_argument(
            "--session",
            type=_session_length,
            metavar="MINUTES",
            help=_("a temporary key that ends after so long, 15 to 2160 (a root key 60 at most)"),
        )
    for one in each("clients"):
        one.add_argument("program", metavar="PROGRAM", nargs="?", help=_("show this one, with its steps"))
    for one in each("done"):
        one.add_argument("item", metavar="ITEM", help=_("its name, as `keyturn status` shows it"))
        one.add_argument("--rotation", metavar="ROTATION", help=_("needed only if there are several"))
    for one in each("continue", "undo", "turn-off", "turn-on", "delete", "end"):
        one.add_argument("rotation", metavar="ROTATION", nargs="?", help=_("needed only if there are several"))
    for one in each("continue", "turn-off"):
        _search_option(one)
    for one in each("continue", "undo", "turn-off", "turn-on"):
        one.add_argument(
            "--pair", action="store_true", help=_("ask for a pair that is not kept any more; from a pipe, two lines")
        )
    for one in each("plan", "rotate", "continue", "undo", "turn-off", "turn-on", "delete"):
        _signer_option(one)
    ways = [By.KEY.value, By.CONSOLE.value]
    for one in each("turn-off"):
        one.add_argument("--by", choices=ways, help=_("console for a root key, else key"))
    for one in each("turn-off", "turn-on"):
        one.add_argument(
            "--wait",
            type=_amount,
            metavar="SECONDS",
            help=_("how long to wait for you in the console (on a terminal 600, else 0)"),
        )
    for one in each("turn-off", "turn-on", "delete", "done", "end"):
        one.add_argument("--confirm", metavar="LAST4", help=_("the last four characters of the old key"))
    _elsewhere_options(each)
    for one in each("remind"):
        _remind_options(one)
    for one in each("renew"):
        _renew_options(one)
    for one in each("report"):
        _report_options(one)
    for one in each("keeper"):
        _keeper_options(one)
    for one in each("tell"):
        _tell_options(one)
    for one in each("practice"):
        one.add_argument("--serve", action="store_true", help=_("keep the account running, and say how to reach it"))
        one.add_argument("--window", action="store_true", help=_("rehearse in the window"))
    for one in made.values():
        _global_options(one)
    return whole


def _elsewhere_options(each: Callable[..., Iterator[argparse.ArgumentParser]]) -> None:
    """Those for a key of the account that is not on this computer."""
    for one in each("turn-off", "turn-on", "delete"):
        one.add_argument(
            "--key", metavar="ID", help=_("a key of the account that is not on this computer; needs --as and --confirm")
        )
    for one in each("turn-off"):
        one.add_argument(
            "--watch-days", type=_days, metavar="N", help=_("with --key: if nothing used it for so long (3)")
        )
    for one in each("turn-off", "delete"):
        one.add_argument(
            "--off-days", type=_days, metavar="N", help=_("with --key: keep it off so long before deleting (7)")
        )


def _add(commands: argparse._SubParsersAction[_Parser], name: str, text: HelpText) -> argparse.ArgumentParser:
    examples = "\n".join(f"  {example}" for example in text.examples)
    return commands.add_parser(
        name,
        usage=_("{command} [options]").format(command=f"keyturn {name} {text.operand}".rstrip()),
        help=text.summary,
        description=text.teaches,
        epilog=_("examples:\n{examples}\n\nexit codes:\n  {exits}").format(examples=examples, exits=text.exits),
        allow_abbrev=False,
        # An option that was not typed after the command must not overwrite one that was typed before it.
        argument_default=argparse.SUPPRESS,
        formatter_class=_Formatter,
    )


def _global_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group(_("options everywhere"))
    group.add_argument("--json", action="store_true", help=_("JSON on standard output, all else on standard error"))
    group.add_argument("--yes", action="store_true", help=_("do not ask"))
    group.add_argument("--endpoint-url", type=_address, metavar="URL", help=_("ask this address instead of AWS"))
    group.add_argument("--home", type=Path, metavar="DIR", help=_("look at another computer's home folder"))
    group.add_argument(
        "--platform",
        choices=[one.value for one in Platform],
        metavar="SYSTEM",
        help=_("that computer's system: linux, macos or windows"),
    )
    group.add_argument("--state-dir", type=Path, metavar="DIR", help=_("where Keyturn keeps its journal"))
    group.add_argument(
        "--secrets",
        choices=[kind.value for kind in SecretsKind],
        metavar="WHERE",
        help=_("where secrets are kept: keyring (the system's keychain; the default), file or memory"),
    )
    group.add_argument(
        "--rclone-password",
        action="store_true",
        help=_("ask for the password of rclone's encrypted configuration; from a pipe, the first line"),
    )
    group.add_argument("--lang", metavar="LANGUAGE", help=_("speak this language"))
    group.add_argument(
        "--debug",
        type=Path,
        metavar="FILE",
        help=_("add to this file what the command does, to report a fault; no secret, path or name is in it"),
    )


def _scan_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--offline", action="store_true", help=_("ask AWS nothing"))
    parser.add_argument(
        "--search",
        nargs="+",
        type=Path,
        action="extend",
        metavar="DIR",
        help=_("also look for the keys that were found in every file below these folders"),
    )
    parser.add_argument(
        "--any", action="store_true", help=_("with --search: for everything shaped like an access key ID")
    )
    _account_options(parser)
    parser.add_argument(
        "--csv", type=Path, metavar="FILE", help=_("with --account: write its keys there, for a spreadsheet, too")
    )
    parser.add_argument(
        "--days",
        type=_history_days,
        metavar="N",
        help=_("also ask AWS which programs and addresses used each key in the last N days, 1 to 90"),
    )


def _account_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--account",
        action="store_true",
        help=_("also show every key of the account, of every user, wherever it is"),
    )
    _signer_option(parser)


def _name_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "key", metavar="KEY", nargs="?", default="", help=_("a key ID, its last four characters, or its name")
    )
    parser.add_argument("key_name", metavar="NAME", nargs="?", default="", help=_("such as /office/nas"))
    parser.add_argument(
        "--without-secret", action="store_true", help=_("do not put the pair into the keychain: nothing is handed out")
    )
    parser.add_argument("--off", metavar="NAME", help=_("take this name away again"))


def _move_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("key", metavar="KEY", help=_("a key ID, its last four characters, or its name"))
    parser.add_argument(
        "--into",
        choices=("keychain", "files"),
        required=True,
        metavar="WHERE",
        help=_("keychain: profiles ask Keyturn and hold no secret; files: they hold it again"),
    )
    parser.add_argument(
        "--program",
        dest="helper",
        type=Path,
        metavar="PATH",
        help=_("the keyturn that profiles ask, by a path without blanks that lasts; this one unless you say"),
    )
    parser.add_argument(
        "--by-me",
        action="store_true",
        help=_("nobody but you starts what uses these profiles: also what Keyturn may not look into"),
    )


def _remind_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--snooze", type=_amount, metavar="DAYS", help=_("no notification for so many days; 0 ends that again")
    )
    parser.add_argument("--check", action="store_true", help=_("look at the keys and ask AWS first; notify once a day"))
    parser.add_argument(
        "--at-login",
        choices=("check", "tray", "off"),
        metavar="WHAT",
        help=_("each time you sign in to this computer: check runs `remind --check`, tray shows the icon, off nothing"),
    )
    parser.add_argument(
        "--calendar", type=Path, metavar="FILE", help=_("write what is due into this .ics file, for your calendar")
    )
    # For the tray, which shows the notification itself, so that a click on it opens the window.
    parser.add_argument("--hand-over", action="store_true", help=argparse.SUPPRESS)


def _renew_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("key", metavar="KEY", nargs="?", help=_("a key ID, or its last four characters"))
    parser.add_argument("--every", type=_renewal_days, metavar="DAYS", help=_("how often: 1 to 365 days"))
    parser.add_argument("--at", type=_time_of_day, metavar="HH:MM", help=_("at what local time of day, such as 03:00"))
    parser.add_argument("--watch-days", type=_days, metavar="DAYS", help=_("keep the old key on so long (3)"))
    parser.add_argument("--grace", type=_days, metavar="DAYS", help=_("and then off so long before it is deleted (7)"))
    after = parser.add_mutually_exclusive_group()
    after.add_argument("--delete", dest="deletes", action="store_true", help=_("delete it then, if nothing used it"))
    after.add_argument("--keep-off", dest="deletes", action="store_false", help=_("leave that to you (the default)"))
    parser.add_argument(
        "--as",
        dest="renewed_by",
        type=_who,
        metavar="WHO",
        help=_("who makes the change: key (the default), key:ID, profile:NAME or keeper"),
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--list", action="store_true", help=_("show which keys renew themselves, and when"))
    what.add_argument("--off", dest="ends", action="store_true", help=_("KEY does not renew itself any more"))
    what.add_argument("--now", action="store_true", help=_("renew KEY now, without waiting for its day"))
    what.add_argument(
        "--due", action="store_true", help=_("do what is due now: the computer's own scheduler starts this")
    )


def _report_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--format",
        choices=("html", "csv", "json"),
        metavar="FORM",
        help=_("html (a page to read and print), csv (for a spreadsheet) or json; as the file's name ends, else html"),
    )
    parser.add_argument("--output", type=Path, metavar="FILE", help=_("write it there; --yes replaces an old one"))
    parser.add_argument("--offline", action="store_true", help=_("ask AWS nothing"))
    _account_options(parser)


def _plan_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("key", metavar="KEY", help=_("a key ID, its last four characters, or its name"))
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
        type=Path,
        metavar="PATH",
        help=_("leave this file as it is, also if it could not be read; you look after it yourself; may be repeated"),
    )
    _bucket_option(parser)
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
        help=_("a program that has the key, too, and that you change by hand (see `clients`); may be repeated"),
    )
    parser.add_argument(
        "--edit-text",
        action="append",
        type=Path,
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
    parser.add_argument("--watch-days", type=_days, metavar="N", help=_("watch for uses of the old key so long (3)"))
    parser.add_argument(
        "--off-days", type=_days, metavar="N", help=_("keep the old key turned off so long before deleting (7)")
    )
    _search_option(parser)


def _search_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--search-scope",
        choices=[scope.value for scope in SearchScope],
        metavar="SCOPE",
        help=_("search for the key in: usual (home and settings folders; the default), all (every disk), none"),
    )


def _keeper_options(parser: argparse.ArgumentParser) -> None:
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
    _signer_option(parser)


def _tell_options(parser: argparse.ArgumentParser) -> None:
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


def _signer_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--as",
        dest="who",
        type=_who,
        metavar="WHO",
        help=_("who makes the change: key (the default), key:ID, profile:NAME, keeper or sign-in"),
    )


def _bucket_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--bucket",
        action="append",
        metavar="NAME",
        help=_("a bucket that is used and that no configuration here names; may be repeated"),
    )


def _who(text: str) -> Who:
    try:
        return Who.parsed(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _amount(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 <= number < math.inf:
        raise argparse.ArgumentTypeError(_("“{text}” is not a number of zero or more").format(text=text))
    return number


def _days(text: str) -> float:
    number = _amount(text)
    if number > LONGEST_WAIT:
        raise argparse.ArgumentTypeError(_("“{text}” days are more than a hundred years").format(text=text))
    return number


def _renewal_days(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 3 and 1 <= int(text) <= LONGEST_EVERY):
        raise argparse.ArgumentTypeError(
            _("“{text}” is not a whole number of days from 1 to {most}").format(text=text, most=LONGEST_EVERY)
        )
    return int(text)


def _session_length(text: str) -> int:
    from keyturn.terminal.handing_out import is_session_length

    if not is_session_length(text):
        raise argparse.ArgumentTypeError(
            _("“{text}” is not a number of minutes from 15 to 2160: AWS gives no other temporary keys").format(
                text=text
            )
        )
    return int(text)


def _time_of_day(text: str) -> time:
    try:
        return time_of_day(text)
    except ValueError:
        said = _("“{text}” is not a time of day from 00:00 to 23:59, such as 03:00")
        raise argparse.ArgumentTypeError(said.format(text=text)) from None


def _history_days(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= HISTORY_DAYS):
        raise argparse.ArgumentTypeError(
            _("“{text}” is not a number of days from 1 to {most}: AWS keeps no more").format(
                text=text, most=HISTORY_DAYS
            )
        )
    return int(text)


def _address(text: str) -> str:
    if "://" not in text or server_or_none(text) is None:
        raise argparse.ArgumentTypeError(
            _("“{text}” is not an address such as http://localhost:5000").format(text=without_password(text))
        )
    return text.strip()
