"""The real keychain that other tests rely on is real: it keeps a secret, and it can be locked."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping

_BACKEND = "keyring.backends.SecretService"


def _keyring(environment: Mapping[str, str], script: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", f"import keyring, keyring.errors\n{script}"]
    return subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True, check=False)


def test_a_secret_set_by_one_process_is_read_by_the_next_from_the_secret_service(keychain: Mapping[str, str]) -> None:
    kept = _keyring(keychain, "keyring.set_password('Keyturn test', 'AKIAHOUSETESTEXAMPLE', 'made-up secret')")
    assert (kept.returncode, kept.stderr) == (0, "")
    script = "print(type(keyring.get_keyring()).__module__, keyring.get_password(*{}))"
    read = _keyring(keychain, script.format(("Keyturn test", "AKIAHOUSETESTEXAMPLE")))
    assert (read.stdout, read.stderr) == (f"{_BACKEND} made-up secret\n", "")


def test_each_test_gets_a_keychain_without_the_secrets_of_another(keychain: Mapping[str, str]) -> None:
    read = _keyring(keychain, "print(keyring.get_password('Keyturn test', 'AKIAHOUSETESTEXAMPLE'))")
    assert (read.stdout, read.stderr) == ("None\n", "")


def test_a_locked_keychain_refuses(locked_keychain: Mapping[str, str]) -> None:
    read = _keyring(locked_keychain, "keyring.get_password('Keyturn test', 'AKIAHOUSETESTEXAMPLE')")
    assert "keyring.errors.KeyringLocked" in read.stderr


def test_without_a_keychain_no_other_one_is_reached() -> None:
    read = _keyring({}, "print(type(keyring.get_keyring()).__module__)")
    assert (read.stdout, read.stderr) == ("keyring.backends.fail\n", "")
