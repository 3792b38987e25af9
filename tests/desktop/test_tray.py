"""The icon: how it stands by shape and words, its menu, and that it holds nothing that it does not need."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QSystemTrayIcon
from pytestqt.qtbot import QtBot

from keyturn.desktop.outlook_process import OutlookProcess, RemindAnswer
from keyturn.desktop.single_instance import SingleInstance
from keyturn.desktop.tray import Tray
from keyturn.reminders.started_program import terminal_program

PATIENCE = 60_000  # milliseconds; a look is a process of its own


@pytest.fixture
def outlook(qapp: object, tmp_path: Path) -> Iterator[OutlookProcess]:
    """The real program, on an empty home and a folder of its own; it asks AWS nothing, as there is no key."""
    options = ("--home", str(tmp_path), "--state-dir", str(tmp_path / "state"), "--secrets", "memory")
    asked = OutlookProcess(terminal_program(), options)
    yield asked
    asked.stop()


@pytest.fixture
def tray(outlook: OutlookProcess) -> Iterator[Tray]:
    """The icon with its menu."""
    made = Tray(outlook)
    yield made
    made.hide()


def told(state: str = "ok", **more: object) -> RemindAnswer:
    """What a look may tell."""
    return RemindAnswer(state, f"It is {state}.", **more)  # type: ignore[arg-type]


def texts(actions: Sequence[QAction]) -> list[str]:
    """The menu as a person reads it."""
    return [action.text() for action in actions if action.isVisible() and not action.isSeparator()]


@pytest.mark.qt_log_ignore("systemTrayWindowChanged")  # Qt's offscreen platform knows no trays
def test_the_first_line_of_the_menu_says_how_it_stands(qtbot: QtBot, tray: Tray, outlook: OutlookProcess) -> None:
    with qtbot.waitSignal(outlook.told, timeout=PATIENCE):
        tray.show()
    assert texts(tray.menu.actions())[0] == tray.status.text()
    assert tray.status.text() in tray.icon.toolTip()
    assert not tray.status.isEnabled()


def test_check_now_looks_in_a_process_of_its_own_and_tells(qtbot: QtBot, tray: Tray, outlook: OutlookProcess) -> None:
    with qtbot.waitSignal(outlook.told, timeout=PATIENCE):
        tray.check_now()
        assert not tray.check.isEnabled()
    assert tray.check.isEnabled()
    assert tray.status.text() == "No AWS access key was found where Keyturn looked."


def test_each_state_has_a_picture_of_its_own(tray: Tray, outlook: OutlookProcess) -> None:
    pictures = set()
    for state in ("ok", "attention", "urgent", "working", "unknown"):
        outlook.told.emit(told(state))
        picture = tray.icon.icon().pixmap(48).toImage().createAlphaMask()
        pictures.add(bytes(picture.constBits()))
        assert tray.status.text() == f"It is {state}."
    assert len(pictures) == 5, "two states differ by colour alone"


def test_a_rotation_that_waits_can_be_continued_from_the_menu(
    qtbot: QtBot, tray: Tray, outlook: OutlookProcess
) -> None:
    outlook.told.emit(told("attention"))
    assert "Go on replacing the key…" not in texts(tray.menu.actions())
    outlook.told.emit(told("attention", rotations=("20261121-7Q2P",)))
    assert "Go on replacing the key…" in texts(tray.menu.actions())
    with qtbot.waitSignal(tray.opened):
        tray.go_on.trigger()


def test_reminders_can_wait_for_a_day_a_week_or_a_month(
    qtbot: QtBot, tray: Tray, outlook: OutlookProcess, tmp_path: Path
) -> None:
    actions = tray.snooze.actions()
    assert texts(actions) == ["Tomorrow", "In a week", "In a month"]
    with qtbot.waitSignal(outlook.told, timeout=PATIENCE) as asked:
        actions[1].trigger()
    assert asked.args[0].snoozed_until is not None
    assert "not before" in tray.snooze.title()


def test_who_is_sent_away_by_an_icon_that_does_not_start_by_itself_is_told_or_called_back(
    tray: Tray, outlook: OutlookProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[str]] = []
    monkeypatch.setattr(outlook, "ask", lambda *question: asked.append(list(question)))
    outlook.told.emit(told(at_login="tray"))
    assert not tray.again.isVisible()
    outlook.told.emit(told(at_login="off"))
    assert tray.again.isVisible() and tray.again.isChecked()
    tray.snooze.actions()[2].trigger()
    assert asked[-1] == ["--snooze", "30", "--at-login", "tray"]
    tray.again.trigger()
    tray.snooze.actions()[2].trigger()
    assert asked[-1] == ["--snooze", "30"]
    outlook.told.emit(told(at_login="off", snoozed_until=datetime.now(UTC)))
    assert "only while this icon is here" in tray.snooze.title()


def test_a_notification_is_shown_and_a_click_on_it_opens_the_window(
    qtbot: QtBot, tray: Tray, outlook: OutlookProcess
) -> None:
    outlook.told.emit(told("attention", notification=("Your root key is 9 years old", "Replace it.")))
    with qtbot.waitSignal(tray.opened):
        tray.icon.messageClicked.emit()


def test_a_click_on_the_icon_opens_the_window(qtbot: QtBot, tray: Tray) -> None:
    with qtbot.waitSignal(tray.opened):
        tray.icon.activated.emit(QSystemTrayIcon.ActivationReason.Trigger)


def test_what_cannot_be_asked_is_unknown_and_said(qtbot: QtBot, outlook: OutlookProcess, tmp_path: Path) -> None:
    missing = OutlookProcess([str(tmp_path / "no such program")], ())
    tray = Tray(missing)
    with qtbot.waitSignal(missing.failed, timeout=PATIENCE):
        tray.check_now()
    assert "could not be started" in tray.status.text()
    assert tray.check.isEnabled()


def test_a_settings_file_of_a_newer_keyturn_is_said_in_its_own_words(
    qtbot: QtBot, tray: Tray, outlook: OutlookProcess, tmp_path: Path
) -> None:
    (tmp_path / "state").mkdir(mode=0o700)
    (tmp_path / "state" / "settings.json").write_text('{"version": 99}')
    with qtbot.waitSignal(outlook.failed, timeout=PATIENCE):
        tray.check_now()
    assert "newer Keyturn" in tray.status.text()


def test_what_stays_in_memory_is_qt_and_nothing_of_aws() -> None:
    script = (
        "import sys; from keyturn.desktop import tray_program, tray, outlook_process, single_instance;"
        "print(*(name for name in sys.modules if name.split('.')[0] in ('boto3', 'botocore', 'keyring', 'sqlite3')"
        " or name.startswith(('keyturn.aws', 'keyturn.rotation', 'keyturn.clients', 'keyturn.terminal'))))"
    )
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == ""


def test_without_a_screen_it_says_so_and_ends(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name not in {"DISPLAY", "WAYLAND_DISPLAY"}}
    environment["QT_QPA_PLATFORM"] = "xcb"
    command = [*terminal_program(), "tray", "--state-dir", str(tmp_path)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 4
    assert "The window cannot be opened here." in done.stderr
    assert "Traceback" not in done.stderr


def test_what_nobody_foresaw_is_a_sentence_and_the_icon_stays(tmp_path: Path) -> None:
    script = """
