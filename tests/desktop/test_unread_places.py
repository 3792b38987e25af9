"""The way from the card of a place that cannot be read: try again, or leave it out."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget
from pytestqt.qtbot import QtBot

from keyturn.desktop.main_window import Doors, MainWindow
from keyturn.desktop.map_card import NodeCard
from keyturn.desktop.map_nodes import CardAct
from keyturn.desktop.navigation import Assistant, Errand, NewRotation
from keyturn.desktop.place_page import PlacePage
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
    card = _card(window)
    card.setFocus()
    QTest.keyClick(card, Qt.Key.Key_Return)
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
    assert said == "~/.s3cfg is not an ordinary file. Press it to see what that means."


def test_a_place_that_can_be_read_by_now_is_no_dashed_card_after_trying_again(
    window: MainWindow, unread: Path, qtbot: QtBot
) -> None:
    page = _page(window)
    unread.rmdir()
    _press(page, "Try again")
    assert window.pages.currentWidget() is window.view
    qtbot.waitUntil(lambda: window.runner.is_idle, timeout=PATIENCE)
    assert all(one.node.is_known for one in window.view.map.cards if one.node.identity.startswith("unread"))


def test_the_keyboard_begins_on_the_page_at_what_can_be_done_about_the_file(window: MainWindow) -> None:
    page = _page(window)
    (leave_out,) = _named(page, LEAVE_OUT)
    assert leave_out.hasFocus()
    QTest.keyClick(leave_out, Qt.Key.Key_Escape)
    assert _card(window).hasFocus()
    window.view.rest_wanted.emit()
    opened = window.pages.currentWidget()
    assert isinstance(opened, RestPage)
    assert opened.back.hasFocus(), "it is about no file in particular"


def test_the_card_has_the_same_buttons_which_come_after_it_in_the_order_of_tab(
    window: MainWindow, unread: Path, errands: list[Errand], small_home: SmallHome
) -> None:
    card = _card(window)
    leave_out, again = card.buttons
    assert [one.accessibleName() for one in card.buttons] == [LEAVE_OUT, "~/.s3cfg: try again"]
    assert card.nextInFocusChain() is leave_out
    assert leave_out.nextInFocusChain() is again
    for one in card.buttons:
        assert one.mapTo(card, one.rect().bottomRight()).y() < card.height(), "within the card"
        assert one.width() >= one.sizeHint().width(), "in one line"
    QTest.keyClick(leave_out, Qt.Key.Key_Space)
    assert errands == [NewRotation(small_home.old.access_key_id, leave_out=(unread,))]


def test_who_tries_again_in_vain_is_answered(window: MainWindow, qtbot: QtBot) -> None:
    _leave_out, again = _card(window).buttons
    again.setFocus()
    QTest.keyClick(again, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: window.runner.is_idle, timeout=PATIENCE)
    assert not window.view.note.isHidden()
    assert re.fullmatch(
        r"Looked again \d\d:\d\d, and it is as before. ~/.s3cfg is not an ordinary file.", window.view.note.text()
    )
    assert window.view.map.isAncestorOf(window.focusWidget())
    window.look()
    qtbot.waitUntil(lambda: window.runner.is_idle, timeout=PATIENCE)
    assert window.view.note.isHidden(), "nobody tried again"


def test_buckets_of_which_nobody_said_anything_are_answered_from_the_page_of_a_place_too(
    window: MainWindow, errands: list[Errand], small_home: SmallHome
) -> None:
    (place,) = [one.node.goal for one in window.view.map.cards if "names no bucket" in one.node.detail]
    assert place is not None
    window.things.open(place)
    page = window.pages.currentWidget()
    assert isinstance(page, PlacePage)
    (answer,) = [one for card in page.map.cards for one in card.buttons]
    QTest.keyClick(answer, Qt.Key.Key_Space)
    assert errands == [NewRotation(small_home.old.access_key_id)]


def test_a_card_to_which_the_arrow_keys_lead_is_scrolled_to(window: MainWindow) -> None:
    window.resize(640, 400)
    QApplication.processEvents()
    card = window.view.map.cards[0]
    card.setFocus()
    while (focused := window.focusWidget()) is not None:
        QTest.keyClick(
            focused, Qt.Key.Key_Right if isinstance(focused, NodeCard) and focused is card else Qt.Key.Key_Down
        )
        if window.focusWidget() is focused:
            break
    assert isinstance(focused, NodeCard)
    assert focused is not card
    assert focused.visibleRegion().boundingRect().height() == focused.height()


def test_no_two_cards_overlap_however_wide_the_map_is(window: MainWindow) -> None:
    for width in (320, 480, 640, 860, 1300):
        window.view.map.resize(width, 600)
        cards = window.view.map.cards
        places = [one.geometry() for one in cards]
        for at, place in enumerate(places):
            assert not any(place.intersects(other) for other in places[at + 1 :]), width
            assert place.bottom() < window.view.map.minimumHeight()


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
    assert one.node.acts == (CardAct.TRY_AGAIN,)
    page = RestPage(overview, runner)
    qtbot.addWidget(page)
    assert _named(page, "Try again")
    assert not _named(page, LEAVE_OUT)
