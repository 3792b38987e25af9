"""The way from the card of a place that cannot be read: try again, or leave it out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QWidget
from pytestqt.qtbot import QtBot

from keyturn.desktop.main_window import Doors, MainWindow
from keyturn.desktop.map_card import NodeCard
from keyturn.desktop.navigation import Assistant, Errand, NewRotation
from keyturn.desktop.rest_page import RestPage
from keyturn.desktop.runner import Runner
from keyturn.desktop.unknowns import unread_nodes
from keyturn.rotation.advice import Advice
from keyturn.rotation.location import Location
from keyturn_practice.timeline import HandClock

from .conftest import PATIENCE, SmallHome
from .test_assistant import Person
from .test_said_and_past import seen

LEAVE_OUT = "~/.s3cfg: leave it out"


@pytest.fixture
def runner(small_home: SmallHome, start_runner: Callable[[Location, HandClock], Runner]) -> Runner:
    return start_runner(small_home.location, small_home.clock)


@pytest.fixture
def unread(small_home: SmallHome) -> Path:
    """A folder where s3cmd has its file."""
    path = small_home.home / ".s3cfg"
    path.mkdir()
    return path


@pytest.fixture
def errands() -> list[Errand]:
    """What the assistant was opened for."""
    return []


@pytest.fixture
def window(qtbot: QtBot, runner: Runner, unread: Path, errands: list[Errand]) -> MainWindow:
    def open_assistant(runner: Runner, errand: Errand) -> Assistant:
        errands.append(errand)
        return Assistant(runner, errand)

    opened = MainWindow(runner, Doors(open_assistant, lambda home: None, lambda: None))
    qtbot.addWidget(opened)
    opened.show()
    opened.look()
    qtbot.waitUntil(lambda: runner.is_idle, timeout=PATIENCE)
    return opened


def _card(window: MainWindow) -> NodeCard:
    (card,) = [one for one in window.view.map.cards if one.node.identity.startswith("unread:")]
    return card


def _page(window: MainWindow) -> RestPage:
    """The page that the card opens, by the keyboard."""
    QTest.keyClick(_card(window), Qt.Key.Key_Return)
    page = window.pages.currentWidget()
    assert isinstance(page, RestPage)
    return page


def _named(page: QWidget, name: str) -> list[QAbstractButton]:
    buttons = [one for one in page.findChildren(QAbstractButton) if not one.isHidden()]
    return [one for one in buttons if (one.accessibleName() or one.text()) == name]


def _press(page: QWidget, name: str) -> None:
    (button,) = _named(page, name)
    assert button.focusPolicy() & Qt.FocusPolicy.TabFocus
    QTest.keyClick(button, Qt.Key.Key_Space)


def test_the_card_says_what_a_press_is_for(window: MainWindow) -> None:
    said = _card(window).accessibleDescription()
    assert said == "~/.s3cfg is not an ordinary file. Press it to try again, or to leave it out."


def test_a_place_that_can_be_read_by_now_is_no_dashed_card_after_trying_again(
    window: MainWindow, unread: Path, qtbot: QtBot
) -> None:
    page = _page(window)
    unread.rmdir()
    _press(page, "Try again")
    assert window.pages.currentWidget() is window.view
    qtbot.waitUntil(lambda: window.runner.is_idle, timeout=PATIENCE)
    assert all(one.node.is_known for one in window.view.map.cards if one.node.identity.startswith("unread"))


def test_leaving_it_out_opens_the_way_to_the_plan_without_it(
    window: MainWindow, unread: Path, errands: list[Errand], small_home: SmallHome
) -> None:
    page = _page(window)
    _press(page, LEAVE_OUT)
    assert errands == [NewRotation(small_home.old.access_key_id, leave_out=(unread,))]
    assert isinstance(window.pages.currentWidget(), Assistant)


def test_back_from_the_plan_is_back_on_the_map(window: MainWindow, qtbot: QtBot) -> None:
    _press(_page(window), LEAVE_OUT)
    led = window.pages.currentWidget()
    assert isinstance(led, Assistant)
    led.left.emit()
    assert window.pages.currentWidget() is window.view
    qtbot.waitUntil(lambda: window.runner.is_idle, timeout=PATIENCE)
    assert not _card(window).node.is_known


def test_once_the_rotation_has_begun_there_is_no_plan_to_leave_it_out_of(
    qtbot: QtBot, runner: Runner, small_home: SmallHome
) -> None:
    person = Person(qtbot, small_home, runner)
    person.to_the_proof()
    small_home.write_programs()  # a restore: the files hold the old key again
    (small_home.home / ".s3cfg").mkdir()
    overview = seen(small_home)
    assert [one.advice for one in overview.present.keys] == [Advice.REPLACE]
    (one,) = unread_nodes(overview)
    assert one.node.facts.endswith("Press it to try again.")
    page = RestPage(overview, runner)
    qtbot.addWidget(page)
    assert _named(page, "Try again")
    assert not _named(page, LEAVE_OUT)