import sys
from pathlib import Path
from PySide6.QtCore import QTimer
from keyturn.desktop import tray_program
from keyturn.desktop.application import make_application

application = make_application()
QTimer.singleShot(0, lambda: 1 / 0)
QTimer.singleShot(1, application.quit)
sys.exit(tray_program.run(Path(sys.argv[1]), []))
"""
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Keyturn made a mistake and stopped." in done.stderr
    assert "ZeroDivisionError in <string>:9" in done.stderr
    assert "Traceback" not in done.stderr


# ── One at a time ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_second_start_calls_the_first_and_gives_way(qtbot: QtBot, tmp_path: Path) -> None:
    first, second = SingleInstance(tmp_path, "window"), SingleInstance(tmp_path, "window")
    assert first.take()
    first.listen()
    with qtbot.waitSignal(first.called):
        assert not second.take()
    first.leave()
    assert second.take()
    second.leave()


def test_who_starts_while_the_first_is_still_opening_calls_until_it_is_heard(qtbot: QtBot, tmp_path: Path) -> None:
    first = SingleInstance(tmp_path, "window")
    assert first.take()
    script = (
        "import sys; from pathlib import Path; from PySide6.QtCore import QCoreApplication;"
        "from keyturn.desktop.single_instance import SingleInstance;"
        "app = QCoreApplication([]); place = SingleInstance(Path(sys.argv[1]), 'window');"
        "print('calling', flush=True); sys.exit(place.take())"
    )
    with subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE, text=True) as second:
        assert second.stdout is not None
        assert second.stdout.readline() == "calling\n"
        with qtbot.waitSignal(first.called):
            QTimer.singleShot(100, first.listen)
        assert second.wait(30) == 0
    first.leave()


def test_each_face_each_folder_and_each_computer_has_one_of_its_own(qapp: object, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    places = [
        SingleInstance(tmp_path, "window"),
        SingleInstance(tmp_path, "tray"),
        SingleInstance(tmp_path / "other", "tray"),
        SingleInstance(tmp_path, "tray", ("--home", "/mnt/other")),
    ]
    assert all(place.take() for place in places)
    for place in places:
        place.listen()
    for place in places:
        place.leave()


def test_what_a_killed_program_left_behind_is_taken_over(qapp: object, tmp_path: Path) -> None:
    script = (
        "import os, sys; from pathlib import Path; from PySide6.QtCore import QCoreApplication;"
        "from keyturn.desktop.single_instance import SingleInstance;"
        "app = QCoreApplication([]); place = SingleInstance(Path(sys.argv[1]), 'tray');"
        "assert place.take(); place.listen(); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=False)
    assert list(tmp_path.glob("tray-*.lock"))
    place = SingleInstance(tmp_path, "tray")
    assert place.take()
    place.leave()
