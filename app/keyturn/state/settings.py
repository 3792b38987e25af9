"""What the person chose: one small file in Keyturn's folder, the same for window, tray and terminal.

It holds no secret. An option that is typed comes before what stands here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from keyturn.model.addresses import server_or_none
from keyturn.model.errors import StoreError, UsageError
from keyturn.model.text import _
from keyturn.state.private_files import read_document, write_document
from keyturn.state.secrets_kind import SecretsKind

FILE_NAME = "settings.json"
_VERSION = 1
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
        search_folders: `scan` looks for the keys it found in every file below them, too.
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


@dataclass(frozen=True, slots=True)
class Loaded:
    """What was read.

    Attributes:
        problem: why the file could not be understood, and so `settings` are the defaults; None where all is well.
    """

    settings: Settings
    problem: StoreError | None = None


def load(folder: Path) -> Loaded:
    """Read the settings of Keyturn's folder; the defaults where there are none. A damaged file is left as it is.

    Raises:
        StoreError: `state.newer`, where a newer Keyturn wrote them: its choices would be passed over.
    """
    path = folder / FILE_NAME
    try:
        written = read_document(path, _VERSION)
    except OSError as error:
        return Loaded(Settings(), _damaged(path, error.strerror or type(error).__name__))
    except ValueError:
        return Loaded(Settings(), _damaged(path, _("it is not as Keyturn wrote it")))
    try:
        return Loaded(Settings() if written is None else _from_json(written))
    except UsageError as error:
        return Loaded(Settings(), _damaged(path, error.title))
    except (ValueError, TypeError):
        return Loaded(Settings(), _damaged(path, _("one of its values is of the wrong kind")))


def save(folder: Path, settings: Settings) -> None:
    """Write the settings. A file that could not be understood is kept beside them as `settings.damaged-N.json`.

    Raises:
        StoreError: `state.newer`, as `load`; `settings.unwritable`, where the disk does not let it.
    """
    path = folder / FILE_NAME
    try:
        if load(folder).problem is not None:
            _put_aside(path)
        write_document(path, _VERSION, _as_json(settings))
    except OSError as error:
        raise StoreError(
            _("The settings could not be kept"),
            _(
                "{path}: {reason}. They are as they were, and so are your backups. Free some space on the disk, or "
                "see who may write to the folder."
            ).format(path=path, reason=error.strerror or type(error).__name__),
            code="settings.unwritable",
        ) from error


def _put_aside(path: Path) -> None:
    number = 1
    while (aside := path.with_name(f"settings.damaged-{number}.json")).exists():
        number += 1
    path.rename(aside)


def _as_json(settings: Settings) -> dict[str, Any]:
    known = {name: write(getattr(settings, name)) for name, (_read, write) in _FORMS.items()}
    return {**settings.unknown, **known}


def _from_json(written: Mapping[str, Any]) -> Settings:
    known = {name: read(written[name]) for name, (read, _write) in _FORMS.items() if name in written}
    unknown = {name: value for name, value in written.items() if name not in _FORMS and name != "version"}
    return Settings(**known, unknown=unknown)


def _days(value: object) -> float:
    # True is a number to Python, and nobody means it.
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError("not a number of days")
    return value


def _limit(value: object) -> int | None:
    if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
        raise TypeError("not a whole number of days")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value


def _truth(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError("not true or false")
    return value


def _folders(value: object) -> tuple[Path, ...]:
    if not isinstance(value, list):
        raise TypeError("not a list")
    return tuple(Path(_text(one)) for one in value)


def _as_is(value: object) -> object:
    return value


# How each setting is read from JSON, and written to it.
_FORMS: Mapping[str, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
    "root_limit_days": (_limit, _as_is),
    "user_limit_days": (_limit, _as_is),
    "watch_days": (_days, _as_is),
    "off_days": (_days, _as_is),
    "search_folders": (_folders, lambda folders: [str(folder) for folder in folders]),
    "proxy": (Proxy, str),
    "proxy_address": (_text, _as_is),
    "trust": (Trust, str),
    "trust_file": (
        lambda value: None if value is None else Path(_text(value)),
        lambda f: None if f is None else str(f),
    ),
    "language": (lambda value: None if value is None else _text(value), _as_is),
    "secrets": (SecretsKind, str),
    "tray": (_truth, _as_is),
}


def _expect_proxy(address: str) -> None:
    """Raise `UsageError` where `address` is no proxy's; its text is not repeated, because it may hold a password."""
    scheme, separator, rest = address.partition("://")
    user, _at, host = rest.rpartition("@")
    server = server_or_none(f"{scheme}{separator}{host}")
    if ":" in user:
        raise UsageError(
            _("The settings do not keep a proxy's password"),
            _(
                "They are a file that is not made for secrets. Nothing was changed. Set the proxy with its password in "
                "the system's own settings, and choose the system's proxy here."
            ),
            code="settings.proxy-password",
        )
    if not separator or server is None or server.path or any(sign.isspace() for sign in user):
        raise _makes_no_sense(_("The proxy's address looks like http://proxy.example:3128."), "proxy")


def _makes_no_sense(reason: str, what: str) -> UsageError:
    return UsageError(reason.removesuffix("."), _("The settings are as they were."), code=f"settings.{what}")


def _damaged(path: Path, reason: str) -> StoreError:
    return StoreError(
        _("Keyturn's settings could not be read"),
        _(
            "{path}: {reason}. Keyturn goes on with its usual settings, and leaves the file as it is. Your backups are "
            "not touched. Correct the file, or choose the settings anew: the old file is then kept beside the new one."
        ).format(path=path, reason=reason),
        code="settings.damaged",
    )
