"""One Keyturn at a time, and a dead one is no obstacle."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from keyturn.computer.lock import OneAtATime
from keyturn.model.errors import AnotherKeyturnError, StoreError

HOLD = """
import sys
from pathlib import Path
from keyturn.computer.lock import OneAtATime
sys.argv = ["keyturn", "rotate", "AKIAIOSFODNN7EXAMPLE"]
with OneAtATime(Path(FOLDER)):
    print("held", flush=True)
    sys.stdin.readline()
"""


@contextmanager
def another_keyturn(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    script = HOLD.replace("FOLDER", repr(str(folder)))
    with subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        try:
            assert other.stdout.readline() == b"held\n"
            yield other
        finally:
            other.kill()


def test_a_second_keyturn_is_refused_at_once_and_told_who_works(tmp_path: Path) -> None:
    with another_keyturn(tmp_path) as other:
        with pytest.raises(AnotherKeyturnError) as caught, OneAtATime(tmp_path):
            pass
        assert caught.value.code == "lock.held"
        assert "keyturn rotate" in caught.value.title
        assert str(other.pid) in caught.value.title
        assert "AKIA" not in str(caught.value)


def test_a_killed_keyturn_is_no_obstacle(tmp_path: Path) -> None:
    with another_keyturn(tmp_path) as other:
        other.send_signal(signal.SIGKILL if os.name == "posix" else signal.SIGTERM)
        other.wait()
        with OneAtATime(tmp_path):
            pass


def test_the_lock_is_free_again_after_the_work_and_after_a_failure_in_it(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), OneAtATime(tmp_path):
        _ = 1 / 0
    with OneAtATime(tmp_path):
        pass


def test_two_in_one_program_are_two_as_well(tmp_path: Path) -> None:
    with OneAtATime(tmp_path), pytest.raises(AnotherKeyturnError), OneAtATime(tmp_path):
        pass


@pytest.mark.parametrize("left", [b"", b"{", b"[1]", b'{"pid": 99999999, "command": "keyturn rotate"}', b"\xff"])
def test_whoever_cannot_be_named_is_not_named(tmp_path: Path, left: bytes) -> None:
    with another_keyturn(tmp_path):
        (tmp_path / "keyturn.holder").write_bytes(left)
        with pytest.raises(AnotherKeyturnError) as caught, OneAtATime(tmp_path):
            pass
    assert caught.value.title == "Another Keyturn is working"


def test_a_folder_that_cannot_hold_a_lock_is_said(tmp_path: Path) -> None:
    (tmp_path / "keyturn.lock").mkdir()
    with pytest.raises(StoreError) as caught, OneAtATime(tmp_path):
        pass
    assert caught.value.code == "lock.unavailable"
