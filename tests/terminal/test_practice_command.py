"""`practice`: a whole rotation that anybody may try, and that cleans up after itself."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest


def environment(folder: Path) -> dict[str, str]:
    """The environment of a person whose home, and whose temporary files, are in `folder`."""
    return {**os.environ, **dict.fromkeys(("HOME", "USERPROFILE", "TMPDIR", "TEMP", "TMP"), str(folder))}


def practise(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Rehearse in a process of its own."""
    command = [sys.executable, "-m", "keyturn", "practice", *words]
    return subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, env=environment(folder)
    )


def test_the_rehearsal_goes_all_the_way_and_leaves_nothing_behind(tmp_path: Path) -> None:
    done = practise(tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    said = [line for line in done.stdout.splitlines() if line]
    assert all(line.startswith("PRACTICE ") for line in said)
    for command in ("scan", "plan", "rotate", "done restart-rclone", "done computer-1", "turn-off", "delete", "verify"):
        assert any(line.startswith(f"PRACTICE $ keyturn {command}") for line in said)
    assert sum(line.startswith("PRACTICE ✓ ") for line in said) >= 5
    assert any("“Study iMac”, another computer" in line for line in said)
    assert "It ended as promised" in said[-1]
    assert "\x1b" not in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_the_tour_of_renewals_goes_all_the_way_and_no_file_of_what_asks_changes(tmp_path: Path) -> None:
    done = practise(tmp_path, "--tour", "renew")
    assert done.returncode == 0, done.stdout + done.stderr
    said = [line for line in done.stdout.splitlines() if line]
    for command in ("rotate --into keychain", "keeper make", "turn-off", "delete", "renew ", "renew --due", "verify"):
        assert any(line.startswith(f"PRACTICE $ keyturn {command}") for line in said)
    assert any("Asks Keyturn for /aws/default from now on" in line for line in said)
    assert sum(line.startswith("PRACTICE ✓ ") and line.endswith(".") for line in said) == 5
    assert "It ended as promised" in said[-1]
    assert list(tmp_path.iterdir()) == []


@contextmanager
def served(folder: Path) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    """A practice account that is kept running, and what it said of itself."""
    command = [sys.executable, "-m", "keyturn", "practice", "--serve", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment(folder)) as process:
        assert process.stdout is not None
        try:
            yield process, json.loads(process.stdout.readline())
        finally:
            process.terminate()


def test_a_served_account_is_reached_by_other_commands_with_the_options_it_names(tmp_path: Path) -> None:
    with served(tmp_path) as (_process, told):
        assert told["practice"] is True
        scan = subprocess.run(
            [sys.executable, "-m", "keyturn", "scan", "--json", *told["options"]],
            capture_output=True,
            text=True,
            check=True,
        )
        (key,) = json.loads(scan.stdout)["keys"]
        assert (key["access_key_id"], key["kind"]) == (told["key"], "root")
        assert told["endpoint_url"] in told["options"]
        assert Path(told["home"]).is_dir()
        assert told["bucket_options"][::2] == ["--bucket", "--bucket"]
        with urllib.request.urlopen(told["console_url"]) as page:  # noqa: S310  (this computer's own)
            assert b"PRACTICE" in page.read()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_served_account_that_is_ended_cleans_up(number: signal.Signals, tmp_path: Path) -> None:
    with served(tmp_path) as (process, told):
        assert Path(told["home"]).is_dir()
        process.send_signal(number)
        assert process.wait(timeout=20) == 0
    assert list(tmp_path.iterdir()) == []


def test_a_rehearsal_that_is_stopped_cleans_up(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "keyturn", "practice", "--yes"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment(tmp_path)) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if "keyturn rotate" in line:
                break
        process.send_signal(signal.SIGTERM)
        process.stdout.read()
        assert process.wait(timeout=30) == 1
    assert list(tmp_path.iterdir()) == []


def test_without_its_libraries_the_rehearsal_says_so(tmp_path: Path) -> None:
    hiding = "import sys; sys.modules['moto'] = None; sys.argv = ['keyturn', 'practice', '--yes']; "
    hiding += "from keyturn.__main__ import main; sys.exit(main())"
    done = subprocess.run(
        [sys.executable, "-c", hiding], capture_output=True, text=True, check=False, env=environment(tmp_path)
    )
    assert done.returncode == 1
    assert "The practice account is not installed" in done.stderr
    assert "pip install '.[practice]'" in " ".join(done.stderr.split())
    assert "'keyturn[" not in done.stderr, "nobody owns that name at the Python package index"
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []
