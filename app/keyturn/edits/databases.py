"""Another program's SQLite database: a few rows of it, without a lock, a write, or a line of its own code.

A database is a program: its views, triggers, generated columns and virtual tables run when they are read. Only plain
columns of plain tables are read here, whatever the schema says, and for a limited time (sqlite.org/security.html).
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from keyturn.edits import failures
from keyturn.edits.failures import Doing
from keyturn.edits.files import read_file
from keyturn.edits.temporary_folders import temporary_folder
from keyturn.model.text import _

if TYPE_CHECKING:
    import sqlite3

Row: TypeAlias = Mapping[str, "str | int | float | None"]

_MAGIC = b"SQLite format 3\0"
# A journal that begins like this belongs to a change that is not finished (sqlite.org/fileformat2.html, section 3).
_HOT = bytes.fromhex("d9d505f920a163d7")
_COPIED = 64 * 1024 * 1024  # bytes that are copied where the newest rows stand beside the database
_CELL = 1024 * 1024  # bytes of one value; longer ones end the reading
_SECONDS = 3.0
_STEPS = 2000  # of SQLite's machine between two looks at the clock
_PAUSES = (0.05, 0.15, 0.4)  # seconds, where the program writes just now


def read_tables(path: Path, wanted: Mapping[str, Sequence[str]], *, most: int = 2000) -> Mapping[str, tuple[Row, ...]]:
    """Return rows of some tables, the newest first (by row number).

    Args:
        wanted: the columns of each table. A column that is not there is missing in the rows; a table that is not
            there, or is none, is missing in the answer. Nobody's schema is taken for granted.
        most: rows of each table.

    Raises:
        FileError: `file.missing`, `file.not-a-file`, `file.unreadable`; `file.unparsable`, where it is no database,
            is damaged, or takes too long; `file.busy`, where its program is writing for longer than a moment;
            `file.too-big`, where it would have to be copied.
    """
    with _told(path):
        for pause in (*_PAUSES, None):
            before = _state(path)
            if before is not None:
                answer = _read(path, wanted, most)
                if _state(path) == before:
                    return answer
            if pause is not None:
                time.sleep(pause)
    raise failures.busy(path)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    import sqlite3  # only where there is such a file

    try:
        yield
    except OSError as error:
        raise failures.refused(error, path, Doing.READING) from error
    except (sqlite3.Error, sqlite3.Warning, UnicodeError, ValueError, OverflowError) as error:
        raise failures.unparsable(path, _("It is not a database that can be read, or it is damaged.")) from error


def _state(path: Path) -> tuple[int, ...] | None:
    """What changes whenever the program writes, or None while it does: size, time, counter, and the same of the WAL."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    try:
        known = os.fstat(descriptor)
        if not stat.S_ISREG(known.st_mode):
            raise failures.not_a_file(path)
        header = os.read(descriptor, 100)
    finally:
        os.close(descriptor)
    if not header.startswith(_MAGIC):
        raise ValueError("no database")
    if _begins_hot(_beside(path, "-journal")):
        return None
    log = _log_size(path)
    return known.st_size, known.st_mtime_ns, int.from_bytes(header[24:28], "big"), *log


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)


def _begins_hot(journal: Path) -> bool:
    with suppress(OSError):
        if stat.S_ISREG(journal.stat().st_mode):
            with journal.open("rb") as file:
                return file.read(len(_HOT)) == _HOT
    return False


def _log_size(path: Path) -> tuple[int, int]:
    """Size and time of the write-ahead log, in which the newest rows stand until they are moved into the database."""
    with suppress(OSError):
        known = _beside(path, "-wal").stat()
        return known.st_size, known.st_mtime_ns
    return 0, 0


def _read(path: Path, wanted: Mapping[str, Sequence[str]], most: int) -> Mapping[str, tuple[Row, ...]]:
    if _log_size(path)[0] == 0:
        # Immutable: SQLite takes no lock, looks for no journal and writes nothing, also not beside the file.
        return _rows(f"{path.absolute().as_uri()}?mode=ro&immutable=1", wanted, most)
    with temporary_folder() as folder:
        copy = folder / "copy"
        for ending in ("", "-wal"):
            content = read_file(_beside(path, ending), limit=_COPIED).content
            handle = os.open(_beside(copy, ending), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(content)
        return _rows(copy.as_uri(), wanted, most)


def _rows(uri: str, wanted: Mapping[str, Sequence[str]], most: int) -> Mapping[str, tuple[Row, ...]]:
    import sqlite3

    end = time.monotonic() + _SECONDS
    answer: dict[str, tuple[Row, ...]] = {}
    with closing(sqlite3.connect(uri, uri=True)) as database:
        database.text_factory = lambda written: written.decode(errors="replace")
        database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _CELL)
        database.set_progress_handler(lambda: time.monotonic() > end, _STEPS)
        for setting in ("trusted_schema = OFF", "cell_size_check = ON", "mmap_size = 0", "query_only = ON"):
            database.execute(f"PRAGMA {setting}")
        database.set_authorizer(_only_plain_reading)
        for table, columns in wanted.items():
            kept = _columns(database, table, columns)
            if kept:
                names = ", ".join(f'"{name}"' for name in kept)
                # The names are ours, or were compared with ours.
                found = database.execute(f'SELECT {names} FROM "{table}" ORDER BY rowid DESC LIMIT {most:d}')  # noqa: S608
                answer[table] = tuple(_row(kept, values) for values in found)
            elif kept is not None:
                answer[table] = ()
    return answer


def _columns(database: sqlite3.Connection, table: str, columns: Sequence[str]) -> tuple[str, ...] | None:
    """The wanted columns that the table has; None where there is no plain table of this name."""
    # Views and virtual tables have no page of their own (sqlite.org/schematab.html).
    kinds = database.execute("SELECT type, rootpage FROM sqlite_master WHERE name = ?", (table,)).fetchall()
    if not any(kind == "table" and page for kind, page in kinds):
        return None
    # Generated columns are not in this list.
    there = {str(row[1]).lower() for row in database.execute(f'PRAGMA table_info("{table}")').fetchmany(1000)}
    return tuple(name for name in columns if name.lower() in there)


def _row(names: Sequence[str], values: Sequence[object]) -> Row:
    return {
        name: value if isinstance(value, str | int | float) else None for name, value in zip(names, values, strict=True)
    }


def _only_plain_reading(action: int, _one: str | None, _two: str | None, _base: str | None, inside: str | None) -> int:
    """Let SQLite select and read columns, and nothing else; nothing at all from inside a view or a trigger."""
    import sqlite3

    allowed = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_PRAGMA}
    return sqlite3.SQLITE_OK if action in allowed and inside is None else sqlite3.SQLITE_DENY
