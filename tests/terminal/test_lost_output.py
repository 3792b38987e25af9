"""What could not be written is told and ends with a failure; only who closes a pipe hears nothing of it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no disk that is always full")


@pytest.mark.parametrize(
    "words", [["scan", "--offline"], ["status", "--json"], ["-h"], ["report", "--offline"], ["--version"]]
)
@pytest.mark.parametrize(("where", "code"), [("> /dev/full", 4), ("2> /dev/full", 0), ("| true", 0)])
def test_a_full_disk_is_told_and_a_closed_pipe_is_not(words: list[str], where: str, code: int, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "keyturn", *words, "--home", str(tmp_path), "--state-dir", str(tmp_path / "state")]
    ended = subprocess.run(
        ["/bin/bash", "-c", f'"$@" {where}; exit "${{PIPESTATUS[0]}}"', "bash", *command],
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert ended.returncode == code, ended.stderr
    assert ("output.lost" in ended.stderr) is (code == 4)
    assert "Traceback" not in ended.stderr
