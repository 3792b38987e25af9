"""What is remembered of the keeper."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time
from pathlib import Path

import pytest

from keyturn.model.errors import StateError, StoreError
from keyturn.model.keys import AccessKeyId
from keyturn.state.keeper import FILE_NAME, Keeper, KeeperSchedule, load, save
from keyturn.state.renewals import Trouble

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
BEGUN = Keeper("keyturn-keeper-attic-0c3f8a12", "aws", "123456789012", "0c3f8a12", requests=(NOON, None))
MADE = replace(BEGUN, user_id="AIDAKEEPER", key=AccessKeyId("AKIAKEEPERKEEPERKEEP"), made=NOON, adopted=("a",))


SCHEDULE = KeeperSchedule(
    AccessKeyId("AKIAKEEPERKEEPERKEEP"), 90, time(3, 30), "keeper", Trouble(NOON, "network.none", "a", "b", waits=True)
)
RENEWED = replace(
    MADE,
    key=AccessKeyId("AKIANEWNEWNEWNEWNEWN"),
    renews_itself=True,
    old_key=AccessKeyId("AKIAKEEPERKEEPERKEEP"),
    schedule=SCHEDULE,
)


@pytest.mark.parametrize("keeper", [BEGUN, MADE, RENEWED, replace(MADE, unsent=False, removing=True), None])
def test_it_is_there_for_the_next_program(tmp_path: Path, keeper: Keeper | None) -> None:
    save(tmp_path, MADE)
    save(tmp_path, keeper)
    assert load(tmp_path) == keeper


def test_it_is_usable_from_the_moment_that_its_secret_is_kept_until_its_removal_begins() -> None:
    assert [one.is_usable for one in (BEGUN, MADE, replace(MADE, removing=True))] == [False, True, False]


def test_where_there_was_never_one_there_is_none(tmp_path: Path) -> None:
    assert load(tmp_path) is None


@pytest.mark.parametrize("damaged", [b"{", b'{"version": 1}', b'{"version": 1, "keeper": {"user_name": 3}}'])
def test_a_damaged_file_is_told_and_not_written_over(tmp_path: Path, damaged: bytes) -> None:
    (tmp_path / FILE_NAME).write_bytes(damaged)
    with pytest.raises(StateError):
        load(tmp_path)
    with pytest.raises(StateError):
        save(tmp_path, MADE)
    assert (tmp_path / FILE_NAME).read_bytes() == damaged


def test_that_of_a_newer_keyturn_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text('{"version": 3}')
    with pytest.raises(StoreError) as raised:
        save(tmp_path, MADE)
    assert raised.value.code == "state.newer"
