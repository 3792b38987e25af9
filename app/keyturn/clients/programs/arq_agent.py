"""Arq 6 and 7: what the agent's database tells of storage locations, plans and runs (facts/arq.md 1.2).

The database is Arq's own and is only read. Its columns were measured with Arq 7.44; what S3's rows hold in them was
not, so nothing is taken for a key, a bucket or a time that does not look like one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from keyturn.clients.endpoints import is_aws_endpoint, region_in
from keyturn.clients.findings import key_id
from keyturn.clients.own_runs import BackupRun
from keyturn.clients.programs.arq_buckets import UUID, shortened
from keyturn.edits.databases import Row, read_tables
from keyturn.model.keys import KEY_ID_IN_TEXT, AccessKeyId
from keyturn.model.places import Target

_FLAT = ("id", "active", "name", "provider_type", "username", "hostname", "use_ssl", "path", "region_name", "json")
_PLAN = ("id", "active", "name", "plan_uuid", "storage_location_id", "json")
_ACTIVITY = ("type", "sub_type", "message", "created_time", "finished_time", "aborted", "error_count", "plan_uuid")
_WANTED = {
    "storage_locations": _FLAT,
    "backup_plans": _PLAN,
    "activities": _ACTIVITY,
    "legacy_backups": ("computer_uuid",),
}
# Parts of provider types; the exact word of Arq 7 for Amazon is not known (facts/arq.md 1.2).
_AMAZON = re.compile(r"amazon|aws|s3|glacier", re.IGNORECASE)
# Other stores that speak S3, whose host Arq may leave out because it knows it.
_ELSEWHERE = re.compile(
    r"compatible|wasabi|b2|backblaze|minio|storj|spaces|digitalocean|idrive|google|azure|cloudflare|r2", re.IGNORECASE
)
# No S3, on whatever host; or the vendor's own storage, where a key is the vendor's (facts/arq.md 1.1).
_NOT_THE_PERSONS = re.compile(r"folder|sftp|arq[ _-]?(?:premium|cloud)", re.IGNORECASE)
_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{2,254}")
_BUCKET_MEMBERS = ("bucketName", "bucket", "s3BucketName")
# Seconds since 1970 that can be a backup of Arq 6 or 7. Apple's own count, from 2001 on, gives far smaller numbers.
_SENSIBLE = (1.4e9, 6e9)


@dataclass(frozen=True, slots=True)
class StorageLocation:
    """A storage location of S3.

    Attributes:
        row: its number, by which plans point at it.
        access_key_id: None where no value of the row is one, or several are.
        endpoint: the S3 host, or what else is known of an S3-compatible store; None is Amazon's.
        active: False where Arq has put it aside; None where it does not say.
    """

    row: int
    name: str
    access_key_id: AccessKeyId | None
    target: Target | None
    region: str | None
    endpoint: str | None
    plain_http: bool
    active: bool | None


@dataclass(frozen=True, slots=True)
class BackupPlan:
    """A backup plan; its UUID is also the name of its folder in the bucket, and what `arqc` calls it by."""

    uuid: str
    name: str
    location: int


@dataclass(frozen=True, slots=True)
class AgentState:
    """All that was read.

    Attributes:
        known: False where the database has no list of storage locations of the form that Keyturn knows.
        taken_over: the UUIDs of computers whose backups with Arq 5 this Arq goes on with.
    """

    known: bool
    locations: tuple[StorageLocation, ...]
    plans: tuple[BackupPlan, ...]
    runs: Mapping[str, BackupRun]
    taken_over: frozenset[str]


def read_agent(path: Path) -> AgentState:
    """Read the agent's database; raises `FileError` as `read_tables` does."""
    tables = read_tables(path, _WANTED)
    locations = tables.get("storage_locations")
    return AgentState(
        bool(locations is not None and (not locations or "id" in locations[0])),
        tuple(_locations(locations or ())),
        tuple(_plans(tables.get("backup_plans", ()))),
        _newest_runs(tables.get("activities", ())),
        frozenset(str(row.get("computer_uuid")) for row in tables.get("legacy_backups", ())),
    )


def run_from(values: Mapping[str, Any]) -> BackupRun:
    """Return a run from its members: `created`, `finished`, `message`, `aborted`, `errors`, of any type."""
    finished = _moment(values.get("finished"))
    aborted, errors = values.get("aborted"), values.get("errors")
    return BackupRun(
        began=_moment(values.get("created")),
        finished=finished,
        going_on=finished is None and not aborted and values.get("message") != "Idle",
        aborted=bool(aborted) if isinstance(aborted, int) else None,
        errors=errors if isinstance(errors, int) and not isinstance(errors, bool) else None,
    )


