"""`packaging/dev.py`, tried on a small project of its own: it sets up once, anywhere, and says what is wrong."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

import programs

_PACKAGING = Path(__file__).parents[2] / "packaging"

_PROJECT = """
[project]
name = "keyturn"
version = "1"
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
[tool.hatch]
"""
# Builds the smallest wheel with a program `keyturn`, so that setting up needs nothing from anywhere.
_BACKEND = """
import zipfile
from pathlib import Path

def build_editable(folder, settings=None, metadata=None):
    files = {
        "keyturn.pth": str(Path("app").resolve()),
        "keyturn-1.dist-info/METADATA": "Metadata-Version: 2.1\\nName: keyturn\\nVersion: 1\\n",
        "keyturn-1.dist-info/WHEEL": "Wheel-Version: 1.0\\nGenerator: x\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
        "keyturn-1.dist-info/entry_points.txt": "[console_scripts]\\nkeyturn = keyturn_sample:main\\n",
        "keyturn-1.dist-info/RECORD": "",
    }
    with zipfile.ZipFile(Path(folder) / "keyturn-1-py3-none-any.whl", "w") as wheel:
        for name, text in files.items():
            wheel.writestr(name, text)
    return "keyturn-1-py3-none-any.whl"
"""
_PROGRAM = """
import os, sys

def main():
    print(os.getcwd(), sys.argv[1:])
    return 7
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project in a folder with spaces and other letters, with Keyturn's own `packaging/` and empty locks."""
    top = tmp_path / "ein kleines Häuschen"
    shutil.copytree(_PACKAGING, top / "packaging", ignore=shutil.ignore_patterns("__pycache__"))
    for lock in top.glob("packaging/*.lock"):
        lock.write_text("")
    (top / "pyproject.toml").write_text(_PROJECT)
    (top / "backend.py").write_text(_BACKEND)
    (top / "app").mkdir()
    (top / "app" / "keyturn_sample.py").write_text(_PROGRAM)
    return top


