"""Starting with the session is off by default, read from the system each time, and starts this very Keyturn."""

from __future__ import annotations

import os
import plistlib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from keyturn.computer.computer import Computer, Platform
from keyturn.model.errors import StoreError
from keyturn.reminders import autostart_xdg
from keyturn.reminders.autostart import Autostart, autostart_of
from keyturn.reminders.autostart_macos import LaunchAgent
from keyturn.reminders.autostart_windows import APPROVED, NAME, RUN, RunKey
from keyturn.reminders.autostart_xdg import XdgAutostart, desktop_entry
from keyturn.reminders.started_program import Starts, beside, command_line

ODD_WORDS = (
    *("plain", "two words", 'a "quote"', "$HOME `id`", "back\\slash", "100%", "%f", "it's; & more"),
    *("ü", "a\tb", ""),
)


class MadeUpRegistry:
    """A registry in memory."""

    def __init__(self) -> None:
        self.values: dict[tuple[str, str], str | bytes] = {}

    def read(self, key: str, name: str) -> str | bytes | None:
        return self.values.get((key, name))

    def write(self, key: str, name: str, value: str) -> None:
        self.values[key, name] = value

    def delete(self, key: str, name: str) -> None:
        self.values.pop((key, name), None)


def computer(home: Path, platform: Platform) -> Computer:
    return Computer(platform, home, {}, is_this_one=False)


def of_linux(home: Path) -> Autostart:
    return autostart_of(computer(home, Platform.LINUX))


def of_macos(home: Path) -> Autostart:
    return autostart_of(computer(home, Platform.MACOS))


def of_windows(home: Path) -> Autostart:
    return RunKey(MadeUpRegistry())


# ── Everywhere ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("make", [of_linux, of_macos, of_windows])
def test_nothing_is_started_until_the_person_wants_it_and_nothing_once_they_do_not(
    make: Callable[[Path], Autostart], tmp_path: Path
) -> None:
    autostart = make(tmp_path)
    assert autostart.started() is None
    for starts in (Starts.CHECK, Starts.TRAY, Starts.CHECK):
        autostart.enable(starts)
        assert autostart.started() is starts
    autostart.disable()
    autostart.disable()
    assert autostart.started() is None


@pytest.mark.parametrize("platform", [Platform.LINUX, Platform.MACOS])
def test_nothing_is_written_through_a_link(tmp_path: Path, platform: Platform) -> None:
    autostart = autostart_of(computer(tmp_path, platform))
    autostart.enable(Starts.CHECK)
    path = next(one for one in tmp_path.rglob("*") if one.is_file())
    precious = tmp_path / "precious"
    precious.write_text("of somebody's own")
    path.unlink()
    path.symlink_to(precious)

    autostart.enable(Starts.TRAY)

    assert (precious.read_text(), path.is_symlink(), autostart.started()) == ("of somebody's own", False, Starts.TRAY)
    autostart.disable()
    assert precious.read_text() == "of somebody's own"


def test_the_computers_platform_chooses(tmp_path: Path) -> None:
    kinds = {one: type(autostart_of(computer(tmp_path, one))) for one in Platform}
    assert kinds == {Platform.LINUX: XdgAutostart, Platform.MACOS: LaunchAgent, Platform.WINDOWS: RunKey}


@pytest.mark.parametrize("platform", [Platform.LINUX, Platform.MACOS])
def test_a_folder_that_may_not_be_written_is_told(tmp_path: Path, platform: Platform) -> None:
    (tmp_path / ".config").touch()
    (tmp_path / "Library").touch()
    with pytest.raises(StoreError) as raised:
        autostart_of(computer(tmp_path, platform)).enable(Starts.CHECK)
    assert raised.value.code == "autostart.failed"


