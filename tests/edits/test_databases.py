"""Rows of another program's database: what is there is read, its code never runs, and its files stay as they are."""

from __future__ import annotations

import os
import random
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from keyturn.edits.databases import read_tables
from keyturn.model.errors import FileError

WANTED = {"places": ("id", "name", "size")}


def make(path: Path, script: str, *rows: tuple[object, ...]) -> Path:
    with closing(sqlite3.connect(path)) as database:
        database.executescript(script)
        if rows:
            database.executemany("INSERT INTO places (name, size) VALUES (?, ?)", rows)
        database.commit()
    return path


PLAIN = "CREATE TABLE places (id INTEGER PRIMARY KEY, name TEXT, size REAL);"


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return make(tmp_path / "Zoë's server?.db", PLAIN, ("one", 1.5), ("zwei – ü", None))


def test_the_wanted_columns_are_read_the_newest_row_first(database: Path) -> None:
    assert read_tables(database, WANTED) == {
        "places": ({"id": 2, "name": "zwei – ü", "size": None}, {"id": 1, "name": "one", "size": 1.5})
    }


def test_a_column_or_table_that_is_not_there_is_missing_and_no_failure(database: Path) -> None:
    answer = read_tables(database, {"places": ("name", "colour"), "plans": ("id",)})

    assert answer == {"places": ({"name": "zwei – ü"}, {"name": "one"})}


def test_only_as_many_rows_are_read_as_asked_for(database: Path) -> None:
    assert len(read_tables(database, WANTED, most=1)["places"]) == 1


def test_nothing_is_written_beside_it_and_nothing_in_it_changes(database: Path) -> None:
    before = database.read_bytes(), database.stat().st_mtime_ns, sorted(database.parent.iterdir())

    read_tables(database, WANTED)

    assert (database.read_bytes(), database.stat().st_mtime_ns, sorted(database.parent.iterdir())) == before


def test_its_program_may_hold_every_lock_and_is_not_waited_for(database: Path) -> None:
    with closing(sqlite3.connect(database, isolation_level=None)) as program:
        program.execute("BEGIN EXCLUSIVE")
        assert len(read_tables(database, WANTED)["places"]) == 2
        program.execute("INSERT INTO places (name) VALUES ('three')")
        program.execute("COMMIT")


def test_rows_that_stand_in_the_write_ahead_log_are_read_and_the_log_stays(database: Path) -> None:
    with closing(sqlite3.connect(database)) as program:
        program.execute("PRAGMA journal_mode = WAL")
        program.execute("INSERT INTO places (name) VALUES ('in the log')")
        program.commit()
        log = database.with_name(database.name + "-wal")
        before = log.read_bytes(), database.read_bytes()

        names = [row["name"] for row in read_tables(database, WANTED)["places"]]

        assert names[0] == "in the log"
        assert (log.read_bytes(), database.read_bytes()) == before


def test_a_change_that_is_not_finished_makes_it_busy_and_not_half_read(database: Path) -> None:
    journal = database.with_name(database.name + "-journal")
    journal.write_bytes(bytes.fromhex("d9d505f920a163d7") + bytes(504))

    with pytest.raises(FileError) as raised:
        read_tables(database, WANTED)

    assert raised.value.code == "file.busy"
    journal.write_bytes(bytes(512))  # as SQLite leaves it behind with journal_mode=persist
    assert len(read_tables(database, WANTED)["places"]) == 2


HOSTILE_SCHEMAS: dict[str, str] = {
    "a view under the table's name": (
        "CREATE TABLE real (id INTEGER PRIMARY KEY, name, size);"
        "CREATE VIEW places AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n) SELECT i AS id FROM n;"
    ),
    "a virtual table under the table's name": "CREATE VIRTUAL TABLE places USING fts5(name, size);",
}


@pytest.mark.parametrize("script", HOSTILE_SCHEMAS.values(), ids=HOSTILE_SCHEMAS.keys())
def test_what_only_looks_like_a_table_is_not_read(script: str, tmp_path: Path) -> None:
    path = tmp_path / "server.db"
    with closing(sqlite3.connect(path)) as database:
        database.executescript(script)

    assert read_tables(path, WANTED) == {}


