"""What stands in the values of SQLite databases.

A long value is spread over pages that need not follow each other, so a search through the file's bytes can miss it.
Nothing is changed and no file appears beside the database (https://www.sqlite.org/uri.html, `immutable`). What waits in
a `-wal` file is looked for in that file's own bytes.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from urllib.parse import quote

from keyturn.clients.search.search_patterns import SearchPatterns

_STEPS = 10_000  # of SQLite's machine, between two checks
# Checks until a database is taken for one that was built to keep its reader busy; and on top one for so many bytes.
_CHECKS_ANYWAY, _BYTES_A_CHECK = 1_000, 1_000
_VALUE_LIMIT = 32 * 1024 * 1024
_COLUMNS_AT_ONCE = 100


class Endless(Exception):
    """Reading it takes much longer than its size explains."""


def values_in(path: str, size: int, patterns: SearchPatterns, check: Callable[[], None]) -> Iterator[tuple[str, str]]:
    """Yield each key ID that stands in a value of an ordinary table once, with the table's and the column's name.

    Args:
        size: of the database, in bytes.
        check: called often; whatever it raises ends the look.

    Raises:
        sqlite3.Error: where it is damaged or encrypted.
        Endless: where it was built to keep its reader busy.
    """
    left = _CHECKS_ANYWAY + size // _BYTES_A_CHECK
    stopped: list[BaseException] = []

    def watch() -> int:
        nonlocal left
        left -= 1
        try:
            check()
        except BaseException as stop:  # SQLite would swallow it
            stopped.append(stop)
            return 1
        return left < 0

    uri = f"file:{quote(os.fsencode(path))}?mode=ro&immutable=1"
    with closing(sqlite3.connect(uri, uri=True)) as database:
        database.text_factory = bytes
        database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _VALUE_LIMIT)
        database.execute("PRAGMA trusted_schema = OFF")  # no function of ours runs because a schema says so
        database.set_progress_handler(watch, _STEPS)
        try:
            seen: set[str] = set()
            for table, columns in _tables(database):
                for key, column in _in_table(database, table, columns, patterns):
                    if key not in seen:
                        seen.add(key)
                        yield key, column
                    if not patterns.any_key and len(seen) == len(patterns.keys):
                        return
        except sqlite3.Error:
            if stopped:
                raise stopped[0] from None
            if left < 0:
                raise Endless from None
            raise


def _tables(database: sqlite3.Connection) -> Iterator[tuple[str, list[str]]]:
    """The ordinary tables: what is virtual or computed from others holds nothing of its own."""
    for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND rootpage > 0").fetchall():
        table = name.decode(errors="replace")
        rows = database.execute(f"PRAGMA table_xinfo({_quoted(table)})").fetchall()
        columns = [row[1].decode(errors="replace") for row in rows if not row[6]]
        for at in range(0, len(columns), _COLUMNS_AT_ONCE):
            yield table, columns[at : at + _COLUMNS_AT_ONCE]


def _in_table(
    database: sqlite3.Connection, table: str, columns: list[str], patterns: SearchPatterns
) -> Iterator[tuple[str, str]]:
    signs = patterns.signs
    named = [_quoted(column) for column in columns]
    wanted = " OR ".join(f"instr({name}, ?{at})" for name in named for at in range(1, len(signs) + 1))
    query = f"SELECT {', '.join(named)} FROM {_quoted(table)} WHERE {wanted}"  # noqa: S608  (quoted names)
    for row in database.execute(query, signs):
        for column, value in zip(columns, row, strict=True):
            if isinstance(value, bytes):
                content = bytearray(value)
                for key, _at, _width in patterns.found_in(content, 0, len(content), last=True):
                    yield key, f"{table}.{column}"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
