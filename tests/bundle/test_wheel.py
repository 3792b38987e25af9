"""The wheel: it carries the resources, and the terminal works where Qt's libraries are missing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from email.parser import HeaderParser
from pathlib import Path

import pytest
from packaging.requirements import Requirement

TOP = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel unpacked as pip does it; what it depends on is the environment's."""
    place = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "-q", "--disable-pip-version-check"]
    subprocess.run([*pip, "wheel", "--no-deps", "--no-build-isolation", "-w", str(place), str(TOP)], check=True)
    (wheel,) = place.glob("keyturn-*.whl")
    subprocess.run([*pip, "install", "--no-deps", "--no-index", "-t", str(place / "site"), str(wheel)], check=True)
    return place / "site"


def keyturn(*words: str, path: list[Path], home: Path) -> subprocess.CompletedProcess[str]:
    """Run the installed program from elsewhere, so that nothing of the clone is in reach."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, path)), "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-m", "keyturn", *words, "--state-dir", str(home / "state")]
    return subprocess.run(command, env=environment, cwd=home, capture_output=True, text=True, check=False, timeout=60)


def test_it_is_run_from_the_wheel_and_finds_its_resources(installed: Path, tmp_path: Path) -> None:
    listed = keyturn("--json", "clients", path=[installed], home=tmp_path)
    assert {"rclone", "arq-7", "duplicati"} <= {one["name"] for one in json.loads(listed.stdout)["clients"]}
    resources = installed / "keyturn" / "resources"
    assert (resources / "icons" / "keyturn.svg").is_file()
    assert not (resources / "screenshots").exists()
    assert not (resources / "facts").exists()


def test_it_brings_the_command_and_the_practice_account_is_an_extra(installed: Path) -> None:
    (information,) = installed.glob("keyturn-*.dist-info")
    assert "keyturn = keyturn.__main__:main" in (information / "entry_points.txt").read_text()
    fields = HeaderParser().parsestr((information / "METADATA").read_text())
    assert fields.get_all("Provides-Extra") == ["practice", "testing", "window"]
    needed = fields.get_all("Requires-Dist") or []
    assert [one for one in needed if one.startswith("moto")] == [one for one in needed if "practice" in one]


@pytest.mark.parametrize(
    ("system", "machine", "by_itself"),
    [("linux", "x86_64", True), ("linux", "aarch64", False), ("darwin", "arm64", True), ("win32", "AMD64", True)],
)
def test_the_window_comes_by_itself_but_on_linux_for_arm(
    installed: Path, system: str, machine: str, by_itself: bool
) -> None:
    (information,) = installed.glob("keyturn-*.dist-info")
    fields = HeaderParser().parsestr((information / "METADATA").read_text())
    qt = [one for one in map(Requirement, fields.get_all("Requires-Dist") or []) if one.name == "pyside6-essentials"]
    assert len({str(one.specifier) for one in qt}) == 1

    def brought(extra: str) -> bool:
        context = {"sys_platform": system, "platform_machine": machine, "extra": extra}
        return any(one.marker is not None and one.marker.evaluate(context) for one in qt)

    assert brought("") is by_itself
    assert brought("window")


def test_it_is_typed_and_brings_its_menu_entry(installed: Path) -> None:
    assert (installed / "keyturn" / "py.typed").is_file()
    for path in ("applications/keyturn.desktop", "icons/hicolor/scalable/apps/keyturn.svg"):
        assert (installed / "share" / path).stat().st_size > 0, path


def test_the_python_package_index_would_refuse_it_until_somebody_owns_the_name(installed: Path) -> None:
    (information,) = installed.glob("keyturn-*.dist-info")
    fields = HeaderParser().parsestr((information / "METADATA").read_text())
    assert "Private :: Do Not Upload" in (fields.get_all("Classifier") or [])


@pytest.mark.parametrize(
    ("raised", "told"),
    [
        ("ImportError('libEGL.so.1: cannot open shared object file')", "libEGL.so.1"),
        ("ModuleNotFoundError('No module named PySide6', name='PySide6')", "pip install '.[window]'"),
    ],
    ids=["a library of the system", "Qt itself"],
)
def test_where_qt_is_missing_the_terminal_works_and_the_window_says_so(
    installed: Path, tmp_path: Path, raised: str, told: str
) -> None:
    missing = tmp_path / "without-qt" / "PySide6" / "__init__.py"
    missing.parent.mkdir(parents=True)
    missing.write_text(f"raise {raised}\n")
    path = [missing.parents[1], installed]
    scanned = keyturn("scan", "--offline", "--home", str(tmp_path), path=path, home=tmp_path)
    assert scanned.returncode == 0, scanned.stderr
    opened = keyturn(path=path, home=tmp_path)
    assert opened.returncode == 4
    assert "The window cannot be opened here." in opened.stderr
    assert told in " ".join(opened.stderr.split())
    assert "Traceback" not in opened.stderr
