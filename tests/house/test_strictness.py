"""What tests/conftest.py promises holds: each of these small test files passes or fails as it should."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

_TOP = Path(__file__).parents[2]


def _outcomes(folder: Path, tests: str, environment: dict[str, str]) -> dict[str, str]:
    """Run `tests` under the project's own configuration; the result tells what became of each."""
    for name in ("conftest.py", "sweep/kept_by_libraries.py"):
        copy = folder / "tests" / name
        copy.parent.mkdir()
        shutil.copy(_TOP / "tests" / name, copy)
    (folder / "tests" / "test_sample.py").write_text(tests, encoding="utf-8")
    report = folder / "report.xml"
    command = [
        *[sys.executable, "-m", "pytest", f"--junit-xml={report}", "-p", "no:cacheprovider", f"--rootdir={folder}"],
        *["-c", str(_TOP / "pyproject.toml"), "-o", f"pythonpath={shlex.quote(str(_TOP / 'packaging'))}", str(folder)],
    ]
    inherited = {name: value for name, value in os.environ.items() if name != "CI"}
    result = subprocess.run(
        command, cwd=folder, env={**inherited, **environment}, capture_output=True, text=True, check=False
    )
    assert report.exists(), result.stdout + result.stderr
    return {
        case.attrib["name"]: ", ".join(sorted(f"{child.tag}{_kind(child)}" for child in case)) or "passed"
        for case in ElementTree.parse(report).iter("testcase")  # noqa: S314  (pytest just wrote it)
    }


def _kind(outcome: ElementTree.Element) -> str:
    return " (known)" if outcome.get("type") == "pytest.xfail" else ""


def test_what_nobody_expected_fails(tmp_path: Path) -> None:
    tests = """
import logging, socket, warnings

def test_warns(): warnings.warn("sample")
def test_logs_a_warning(): logging.getLogger("sample").warning("sample")
def test_logs_a_warning_in_a_thread():
    import threading
    thread = threading.Thread(target=logging.getLogger("sample").error, args=("sample",))
    thread.start()
    thread.join()
def test_logs_a_warning_that_it_announced(caplog):
    with caplog.at_level(logging.WARNING):
        logging.getLogger("sample").warning("sample")
def test_logs_an_error_where_a_warning_was_announced(caplog):
    with caplog.at_level(logging.WARNING):
        logging.getLogger("sample").error("sample")
def test_logs_a_warning_while_all_is_looked_at(caplog):
    with caplog.at_level(logging.DEBUG):
        logging.getLogger("sample").debug("sample")
        logging.getLogger("sample").warning("sample")
"""
    assert _outcomes(tmp_path, tests, {}) == {
        "test_warns": "failure",
        "test_logs_a_warning": "error",
        "test_logs_a_warning_in_a_thread": "error",
        "test_logs_a_warning_that_it_announced": "passed",
        "test_logs_an_error_where_a_warning_was_announced": "error",
        "test_logs_a_warning_while_all_is_looked_at": "error",
    }


def test_only_this_computer_is_spoken_to(tmp_path: Path) -> None:
    tests = """
import contextlib, socket

def test_connects_elsewhere():
    with contextlib.suppress(OSError), socket.socket() as out:
        out.connect(("192.0.2.1", 443))
def test_asks_for_a_name():
    with contextlib.suppress(OSError):
        socket.getaddrinfo("s3.amazonaws.com", 443)
def test_sends_elsewhere():
    with contextlib.suppress(OSError), socket.socket(type=socket.SOCK_DGRAM) as out:
        out.sendto(b"x", ("192.0.2.1", 53))
def test_stays_here():
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(("localhost", server.getsockname()[1])).close()
"""
    assert _outcomes(tmp_path, tests, {}) == {
        "test_connects_elsewhere": "error",
        "test_asks_for_a_name": "error",
        "test_sends_elsewhere": "error",
        "test_stays_here": "passed",
    }


_SKIPS = """
import pytest

def test_needs_a_program(required_program): required_program("no-such-program")
def test_skips(): pytest.skip("sample")
@pytest.mark.skipif(True, reason="sample")
def test_is_skipped(): pass
@pytest.mark.xfail(reason="sample")
def test_is_known_to_fail(): assert False
@pytest.mark.xfail(reason="sample")
def test_is_wrongly_thought_to_fail(): pass
"""


def test_a_skipped_test_is_shown_as_skipped_where_people_work(tmp_path: Path) -> None:
    assert _outcomes(tmp_path, _SKIPS, {}) == {
        "test_needs_a_program": "skipped",
        "test_skips": "skipped",
        "test_is_skipped": "skipped",
        "test_is_known_to_fail": "skipped (known)",
        "test_is_wrongly_thought_to_fail": "failure",
    }


def test_a_skipped_test_fails_on_ci(tmp_path: Path) -> None:
    assert _outcomes(tmp_path, _SKIPS, {"CI": "true"}) == {
        "test_needs_a_program": "failure",
        "test_skips": "failure",
        "test_is_skipped": "error",
        "test_is_known_to_fail": "skipped (known)",
        "test_is_wrongly_thought_to_fail": "failure",
    }


def test_a_skipped_file_fails_on_ci(tmp_path: Path) -> None:
    tests = "import pytest\npytest.skip('sample', allow_module_level=True)\n"
    assert _outcomes(tmp_path, tests, {"CI": "true"}) == {"tests.test_sample": "error"}


def test_nobodys_own_keys_and_home_are_seen(tmp_path: Path) -> None:
    tests = """
import os
from pathlib import Path

def test_sample():
    assert not [name for name in os.environ if name.startswith(("AWS_", "RCLONE_", "DBUS_"))]
    assert Path.home().name == "home0"
"""
    ambient = {
        "AWS_ACCESS_KEY_ID": "AKIAAMBIENTTESTEXMPL",
        "RCLONE_CONFIG": "sample",
        "DBUS_SESSION_BUS_ADDRESS": "unix:path=sample",
    }
    assert _outcomes(tmp_path, tests, ambient) == {"test_sample": "passed"}
