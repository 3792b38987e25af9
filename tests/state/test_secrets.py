"""Secrets are durable before they are used, never overwritten, and never shown."""

from __future__ import annotations

import json
import os
import stat
import sys
from pathlib import Path

import pytest

from keyturn.model.errors import StateError, StoreError
from keyturn.model.keys import AccessKeyId, KeyPair, Secret
from keyturn.state.secrets import FileSecrets, MemorySecrets, SecretStore

PAIR = KeyPair(AccessKeyId("AKIANEWUSERKEYEXAMPL"), Secret("madeUp/Secret+Of40Characters/ForTheTests0"))
OTHER = KeyPair(AccessKeyId("AKIAOLDROOTKEYEXAMPL"), Secret("anotherMadeUp/Secret+Of40Characters/Test0"))


@pytest.fixture(params=["file", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> SecretStore:
    return FileSecrets(tmp_path / "secrets.json") if request.param == "file" else MemorySecrets()


def test_what_was_kept_is_given_back(store: SecretStore) -> None:
    store.check()
    store.keep(PAIR)
    store.keep(OTHER)
    assert store.get(PAIR.access_key_id) == PAIR
    assert store.get(OTHER.access_key_id) == OTHER


def test_what_was_never_kept_is_none(store: SecretStore) -> None:
    assert store.get(PAIR.access_key_id) is None


def test_forgetting_takes_one_and_leaves_the_others(store: SecretStore) -> None:
    store.keep(PAIR)
    store.keep(OTHER)
    store.forget(PAIR.access_key_id)
    store.forget(PAIR.access_key_id)
    assert store.get(PAIR.access_key_id) is None
    assert store.get(OTHER.access_key_id) == OTHER


def test_keeping_the_same_pair_again_changes_nothing(store: SecretStore) -> None:
    store.keep(PAIR)
    store.keep(PAIR)
    assert store.get(PAIR.access_key_id) == PAIR


def test_a_kept_secret_is_never_overwritten(tmp_path: Path) -> None:
    store = FileSecrets(tmp_path / "secrets.json")
    store.keep(PAIR)
    with pytest.raises(StoreError) as raised:
        store.keep(KeyPair(PAIR.access_key_id, OTHER.secret))
    assert raised.value.code == "keychain.not-kept"
    assert store.get(PAIR.access_key_id) == PAIR


def test_the_file_is_there_for_the_next_program(tmp_path: Path) -> None:
    FileSecrets(tmp_path / "secrets.json").keep(PAIR)
    assert FileSecrets(tmp_path / "secrets.json").get(PAIR.access_key_id) == PAIR


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no permission bits")
def test_only_its_owner_may_read_the_file(tmp_path: Path) -> None:
    FileSecrets(tmp_path / "secrets.json").keep(PAIR)
    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600


@pytest.mark.parametrize("broken", [b"", b"{", b"[]", b'{"AKIA": 3}', b"\xff\xfe", json.dumps("text").encode()])
def test_a_broken_file_is_a_clear_sentence_without_its_content(tmp_path: Path, broken: bytes) -> None:
    (tmp_path / "secrets.json").write_bytes(broken)
    with pytest.raises(StoreError) as raised:
        FileSecrets(tmp_path / "secrets.json").get(PAIR.access_key_id)
    assert raised.value.code == "secrets.file"
    assert "Put back a copy of the file" in raised.value.message
    assert raised.value.__cause__ is None


def test_a_folder_that_is_gone_is_told_before_anything_is_kept(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as raised:
        FileSecrets(tmp_path / "gone" / "secrets.json").check()
    assert raised.value.code == "secrets.file"


def test_the_file_of_the_first_version_is_read_and_gets_its_number_when_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"
    path.write_text(json.dumps({PAIR.access_key_id.value: PAIR.secret.reveal()}))
    store = FileSecrets(path)
    assert store.get(PAIR.access_key_id) == PAIR
    store.keep(OTHER)
    assert json.loads(path.read_text())["version"] == 1
    assert FileSecrets(path).get(PAIR.access_key_id) == PAIR
    store.forget(OTHER.access_key_id)
    assert FileSecrets(path).get(OTHER.access_key_id) is None


@pytest.mark.parametrize("newer", ['{"version": 2}', '{"version": 1, "vaults": {}}'])
def test_the_file_of_a_newer_keyturn_is_not_touched(tmp_path: Path, newer: str) -> None:
    path = tmp_path / "secrets.json"
    path.write_text(newer)
    with pytest.raises(StateError) as raised:
        FileSecrets(path).get(PAIR.access_key_id)
    assert raised.value.code == "state.newer"
    with pytest.raises(StateError):
        FileSecrets(path).keep(PAIR)
    assert path.read_text() == newer


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no permission bits")
def test_on_a_disk_without_permissions_no_secret_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = os.open

    def open_for_all(path: str, flags: int, mode: int = 0o777, **more: int) -> int:
        handle = opened(path, flags, mode, **more)
        os.fchmod(handle, 0o777)  # as a stick with FAT shows every file
        return handle

    monkeypatch.setattr(os, "open", open_for_all)
    store = FileSecrets(tmp_path / "secrets.json")
    with pytest.raises(StoreError) as raised:
        store.keep(PAIR)
    assert raised.value.code == "secrets.no-permissions"
    assert "keychain" in raised.value.message
    assert list(tmp_path.iterdir()) == []
