"""Which computer is looked at, and where its programs keep what is theirs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from keyturn.computer.computer import Computer, Platform
from keyturn.computer.folders import state_folder
from keyturn.model.errors import StoreError, UsageError

HOME = Path("/home/anna").absolute()


def computer(platform: Platform, **environment: str) -> Computer:
    return Computer(platform, HOME, environment, is_this_one=True)


def test_this_computer_is_seen_as_the_person_sees_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "work")
    this = Computer.at(None, None)
    assert this.is_this_one
    assert this.home == Path.home()
    assert this.environment["AWS_PROFILE"] == "work"


def test_the_environment_is_a_copy_that_later_changes_do_not_reach(monkeypatch: pytest.MonkeyPatch) -> None:
    this = Computer.this()
    monkeypatch.setenv("AWS_PROFILE", "later")
    assert "AWS_PROFILE" not in this.environment


def test_another_computers_disk_has_no_environment_and_no_system_folders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "work")
    other = Computer.at(tmp_path, "windows")
    assert (other.platform, other.home, other.is_this_one) == (Platform.WINDOWS, tmp_path, False)
    assert other.environment == {}
    assert other.system_folder("etc") is None


def test_an_unknown_platform_and_a_missing_home_are_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as unknown:
        Computer.at(None, "amiga")
    assert "amiga" in unknown.value.title
    with pytest.raises(UsageError) as missing:
        Computer.at(tmp_path / "gone", None)
    assert str(tmp_path / "gone") in missing.value.title


def test_configuration_folders_follow_the_platform_and_its_variables(tmp_path: Path) -> None:
    assert computer(Platform.LINUX).xdg_config_home == HOME / ".config"
    assert computer(Platform.LINUX, XDG_CONFIG_HOME=str(tmp_path)).application_support == tmp_path
    assert computer(Platform.LINUX, XDG_CONFIG_HOME="relative").xdg_config_home == HOME / ".config"
    assert computer(Platform.MACOS).xdg_config_home == HOME / ".config"
    assert computer(Platform.MACOS).application_support == HOME / "Library" / "Application Support"
    assert computer(Platform.WINDOWS).application_support == HOME / "AppData" / "Roaming"
    assert computer(Platform.WINDOWS, APPDATA=str(tmp_path)).application_support == tmp_path


def test_what_programs_keep_for_all_persons_is_on_the_disk_of_the_home(tmp_path: Path) -> None:
    home = tmp_path / "Users" / "anna"
    home.mkdir(parents=True)
    assert Computer.at(home, "macos").shared_support == tmp_path / "Library" / "Application Support"
    assert Computer.at(home, "windows").shared_support == tmp_path / "ProgramData"
    assert computer(Platform.MACOS).shared_support == Path("/Library/Application Support")
    assert computer(Platform.WINDOWS, PROGRAMDATA=str(tmp_path)).shared_support == tmp_path
    assert computer(Platform.LINUX).shared_support is None


def test_the_disk_of_a_home_that_stands_elsewhere_is_not_guessed(tmp_path: Path) -> None:
    for platform in ("macos", "windows"):
        assert (Computer.at(tmp_path, platform).disk, Computer.at(tmp_path, platform).shared_support) == (None, None)
    home = tmp_path / "Users" / "anna"
    home.mkdir(parents=True)
    assert Computer.at(home, "linux").disk is None


def test_system_folders_of_another_macs_disk_are_below_its_root(tmp_path: Path) -> None:
    home = tmp_path / "Users/zoe"
    home.mkdir(parents=True)
    assert Computer.at(home, "macos").system_folder("Library", "Scripts") == tmp_path / "Library/Scripts"
    assert Computer.at(home, "windows").system_folder("etc") is None
    assert Computer.at(home, "linux").system_folder("etc") is None


def test_system_folders_are_those_of_this_computer() -> None:
    assert computer(Platform.LINUX).system_folder("etc", "restic") == Path("/etc/restic")
    assert computer(Platform.WINDOWS).system_folder("etc") is None


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("~/x y", HOME / "x y"),
        ("~", HOME),
        ("/etc/x", Path("/etc/x")),
        ("x", HOME / "x"),
        ("~anna/x", HOME / "~anna/x"),
    ],
)
def test_a_path_in_a_configuration_is_taken_from_the_home_that_is_looked_at(written: str, meant: Path) -> None:
    assert computer(Platform.LINUX).expanded(written) == meant


def test_no_variable_shows_in_the_repr() -> None:
    assert "hunter2" not in repr(computer(Platform.LINUX, RESTIC_PASSWORD="hunter2"))


def test_the_state_folder_is_made_for_the_owner_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        folder = state_folder(tmp_path / "Ünser" / "state dir")
    finally:
        os.umask(before)
    assert folder.is_dir()
    for made in (folder, folder.parent):
        assert os.name != "posix" or made.stat().st_mode & 0o777 == 0o700
    assert state_folder(folder) == folder


def test_a_folder_that_is_there_keeps_its_permissions(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    state_folder(tmp_path)
    assert tmp_path.stat().st_mode & 0o777 == 0o755


def test_without_a_wish_the_platforms_own_place_is_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    folder = state_folder(None)
    assert folder.name == "keyturn"
    if Computer.this().platform is Platform.LINUX:
        assert folder == tmp_path / "state" / "keyturn"


def test_a_state_folder_that_cannot_be_made_is_said_before_anything_is_done(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    for path in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(StoreError) as caught:
            state_folder(path)
        assert caught.value.code == "state.folder"
        assert str(path) in caught.value.title