def _dev(
    project: Path, *arguments: str, cwd: Path | None = None, first: str = "", more: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run dev.py, after the Python statements `first`."""
    script = f"import sys\n{first}\nimport runpy\nsys.path.insert(0, sys.argv[1])\nsys.argv = sys.argv[2:]\n"
    script += "runpy.run_path(sys.argv[0], run_name='__main__')"
    packaging = project / "packaging"
    command = [sys.executable, "-c", script, str(packaging), str(packaging / "dev.py"), *arguments]
    return subprocess.run(
        command, cwd=cwd or project, env={**os.environ, **(more or {})}, capture_output=True, text=True, check=False
    )


def test_run_sets_up_once_and_hands_on_arguments_folder_and_exit_code(project: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "else where"
    elsewhere.mkdir()
    first = _dev(project, "run", "--help", "two words", cwd=elsewhere)
    assert (first.stdout, first.returncode) == (f"{elsewhere} ['--help', 'two words']\n", 7), first.stderr
    assert "Setting up" in first.stderr

    second = _dev(project, "run", cwd=elsewhere)
    assert (second.stdout, second.stderr, second.returncode) == (f"{elsewhere} []\n", "", 7)


def test_an_interrupted_setup_is_done_again_from_the_start(project: Path) -> None:
    (project / "packaging" / "requirements.lock").write_text("no-such-package==1 --hash=sha256:" + "0" * 64)
    failed = _dev(project, "run", more={"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": ""})
    assert failed.returncode == 1
    assert "its packages could not be installed; the reason stands above" in failed.stderr
    left_over = project / ".venv" / "left over"
    left_over.touch()

    (project / "packaging" / "requirements.lock").write_text("")
    assert _dev(project, "run").returncode == 7
    assert not left_over.exists()


def test_an_older_python_is_told_which_one_is_needed(project: Path) -> None:
    result = _dev(project, "run", first="sys.version_info = (3, 10, 4)")
    assert result.returncode == 1
    assert result.stderr.startswith("Keyturn needs Python 3.11 or newer, and this is Python 3.10.")


def test_a_python_that_cannot_make_environments_is_told_how_it_can(project: Path) -> None:
    result = _dev(project, "run", first="sys.modules['ensurepip'] = None", more={"PATH": str(project)})
    assert result.returncode == 1
    assert "its part `ensurepip` is missing. On Debian and Ubuntu it comes with: apt-get install" in result.stderr
    assert not (project / ".venv").exists()


def test_without_arguments_or_with_wrong_ones_it_teaches(project: Path) -> None:
    assert "run practice" in _dev(project).stdout
    assert "run practice" in _dev(project, "--help").stdout
    wrong = _dev(project, "tset")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "There is no command `tset`" in wrong.stderr


@pytest.mark.parametrize("command", ["setup", "check", "bench", "screenshots", "bundle", "audit"])
def test_what_takes_no_arguments_says_so_before_anything_is_set_up(project: Path, command: str) -> None:
    result = _dev(project, command, "--help")
    assert result.returncode == 1
    assert result.stderr == f"`{command}` takes no arguments. See: python3 packaging/dev.py --help\n"
    assert not (project / ".venv").exists()


def test_without_a_network_it_says_where_packages_come_from_and_that_nothing_else_was_changed(project: Path) -> None:
    (project / "packaging" / "requirements.lock").write_text("no-such-package==1 --hash=sha256:" + "0" * 64)
    nowhere = {"PIP_INDEX_URL": "http://127.0.0.1:1/simple", "PIP_EXTRA_INDEX_URL": "", "PIP_FIND_LINKS": ""}
    result = _dev(project, "run", more={**nowhere, "PIP_RETRIES": "0"})
    assert result.returncode == 1
    assert "They come from the Python package index, or from where pip's settings say" in result.stderr
    assert "Nothing outside it was changed. Run the same command again when the reason is gone." in result.stderr
    assert "Traceback" not in result.stderr


def test_without_apt_setup_goes_through_and_names_what_to_install(project: Path, tmp_path: Path) -> None:
    result = _dev(project, "setup", more={"PATH": str(tmp_path)})
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith("Ready. Keyturn is ")
    said = "Some tests will be skipped. Install by this system's own way, whatever it calls them: "
    assert f"{said}{', '.join(programs.DEBIAN_PACKAGES.values())}." in result.stderr


_ROOT, _NOBODY = "import os; os.geteuid = lambda: 0", "import os; os.geteuid = lambda: 65534"
_INSTALL = f"install --yes --no-install-recommends {' '.join(programs.DEBIAN_PACKAGES.values())}"


def _install_missing(folder: Path, first: str, *, apt_ends_with: int = 0) -> tuple[str, list[str]]:
    """What is said, and what an `apt-get` that only writes it down was asked, where no other program is."""
    asked = folder / "asked"
    apt = folder / "apt-get"
    apt.write_text(f"#!/bin/sh\necho \"$DEBIAN_FRONTEND $*\" >>'{asked}'\nexit {apt_ends_with}\n")
    apt.chmod(0o755)
    script = (
        f"{first}\nimport sys; sys.path.insert(0, {str(_PACKAGING)!r}); import programs; programs.install_missing()"
    )
    # Without `dpkg` on its PATH, it asks nothing about libraries.
    result = subprocess.run(
        [sys.executable, "-c", script], env={"PATH": str(folder)}, capture_output=True, text=True, check=True
    )
    return result.stderr, asked.read_text().splitlines() if asked.exists() else []


def test_as_root_missing_programs_are_installed(tmp_path: Path) -> None:
    _said, asked = _install_missing(tmp_path, _ROOT)
    options = "noninteractive -o DPkg::Lock::Timeout=120 -qq"
    assert asked == [f"{options} update", f"{options} {_INSTALL}"]


def test_without_root_the_command_is_printed_and_nothing_is_installed(tmp_path: Path) -> None:
    said, asked = _install_missing(tmp_path, _NOBODY)
    assert f"  sudo apt-get {_INSTALL}\n" in said
    assert asked == []


def test_an_apt_that_fails_as_without_a_network_is_told_with_the_command_by_hand(tmp_path: Path) -> None:
    said, asked = _install_missing(tmp_path, _ROOT, apt_ends_with=100)
    assert len(asked) == 1
    assert f"apt-get failed; the reason stands above. By hand: apt-get {_INSTALL}\n" in said
