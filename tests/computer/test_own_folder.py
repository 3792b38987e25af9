"""Keyturn's folder is believed only where it is its person's alone."""

from __future__ import annotations

import os
import pkgutil
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import pytest

from keyturn import state
from keyturn.computer import lock, trust
from keyturn.computer.folders import state_folder
from keyturn.computer.own_folder import TO_CONFIRM, confirm_settings, is_own_name, make_private
from keyturn.computer.private_files import read_private_file, replace_private_file
from keyturn.model.errors import StateError
from keyturn.model.temporaries import temporary_name
from keyturn.state import session_keys, settings

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="Windows has no permission bits, and no owner by number"
)
AS_ROOT = pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root can give a file to others")
SOMEBODY = 12345


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "a state"
    folder.mkdir(mode=0o700)
    for name in ("settings.json", "secrets.json", "journal.sqlite3"):
        (folder / name).write_text("{}")
        (folder / name).chmod(0o600)
    return folder


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_every_file_that_keyturn_keeps_is_known_by_its_name() -> None:
    modules = [import_module(f"keyturn.state.{one.name}") for one in pkgutil.iter_modules(state.__path__)]
    names = {one.FILE_NAME for one in (*modules, trust) if hasattr(one, "FILE_NAME")}
    assert len(names) > 8
    names |= {lock._LOCK_NAME, lock._HOLDER_NAME, session_keys._LOCK_NAME, TO_CONFIRM}
    names |= {"settings.damaged-12.json", "window-0a1b2c3d.lock", "journal.sqlite3-journal", temporary_name(1)}
    assert all(is_own_name(name) for name in names)
    assert not any(is_own_name(name) for name in ("notes.txt", "settings.json.bak", ".ssh"))


def test_a_folder_as_it_should_be_is_passed_over_in_silence(folder: Path) -> None:
    assert make_private(folder) == ()
    assert (folder / "settings.json").is_file()


@pytest.mark.parametrize("mode", [0o755, 0o750, 0o711])
def test_a_folder_that_others_may_look_into_is_closed_to_them_and_that_is_said(folder: Path, mode: int) -> None:
    folder.chmod(mode)
    (told,) = make_private(folder)
    assert str(folder) in told
    assert mode_of(folder) == 0o700
    assert (folder / "settings.json").is_file(), "nobody else could write them"
    assert make_private(folder) == ()


@pytest.mark.parametrize("mode", [0o777, 0o770, 0o702])
def test_settings_of_a_folder_that_others_could_write_into_wait_to_be_confirmed(folder: Path, mode: int) -> None:
    folder.chmod(mode)
    (told,) = make_private(folder)
    assert str(folder) in told
    assert mode_of(folder) == 0o700
    for _start in range(2):
        with pytest.raises(StateError) as raised:
            settings.load(folder)
        assert raised.value.code == "settings.to-confirm"
        assert f"mv '{folder / TO_CONFIRM}' '{folder / 'settings.json'}'" in raised.value.message
        assert make_private(folder) == ()
    confirm_settings(folder)
    assert (folder / "settings.json").read_text() == "{}"


def test_settings_that_are_chosen_anew_need_no_confirmation(folder: Path) -> None:
    folder.chmod(0o777)
    make_private(folder)
    settings.save(folder, settings.Settings(watch_days=9))
    assert settings.load(folder).watch_days == 9


def test_a_file_that_others_could_write_counts_as_such_a_folder(folder: Path) -> None:
    folder.chmod(0o755)
    (folder / "settings.json").chmod(0o666)
    make_private(folder)
    assert not (folder / "settings.json").exists()
    assert mode_of(folder / TO_CONFIRM) == 0o600


def test_files_that_are_open_to_others_are_closed(folder: Path) -> None:
    (folder / "secrets.json").chmod(0o644)
    (told,) = make_private(folder)
    assert "secrets.json" in told
    assert mode_of(folder / "secrets.json") == 0o600


def test_a_folder_with_other_things_keeps_its_permissions_and_keyturns_files_are_closed(folder: Path) -> None:
    (folder / "holiday.jpg").write_text("")
    (folder / "secrets.json").chmod(0o644)
    folder.chmod(0o755)
    assert len(make_private(folder)) == 1
    assert (mode_of(folder), mode_of(folder / "secrets.json")) == (0o755, 0o600)


