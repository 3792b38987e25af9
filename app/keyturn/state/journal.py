"""The journal: what was decided, begun and finished, durable before anything is done.

An append-only SQLite database. Each step of a rotation writes its intent before it acts and its outcome after it, so a
program that was killed anywhere finds here where it stood. No secret is ever written to it.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from keyturn.computer.private_files import expect_private_file, give_new_name
from keyturn.model.errors import StateError
from keyturn.model.keys import AccessKeyId, LastUse
from keyturn.model.known_secrets import json_without_secrets
from keyturn.model.temporaries import temporary_name
from keyturn.model.text import _

FILE_NAME = "journal.sqlite3"
_SCHEMA_VERSION = 1
_SCHEMA = """
CREATE TABLE rotation (
    name TEXT PRIMARY KEY,
    started TEXT NOT NULL,
    decision TEXT NOT NULL
) STRICT;
CREATE TABLE entry (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    rotation TEXT NOT NULL REFERENCES rotation (name),
    at TEXT NOT NULL,
    step TEXT NOT NULL,
    mark TEXT NOT NULL,
    facts TEXT NOT NULL
) STRICT;
CREATE INDEX entry_of_rotation ON entry (rotation, number);
CREATE TABLE own_use (
    access_key_id TEXT NOT NULL,
    at TEXT NOT NULL,
    service TEXT NOT NULL,
    region TEXT NOT NULL
) STRICT;
CREATE INDEX own_use_of_key ON own_use (access_key_id, at);
CREATE TABLE foreign_use (
    access_key_id TEXT PRIMARY KEY,
    used TEXT,
    service TEXT NOT NULL,
    region TEXT NOT NULL
) STRICT;
"""


class Mark(StrEnum):
    """What an entry says of its step."""

    INTENT = "intent"  # about to act: after a kill, look before acting again
    NOTED = "noted"  # a part of the step is finished, with facts that later steps need
    DONE = "done"
    FAILED = "failed"
    TICKED = "ticked"  # a person did a thing by hand


@dataclass(frozen=True, slots=True)
class RawEntry:
    """One line of the journal as it stands there."""

    at: str
    step: str
    mark: str
    facts: str


@dataclass(frozen=True, slots=True)
class RecordedRotation:
    """A rotation as it stands in the journal, not understood yet: one that cannot be read does not hide the others.

    Attributes:
        decision: what was decided, in JSON.
        entries: all that happened since, oldest first.
    """

    name: str
    started: str
    decision: str
    entries: tuple[RawEntry, ...]

    def mentions(self, key: AccessKeyId) -> bool:
        """True where the key is named anywhere in it, understood or not."""
        return any(key.value in text for text in (self.decision, *(one.facts for one in self.entries)))


class Journal:
    """The journal in one folder. Every method raises `StateError` where the disk or the database fails."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE_NAME
        # Destinations are proved in parallel, and each request notes its own use of a key.
        self._turn = threading.Lock()
        with _told(self.path):
            self._database = _open(self.path)

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    @contextmanager
    def _committed(self) -> Iterator[sqlite3.Connection]:
        with _told(self.path), self._turn, self._database:
            yield self._database

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with _told(self.path), self._turn:
            yield self._database

    def begin(self, name: str, started: datetime, decision: Mapping[str, Any]) -> None:
        """Write down a new rotation and what was decided for it."""
        with self._committed() as database:
            database.execute(
                "INSERT INTO rotation (name, started, decision) VALUES (?, ?, ?)",
                (name, started.isoformat(), json_without_secrets(decision)),
            )

    def write(self, rotation: str, at: datetime, step: str, mark: Mark, facts: Mapping[str, object]) -> None:
        """Append an entry; when this returns, it is on the disk.

        Args:
            facts: what later steps and recovery need to know; plain JSON, never a secret: one in it is hidden.
        """
        with self._committed() as database:
            database.execute(
                "INSERT INTO entry (rotation, at, step, mark, facts) VALUES (?, ?, ?, ?, ?)",
                (rotation, at.isoformat(), str(step), mark.value, json_without_secrets(facts)),
            )

    def rotations(self) -> tuple[RecordedRotation, ...]:
        """All rotations, oldest first."""
        with self._reading() as database:
            entries: dict[str, list[RawEntry]] = {}
            for name, *columns in database.execute("SELECT rotation, at, step, mark, facts FROM entry ORDER BY number"):
                entries.setdefault(name, []).append(RawEntry(*columns))
            return tuple(
                RecordedRotation(name, started, decision, tuple(entries.get(name, ())))
                for name, started, decision in database.execute(
                    "SELECT name, started, decision FROM rotation ORDER BY started, rowid"
                )
            )

    def entries(self, rotation: str, after: int) -> tuple[RawEntry, ...]:
        """The entries of one rotation, oldest first, without the first ones, of which there are so many."""
        with self._reading() as database:
            rows = database.execute(
                "SELECT at, step, mark, facts FROM entry WHERE rotation = ? ORDER BY number LIMIT -1 OFFSET ?",
                (rotation, after),
            )
            return tuple(RawEntry(*columns) for columns in rows)

    def note_own_use(self, key: AccessKeyId, at: datetime, service: str, region: str) -> None:
        """Remember that Keyturn itself signs a request with `key`, so that it is not taken for somebody else's use."""
        with self._committed() as database:
            database.execute(
                "INSERT INTO own_use (access_key_id, at, service, region) VALUES (?, ?, ?, ?)",
                (key.value, at.isoformat(), service, region),
            )

    def own_uses(self, key: AccessKeyId) -> tuple[tuple[datetime, str], ...]:
        """When, and for which service, Keyturn itself used `key`; oldest first."""
        with self._reading() as database:
            return tuple(
                (datetime.fromisoformat(at), service)
                for at, service in database.execute(
                    "SELECT at, service FROM own_use WHERE access_key_id = ? ORDER BY at", (key.value,)
                )
            )

    def note_foreign_use(self, key: AccessKeyId, use: LastUse) -> None:
        """Remember the newest use of `key` that was not Keyturn's own."""
        with self._committed() as database:
            used = None if use.date is None else use.date.isoformat()
            database.execute(
                "INSERT OR REPLACE INTO foreign_use (access_key_id, used, service, region) VALUES (?, ?, ?, ?)",
                (key.value, used, use.service, use.region),
            )

    def foreign_use(self, key: AccessKeyId) -> LastUse | None:
        """The newest use of `key` that was not Keyturn's own, or None where none was ever read."""
        with self._reading() as database:
            row = database.execute(
                "SELECT used, service, region FROM foreign_use WHERE access_key_id = ?", (key.value,)
            ).fetchone()
        if row is None:
            return None
        used, service, region = row
        return LastUse(None if used is None else datetime.fromisoformat(used), service, region)


