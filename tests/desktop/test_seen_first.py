"""What can wait does: the first frame comes before it, and a long list of rows leaves the window free to answer."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from keyturn.desktop.first_frame import after_first_frame
from keyturn.desktop.pages.row_list import RowList


class _Seen(QObject):
    def __init__(self, told: list[str]) -> None:
        super().__init__()
        self._told = told

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Paint:
            self._told.append("drawn")
        return False


def test_what_waits_for_the_first_frame_happens_once_and_after_it(qtbot: QtBot) -> None:
    told: list[str] = []
    window, seen = QWidget(), _Seen(told)
    qtbot.addWidget(window)
    window.installEventFilter(seen)
    after_first_frame(window, lambda: told.append("begun"))
    window.show()
    qtbot.waitUntil(lambda: "begun" in told)
    assert told[0] == "drawn"
    window.repaint()
    assert told.count("begun") == 1


def test_a_window_that_nobody_draws_begins_all_the_same(qtbot: QtBot) -> None:
    window, told = QWidget(), list[str]()
    qtbot.addWidget(window)
    after_first_frame(window, lambda: told.append("begun"))
    qtbot.waitUntil(lambda: told == ["begun"])


def test_many_rows_are_made_in_order_and_a_few_at_a_time(qtbot: QtBot) -> None:
    rows = RowList([partial(QLabel, f"row {number}") for number in range(50)])
    qtbot.addWidget(rows)
    assert 0 < len(rows.findChildren(QLabel)) < 10
    qtbot.waitUntil(lambda: len(rows.findChildren(QLabel)) == 50)
    assert [row.text() for row in rows.findChildren(QLabel)] == [f"row {number}" for number in range(50)]
