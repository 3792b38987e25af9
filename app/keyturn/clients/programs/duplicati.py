"""Duplicati: the addresses of backups in its server's database, where they are in clear (facts/clients.md 8)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from keyturn.clients.described.guided import blind_spot
from keyturn.clients.endpoints import is_aws_endpoint, region_in
from keyturn.clients.findings import key_id, no_key_id_in
from keyturn.edits.databases import Row, read_tables
from keyturn.model.errors import FileError
from keyturn.model.keys import Secret
from keyturn.model.places import Place, PlaceKind, Problem, Target
from keyturn.model.text import _

if TYPE_CHECKING:
    from keyturn.clients.described.guide import Guide
    from keyturn.clients.findings import Discovery
    from keyturn.computer.computer import Computer

# Where an address of a backup may stand: since schema 10 also outside its own row.
_TABLES: Mapping[str, Sequence[str]] = {
    "Backup": ("ID", "Name", "TargetURL"),
    "Option": ("BackupID", "Name", "Value"),
    "ConnectionString": ("ID", "Name", "BaseUrl"),
    "BackupTargetUrl": ("ID", "BackupID", "TargetURL"),
}
_ENCRYPTED = "enc-v1:"
_ALL_BACKUPS = -1
# The first one counts where several stand there.
_IDS = ("aws-access-key-id", "aws_access_key_id", "auth-username")
_SECRETS = ("aws-secret-access-key", "aws_secret_access_key", "auth-password")
_OPTIONS = frozenset({*_IDS, *_SECRETS, "s3-server-name", "s3-location-constraint"})


@dataclass(frozen=True, slots=True)
class _Backup:
    """An address with its options.

    Attributes:
        address: None for the options of all backups.
        options: by their names, without the two dashes; they may hold secrets and are not part of the repr.
    """

    name: str
    locator: str
    address: str | None = field(repr=False)
    options: Mapping[str, str] = field(repr=False)


def read_databases(computer: Computer, guide: Guide, found: Collection[Path], look: Discovery) -> None:
    """Take each backup to S3. Of what is encrypted it is said which of Duplicati's three forms it has."""
    for path in found:
        try:
            tables = read_tables(path, _TABLES)
        except FileError as error:
            look.take([blind_spot(guide, path, _unreadable(error))])
            continue
        if "Backup" not in tables:
            look.take([blind_spot(guide, path, _("Its database has a form that Keyturn does not know."))])
        if any(str(value).startswith(_ENCRYPTED) for rows in tables.values() for row in rows for value in row.values()):
            reason = _("The keys in its database are encrypted, field by field, with a key in the system's keychain.")
            look.take([blind_spot(guide, path, reason)])
        for backup in _backups(tables):
            look.take(_place(path, backup, guide))


def _unreadable(error: FileError) -> str:
    if error.code == "file.unparsable":
        return _("Its database is encrypted as a whole, as older versions on Windows do, or it is damaged.")
    return f"{error.title}."


def _backups(tables: Mapping[str, Sequence[Row]]) -> Iterator[_Backup]:
    options: dict[int, dict[str, str]] = {}
    for row in tables.get("Option", ()):
        backup, name = row.get("BackupID"), _text(row, "Name").removeprefix("--").lower()
        if isinstance(backup, int) and name in _OPTIONS:
            options.setdefault(backup, {}).setdefault(name, _text(row, "Value"))
    names = {row.get("ID"): _text(row, "Name") for row in tables.get("Backup", ())}
    for table, column in (("Backup", "TargetURL"), ("BackupTargetUrl", "TargetURL"), ("ConnectionString", "BaseUrl")):
        for row in tables.get(table, ()):
            backup = row.get("BackupID" if table == "BackupTargetUrl" else "ID")
            own = options.get(backup, {}) if isinstance(backup, int) and table != "ConnectionString" else {}
            name = names.get(backup, "") if table != "ConnectionString" else _text(row, "Name")
            yield _Backup(name or table, f"{table} {row.get('ID')}", _text(row, column), own)
    if _ALL_BACKUPS in options:
        yield _Backup(_("the options of all backups"), f"Option {_ALL_BACKUPS}", None, options[_ALL_BACKUPS])


def _place(path: Path, backup: _Backup, guide: Guide) -> Iterator[Place | Problem]:
    told = dict(backup.options)
    target: tuple[Target, ...] = ()
    if backup.address is not None:
        try:
            parts = urlsplit(backup.address)
        except ValueError:
            return
        if parts.scheme.lower() != "s3":
            return
        told.update(_query(parts.query))
        # Not `hostname`: a bucket's name keeps its capital letters.
        bucket = unquote(parts.netloc.rpartition("@")[2])
        target = (Target(bucket, unquote(parts.path).strip("/")),) if bucket else ()
    secret, host = _first(told, _SECRETS), told.get("s3-server-name", "")
    identifier = key_id(_first(told, _IDS), host)
    if identifier is None:
        if backup.address is not None:  # else these may be the options of another kind of storage
            yield from no_key_id_in(guide.name, path, backup.name, _first(told, _IDS))
        return
    readable = bool(secret) and not secret.startswith(_ENCRYPTED)
    yield Place(
        client=guide.name,
        name=backup.name,
        path=path,
        locator=backup.locator,
        kind=PlaceKind.DESTINATION,
        access_key_id=identifier,
        secret=Secret(secret) if readable else None,
        targets=target,
        region=told.get("s3-location-constraint") or region_in(host),
        endpoint=None if is_aws_endpoint(host) else host,
        additions=guide.asks,
        session=identifier.is_temporary,
    )


def _query(written: str) -> dict[str, str]:
    """The options in an address. A `+` is a plus sign here, and every name is read in small letters."""
    pairs = (one.partition("=") for one in written.split("&"))
    return {unquote(name).lower(): unquote(value) for name, _equals, value in pairs}


def _first(told: Mapping[str, str], names: Sequence[str]) -> str:
    return next((told[name] for name in names if told.get(name)), "")


def _text(row: Row, name: str) -> str:
    value = row.get(name)
    return value if isinstance(value, str) else ""