# ── What is started ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_from_a_clone_this_python_starts_keyturn(tmp_path: Path) -> None:
    command = command_line(Starts.CHECK, ("--state-dir", str(tmp_path)))
    assert command == (sys.executable, "-I", "-m", "keyturn", "remind", "--check", "--state-dir", str(tmp_path))
    for name in ("keyturn", "json", "site"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('a file of the folder that it was started in ran')")
    started = subprocess.run([*command[:4], "--version"], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert started.stdout.startswith("keyturn ")


def test_a_bundle_starts_itself_and_an_appimage_its_own_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APPIMAGE", "/home/oma/Apps/Keyturn.AppImage")
    assert command_line(Starts.TRAY)[0] == sys.executable, "the terminal may itself have come in an AppImage"
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert command_line(Starts.TRAY) == ("/home/oma/Apps/Keyturn.AppImage", "tray")
    monkeypatch.delenv("APPIMAGE")
    assert command_line(Starts.CHECK) == (sys.executable, "remind", "--check")


def test_a_bundle_has_one_program_for_the_window_and_one_for_the_terminal(tmp_path: Path) -> None:
    for name in ("keyturn", "keyturn.exe", "Keyturn Window", "Keyturn Window.exe", "python.exe", "pythonw.exe"):
        (tmp_path / name).touch()
    cases = [
        ("win32", "keyturn.exe", "Keyturn Window", "Keyturn Window.exe"),
        ("win32", "Keyturn Window.exe", "keyturn", "keyturn.exe"),
        ("win32", "python.exe", "pythonw.exe", "pythonw.exe"),
        ("darwin", "keyturn", "Keyturn Window", "Keyturn Window"),
        ("darwin", "Keyturn Window", "keyturn", "keyturn"),
        ("darwin", "python3.12", "pythonw.exe", "python3.12"),
        ("linux", "keyturn", "Keyturn Window", "keyturn"),
    ]
    for platform, running, wanted, found in cases:
        assert beside(tmp_path / running, wanted, platform).name == found, (platform, running)
    assert beside(tmp_path / "elsewhere" / "keyturn", "Keyturn Window", "darwin").name == "keyturn"


# ── Linux ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ("X-GNOME-Autostart-enabled=true", "X-GNOME-Autostart-enabled=false"),
        ("Terminal=false", "Hidden=true"),
        (f"TryExec={sys.executable}", "TryExec=/gone/python"),
        ("X-Keyturn-Starts=check", "X-Keyturn-Starts=something-else"),
    ],
)
def test_what_a_desktop_turned_off_or_cannot_start_is_off(tmp_path: Path, was: str, becomes: str) -> None:
    autostart = XdgAutostart(computer(tmp_path, Platform.LINUX))
    autostart.enable(Starts.CHECK)
    text = autostart.path.read_text()
    assert was in text
    autostart.path.write_text(text.replace(was, becomes))
    assert autostart.started() is None


def test_an_entry_that_is_no_text_is_told(tmp_path: Path) -> None:
    autostart = XdgAutostart(computer(tmp_path, Platform.LINUX))
    autostart.enable(Starts.CHECK)
    autostart.path.write_bytes(b"\xff\xfe")
    with pytest.raises(StoreError):
        autostart.started()


def test_a_program_with_an_equal_sign_in_its_path_is_refused_because_no_desktop_starts_it() -> None:
    with pytest.raises(ValueError, match="="):
        desktop_entry(Starts.CHECK, ["/opt/a=b/keyturn"])


@pytest.mark.parametrize("starts", list(Starts))
def test_freedesktops_own_validator_finds_nothing_wrong(
    starts: Starts, tmp_path: Path, required_program: Callable[[str], Path]
) -> None:
    path = tmp_path / autostart_xdg.FILE_NAME
    path.write_text(desktop_entry(starts, ["/opt/key turn/python", *ODD_WORDS]), encoding="utf-8")
    said = subprocess.run(
        [required_program("desktop-file-validate"), str(path)], capture_output=True, text=True, check=False
    )
    assert (said.returncode, said.stdout + said.stderr) == (0, "")


