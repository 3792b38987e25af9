"""The virtual environments, each made from its locks, once, and made again when they change.

`.venv` is for running and testing; what freezes Keyturn has one of its own, so that nothing of it gets into a bundle.
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


class Level(IntEnum):
    """How much is installed; in one folder, each level holds the ones before it."""

    RUN = 1
    TEST = 2
    BUNDLE = 3

    @property
    def folder(self) -> Path:
        """The environment of this level."""
        return ROOT / "build" / "environment" if self is Level.BUNDLE else ROOT / ".venv"

    @property
    def lock(self) -> Path:
        """What is installed, with hashes."""
        names = {Level.RUN: "requirements", Level.TEST: "requirements-test", Level.BUNDLE: "requirements-bundle"}
        return PACKAGING / f"{names[self]}.lock"


class SetupError(Exception):
    """Why it could not be set up, in a sentence that says what to do."""


def program(name: str, level: Level = Level.RUN) -> Path:
    """Where the environment of `level` keeps the program `name`."""
    return level.folder / "Scripts" / f"{name}.exe" if os.name == "nt" else level.folder / "bin" / name


def make_ready(level: Level) -> None:
    """Bring the environment to `level`; does nothing where it is there already.

    Raises:
        SetupError: where it cannot be made.
    """
    folder = level.folder
    stamp = folder / "made-from"
    wanted = _fingerprint(folder)
    made, _, reached = stamp.read_text(encoding="utf-8").partition(" ") if stamp.is_file() else ("", "", "")
    if made == wanted and int(reached) >= level:
        return
    print(f"Setting up {folder} (about half a minute) …", file=sys.stderr, flush=True)
    stamp.unlink(missing_ok=True)
    if made != wanted:
        _make_empty(folder)
    python = str(program("python", level))
    pip = [python, "-I", "-m", "pip", "-qq", "--no-input", "--disable-pip-version-check", "install"]
    _do(
        folder,
        [*pip, "--require-hashes", "-r", str(level.lock)],
        "its packages could not be installed",
        "They come from the Python package index, or from where pip's settings say: this computer has to reach it.",
    )
    # Everything it needs is there by now, also what builds it: nothing may come from anywhere else.
    keyturn = [*pip, "--no-index", "--no-deps", "--no-build-isolation", "--editable", str(ROOT)]
    _do(folder, keyturn, "Keyturn itself could not be installed")
    stamp.write_text(f"{wanted} {level:d}", encoding="utf-8")


def _make_empty(folder: Path) -> None:
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
    _do(folder, [python, "-I", "-m", "venv", "--clear", str(folder)], "it could not be made")


def _do(folder: Path, command: list[str], otherwise: str, hint: str = "") -> None:
    # pip prints what it has to say; on stderr, so that the output of `run` stays keyturn's own.
    if subprocess.run(command, stdout=sys.stderr, check=False).returncode:
        raise SetupError(
            f"{folder} is not ready: {otherwise}; the reason stands above. {hint}{' ' if hint else ''}"
            "Nothing outside it was changed. Run the same command again when the reason is gone."
        )


def _fingerprint(folder: Path) -> str:
    """A hash of all that decides what `folder` holds; the folder too, because an environment cannot be moved."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    parts = [
        sys.version,
        platform.machine(),
        str(folder),
        *(level.lock.read_text(encoding="utf-8") for level in Level if level.folder == folder),
        json.dumps([project["project"], project["build-system"], project["tool"]["hatch"]]),
    ]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
