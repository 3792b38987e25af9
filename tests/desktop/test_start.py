"""The window from the command line: it opens, it closes, and where it cannot open there is a sentence."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

_WITHOUT_SCREEN = {"QT_QPA_PLATFORM": "xcb"}
_OFFSCREEN = {"QT_QPA_PLATFORM": "offscreen"}
# Says when the window is shown, and what of the work behind it was imported by then.
_PROBE = """
import sys
sys.argv = ["keyturn", *sys.argv[1:]]
from PySide6.QtWidgets import QMainWindow
shown = QMainWindow.show
def show(window):
    shown(window)
    late = ("boto3", "keyturn.rotation.workplace", "keyturn.desktop.key_map", "PySide6.QtNetwork")
    print(window.windowTitle(), *(name for name in late if name in sys.modules), sep=":", flush=True)
QMainWindow.show = show
from keyturn.__main__ import main
sys.exit(main())
"""


def _environment(more: dict[str, str]) -> dict[str, str]:
    return {**os.environ, **more}


def _options(tmp_path: Path) -> list[str]:
    home = tmp_path / "home"
    home.mkdir()
    return ["--home", str(home), "--state-dir", str(tmp_path / "state"), "--secrets", "file"]


def test_without_a_screen_there_is_a_sentence_and_the_terminal_goes_on(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "keyturn", *_options(tmp_path)]
    done = subprocess.run(command, env=_environment(_WITHOUT_SCREEN), capture_output=True, text=True, check=False)
    assert done.returncode == 4
    assert done.stdout == ""
    assert "The window cannot be opened here." in done.stderr
    assert "keyturn scan" in done.stderr
    assert "Traceback" not in done.stderr


def test_without_qt_there_is_the_same_sentence(tmp_path: Path) -> None:
    hidden = "import sys; sys.modules['PySide6'] = None; from keyturn.__main__ import main; sys.exit(main())"
    command = [sys.executable, "-c", hidden, *_options(tmp_path)]
    done = subprocess.run(command, env=_environment(_OFFSCREEN), capture_output=True, text=True, check=False)
    assert done.returncode == 4
    assert "The window cannot be opened here." in done.stderr


@pytest.mark.parametrize("words", [(), ("practice", "--window")])
def test_it_opens_and_a_signal_closes_it(tmp_path: Path, words: tuple[str, ...]) -> None:
    options = [] if words else _options(tmp_path)
    command = [sys.executable, "-c", _PROBE, *words, *options]
    environment = _environment({**_OFFSCREEN, "TMPDIR": str(tmp_path)})
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as window:
        assert window.stdout is not None
        assert window.stderr is not None
        title, *imported = window.stdout.readline().strip().split(":")
        window.send_signal(signal.SIGTERM)
        said = window.stderr.read()
        assert window.wait(30) == 0, said
    assert title == ("PRACTICE – Keyturn" if words else "Keyturn")
    # The practice account brings the libraries along.
    assert words or imported == []
    assert list(tmp_path.glob("keyturn-practice-*")) == []
