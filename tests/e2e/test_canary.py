"""A whole rotation with every logger at DEBUG: neither secret is anywhere but in the destinations and the keychain."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import Person

# Runs the real program with every logger at DEBUG and all of it in a file, as somebody hunting a fault would.
_LOUD = """
import logging, sys
logging.basicConfig(level=logging.DEBUG, filename=sys.argv.pop(1))
from keyturn.__main__ import main
for name in ("botocore", "urllib3", "boto3", "keyring", "asyncio"):
    logging.getLogger(name).setLevel(logging.DEBUG)
sys.exit(main())
"""

# Stands before each real program in the search path, and writes down what it was started with.
_EAVESDROPPER = """#!/bin/sh
{{ printf '%s\\n' "$0" "$@"; env; }} >> "{log}"
exec "{program}" "$@"
"""


@pytest.mark.timeout(300)
def test_no_secret_leaves_the_destinations_and_the_store(
    person: Person, four_programs: dict[str, Path], tmp_path: Path
) -> None:
    key = person.old.access_key_id
    heard, logged, spoken = tmp_path / "heard", tmp_path / "logged", []
    between = tmp_path / "between"
    between.mkdir()
    for name, program in four_programs.items():
        script = between / name
        script.write_text(_EAVESDROPPER.format(log=heard, program=program))
        script.chmod(0o755)

    def keyturn(*typed: str) -> int:
        arguments = person.arguments(*typed)[3:]
        environment = person.environment
        environment["PATH"] = os.pathsep.join([str(between), environment["PATH"]])
        done = subprocess.run(
            [sys.executable, "-c", _LOUD, str(logged), *arguments, "--secrets", "file"],
            env=environment,
            capture_output=True,
            timeout=150,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        spoken.extend([done.stdout, done.stderr])
        return done.returncode

    buckets = ("--bucket", "office-backup", "--bucket", "photos-vault")
    days = ("--watch-days", "0", "--off-days", "0")
    assert keyturn("scan") == 0
    assert keyturn("plan", key.last4, *buckets) == 0
    assert keyturn("rotate", key.last4, *buckets, *days, "--yes", "--route", "new-root-key") == 3, spoken[-1]
    (new,) = [pair for pair in person.kept_pairs() if pair.access_key_id != key]
    assert keyturn("verify", *buckets) == 0
    assert keyturn("remind", "--check") == 0
    assert keyturn("turn-off", "--by", "key", "--yes", "--json") == 0
    assert keyturn("status", "--json") == 0
    assert keyturn("delete", "--confirm", key.last4) == 0
    for form in ("html", "csv", "json"):
        assert keyturn("report", "--format", form) == 0
    assert keyturn("report", "--diagnose") == 0

    assert b"botocore" in logged.read_bytes() or logged.stat().st_size > 0
    assert "lsf" in heard.read_text()
    secrets = [person.old.secret.reveal().encode(), new.secret.reveal().encode()]
    allowed = {*person.computer.files, person.memory / "secrets.json"}
    for path in tmp_path.rglob("*"):
        if path.is_file() and path not in allowed:
            assert not any(secret in path.read_bytes() for secret in secrets), path
    assert not any(secret in text for secret in secrets for text in spoken)
    # The old secret is wiped with its key; the file that nobody reads is the person's to remove.
    assert secrets[0] not in (person.memory / "secrets.json").read_bytes()
    assert person.secrets_of_files() == {"Downloads/rootkey.csv"}
