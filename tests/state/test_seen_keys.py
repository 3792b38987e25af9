"""What was seen of the keys is remembered without secrets, and what AWS did not tell this time is as it was."""

from __future__ import annotations

import stat
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from keyturn.model.errors import StateError, StoreError
from keyturn.model.keys import AccessKey, AccessKeyId, KeyStatus, Principal
from keyturn.state.seen_keys import FILE_NAME, SeenKey, SeenKeys, load, merged, save

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
HOME = Path("/home/oma")
ROOT = Principal.from_arn("arn:aws:iam::123456789012:root")
KEY = AccessKeyId("AKIAOLDROOTKEYEXAMPL")
TOLD = SeenKey(AccessKey(KEY, ROOT, KeyStatus.ACTIVE, NOON - timedelta(days=400)), True, (HOME / "rclone.conf",), NOON)
SILENT = SeenKey(AccessKey(KEY, None, KeyStatus.UNKNOWN), True, (HOME / "rclone.conf",), None)
SEEN = SeenKeys(
    (TOLD, replace(SILENT, key=replace(SILENT.key, access_key_id=AccessKeyId("AKIAUNKNOWNKEYEXAMPL")))), NOON
)


def test_what_was_seen_is_there_for_the_next_program(tmp_path: Path) -> None:
    assert load(tmp_path, HOME) == SeenKeys()
    save(tmp_path, HOME, SEEN)
    assert load(tmp_path, HOME) == SEEN


def test_each_home_is_remembered_by_itself(tmp_path: Path) -> None:
    save(tmp_path, HOME, SEEN)
    save(tmp_path, Path("/mnt/disk/home/opa"), SeenKeys((), NOON))
    assert load(tmp_path, HOME) == SEEN
    assert load(tmp_path, Path("/home/nobody")) == SeenKeys()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no permission bits")
def test_only_its_owner_may_read_the_file(tmp_path: Path) -> None:
    save(tmp_path, HOME, SEEN)
    assert stat.S_IMODE((tmp_path / FILE_NAME).stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "damaged",
    [
        b"",
        b"[]",
        b'{"version": 1}',
        b'{"version": 1, "homes": []}',
        b'{"version": 1, "homes": {"/home/oma": 3}}',
        b'{"version": 1, "homes": {"/home/oma": {"looked": "noon", "keys": []}}}',
        b'{"version": 1, "homes": {"/home/oma": {"looked": "2026-11-21T12:00:00", "keys": []}}}',
        b'{"version": 1, "homes": {"/home/oma": {"looked": null, "keys": [{"access_key_id": "x"}]}}}',
    ],
)
def test_a_damaged_file_is_told_and_neither_taken_for_none_nor_written_over(tmp_path: Path, damaged: bytes) -> None:
    (tmp_path / FILE_NAME).write_bytes(damaged)
    for attempt in (lambda: load(tmp_path, HOME), lambda: save(tmp_path, HOME, SEEN)):
        with pytest.raises(StateError) as raised:
            attempt()
        assert raised.value.code == "state.damaged"
    assert (tmp_path / FILE_NAME).read_bytes() == damaged


def test_names_of_files_that_are_no_text_are_remembered(tmp_path: Path) -> None:
    strange = SeenKeys((replace(TOLD, paths=(Path("/home/oma/\udcff.conf"),)),), NOON)
    save(tmp_path, HOME, strange)
    assert load(tmp_path, HOME) == strange


def test_what_another_keyturn_saw_besides_is_not_dropped(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text('{"version": 1, "homes": {"/home/opa": {"looked": null, "keys": [], "by": "x"}}}')
    with pytest.raises(StateError) as raised:
        save(tmp_path, HOME, SEEN)
    assert raised.value.code == "state.newer"


def test_what_a_newer_keyturn_saw_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text('{"version": 2}')
    for attempt in (lambda: load(tmp_path, HOME), lambda: save(tmp_path, HOME, SEEN)):
        with pytest.raises(StoreError) as raised:
            attempt()
        assert raised.value.code == "state.newer"
    assert (tmp_path / FILE_NAME).read_text() == '{"version": 2}'


def test_where_it_cannot_be_kept_that_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as raised:
        save(tmp_path / "gone", HOME, SEEN)
    assert raised.value.code == "state.unwritable"


def look(*keys: SeenKey) -> SeenKeys:
    return SeenKeys(keys, NOON + timedelta(days=1))


def test_what_aws_did_not_tell_this_time_is_as_it_was() -> None:
    assert merged(SEEN, look(SILENT), frozenset()).keys == (TOLD,)


def test_a_day_of_making_that_was_told_once_is_kept() -> None:
    now = replace(TOLD, key=replace(TOLD.key, created=None, owner=None), checked=NOON + timedelta(days=1))
    (kept,) = merged(SEEN, look(now), frozenset()).keys
    assert (kept.key, kept.checked) == (TOLD.key, now.checked)


def test_a_key_that_is_gone_is_forgotten_unless_its_file_could_not_be_read() -> None:
    before = SeenKeys((TOLD,), NOON)
    assert merged(before, look(), frozenset()) == look()
    assert merged(before, look(), frozenset([HOME / "rclone.conf"])).keys == (TOLD,)
    assert merged(before, look(), frozenset([HOME / "other.conf"])).keys == ()