def _open(path: Path) -> sqlite3.Connection:
    try:
        expect_private_file(path)
    except FileNotFoundError:
        _make(path)
    database = sqlite3.connect(path, check_same_thread=False)
    # FULL makes each commit wait for the disk: an intent that is not durable is worth nothing after a power cut.
    database.execute("PRAGMA synchronous = FULL")
    database.execute("PRAGMA foreign_keys = ON")
    # Bytes that are no text spoil the rotation that has them, and no other one.
    database.text_factory = lambda written: written.decode(errors="surrogateescape")
    (version,) = database.execute("PRAGMA user_version").fetchone()
    if version > _SCHEMA_VERSION:
        database.close()
        raise StateError(
            _("The journal was written by a newer Keyturn"),
            _(
                "This Keyturn cannot read {path}, and left it as it is. Your backups do not need it. "
                "Use the newer Keyturn."
            ).format(path=path),
            code="journal.newer",
        )
    if version != _SCHEMA_VERSION:
        database.close()
        raise sqlite3.DatabaseError("no journal")
    return database


def _make(path: Path) -> None:
    """Make an empty journal, whole or not at all: one without its tables would be taken for one that was emptied."""
    new = path.with_name(temporary_name(os.getpid()))
    try:
        os.close(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        with closing(sqlite3.connect(new)) as database:
            database.execute("PRAGMA synchronous = FULL")
            database.executescript(f"BEGIN; {_SCHEMA} PRAGMA user_version = {_SCHEMA_VERSION}; COMMIT;")
        give_new_name(new, path)
    finally:
        new.unlink(missing_ok=True)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise StateError(
            _("Keyturn's journal cannot be read or written"),
            f"{_meaning()} {_way_out(error, path)} ({reason})",
            code="journal.broken",
        ) from error


def _meaning() -> str:
    return _(
        "Keyturn writes down each step before it acts, and will not act without that. Your backups go on as they are."
    )


def _way_out(error: Exception, path: Path) -> str:
    # SQLite reports a full disk, a missing right, a lock and a failed read as OperationalError, and also a table that
    # is not there; a file that is no database, or is damaged inside, as DatabaseError itself (PEP 249, "Exceptions").
    if isinstance(error, OSError) or (
        isinstance(error, sqlite3.OperationalError) and not str(error).startswith("no such ")
    ):
        return _(
            "Free some space on the disk, or see what stands at {path} and who may write to Keyturn's folder."
        ).format(path=path)
    return _(
        "The file {path} is damaged: put it back from a backup of this computer. Only where no rotation is under way "
        "may it be moved away instead."
    ).format(path=path)
