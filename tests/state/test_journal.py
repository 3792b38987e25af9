"""The journal: durable, append-only, honest about what it cannot read."""

from __future__ import annotations

import sqlite3
import stat
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from keyturn.model.errors import StoreError
from keyturn.model.keys import AccessKeyId, LastUse
from keyturn.state.journal import Journal, Mark

KEY = AccessKeyId("AKIAOLDROOTKEYEXAMPLE"[:20])
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def write(journal: Journal, mark: Mark, minutes: int = 0, **facts: object) -> None:
    journal.write("20261121-MPLE", NOON + timedelta(minutes=minutes), "create", mark, facts)


def test_what_was_written_is_there_for_the_next_program(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.begin("20261121-MPLE", NOON, {"route": "scoped-user"})
    write(journal, Mark.INTENT)
    write(journal, Mark.DONE, 1, new_key="AKIANEWKEYEXAMPLE123")
    # No close: a killed program does not close anything either.

    (rotation,) = Journal(tmp_path).rotations()

    assert rotation.name == "20261121-MPLE"
    assert rotation.decision == '{"route": "scoped-user"}'
    assert [one.mark for one in rotation.entries] == ["intent", "done"]
    assert rotation.entries[1].facts == '{"new_key": "AKIANEWKEYEXAMPLE123"}'
    assert rotation.entries[1].at == (NOON + timedelta(minutes=1)).isoformat()


def test_each_entry_waits_for_the_disk(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    assert journal._database.execute("PRAGMA synchronous").fetchone() == (2,)


def test_the_newest_foreign_use_replaces_the_one_before(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    assert journal.foreign_use(KEY) is None
    journal.note_foreign_use(KEY, LastUse(None, "N/A", "N/A"))
    assert journal.foreign_use(KEY) == LastUse(None, "N/A", "N/A")
    journal.note_foreign_use(KEY, LastUse(NOON, "s3", "eu-central-1"))
    assert journal.foreign_use(KEY) == LastUse(NOON, "s3", "eu-central-1")


def test_own_uses_are_kept_for_each_key(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.note_own_use(KEY, NOON, "sts", "us-east-1")
    journal.note_own_use(AccessKeyId("AKIAANOTHERKEYEXAMPL"), NOON, "iam", "us-east-1")
    assert journal.own_uses(KEY) == ((NOON, "sts"),)


def test_a_journal_of_a_newer_keyturn_is_not_touched(tmp_path: Path) -> None:
    path = Journal(tmp_path).path
    database = sqlite3.connect(path)
    database.execute("PRAGMA user_version = 99")
    database.close()
    before = path.read_bytes()
    with pytest.raises(StoreError) as raised:
        Journal(tmp_path)
    assert raised.value.code == "journal.newer"
    assert path.read_bytes() == before


def test_a_file_that_is_no_journal_is_a_clear_sentence(tmp_path: Path) -> None:
    (tmp_path / "journal.sqlite3").write_bytes(b"not a database at all, but long enough to be looked at" * 20)
    with pytest.raises(StoreError) as raised:
        Journal(tmp_path)
    assert raised.value.code == "journal.broken"
    assert "damaged" in raised.value.message
    assert "space" not in raised.value.message, "a full disk is another matter"


def test_a_place_that_takes_no_journal_is_said_to_lack_space_or_rights(tmp_path: Path) -> None:
    (tmp_path / "journal.sqlite3").mkdir()
    with pytest.raises(StoreError) as raised:
        Journal(tmp_path)
    assert raised.value.code == "journal.broken"
    assert "Free some space" in raised.value.message
    assert "damaged" not in raised.value.message


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no permission bits")
def test_only_its_owner_may_read_the_journal(tmp_path: Path) -> None:
    assert stat.S_IMODE(Journal(tmp_path).path.stat().st_mode) == 0o600


def test_what_was_written_since_is_read_alone(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    for name in ("20261121-MPLE", "20261122-MPLE"):
        journal.begin(name, NOON, {"route": "scoped-user"})
        journal.write(name, NOON, "create", Mark.INTENT, {})
    write(journal, Mark.DONE, 1, new_key="AKIANEWKEYEXAMPLE123")
    first, second = journal.entries("20261121-MPLE", after=0)
    assert (first.mark, second.mark) == ("intent", "done")
    assert journal.entries("20261121-MPLE", after=1) == (second,)
    assert journal.entries("20261121-MPLE", after=2) == ()
