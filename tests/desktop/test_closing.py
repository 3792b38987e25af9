"""Closing while something is changed is asked about, never refused for good; and a rehearsal sends nobody to AWS."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QAbstractButton, QApplication
from pytestqt.qtbot import QtBot

from keyturn.desktop.assistant import open_assistant
from keyturn.desktop.assistant_work import Page
from keyturn.desktop.main_window import Doors, MainWindow
from keyturn.desktop.runner import Desk, Runner
from keyturn.rotation.location import Location
from keyturn_practice.timeline import HandClock

from .conftest import PATIENCE, SmallHome
from .test_assistant import Person

Start = Callable[[Location, HandClock], Runner]


@pytest.fixture
def window(qtbot: QtBot, small_home: SmallHome, start_runner: Start) -> MainWindow:
    window = MainWindow(start_runner(small_home.location, small_home.clock), Doors(open_assistant, _ignored, _ignored))
    qtbot.addWidget(window)
    window.show()
    return window


def _ignored(*_arguments: Path) -> None:
    pass


@pytest.fixture
def change(window: MainWindow) -> Iterator[threading.Event]:
    """A change is under way until the event is set."""
    done = threading.Event()

    def work(desk: Desk) -> None:
        done.wait(PATIENCE / 1000)

    window.runner.change(window, work, done=lambda nothing: None, failed=print, doing="replacing the key")
    yield done
    done.set()


def _button(window: MainWindow, text: str) -> QAbstractButton:
    (found,) = [one for one in window.findChildren(QAbstractButton) if one.text() == text and one.isVisible()]
    return found


def test_who_closes_during_a_change_is_asked_and_the_window_closes_when_it_is_done(
    window: MainWindow, change: threading.Event, qtbot: QtBot
) -> None:
    window.close()
    assert window.isVisible()
    _button(window, "Close when it is done").click()
    assert window.isVisible()
    window.close()  # once more: it was answered
    assert not [one for one in window.findChildren(QAbstractButton) if one.text() == "Stay here" and one.isVisible()]
    change.set()
    qtbot.waitUntil(lambda: not window.isVisible(), timeout=PATIENCE)


def test_who_stays_keeps_the_window(window: MainWindow, change: threading.Event, qtbot: QtBot) -> None:
    window.close()
    _button(window, "Stay here").click()
    change.set()
    qtbot.waitUntil(lambda: window.runner.change_under_way is None, timeout=PATIENCE)
    QApplication.processEvents()
    assert window.isVisible()


def test_what_only_waits_for_the_person_is_stopped_without_a_question(
    qtbot: QtBot, small_home: SmallHome, start_runner: Start
) -> None:
    person = Person(qtbot, small_home, start_runner(small_home.location, small_home.clock))
    assert not person.assistant.stop_waiting()
    person.to_the_question()
    person.says_no()
    console = person.find("Open the AWS console")
    assert isinstance(console, QAbstractButton)
    console.click()
    assert person.assistant.stop_waiting()
    person.settle()
    assert person.page() is Page.TURN_OFF


def test_a_rehearsal_shows_no_address_of_aws_and_tells_nobody_to_sign_in_there(
    qtbot: QtBot, small_home: SmallHome, start_runner: Start
) -> None:
    small_home.location = replace(small_home.location, rehearsal=True)
    key = small_home.old.access_key_id
    person = Person(qtbot, small_home, start_runner(small_home.location, small_home.clock))
    said: list[str] = []

    def look(*unfolded: str) -> None:
        for name in unfolded:
            person.press(name)
        buttons = [one.text() for one in person.seen() if isinstance(one, QAbstractButton)]
        said.append("\n".join([str(person.page()), person.read(), *buttons]))

    person.to_the_plan()
    look("Details: every file and every call", "How you will do your part")
    person.press("Create new key and update two programs")
    person.press("Continue")
    small_home.advance(4)
    person.press("Look now")
    person.says_no()
    look()
    small_home.account.root_turn_off(key)
    person.press("Open the practice console")
    assert person.page() is Page.OFF
    look("How to turn it on again")
    person.press("Put everything back…")
    look()
    person.press("Back")
    small_home.advance(8)
    assert person.assistant.flow.standing is not None
    person.open(person.assistant.flow.standing.rotation.name)
    assert person.page() is Page.DELETE
    look("How to turn it on again")
    for page in said:
        assert "console.aws" not in page and "AWS console" not in page and "as root user" not in page, page
    assert "Practice console" in said[-1]
