"""What the person chose: one small file in Keyturn's folder, the same for window, tray and terminal.

It holds no secret. An option that is typed comes before what stands here.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from keyturn.computer import own_folder
from keyturn.model.errors import StateError, UsageError
from keyturn.model.search_scope import SearchScope
from keyturn.model.text import _
from keyturn.state.secrets_kind import SecretsKind
from keyturn.state.stored import Sentences, Stored
from keyturn.state.written import Fields, Format, NotUnderstood, listed, made_by, maybe, number, path, text, truth

FILE_NAME = own_folder.SETTINGS
DAMAGED = "settings.damaged"
TO_CONFIRM = "settings.to-confirm"
LONGEST_WAIT = 36_500  # days: a hundred years


class Proxy(StrEnum):
    """How AWS is reached."""

    SYSTEM = "system"  # as the system says
    NONE = "none"
    ADDRESS = "address"


class Trust(StrEnum):
    """Whose certificates are believed. There is no choice to believe any."""

    BUNDLED = "bundled"  # those that come with botocore
    SYSTEM = "system"  # with those of a company or of a virus scanner that the system's owner added
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Settings:
    """What the person chose.

    Attributes:
        root_limit_days: a root key older than this is reminded of; None: never. AWS writes its mail about root keys
            that are older than a year.
        user_limit_days: the same for an IAM user's key. 90 is AWS Config's own limit (`access-keys-rotated`).
        watch_days: how long a new rotation watches before the old key is turned off.
        off_days: how long it then waits before the old key is deleted.
        search_scope: what of the computer is searched for the old key before a key is switched, and before the old one
            is turned off.
        search_folders: the keys that were found are looked for in every file below them, too: by `scan`, for a plan,
            and before an old key is turned off.
        proxy_address: used where `proxy` is `address`; without a password.
        trust_file: certificates in PEM, used where `trust` is `file`.
        language: None is the system's.
        secrets: where secrets are kept.
        tray: the icon in the tray or menu bar is wanted.
        unknown: what stands in the file and is not known here; it is written back as it was.

    Raises:
        UsageError: where a value makes no sense, code `settings.…`.
    """

    root_limit_days: int | None = 365
    user_limit_days: int | None = 90
    watch_days: float = 3.0
    off_days: float = 7.0
    search_scope: SearchScope = SearchScope.USUAL
    search_folders: tuple[Path, ...] = ()
    proxy: Proxy = Proxy.SYSTEM
    proxy_address: str = ""
    trust: Trust = Trust.BUNDLED
    trust_file: Path | None = None
    language: str | None = None
    secrets: SecretsKind = SecretsKind.KEYRING
    tray: bool = False
    unknown: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        for limit in (self.root_limit_days, self.user_limit_days):
            if limit is not None and not 1 <= limit <= LONGEST_WAIT:
                raise _makes_no_sense(_("A limit is at least one day and at most a hundred years."), "days")
        for wait in (self.watch_days, self.off_days):
            if not 0 <= wait <= LONGEST_WAIT:
                raise _makes_no_sense(_("A waiting period is zero days or more, and at most a hundred years."), "days")
        if self.proxy is Proxy.ADDRESS or self.proxy_address:
            _expect_proxy(self.proxy_address)
        if self.trust is Trust.FILE and self.trust_file is None:
            raise _makes_no_sense(_("Name the file with the certificates to trust."), "trust-file")


def load(folder: Path) -> Settings:
    """Read the settings of Keyturn's folder; the usual ones where there are none.

    Raises:
        StateError: `state.newer`, where a newer Keyturn wrote them; `settings.damaged`, where they cannot be
            understood: the usual ones may lead another way to AWS, or keep secrets elsewhere; `settings.to-confirm`,
            where somebody else may have written them.
    """
    settings = _STORED.load(folder)
    if settings is None and os.path.lexists(folder / own_folder.TO_CONFIRM):
        raise _to_be_confirmed(folder)
    return settings or Settings()


def unconfirmed(folder: Path) -> Settings | StateError:
    """The settings that wait to be confirmed, for the person to look at; or why they cannot be read."""
    try:
        return replace(_STORED, name=own_folder.TO_CONFIRM).load(folder) or Settings()
    except StateError as error:
        return error


def save(folder: Path, settings: Settings) -> None:
    """Write the settings. A file that could not be understood is kept beside them as `settings.damaged-N.json`.

    Raises:
        StateError: `state.newer`, as `load`.
        StoreError: `settings.unwritable`, where the disk does not let it.
    """
    try:
        load(folder)
    except StateError as error:
        if error.code == DAMAGED:
            _put_aside(folder / FILE_NAME)
        elif error.code != TO_CONFIRM:
            raise
    _STORED.save(folder, settings)


def _to_be_confirmed(folder: Path) -> StateError:
    import shlex

    waiting, place = folder / own_folder.TO_CONFIRM, folder / FILE_NAME
    return StateError(
        _("Keyturn's settings may be somebody else's"),
        _(
            "Others could write into {folder} until now, and settings say which way leads to AWS. They lie in "
            "{waiting}, and were not read; your backups do not need them. Look at them: if they are yours, "
            "{command} – otherwise delete that file, or choose them anew in the window."
        ).format(folder=folder, waiting=waiting, command=shlex.join(["mv", str(waiting), str(place)])),
        code=TO_CONFIRM,
    )


def _put_aside(path: Path) -> None:
    number = 1
    while (aside := path.with_name(f"settings.damaged-{number}.json")).exists():
        number += 1
    try:
        path.rename(aside)
    except OSError as error:
        raise _STORED.unwritten(path, error) from error


def _read(fields: Fields) -> Settings:
    usual = Settings()
    try:
        return Settings(
            root_limit_days=fields.get_if_there("root_limit_days", _limit, usual.root_limit_days),
            user_limit_days=fields.get_if_there("user_limit_days", _limit, usual.user_limit_days),
            watch_days=fields.get_if_there("watch_days", number(0, LONGEST_WAIT), usual.watch_days),
            off_days=fields.get_if_there("off_days", number(0, LONGEST_WAIT), usual.off_days),
            search_scope=fields.get_if_there("search_scope", made_by(SearchScope), usual.search_scope),
            search_folders=fields.get_if_there("search_folders", listed(path), usual.search_folders),
            # These are written by hand, too, and a slip of the pen is no newer Keyturn's choice.
            proxy=fields.get_if_there("proxy", made_by(Proxy), usual.proxy),
            proxy_address=fields.get_if_there("proxy_address", text, usual.proxy_address),
            trust=fields.get_if_there("trust", made_by(Trust), usual.trust),
            trust_file=fields.get_if_there("trust_file", maybe(path), usual.trust_file),
            language=fields.get_if_there("language", maybe(text), usual.language),
            secrets=fields.get_if_there("secrets", made_by(SecretsKind), usual.secrets),
            tray=fields.get_if_there("tray", truth, usual.tray),
            unknown=fields.rest(),
        )
    except UsageError as error:
        raise NotUnderstood(why=error.title) from None


def _written(settings: Settings) -> dict[str, Any]:
    return {
        **settings.unknown,
        "root_limit_days": settings.root_limit_days,
        "user_limit_days": settings.user_limit_days,
        "watch_days": settings.watch_days,
        "off_days": settings.off_days,
        "search_scope": settings.search_scope.value,
        "search_folders": [str(folder) for folder in settings.search_folders],
        "proxy": settings.proxy.value,
        "proxy_address": settings.proxy_address,
        "trust": settings.trust.value,
        "trust_file": None if settings.trust_file is None else str(settings.trust_file),
        "language": settings.language,
        "secrets": settings.secrets.value,
        "tray": settings.tray,
    }


def _limit(value: object) -> int | None:
    if value is not None and type(value) is not int:
        raise NotUnderstood
    return value


def _sentences() -> Sentences:
    return Sentences(
        unreadable=_("Keyturn's settings could not be read"),
        mend=_("Correct the file, or choose the settings anew in the window: the old file is then kept beside them."),
        unwritable=_("The settings could not be kept"),
        unwritten=_("Your backups do not need them."),
    )


_STORED = Stored(FILE_NAME, Format(1, _read, _written), _sentences, code=DAMAGED, unwritable_code="settings.unwritable")


def _expect_proxy(address: str) -> None:
    """Raise `UsageError` where `address` is no proxy's; its text is not repeated, because it may hold a password."""
    from keyturn.model.addresses import server_or_none

    scheme, separator, rest = address.partition("://")
    user, _at, host = rest.rpartition("@")
    server = server_or_none(f"{scheme}{separator}{host}")
    if ":" in user:
        raise UsageError(
            _("The settings do not keep a proxy's password"),
            _(
                "They are a file that is not made for secrets, so this one was not taken. Set the proxy with its "
                "password in the system's own settings, and choose the system's proxy here."
            ),
            code="settings.proxy-password",
        )
    if not separator or server is None or server.path or any(sign.isspace() for sign in user):
        raise _makes_no_sense(_("The proxy's address looks like http://proxy.example:3128."), "proxy")


def _makes_no_sense(reason: str, what: str) -> UsageError:
    return UsageError(reason.removesuffix("."), _("The settings are as they were."), code=f"settings.{what}")
