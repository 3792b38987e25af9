"""What was typed, as the commands take it."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from contextlib import suppress
from datetime import time
from pathlib import Path
from typing import Any, NamedTuple

from keyturn.model.errors import UsageError
from keyturn.model.search_scope import SearchScope
from keyturn.model.text import _
from keyturn.rotation.location import Location
from keyturn.rotation.signers.who import THE_KEY, Who
from keyturn.state.secrets_kind import SecretsKind
from keyturn.state.settings import Settings
from keyturn.terminal.foreseen import own_words
from keyturn.terminal.parser import parser


class Arguments(NamedTuple):
    """A command with its options.

    Attributes:
        only: None means all programs.
        account_key: of a key of the account that is not on this computer.
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
    diagnose: bool = False
    csv: Path | None = None
    days: int | None = None
    key: str = ""
    account_key: str = ""
    key_name: str = ""
    off: str | None = None
    release: bool = False
    without_secret: bool = False
    who: Who = THE_KEY
    action: str = "show"
    users: tuple[str, ...] = ()
    even_if_powerful: bool = False
    renews_itself: bool = False
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
    show_secret: bool = False
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
    link: Path | None = None
    tour: str = ""

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
    # argparse before Python 3.13 takes two dashes away there, too, and leaves the option without a value.
    empty = next((word for word in words if word.startswith("--") and word.endswith("=--")), None)
    if empty is not None:
        parser(words).error(_("{option} needs a value").format(option=empty.partition("=")[0]))
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
