"""The program starts at once: what a command does not need is not imported."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from keyturn import __version__
from keyturn.state.documents import MODULES

_PROBE = """
import sys
sys.argv = ["keyturn", *sys.argv[1:]]
before = set(sys.modules)
from keyturn.__main__ import main
code = main()
sys.stdout.flush()
print(code, *sorted({name.partition(".")[0] for name in set(sys.modules) - before}), file=sys.stderr)
"""
_ROOMS = """
import sys
sys.argv = ["keyturn", *sys.argv[1:]]
from keyturn.__main__ import main
main()
print(*sorted({name for name in sys.modules if name.startswith("keyturn.aws.")}), file=sys.stderr)
"""
_OURS = """
import sys
sys.argv = ["keyturn", *sys.argv[1:]]
from keyturn.__main__ import main
main()
print(*(name for name in sys.modules if name.startswith("keyturn.")), file=sys.stderr)
"""
HEAVY = {"boto3", "botocore", "flask", "keyring", "moto", "rich"}


def probe(*words: str) -> tuple[str, int, set[str]]:
    """Run a command in a new process; what it wrote, its exit code, and the modules it imported."""
    done = subprocess.run([sys.executable, "-c", _PROBE, *words], capture_output=True, text=True, check=True)
    code, *modules = done.stderr.splitlines()[-1].split()
    return done.stdout, int(code), set(modules)


def test_the_version_needs_no_parser() -> None:
    out, code, modules = probe("--version")
    assert (out, code) == (f"keyturn {__version__}\n", 0)
    assert modules == {"keyturn", "__future__"}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with one key in it."""
    folder = tmp_path / "home" / ".aws"
    folder.mkdir(parents=True)
    secret = "wJalrXUtnFEMIEXAMPLEwJalrXUtnFEMIEXAMPLE"
    text = f"[default]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = {secret}\n"
    (folder / "credentials").write_text(text)
    return tmp_path / "home"


def test_an_offline_scan_imports_nothing_heavy(home: Path, tmp_path: Path) -> None:
    options = ["--home", str(home), "--state-dir", str(tmp_path / "state"), "--json"]
    out, code, modules = probe("scan", "--offline", *options)
    assert code == 0
    assert json.loads(out)["keys"][0]["access_key_id"] == "AKIAIOSFODNN7EXAMPLE"
    assert not modules & HEAVY


def test_an_offline_scan_makes_no_way_to_aws(home: Path, tmp_path: Path) -> None:
    options = ["--home", str(home), "--state-dir", str(tmp_path / "state"), "--json"]
    words = [sys.executable, "-c", _ROOMS, "scan", "--offline", *options]
    assert subprocess.run(words, capture_output=True, text=True, check=True).stderr.split() == []


# What no offline scan needs on a computer that had no rotation, remembers nothing, and has none of these programs.
NOT_NEEDED = {
    *(f"keyturn.rotation.{name}" for name in ("record", "events", "decision", "decision_format", "steps", "labels")),
    *(f"keyturn.rotation.{name}" for name in ("carrying_out", "key_life", "reporting", "shared_key", "unread")),
    *(f"keyturn.state.{name}" for name in set(MODULES.values()) - {"bucket_answers"}),
    *(f"keyturn.terminal.{name}" for name in ("json_documents", "progress", "questions", "rotation_page", "scan_page")),
    *("keyturn.model.news", "keyturn.model.recipients", "keyturn.reminders", "keyturn.messengers", "keyturn.desktop"),
}
MOST_MODULES = 200  # of Keyturn's own; each one more costs every start a millisecond


@pytest.mark.parametrize("has_a_key", [False, True])
def test_an_offline_scan_imports_few_of_keyturns_own_modules(home: Path, tmp_path: Path, has_a_key: bool) -> None:
    looked_at = home if has_a_key else tmp_path / "empty"
    looked_at.mkdir(exist_ok=True)
    options = ["--home", str(looked_at), "--state-dir", str(tmp_path / "state"), "--json"]
    words = [sys.executable, "-c", _OURS, "scan", "--offline", *options]

    imported = set(subprocess.run(words, capture_output=True, text=True, check=True).stderr.split())

    needless = {name for name in imported if NOT_NEEDED & {name, name.rpartition(".")[0]}}
    assert needless == set()
    assert len(imported) <= MOST_MODULES


def test_the_status_imports_nothing_heavy(home: Path, tmp_path: Path) -> None:
    _out, code, modules = probe("status", "--home", str(home), "--state-dir", str(tmp_path / "state"))
    assert code == 0
    assert not modules & HEAVY


def test_the_help_imports_nothing_heavy() -> None:
    _out, code, modules = probe("rotate", "-h")
    assert code == 0
    assert not modules & HEAVY


def test_a_terminal_that_knows_only_ascii_gets_an_answer(home: Path, tmp_path: Path) -> None:
    options = ["--home", str(home), "--state-dir", str(tmp_path / "state")]
    done = subprocess.run(
        [sys.executable, "-m", "keyturn", "scan", "--offline", *options],
        capture_output=True,
        check=False,
        env={**_environment(), "PYTHONIOENCODING": "ascii"},
    )
    assert done.returncode == 0
    assert b"AKIA?MPLE" in done.stdout


def test_a_pipe_that_is_closed_early_is_no_traceback(home: Path, tmp_path: Path) -> None:
    options = ["--home", str(home), "--state-dir", str(tmp_path / "state")]
    command = [sys.executable, "-m", "keyturn", "scan", "--offline", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as scan:
        assert scan.stdout is not None
        assert scan.stderr is not None
        scan.stdout.close()
        said = scan.stderr.read()
        assert scan.wait() == 0
    assert said == b""


def _environment() -> dict[str, str]:
    import os

    return dict(os.environ)
