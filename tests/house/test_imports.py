"""Keyturn starts fast because the heavy libraries are imported only when they are used."""

from __future__ import annotations

import ast
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import bench
import keyturn

_ROOMS = [module.name for module in pkgutil.iter_modules(keyturn.__path__) if module.ispkg]
# The libraries of pyproject.toml as they are imported; any other needs a reason, and a place in the import borders.
_LIBRARIES = {
    *("appdirs", "boto3", "botocore", "filelock", "icalendar", "keyring", "moto", "nacl", "psutil", "rich"),
    *("PySide6", "pytest", "ruamel", "secretstorage", "shiboken6", "urllib3", "werkzeug"),
}


@pytest.mark.parametrize("room", _ROOMS)
def test_entering_a_room_imports_nothing_heavy(room: str) -> None:
    script = f"import sys, keyturn.{room}; print(*sys.modules)"
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert set(result.stdout.split()) & set(bench.HEAVY) == set()


def test_the_version_is_told_without_anything_heavy() -> None:
    assert bench.imported(["--version"]) & set(bench.HEAVY) == set()


def test_a_look_that_asks_aws_nothing_imports_nothing_heavy(tmp_path: Path) -> None:
    bench.write_home(tmp_path / "home")
    arguments = bench.offline_scan(tmp_path / "home", tmp_path / "state")
    assert bench.imported(arguments) & set(bench.HEAVY) == set()


def test_what_is_imported_is_seen() -> None:
    result = subprocess.run(
        [sys.executable, "-c", "import sys, boto3; print(*sys.modules)"], capture_output=True, text=True, check=True
    )
    assert set(result.stdout.split()) & set(bench.HEAVY) == {"boto3", "botocore"}


def test_no_room_uses_a_library_that_nobody_agreed_on() -> None:
    used = set()
    for path in Path(keyturn.__path__[0]).parent.rglob("keyturn*/**/*.py"):
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.Import):
                used |= {name.name.partition(".")[0] for name in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                used.add(node.module.partition(".")[0])
    assert used - sys.stdlib_module_names - {"keyturn", "keyturn_practice", "keyturn_testing"} <= _LIBRARIES
