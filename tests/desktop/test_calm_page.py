"""A page keeps still while a button on it is held down, and what is put on it has its place at once."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from keyturn.desktop.calm_page import WhenReleased, lay_out
from keyturn.desktop.pages.fields import Tick
from keyturn.desktop.pages.row_list import RowList
from keyturn.desktop.widgets import Card, Quiet


def test_what_comes_back_while_a_button_is_held_down_waits_for_its_release(qtbot: QtBot) -> None:
    page = QWidget()
    qtbot.addWidget(page)
    tick = Tick("One", page)
    page.show()
    came: list[object] = []
    tick.toggled.connect(came.append)
    calmly = WhenReleased(page)

    QTest.mousePress(tick, Qt.MouseButton.LeftButton)
    calmly(came.append)("first")
    calmly(came.append)("second")
    assert not came
    QTest.mouseRelease(tick, Qt.MouseButton.LeftButton)

    qtbot.waitUntil(lambda: len(came) == 3)
    assert came == [True, "first", "second"]
    calmly(came.append)("at once")
    assert came[-1] == "at once"


def test_what_is_put_on_a_page_that_is_seen_has_its_place_at_once(qtbot: QtBot) -> None:
    inside, scroll = QWidget(), QScrollArea()
    qtbot.addWidget(scroll)
    column = QVBoxLayout(inside)
    scroll.setWidgetResizable(True)
    scroll.setWidget(inside)
    scroll.resize(300, 120)
    scroll.show()
    qtbot.waitExposed(scroll)

    ticks = [Tick(f"Number {number}") for number in range(5)]

    def row(tick: Tick) -> QWidget:
        card = Card()
        for widget in (Quiet("What it is about"), tick):
            card.column.addWidget(widget)
        return card

    column.addWidget(RowList([lambda tick=tick: row(tick) for tick in ticks]))  # type: ignore[misc]
    lay_out(inside)

    for tick in ticks:
        assert tick.isVisible()
        assert tick.height() >= tick.sizeHint().height()
