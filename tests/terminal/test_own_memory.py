"""Keyturn's own folder as a command finds it: somebody else's is refused, an open one is closed, and it is said."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from keyturn.computer.own_folder import TO_CONFIRM
from keyturn.model.temporaries import temporary_name
from keyturn.state.settings import FILE_NAME, Settings, save

from .conftest import Desk
from .test_at_a_terminal import person

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no permission bits")


@pytest.fixture
def bare_desk(desk: Desk) -> Desk:
    """A desk without programs: what they hold does not matter here."""
    desk.forget_programs()
    return desk


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("mode", [0o777, 0o755])
def test_an_open_folder_is_closed_and_said_and_the_command_goes_on(bare_desk: Desk, mode: int) -> None:
    bare_desk.state_dir.mkdir()
    bare_desk.state_dir.chmod(mode)
    answer = bare_desk.type("scan", "--offline", "--json")
    assert (answer.code, mode_of(bare_desk.state_dir)) == (0, 0o700)
    assert f"{bare_desk.state_dir} was open to others" in answer.err
    assert answer.document["keys"] == []
    assert bare_desk.type("scan", "--offline").err == ""


def test_settings_that_others_could_write_stop_every_command_until_they_are_confirmed(bare_desk: Desk) -> None:
    state = bare_desk.state_dir
    state.mkdir()
    save(state, Settings(watch_days=11))
    state.chmod(0o777)
    for _time in range(2):
        answer = bare_desk.type("status", "--json")
        assert answer.code == 4
        assert answer.document["problem"]["code"] == "settings.to-confirm"
    (state / TO_CONFIRM).rename(state / FILE_NAME)  # as the sentence says
    assert bare_desk.type("status").code == 0


@pytest.mark.parametrize(("answer", "code"), [("y", 0), ("n", 4)])
def test_at_a_terminal_it_is_asked_whether_such_settings_are_ones_own(bare_desk: Desk, answer: str, code: int) -> None:
    state = bare_desk.state_dir
    state.mkdir()
    save(state, Settings(watch_days=11))
    state.chmod(0o777)
    with person(bare_desk, "status") as somebody:
        somebody.reads("watch_days = 11")
        somebody.reads("Are these your settings?")
        somebody.types(answer)
        assert somebody.ends_with() == code, somebody.screen
    assert (state / FILE_NAME).exists() is (answer == "y")


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root can give a folder to somebody else")
@pytest.mark.parametrize("words", [("scan", "--offline"), ("status",), ("undo",), ("remind",), ()])
def test_a_folder_of_somebody_else_stops_every_command_and_the_window(bare_desk: Desk, words: tuple[str, ...]) -> None:
    bare_desk.state_dir.mkdir()
    (bare_desk.state_dir / FILE_NAME).write_text("{}")
    os.chown(bare_desk.state_dir, 12345, -1)
    answer = bare_desk.type(*words, "--json")
    assert answer.code == 4
    assert answer.lines[-1]["problem"]["code"] == "state.not-yours"
    assert [path.name for path in bare_desk.state_dir.iterdir()] == [FILE_NAME]
    assert bare_desk.type("scan", "-h").code == 0


def test_a_folder_for_everybody_is_refused(bare_desk: Desk) -> None:
    bare_desk.state_dir.mkdir()
    bare_desk.state_dir.chmod(0o1777)
    answer = bare_desk.type("status", "--json")
    assert (answer.code, answer.document["problem"]["code"]) == (4, "state.shared")
    assert list(bare_desk.state_dir.iterdir()) == []


def test_each_start_clears_away_what_a_killed_keyturn_left_of_a_key(
    small_desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_desk.rotate()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    with subprocess.Popen(["/bin/true"]) as ended:
        ended.wait()
    beside = small_desk.computer.rclone_config
    folders = (tmp_path / "tmp", small_desk.state_dir, beside.parent)
    for folder in folders:
        folder.mkdir(exist_ok=True)
        (folder / temporary_name(ended.pid)).write_text("made up")
    assert small_desk.type("status").code == 0
    assert [path for folder in folders for path in folder.glob(".keyturn-*")] == []
