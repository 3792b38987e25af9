"""What Windows tells of folders and of this process, by made-up calls."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from keyturn.computer.folders import state_place
from keyturn.computer.windows_shell import IDENTITY, LOCAL_APP_DATA, expect_unpackaged, take_identity, this_shell
from keyturn.model.errors import AppError

_PACKAGING = Path(__file__).parents[2] / "packaging"


class Shell:
    """Windows; where `fails` is set, it answers nothing."""

    def __init__(self, *, packaged: bool = False, fails: bool = False) -> None:
        self.packaged, self.fails = packaged, fails
        self.identity = ""

    def known_folder(self, folder: str) -> Path:
        if self.fails:
            raise OSError("made up")
        return {LOCAL_APP_DATA: Path("/C/Users/山田 太郎/AppData/Local")}[folder]

    def package(self) -> bool:
        return self.packaged

    def name_process(self, identity: str) -> None:
        if self.fails:
            raise OSError("made up")
        self.identity = identity


def test_the_folder_of_keyturns_memory_is_asked_of_windows_and_has_its_whole_name(tmp_path: Path) -> None:
    assert state_place(None, shell=Shell()) == Path("/C/Users/山田 太郎/AppData/Local/keyturn")
    assert state_place(tmp_path, shell=Shell()) == tmp_path
    assert state_place(None, shell=Shell(fails=True)) == state_place(None, shell=None)


def test_the_stores_python_is_refused_because_it_sees_copies_of_the_files() -> None:
    with pytest.raises(AppError) as caught:
        expect_unpackaged(Shell(packaged=True))
    assert caught.value.code == "python.store"
    assert "python.org" in caught.value.message
    expect_unpackaged(Shell())
    expect_unpackaged(None)


def test_the_process_takes_the_identity_that_the_shortcut_carries() -> None:
    shell = Shell()
    take_identity(shell)
    assert shell.identity == IDENTITY
    take_identity(Shell(fails=True))
    assert (this_shell() is None) is (sys.platform != "win32")
    installer = (_PACKAGING / "windows" / "keyturn.iss").read_text(encoding="utf-8")
    assert re.findall(r'AppUserModelID: "([^"]+)"', installer) == [IDENTITY]
    # Windows allows 128 characters and no blank (doc, "How to form an application-defined AppUserModelID").
    assert re.fullmatch(r"[A-Za-z0-9.]{1,128}", IDENTITY)


def test_what_the_installer_starts_and_ends_is_what_is_frozen() -> None:
    installer = (_PACKAGING / "windows" / "keyturn.iss").read_text(encoding="utf-8")
    spec = (_PACKAGING / "frozen" / "keyturn.spec").read_text(encoding="utf-8")
    frozen = {f"{name}.exe" for name in re.findall(r'(?:program\(|WINDOW = )"([^"]+)"', spec)}
    named = set(re.findall(r"[\\\"]([\w ]+\.exe)", installer)) - {"taskkill.exe", "reg.exe"}
    assert named == {"keyturn.exe", "Keyturn Window.exe"}
    assert named <= frozen
