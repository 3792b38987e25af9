"""The import borders in pyproject.toml are ARCHITECTURE.md's table of rooms, no more and no less."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

_TOP = Path(__file__).parents[2]

# Packages of their own, beside `keyturn`.
_PRACTICE = "keyturn_practice"
_TESTING = "keyturn_testing"

# The table of rooms, written down a second time: who may import which room, and which libraries live in which room.
_MAY_IMPORT: dict[str, set[str]] = {
    "model": set(),
    "edits": {"model"},
    "computer": {"model"},
    "clients": {"model", "edits", "computer"},
    "aws": {"model"},
    "state": {"model", "computer"},
    "messengers": {"model", "computer"},
    "rotation": {"model", "edits", "computer", "clients", "aws", "state", "messengers"},
    "reminders": {"model", "edits", "computer", "clients", "aws", "state", "messengers", "rotation"},
    _PRACTICE: {"model", "computer"},
    _TESTING: {"model", "edits", "computer", "clients"},
    "terminal": {
        "model",
        "edits",
        "computer",
        "clients",
        "aws",
        "state",
        "messengers",
        "rotation",
        "reminders",
        _PRACTICE,
    },
    "desktop": {
        "model",
        "edits",
        "computer",
        "clients",
        "aws",
        "state",
        "messengers",
        "rotation",
        "reminders",
        _PRACTICE,
    },
}
_LIVES_IN: dict[str, set[str]] = {
    "PySide6": {"desktop"},
    "appdirs": {"computer"},
    "boto3": {"aws"},
    "botocore": {"aws", _PRACTICE},
    "filelock": {"computer"},
    "keyring": {"state"},
    "moto": {_PRACTICE},
    "nacl": {"edits"},
    "psutil": {"computer"},
    "pytest": {_TESTING},
    "rich": {"terminal"},
    "s3transfer": set(),
    "ruamel": {"edits"},
    "secretstorage": {"edits"},
    "shiboken6": {"desktop"},
    "urllib3": {"messengers"},
    "werkzeug": {_PRACTICE},
}


def _lint(top: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", "--config", "pyproject.toml"]
    environment = {**os.environ, "PYTHONPATH": str(top), "COLUMNS": "300"}
    return subprocess.run(command, cwd=top, env=environment, capture_output=True, text=True, check=False)


def _house(top: Path, imports: dict[str, list[str]]) -> None:
    """Write a house with every room, in which each room's module `all` has the given imports."""
    shutil.copy(_TOP / "pyproject.toml", top)
    for folder in (top / "keyturn", *(_folder(top, room) for room in _MAY_IMPORT)):
        folder.mkdir()
        (folder / "__init__.py").touch()
    for room in _MAY_IMPORT:
        lines = imports.get(room, [])
        (_folder(top, room) / "all.py").write_text("".join(f"import {name}\n" for name in lines))


def _package(room: str) -> str:
    return room if room in {_PRACTICE, _TESTING} else f"keyturn.{room}"


def _folder(top: Path, room: str) -> Path:
    return top.joinpath(*_package(room).split("."))


def test_each_forbidden_import_is_reported_and_no_allowed_one(tmp_path: Path) -> None:
    everything = [*(f"{_package(room)}.all" for room in _MAY_IMPORT), *_LIVES_IN]
    _house(tmp_path, {room: [name for name in everything if name != f"{_package(room)}.all"] for room in _MAY_IMPORT})
    forbidden = {
        (room, other) for room, allowed in _MAY_IMPORT.items() for other in _MAY_IMPORT if other not in {room, *allowed}
    } | {(room, library) for room in _MAY_IMPORT for library, homes in _LIVES_IN.items() if room not in homes}

    result = _lint(tmp_path)

    assert result.returncode == 1
    # Chains of one link; where a chain is longer, each of its links may be allowed.
    link = r"^-\s+(?:keyturn\.)?(\w+)\.all -> (?:(?:keyturn\.)?(\w+)\.all|(\w+)) \(l\.\d+\)\n\s*\n"
    found = re.findall(link, result.stdout, re.MULTILINE)
    direct = {(room, other or library) for room, other, library in found}
    assert forbidden - direct == set(), "not reported"
    assert direct - forbidden == set(), "allowed by the table, but reported"
    assert " KEPT" not in result.stdout, "each contract can fail"


def test_a_house_with_every_allowed_import_passes(tmp_path: Path) -> None:
    allowed = {
        room: [
            *(f"{_package(other)}.all" for other in others),
            *(library for library, homes in _LIVES_IN.items() if room in homes),
        ]
        for room, others in _MAY_IMPORT.items()
    }
    _house(tmp_path, allowed)
    result = _lint(tmp_path)
    assert result.returncode == 0, result.stdout + result.stderr


def test_a_room_without_a_place_in_the_table_is_reported(tmp_path: Path) -> None:
    _house(tmp_path, {})
    (tmp_path / "keyturn" / "attic").mkdir()
    (tmp_path / "keyturn" / "attic" / "__init__.py").touch()
    result = _lint(tmp_path)
    assert result.returncode == 1
    assert "attic" in result.stdout


def test_a_library_in_the_first_file_of_its_own_room_is_reported(tmp_path: Path) -> None:
    _house(tmp_path, {})
    (tmp_path / "keyturn" / "aws" / "__init__.py").write_text("import boto3\n")
    result = _lint(tmp_path)
    assert result.returncode == 1
    assert "keyturn.aws -> boto3" in result.stdout