def test_glib_starts_exactly_the_words_that_were_meant(tmp_path: Path, required_program: Callable[[str], Path]) -> None:
    folder = tmp_path / "key 'turn' $x"
    folder.mkdir()
    program, heard = folder / "listen", tmp_path / "heard"
    os.mkfifo(heard)
    program.write_text(f"#!/bin/sh\nfor word; do printf '%s\\0' \"$word\"; done > '{heard}'\n")
    program.chmod(0o755)
    path = tmp_path / autostart_xdg.FILE_NAME
    path.write_text(desktop_entry(Starts.CHECK, [str(program), *ODD_WORDS]), encoding="utf-8")
    subprocess.run([required_program("gio"), "launch", str(path)], check=True, timeout=30)
    # Opening a pipe waits for anyone who writes into it.
    assert heard.read_text(encoding="utf-8").split("\0")[:-1] == list(ODD_WORDS)


# ── macOS ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_agent_starts_the_command_word_for_word_in_the_graphical_session(tmp_path: Path) -> None:
    agent = LaunchAgent(computer(tmp_path, Platform.MACOS))
    agent.enable(Starts.CHECK, ODD_WORDS)
    written = plistlib.loads(agent.path.read_bytes())
    assert written["ProgramArguments"] == list(command_line(Starts.CHECK, ODD_WORDS))
    assert (written["RunAtLoad"], written["LimitLoadToSessionType"]) == (True, "Aqua")
    assert "KeepAlive" not in written


@pytest.mark.parametrize(
    "change", [{"Disabled": True}, {"RunAtLoad": False}, {"ProgramArguments": "x"}, {"ProgramArguments": ["x"]}]
)
def test_an_agent_that_starts_nothing_of_ours_is_off(tmp_path: Path, change: dict[str, object]) -> None:
    agent = LaunchAgent(computer(tmp_path, Platform.MACOS))
    agent.enable(Starts.CHECK)
    written = plistlib.loads(agent.path.read_bytes())
    agent.path.write_bytes(plistlib.dumps(written | change))
    assert agent.started() is None


@pytest.mark.parametrize("damaged", [b"", b"<plist>", b"\x00\x01"])
def test_an_agent_that_cannot_be_read_is_told(tmp_path: Path, damaged: bytes) -> None:
    agent = LaunchAgent(computer(tmp_path, Platform.MACOS))
    agent.enable(Starts.CHECK)
    agent.path.write_bytes(damaged)
    with pytest.raises(StoreError):
        agent.started()


# ── Windows ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("switch", "on"), [(b"\x02" + bytes(11), True), (b"\x03" + bytes(11), False), (b"", True), (b"\x06", True)]
)
def test_the_switch_in_the_task_manager_counts(switch: bytes, on: bool) -> None:
    registry = MadeUpRegistry()
    autostart = RunKey(registry)
    autostart.enable(Starts.TRAY)
    registry.values[APPROVED, NAME] = switch
    assert (autostart.started() is Starts.TRAY) is on
    autostart.enable(Starts.TRAY)
    assert autostart.started() is Starts.TRAY, "who turns it on here, means it"


def test_windows_reads_back_the_words_that_were_meant() -> None:
    registry = MadeUpRegistry()
    RunKey(registry).enable(Starts.CHECK, ("--state-dir", r'C:\Users\Oma Erna\key"turn'))
    value = registry.values[RUN, NAME]
    python = f'"{sys.executable}"' if " " in sys.executable else sys.executable
    assert value == f'{python} -I -m keyturn remind --check --state-dir "C:\\Users\\Oma Erna\\key\\"turn"'


def test_a_command_that_windows_would_cut_off_is_refused() -> None:
    registry = MadeUpRegistry()
    with pytest.raises(StoreError):
        RunKey(registry).enable(Starts.CHECK, ("--state-dir", "x" * 260))
    assert registry.values == {}