def test_triggers_and_generated_columns_do_not_run(tmp_path: Path) -> None:
    path = make(
        tmp_path / "server.db",
        "CREATE TABLE places (id INTEGER PRIMARY KEY, name TEXT, size REAL GENERATED ALWAYS AS (abs(id)) VIRTUAL, n);"
        "CREATE TRIGGER t AFTER INSERT ON places BEGIN INSERT INTO places (n) SELECT 1 WHERE 0; END;"
        "INSERT INTO places (name) VALUES ('one');",
    )

    assert read_tables(path, WANTED) == {"places": ({"id": 1, "name": "one"},)}


def test_a_column_that_hides_an_expression_ends_in_a_sentence_and_not_in_its_value(tmp_path: Path) -> None:
    path = make(tmp_path / "server.db", PLAIN, ("one", 1.0))
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA writable_schema = ON")
        database.execute(
            "UPDATE sqlite_master SET sql = 'CREATE TABLE places (id INTEGER PRIMARY KEY, name TEXT, "
            "size REAL AS (load_extension(''/tmp/x.so'')))'"
        )
        database.commit()

    answer: object
    try:
        answer = read_tables(path, WANTED)
    except FileError as error:
        answer = error.code

    assert answer in ({"places": ({"id": 1, "name": "one"},)}, "file.unparsable")


def test_a_value_of_many_megabytes_is_not_taken_into_memory(tmp_path: Path) -> None:
    path = make(tmp_path / "server.db", PLAIN, ("x" * (8 << 20), None))

    with pytest.raises(FileError) as raised:
        read_tables(path, WANTED)

    assert raised.value.code == "file.unparsable"


@pytest.mark.parametrize("content", [b"", b"bplist00", b"SQLite format 3\0", b"SQLite format 3\0" + bytes(8000)])
def test_what_is_no_database_is_said_to_be_none(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "server.db"
    path.write_bytes(content)

    with pytest.raises(FileError) as raised:
        read_tables(path, WANTED)

    assert raised.value.code == "file.unparsable"


def _folder(path: Path) -> None:
    path.mkdir()


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _gigabyte(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(1 << 30)


@pytest.mark.parametrize(
    ("make_it", "code"),
    [(_folder, "file.not-a-file"), (_pipe, "file.not-a-file"), (_gigabyte, "file.unparsable")],
    ids=["a folder", "a pipe", "a gigabyte of nothing"],
)
def test_what_is_no_file_is_never_waited_for(make_it: Callable[[Path], None], code: str, tmp_path: Path) -> None:
    path = tmp_path / "server.db"
    make_it(path)

    with pytest.raises(FileError) as raised:
        read_tables(path, WANTED)

    assert raised.value.code == code


def test_a_missing_database_is_missing(tmp_path: Path) -> None:
    with pytest.raises(FileError) as raised:
        read_tables(tmp_path / "server.db", WANTED)

    assert raised.value.code == "file.missing"


def test_a_damaged_database_is_read_or_refused_and_never_hangs(tmp_path: Path) -> None:
    path = make(tmp_path / "server.db", PLAIN, *(("name " * 40, number) for number in range(400)))
    sound, chance = path.read_bytes(), random.Random(7)  # noqa: S311  (damage, not secrets)
    began = time.monotonic()
    outcomes = set()
    for _ in range(150):
        damaged = bytearray(sound)
        for _ in range(chance.randint(1, 40)):
            damaged[chance.randrange(16, len(damaged))] = chance.randrange(256)
        path.write_bytes(damaged[: len(damaged) - chance.choice((0, 0, 1000, 4096))])
        try:
            rows = read_tables(path, WANTED).get("places", ())
            outcomes.add("read")
            assert len(rows) <= 2000
        except FileError as error:
            outcomes.add(error.code)
    assert outcomes <= {"read", "file.unparsable"}
    assert time.monotonic() - began < 30
