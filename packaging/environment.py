"""The virtual environment `.venv`: made from the locks, once, and made again when they change.

A stamp inside says what it was made from. It is removed before anything is installed and written last, so an
interrupted setup leaves none, and the next one starts from nothing.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import platform
import subprocess
import sys
import tomllib
from enum import IntEnum
from pathlib import Path

import programs

PACKAGING = Path(__file__).resolve().parent
ROOT = PACKAGING.parent
VENV = ROOT / ".venv"
_STAMP = VENV / "made-from"


class Level(IntEnum):
    """How much is installed; each level holds the ones before it."""

    RUN = 1
    TEST = 2


_LOCKS = {Level.RUN: PACKAGING / "requirements.lock", Level.TEST: PACKAGING / "requirements-test.lock"}


class SetupError(Exception):
    """Why it could not be set up, in a sentence that says what to do."""


def program(name: str) -> Path:
    """Where `.venv` keeps the program `name`."""
    return VENV / "Scripts" / f"{name}.exe" if os.name == "nt" else VENV / "bin" / name


def make_ready(level: Level) -> None:
    """Bring `.venv` to `level`; does nothing where it is there already.

    Raises:
        SetupError: where it cannot be made.
    """
    wanted = _fingerprint()
    made, _, reached = _STAMP.read_text(encoding="utf-8").partition(" ") if _STAMP.is_file() else ("", "", "")
    if made == wanted and int(reached) >= level:
        return
    print(f"Setting up {VENV} (about half a minute) …", file=sys.stderr, flush=True)
    _STAMP.unlink(missing_ok=True)
    if made != wanted:
        _make_empty()
    pip = [str(program("python")), "-I", "-m", "pip", "-qq", "--no-input", "--disable-pip-version-check", "install"]
    _do([*pip, "--require-hashes", "-r", str(_LOCKS[level])], "its packages could not be installed")
    # Everything it needs is there by now, also what builds it: nothing may come from anywhere else.
    keyturn = [*pip, "--no-index", "--no-deps", "--no-build-isolation", "--editable", str(ROOT)]
    _do(keyturn, "Keyturn itself could not be installed")
    _STAMP.write_text(f"{wanted} {level:d}", encoding="utf-8")


def _make_empty() -> None:
    if importlib.util.find_spec("ensurepip") is None:
        programs.install_or_tell(["python3-venv"], why="This Python cannot make virtual environments")
        importlib.invalidate_caches()
        if importlib.util.find_spec("ensurepip") is None:
            raise SetupError(
                f"{sys.executable} cannot make virtual environments: its part `ensurepip` is missing. On Debian and "
                "Ubuntu it comes with: apt-get install python3-venv. Or use a Python from elsewhere."
            )
    # Not sys.executable: that may be the very .venv that is about to be cleared.
    python = getattr(sys, "_base_executable", sys.executable)
    _do([python, "-I", "-m", "venv", "--clear", str(VENV)], "it could not be made")


def _do(command: list[str], otherwise: str) -> None:
    # pip prints what it has to say; on stderr, so that the output of `run` stays keyturn's own.
    if subprocess.run(command, stdout=sys.stderr, check=False).returncode:
        raise SetupError(
            f"{VENV} is not ready: {otherwise}; the reason stands above. "
            "Nothing outside it was changed. Run the same command again when the reason is gone."
        )


def _fingerprint() -> str:
    """A hash of all that decides what `.venv` holds; the folder too, because an environment cannot be moved."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    parts = [
        sys.version,
        platform.machine(),
        str(VENV),
        *(lock.read_text(encoding="utf-8") for lock in _LOCKS.values()),
        json.dumps([project["project"], project["build-system"], project["tool"]["hatch"]]),
    ]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
