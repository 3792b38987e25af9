"""Until when no reminder is wanted, and which was shown last."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from keyturn.model.errors import StateError, StoreError
from keyturn.state.reminding import FILE_NAME, Reminding, load, save

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
REMINDING = Reminding(NOON, NOON, frozenset(["old-key:AKIAOLDROOTKEYEXAMPL"]))


def test_it_is_there_for_the_next_program(tmp_path: Path) -> None:
    assert load(tmp_path) == Reminding()
    save(tmp_path, REMINDING)
    assert load(tmp_path) == REMINDING


@pytest.mark.parametrize("damaged", [b"{", b'{"version": 1}', b'{"version": 1, "snoozed_until": "2026-11-21"}'])
def test_a_damaged_file_is_told_and_not_written_over(tmp_path: Path, damaged: bytes) -> None:
    (tmp_path / FILE_NAME).write_bytes(damaged)
    for attempt in (lambda: load(tmp_path), lambda: save(tmp_path, REMINDING)):
        with pytest.raises(StateError) as raised:
            attempt()
        assert raised.value.code == "state.damaged"
    assert (tmp_path / FILE_NAME).read_bytes() == damaged


def test_that_of_a_newer_keyturn_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text('{"version": 2}')
    with pytest.raises(StoreError) as raised:
        save(tmp_path, REMINDING)
    assert raised.value.code == "state.newer"


def test_where_it_cannot_be_kept_that_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as raised:
        save(tmp_path / "gone", REMINDING)
    assert raised.value.code == "state.unwritable"
