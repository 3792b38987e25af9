"""Secrets that systemd seals, with the real systemd-creds and this computer's own key."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from keyturn.model.errors import StoreError
from keyturn.model.keys import AccessKeyId, KeyPair, Secret, SessionPair
from keyturn.state.recipient_secrets import RecipientSecrets
from keyturn.state.sealed_items import PROGRAM
from keyturn.state.secrets import SERVICE, SecretStore, open_store
from keyturn.state.secrets_kind import SecretsKind
from keyturn.state.session_keys import SessionKeys

PAIR = KeyPair(AccessKeyId("AKIANEWUSERKEYEXAMPL"), Secret("madeUp/Secret+Of40Characters/ForTheTests0"))
OTHER = KeyPair(AccessKeyId("AKIAOLDROOTKEYEXAMPL"), Secret("anotherMadeUp/Secret+Of40Characters/Test0"))
NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path, required_program: Callable[[str], Path]) -> SecretStore:
    required_program(PROGRAM)
    if sys.platform == "linux" and os.geteuid() != 0:
        pytest.skip("only root may choose with which key systemd seals")
    return open_store(SecretsKind.SYSTEMD, tmp_path)


def item(folder: Path, key: AccessKeyId) -> Path:
    return folder / f"{SERVICE.lower().replace(' ', '-')}.{key}.sealed"


def test_each_pair_is_a_file_of_its_own_that_nobody_can_read_without_the_computer_s_key(
    store: SecretStore, tmp_path: Path
) -> None:
    store.find()
    store.check()
    assert list(tmp_path.iterdir()) == [], "a look leaves nothing"
    store.keep(PAIR)
    store.keep(PAIR)
    store.keep(OTHER)
    assert (store.get(PAIR.access_key_id), store.get(OTHER.access_key_id)) == (PAIR, OTHER)
    assert open_store(SecretsKind.SYSTEMD, tmp_path).get(PAIR.access_key_id) == PAIR, "for the next program, too"
    for pair in (PAIR, OTHER):
        file = item(tmp_path, pair.access_key_id)
        assert file.stat().st_mode & 0o077 == 0
        assert pair.secret.reveal() not in file.read_text()
    assert str(tmp_path) in store.whereabouts()
    store.forget(PAIR.access_key_id)
    store.forget(PAIR.access_key_id)
    assert (store.get(PAIR.access_key_id), store.get(OTHER.access_key_id)) == (None, OTHER)


def test_a_kept_secret_is_never_overwritten_and_one_under_another_s_name_does_not_open(
    store: SecretStore, tmp_path: Path
) -> None:
    store.keep(PAIR)
    with pytest.raises(StoreError) as raised:
        store.keep(KeyPair(PAIR.access_key_id, OTHER.secret))
    assert raised.value.code == "keychain.not-kept"
    item(tmp_path, PAIR.access_key_id).rename(item(tmp_path, OTHER.access_key_id))
    with pytest.raises(StoreError) as raised:
        store.get(OTHER.access_key_id)
    assert raised.value.code == "systemd.failed"
    assert PAIR.secret.reveal() not in str(raised.value)
    item(tmp_path, OTHER.access_key_id).write_text("not what systemd wrote")
    with pytest.raises(StoreError):
        store.get(OTHER.access_key_id)


@pytest.mark.usefixtures("store")
def test_temporary_keys_and_the_secrets_of_who_is_told_are_sealed_as_well(tmp_path: Path) -> None:
    told = RecipientSecrets(SecretsKind.SYSTEMD, tmp_path)
    told.keep("1", Secret("https://example.com/a-made-up-hook"))
    assert told.get("1") == Secret("https://example.com/a-made-up-hook")
    told.forget("1")
    told.forget("1")
    assert told.get("1") is None
    kept = SessionKeys(SecretsKind.SYSTEMD, tmp_path)
    pair = SessionPair(OTHER.access_key_id, OTHER.secret, Secret("made-up token"), NOW + timedelta(hours=1))
    kept.keep(PAIR.access_key_id, 60, pair, NOW)
    assert kept.get(PAIR.access_key_id, 60, NOW) == pair
    assert not any(OTHER.secret.reveal().encode() in file.read_bytes() for file in tmp_path.iterdir())