def _locations(rows: tuple[Row, ...]) -> Iterator[StorageLocation]:
    for row in reversed(rows):
        number, members = row.get("id"), _members(row.get("json"))
        if not isinstance(number, int):
            continue
        provider = _text(members.get("providerType"), row.get("provider_type"))
        host = _text(members.get("hostname"), row.get("hostname"))
        if _NOT_THE_PERSONS.match(provider):
            continue
        elsewhere = not is_aws_endpoint(host) if host else _ELSEWHERE.search(provider) is not None
        amazon = not elsewhere and (bool(host) or _AMAZON.search(provider) is not None)
        identifier = _access_key_id(members, row, amazon=amazon)
        if not amazon and identifier is None:
            continue  # a folder, SFTP, Dropbox …
        target = _target(members, row)
        active, tls = members.get("active", row.get("active")), members.get("useSSL", row.get("use_ssl"))
        yield StorageLocation(
            number,
            shortened(_text(members.get("name"), row.get("name"), members.get("displayDescription"))) or provider,
            identifier,
            target,
            _text(members.get("regionName"), members.get("region"), row.get("region_name")) or region_in(host),
            (host or provider) if elsewhere else None,
            plain_http=elsewhere and tls in (0, False),
            active=bool(active) if isinstance(active, int) else None,
        )


def _plans(rows: tuple[Row, ...]) -> Iterator[BackupPlan]:
    for row in reversed(rows):
        members = _members(row.get("json"))
        uuid = _text(row.get("plan_uuid"), members.get("planUUID"))
        location = row.get("storage_location_id", members.get("storageLocationId"))
        if UUID.fullmatch(uuid) and isinstance(location, int) and row.get("active") != 0:
            yield BackupPlan(uuid, shortened(_text(members.get("name"), row.get("name"))) or uuid, location)


def _newest_runs(rows: tuple[Row, ...]) -> Mapping[str, BackupRun]:
    runs: dict[str, BackupRun] = {}
    for row in rows:  # the newest first
        plan = row.get("plan_uuid")
        if isinstance(plan, str) and row.get("type") == "backup" and row.get("sub_type") in {"backup", "", None}:
            values = {
                "created": row.get("created_time"),
                "finished": row.get("finished_time"),
                "message": row.get("message"),
                "aborted": row.get("aborted"),
                "errors": row.get("error_count"),
            }
            runs.setdefault(plan, run_from(values))
    return runs


def _members(written: object) -> Mapping[str, Any]:
    """The members of a row's JSON text, which is what counts where the plain columns are empty."""
    if not isinstance(written, str):
        return {}
    try:
        read = json.loads(written)
    except (ValueError, RecursionError):
        return {}
    return read if isinstance(read, dict) else {}


def _text(*candidates: object) -> str:
    return next((one.strip() for one in candidates if isinstance(one, str) and one.strip()), "")


def _access_key_id(members: Mapping[str, Any], row: Row, *, amazon: bool) -> AccessKeyId | None:
    user = _text(members.get("username"), row.get("username"))
    if amazon and len(user) == 20 and key_id(user) is not None:
        return key_id(user)
    shaped = {
        value for value in (user, *members.values()) if isinstance(value, str) and KEY_ID_IN_TEXT.fullmatch(value)
    }
    return AccessKeyId(shaped.pop()) if len(shaped) == 1 else None


def _target(members: Mapping[str, Any], row: Row) -> Target | None:
    """The bucket, named for itself or as the path's first part: `/bucket/prefix`, `bucket:/prefix`."""
    path = _text(members.get("path"), row.get("path")).replace(":", "/").strip("/")
    bucket, _slash, prefix = path.partition("/")
    named = _text(*(members.get(name) for name in _BUCKET_MEMBERS))
    if named:
        bucket, prefix = named, prefix if bucket == named else path
    return Target(bucket, prefix.strip("/")) if _BUCKET.fullmatch(bucket) else None


def _moment(seconds: object) -> datetime | None:
    if not isinstance(seconds, int | float) or not _SENSIBLE[0] < seconds < _SENSIBLE[1]:
        return None
    return datetime.fromtimestamp(seconds, UTC)
