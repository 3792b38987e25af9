"""The icon in a real tray: it is there, its menu opens the window, and a second start gives way."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from .conftest import APP

PATIENCE = 15.0  # seconds


@contextmanager
def running(
    command: list[str], environment: Mapping[str, str], pass_fds: tuple[int, ...] = ()
) -> Iterator[subprocess.Popen[str]]:
    """A program for as long as the block runs."""
    with subprocess.Popen(
        command,
        env=dict(environment),
        pass_fds=pass_fds,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.terminate()
            process.wait(PATIENCE)


@pytest.fixture
def desktop(tmp_path: Path, required_program: Callable[[str], Path]) -> Iterator[dict[str, str]]:
    """A display with a window manager and a tray; the value is the environment of programs on it."""
    for name in ("Xvfb", "openbox", "trayer", "xdotool", "xwininfo"):
        required_program(name)
    reading, writing = os.pipe()
    server = ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1280x900x24", "-nolisten", "tcp", "-noreset"]
    with running(server, os.environ, (writing,)):
        os.close(writing)
        with os.fdopen(reading) as told:
            display = f":{told.readline().strip()}"
        environment = {**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb", "LANG": "C.UTF-8"}
        environment |= {"PYTHONPATH": str(APP), "PYTHONDONTWRITEBYTECODE": "1", "HOME": str(tmp_path)}
        # Qt would ask for a tray over D-Bus first; here is none, and X11's own is what is tried.
        environment["DBUS_SESSION_BUS_ADDRESS"] = "disabled:"
        with running(["openbox"], environment), running(["trayer", "--edge", "top"], environment):
            wait_for(lambda: "panel" in tree(environment), "the tray")
            yield environment


def tree(environment: Mapping[str, str]) -> str:
    """Every window of the display, with its title, its class and its size."""
    command = ["xwininfo", "-root", "-tree"]
    return subprocess.run(command, env=dict(environment), check=True, capture_output=True, text=True).stdout


def xdotool(environment: Mapping[str, str], *words: str) -> str:
    done = subprocess.run(["xdotool", *words], env=dict(environment), check=False, capture_output=True, text=True)
    return done.stdout.strip()


def wait_for(condition: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"{what} did not come"
        time.sleep(0.05)


def the_icon(environment: Mapping[str, str]) -> str:
    """The number of the icon's window, once the tray has taken it in; else nothing."""
    inside_the_panel = tree(environment).partition('"panel"')[2].splitlines()
    return next((line.split()[0] for line in inside_the_panel if '("keyturn" "keyturn")' in line), "")


def test_the_icon_is_in_the_tray_its_menu_opens_the_window_and_a_second_start_gives_way(
    desktop: dict[str, str], tmp_path: Path
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    apart = ["--home", str(home), "--state-dir", str(tmp_path / "state"), "--secrets", "memory"]
    command = [sys.executable, "-m", "keyturn", *apart, "tray"]
    with running(command, desktop):
        wait_for(lambda: the_icon(desktop), "the icon")
        assert not windows(desktop)

        before = boxes(desktop)
        xdotool(desktop, "mousemove", "--window", the_icon(desktop), "8", "8", "click", "3")
        wait_for(lambda: boxes(desktop) - before, "the menu")
        # From the end of the menu: Quit, and above it what opens the window.
        xdotool(desktop, "key", "Up", "Up", "Return")
        wait_for(lambda: windows(desktop), "the window")
        (window,) = windows(desktop)
        try:
            second = subprocess.run(command, env=desktop, check=False, capture_output=True, text=True, timeout=PATIENCE)
            assert (second.returncode, second.stdout, second.stderr) == (0, "", "")
            assert windows(desktop) == [window]
        finally:
            # It outlives the icon, on purpose.
            os.kill(int(xdotool(desktop, "getwindowpid", window)), signal.SIGTERM)
        wait_for(lambda: not windows(desktop), "the window's end")


def boxes(environment: Mapping[str, str]) -> set[str]:
    """The visible windows of Keyturn, of any kind."""
    return set(xdotool(environment, "search", "--onlyvisible", "--class", "keyturn").split())


def windows(environment: Mapping[str, str]) -> list[str]:
    """The windows with Keyturn's title."""
    return xdotool(environment, "search", "--onlyvisible", "--name", "^Keyturn$").split()
