"""The journals of every version that ever was are read, and what this Keyturn does not know is left alone."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from keyturn.model.errors import StoreError, UsageError
from keyturn.model.keys import AccessKeyId
from keyturn.rotation import rotation_service
from keyturn.rotation.all_rotations import expect_none_unread, find_rotation, read_rotations
from keyturn.rotation.decision_format import FORMAT
from keyturn.rotation.steps import Route, State, Step
from keyturn.state.journal import FILE_NAME, Journal

from .conftest import Office

FROZEN = sorted((Path(__file__).parents[1] / "frozen").glob("journal-*.sql"))
OLD = AccessKeyId("AKIAIT2JM32CYOQZC7NK")
WAITS = "20261130-C7NK"


def thawed(frozen: Path, folder: Path) -> Journal:
    """A journal as that version wrote it."""
    text = frozen.read_text(encoding="utf-8").replace("@HOME@", "/home/anna").replace("@URL@", "http://127.0.0.1:1")
    with closing(sqlite3.connect(folder / FILE_NAME)) as database:
        database.executescript(text)
    return Journal(folder)


@pytest.mark.parametrize("frozen", FROZEN, ids=lambda path: path.stem)
def test_every_version_that_ever_was_is_read(frozen: Path, tmp_path: Path) -> None:
    rotations, unread = read_rotations(thawed(frozen, tmp_path))
    assert unread == ()
    waits, undone = rotations[-1], rotations[-2]
    assert (waits.name, waits.decision.key, waits.decision.route) == (WAITS, OLD, Route.SCOPED_USER)
    assert (waits.state, waits.step) == (State.WAITING, Step.WATCH)
    assert waits.new_key == AccessKeyId("AKIARTX3GSDS3XG54RHM")
    assert waits.decision.user_name == "backup-home"
    assert [one.file for one in waits.decision.destinations] == [one.place.path for one in waits.decision.destinations]
    assert waits.ticked
    assert undone.state is State.UNDONE
    for rotation in rotations:
        assert FORMAT.load(FORMAT.dump(rotation.decision)) == rotation.decision


def test_the_newest_frozen_journal_is_of_the_version_that_is_written_now() -> None:
    assert f"journal-{FORMAT.version}" in {path.stem for path in FROZEN}
    assert set(FORMAT.migrations) == set(range(FORMAT.version))


def test_a_key_of_a_store_has_no_owner_in_the_journals_that_know_of_one(tmp_path: Path) -> None:
    rotations, _unread = read_rotations(thawed(FROZEN[-1], tmp_path))
    store = rotations[0]
    assert (store.decision.owner, store.decision.route, store.state) == (None, Route.GIVEN_PAIR, State.DONE)
    assert store.new_key == store.decision.given


# ── What this Keyturn does not know ──────────────────────────────────────────────────────────────────────────────────

Change = Callable[[dict[str, Any]], object]


def changed_decision(journal: Journal, change: Change) -> None:
    with closing(sqlite3.connect(journal.path)) as database:
        (text,) = database.execute("SELECT decision FROM rotation WHERE name = ?", (WAITS,)).fetchone()
        decision = json.loads(text)
        change(decision)
        database.execute("UPDATE rotation SET decision = ? WHERE name = ?", (json.dumps(decision), WAITS))
        database.commit()


def changed_entry(journal: Journal, column: str, value: str) -> None:
    with closing(sqlite3.connect(journal.path)) as database:
        newest = "(SELECT max(number) FROM entry WHERE rotation = ?)"
        database.execute(f"UPDATE entry SET {column} = ? WHERE number = {newest}", (value, WAITS))  # noqa: S608
        database.commit()


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with closing(thawed(FROZEN[-1], tmp_path)) as journal:
        yield journal


NEWER: dict[str, Change] = {
    "version": lambda decision: decision.update(version=FORMAT.version + 1),
    "route": lambda decision: decision.update(route="transfer"),
    "member": lambda decision: decision.update(signer="keeper"),
    "destinations.kind": lambda decision: decision["destinations"][0].update(kind="vault"),
    "destinations.client": lambda decision: decision["destinations"][0].update(client="a-program-of-tomorrow"),
    "destinations.member": lambda decision: decision["destinations"][0].update(reference=True),
    "policy": lambda decision: decision["policy"].update(Id="tomorrow"),
}
DAMAGED: dict[str, Change] = {
    "no key": lambda decision: decision.pop("key"),
    "key": lambda decision: decision.update(key="short"),
    "owner": lambda decision: decision.update(owner=7),
    "days": lambda decision: decision.update(watch_days="three"),
    "endless days": lambda decision: decision.update(off_days=1e300),
    "not a number": lambda decision: decision.update(off_days=float("nan")),
    "destinations": lambda decision: decision.update(destinations={}),
    "path": lambda decision: decision["destinations"][0].update(path="/home/\0"),
    "targets": lambda decision: decision["destinations"][0].update(targets=[["bucket"]]),
    "computers": lambda decision: decision["computers"][0].update(last_upload="yesterday"),
    "name": lambda decision: decision.update(rotation="another"),
    "version": lambda decision: decision.update(version="one"),
}


def expect_unread(journal: Journal, code: str) -> None:
    rotations, unread = read_rotations(journal)
    assert WAITS not in {one.name for one in rotations}
    assert len(rotations) == 3, "the others are read all the same"
    (one,) = unread
    assert (one.name, one.problem.code) == (WAITS, code)
    for name in (WAITS, None):
        with pytest.raises(StoreError) as raised:
            find_rotation(journal, name)
        assert raised.value.code == code
    with pytest.raises(StoreError):
        expect_none_unread(journal, OLD)


@pytest.mark.parametrize("change", NEWER.values(), ids=NEWER)
def test_a_decision_of_a_newer_keyturn_is_left_alone(journal: Journal, change: Change) -> None:
    changed_decision(journal, change)
    expect_unread(journal, "journal.newer")


@pytest.mark.parametrize("change", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_decision_is_told_from_a_newer_one(journal: Journal, change: Change) -> None:
    changed_decision(journal, change)
    expect_unread(journal, "journal.broken")


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("step", "hand-over", "journal.newer"),
        ("mark", "delegated", "journal.newer"),
        ("facts", '{"weather": "fair"}', "journal.newer"),
        ("facts", '{"by": "keeper"}', "journal.newer"),
        ("facts", '{"by": 7}', "journal.broken"),
        ("facts", '{"new_key_used": "yesterday"}', "journal.broken"),
        ("facts", '{"made": "AKIARTX3GSDS3XG54RHM"}', "journal.broken"),
        ("facts", '{"proved": [{"place": "x", "bucket": null, "checks": [["list"]]}]}', "journal.broken"),
        ("facts", "[]", "journal.broken"),
        ("facts", "{", "journal.broken"),
        ("facts", "[" * 100_000, "journal.broken"),
        ("at", "noon", "journal.broken"),
        ("at", "2026-11-30T10:00:00", "journal.broken"),
        ("mark", "ticked", "journal.broken"),  # of what, it does not say
    ],
)
def test_a_line_that_is_not_understood_closes_its_rotation_alone(
    journal: Journal, column: str, value: str, code: str
) -> None:
    changed_entry(journal, column, value)
    expect_unread(journal, code)


def test_bytes_that_are_no_text_close_their_rotation_alone(journal: Journal) -> None:
    with closing(sqlite3.connect(journal.path)) as database:
        database.execute("UPDATE rotation SET decision = CAST(x'7bff7d' AS TEXT) WHERE name = ?", (WAITS,))
        database.commit()
    expect_unread(journal, "journal.broken")


def test_another_keys_rotation_that_cannot_be_read_closes_no_other_key(journal: Journal) -> None:
    changed_decision(journal, lambda decision: decision.update(route="transfer"))
    expect_none_unread(journal, AccessKeyId("AKIAANOTHERKEYEXAMPL"))


def test_where_one_cannot_be_read_the_open_one_has_to_be_named(journal: Journal) -> None:
    decision = read_rotations(journal)[0][-1].decision
    written = {**FORMAT.dump(decision), "rotation": "20261130-2"}
    journal.begin("20261130-2", datetime(2026, 11, 30, tzinfo=UTC), written)
    changed_decision(journal, lambda decision: decision.update(route="transfer"))
    assert find_rotation(journal, "20261130-2").name == "20261130-2"
    with pytest.raises(UsageError) as raised:
        find_rotation(journal, None)
    assert WAITS in raised.value.message


def test_no_second_rotation_begins_on_a_key_whose_first_one_cannot_be_read(office: Office) -> None:
    plan = office.plan(Route.SCOPED_USER)
    assert plan.decision is not None
    written = {**FORMAT.dump(plan.decision), "rotation": "20261130-9", "route": "transfer"}
    office.start().journal.begin("20261130-9", office.clock.now(), written)
    before = office.account.listed_keys()
    with pytest.raises(StoreError) as raised:
        rotation_service.rotate(office.start(), plan)
    assert raised.value.code == "journal.newer"
    assert office.pairs_in_files() == {office.old.access_key_id.value}
    assert office.account.listed_keys() == before