@pytest.mark.parametrize(("mode", "other"), [(0o777, True), (0o1777, False)])
def test_a_folder_for_everybody_is_not_taken_for_keyturns(folder: Path, mode: int, other: bool) -> None:
    if other:
        (folder / "holiday.jpg").write_text("")
    folder.chmod(mode)
    with pytest.raises(StateError) as raised:
        make_private(folder)
    assert raised.value.code == "state.shared"
    assert f"--state-dir '{folder / 'keyturn'}'" in raised.value.message
    assert mode_of(folder) == mode & 0o777 or mode_of(folder) == mode


def test_a_link_of_ones_own_to_a_folder_of_ones_own_is_followed(folder: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(folder)
    folder.chmod(0o755)
    assert len(make_private(link)) == 1
    assert state_folder(link) == link


def test_a_disk_without_permissions_is_said_each_time_and_its_settings_count(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.chmod(0o777)
    monkeypatch.setattr(Path, "chmod", lambda self, mode: None)  # as on a stick with FAT
    for _start in range(2):
        (told,) = make_private(folder)
        assert "keeps no permissions" in told
        assert "keychain only" in told
        assert (folder / "settings.json").is_file()


@AS_ROOT
@pytest.mark.parametrize("what", ["folder", "settings.json", "journal.sqlite3", "link", "file as a link"])
def test_what_belongs_to_somebody_else_is_refused_with_the_command_that_mends_it(
    folder: Path, tmp_path: Path, what: str
) -> None:
    asked = folder
    if what == "folder":
        os.chown(folder, SOMEBODY, -1)
    elif what == "link":
        asked = tmp_path / "link"
        asked.symlink_to(folder)
        os.chown(asked, SOMEBODY, -1, follow_symlinks=False)
    elif what == "file as a link":
        (folder / "settings.json").unlink()
        (folder / "settings.json").symlink_to("/etc/hostname")
        os.chown(folder / "settings.json", SOMEBODY, -1, follow_symlinks=False)
    else:
        os.chown(folder / what, SOMEBODY, -1)
    looks: tuple[Callable[[Path], object], ...] = (make_private, state_folder)
    for look in looks:
        with pytest.raises(StateError) as raised:
            look(asked)
        assert raised.value.code == "state.not-yours"
    command = raised.value.message.partition("this makes it yours: ")[2].partition(" – ")[0]
    subprocess.run(["/bin/sh", "-c", command], check=True)
    assert state_folder(asked).is_dir()


def test_what_a_killed_keyturn_left_in_the_folder_is_cleared_away(folder: Path) -> None:
    with subprocess.Popen(["/bin/true"]) as ended:
        ended.wait()
    (folder / temporary_name(ended.pid)).write_text("made up")
    earlier = folder / "secrets.json.unfinished"
    earlier.write_text("made up")
    make_private(folder)
    assert earlier.exists(), "another Keyturn may be at it"
    os.utime(earlier, (time.time() - 7200,) * 2)
    make_private(folder)
    assert {path.name for path in folder.iterdir()} == {"settings.json", "secrets.json", "journal.sqlite3"}


# ── Files ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_nothing_is_read_or_written_through_a_link(tmp_path: Path) -> None:
    target = tmp_path / "theirs"
    target.write_text("theirs")
    for name in ("settings.json", "keyturn.holder", "trusted.pem"):
        link = tmp_path / name
        link.symlink_to(target)
        with pytest.raises(OSError, match="it is a link"):
            read_private_file(link)
        replace_private_file(link, "ours")
        assert (link.read_text(), link.is_symlink()) == ("ours", False)
    assert target.read_text() == "theirs"


def test_the_lock_is_not_made_through_a_link(tmp_path: Path) -> None:
    target = tmp_path / "theirs"
    target.write_text("theirs")
    (tmp_path / "keyturn.lock").symlink_to(target)
    with pytest.raises(Exception, match="cannot lock"), lock.OneAtATime(tmp_path):
        pass
    assert target.read_text() == "theirs"


def test_a_file_that_cannot_be_given_its_name_or_removed_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "made up")

    monkeypatch.setattr(Path, "replace", refuse)
    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(OSError, match="stays there") as raised:
        replace_private_file(tmp_path / "settings.json", "{}")
    (left,) = tmp_path.iterdir()
    assert str(left) in str(raised.value)


def test_a_pipe_in_the_place_of_a_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "settings.json")
    with pytest.raises(OSError, match="no ordinary file"):
        read_private_file(tmp_path / "settings.json")
