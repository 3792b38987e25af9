"""Whom the person wants told, and what has to be kept secret of them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from keyturn.model.errors import StateError, StoreError
from keyturn.model.keys import Secret
from keyturn.model.recipients import CommandRecipient, HookRecipient, HookShape, MailRecipient, MailSecurity, MailServer
from keyturn.state.recipient_secrets import RecipientSecrets
from keyturn.state.secrets_kind import SecretsKind
from keyturn.state.stored_recipients import FILE_NAME, load, save

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
RECIPIENTS = (
    MailRecipient("mail-1", NOON, "ops@example.com", MailServer("smtp.example.com", 465, MailSecurity.TLS)),
    MailRecipient("mail-2", NOON, "b@example.com", MailServer("smtp.example.com", 587, MailSecurity.STARTTLS, "b")),
    HookRecipient("hook-1", NOON, HookShape.NTFY, "ntfy.example.com"),
    CommandRecipient("command-1", NOON, Path("/usr/local/bin/page-me")),
)


def test_they_are_there_for_the_next_program(tmp_path: Path) -> None:
    assert load(tmp_path) == ()
    save(tmp_path, RECIPIENTS)
    assert load(tmp_path) == RECIPIENTS


@pytest.mark.parametrize("damaged", [b"{", b'{"version": 1}', b'{"version": 1, "recipients": [{"id": "mail-1"}]}'])
def test_a_damaged_file_is_told_and_not_written_over(tmp_path: Path, damaged: bytes) -> None:
    (tmp_path / FILE_NAME).write_bytes(damaged)
    for attempt in (lambda: load(tmp_path), lambda: save(tmp_path, RECIPIENTS)):
        with pytest.raises(StateError) as raised:
            attempt()
        assert raised.value.code == "state.damaged"
    assert (tmp_path / FILE_NAME).read_bytes() == damaged


def test_a_kind_of_a_newer_keyturn_is_not_half_understood(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text(
        '{"version": 1, "recipients": [{"id": "x-1", "since": "2026-11-21T12:00:00+00:00", "kind": "pigeon"}]}'
    )
    with pytest.raises(StateError) as raised:
        load(tmp_path)
    assert raised.value.code == "state.newer"


def test_a_secret_is_kept_replaced_and_forgotten_in_a_file_for_its_owner_alone(tmp_path: Path) -> None:
    secrets = RecipientSecrets(SecretsKind.FILE, tmp_path)
    assert secrets.get("hook-1") is None
    secrets.keep("hook-1", Secret("https://hooks.example.com/one"))
    secrets.keep("mail-1", Secret("made-up password"))
    secrets.keep("hook-1", Secret("https://hooks.example.com/two"))
    assert secrets.get("hook-1") == Secret("https://hooks.example.com/two")
    (file,) = tmp_path.iterdir()
    assert file.stat().st_mode & 0o077 == 0
    secrets.forget("hook-1")
    secrets.forget("hook-1")
    assert secrets.get("hook-1") is None
    assert secrets.get("mail-1") == Secret("made-up password")
    assert "two" not in file.read_text()


_IN_THE_KEYCHAIN = """
import sys
from pathlib import Path
from keyturn.model.keys import Secret
from keyturn.state.recipient_secrets import RecipientSecrets
from keyturn.state.secrets_kind import SecretsKind

secrets = RecipientSecrets(SecretsKind.KEYRING, Path(sys.argv[1]))
secrets.keep("hook-1", Secret("https://hooks.example.com/one"))
secrets.keep("hook-1", Secret("https://hooks.example.com/two"))
print(secrets.get("hook-1").reveal(), secrets.get("mail-1"))
secrets.forget("hook-1")
secrets.forget("hook-1")
print(secrets.get("hook-1"))
"""


def test_in_a_real_keychain_too_a_secret_is_kept_replaced_and_forgotten(
    keychain: Mapping[str, str], tmp_path: Path
) -> None:
    command = [sys.executable, "-c", _IN_THE_KEYCHAIN, str(tmp_path)]
    done = subprocess.run(command, env={**os.environ, **keychain}, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("https://hooks.example.com/two None\nNone\n", "")
    assert list(tmp_path.iterdir()) == []


def test_memory_keeps_nothing_and_says_so(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as raised:
        RecipientSecrets(SecretsKind.MEMORY, tmp_path).keep("hook-1", Secret("https://hooks.example.com/one"))
    assert raised.value.code == "tell.not-kept"
