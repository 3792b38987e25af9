"""Every control of every page can be found by name, reached by keyboard, and read at twice the size."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QFont
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QScrollBar, QWidget
from pytestqt.qtbot import QtBot

from keyturn.desktop.assistant import open_assistant
from keyturn.desktop.look import DARK, LIGHT, wear
from keyturn.desktop.main_window import Doors, MainWindow
from keyturn.desktop.runner import Runner
from keyturn.model.errors import AppError

PATIENCE = 30_000
_NAMED_ROLES = {
    QAccessible.Role.Button,
    QAccessible.Role.PushButton,
    QAccessible.Role.CheckBox,
    QAccessible.Role.RadioButton,
    QAccessible.Role.EditableText,
    QAccessible.Role.List,
    QAccessible.Role.Tree,
    QAccessible.Role.Table,
    QAccessible.Role.PageTab,
    QAccessible.Role.PageTabList,
    QAccessible.Role.ProgressBar,
    QAccessible.Role.StaticText,
}


@pytest.fixture
def window(runner: Runner, qtbot: QtBot) -> Iterator[MainWindow]:
    """A window that has seen the sample computer."""

    def no_other_window(*_arguments: Path) -> None:
        raise AssertionError("no window was asked for")

    window = MainWindow(runner, Doors(open_assistant, no_other_window, no_other_window))
    qtbot.addWidget(window)
    window.show()
    window.look()
    qtbot.waitUntil(lambda: runner.is_idle, timeout=PATIENCE)
    yield window


def _key(window: MainWindow) -> None:
    assert window.overview is not None
    window.open_key(window.overview.survey.keys[0].key.access_key_id)


_PAGES: dict[str, Callable[[MainWindow], object]] = {
    "map": lambda window: window.view.tabs.setCurrentIndex(0),
    "list": lambda window: window.view.tabs.setCurrentIndex(1),
    "history": lambda window: window.view.tabs.setCurrentIndex(2),
    "key": _key,
    "mail": lambda window: window.view.mail.click(),
    "rest": lambda window: window.view.rest.click(),
    "problem": lambda window: window.show_problem(AppError("It broke", "Nothing was changed.", code="x")),
    "assistant": lambda window: window.view.header.button.click(),
    "nothing found": lambda window: window.view._map_place.setCurrentWidget(window.view.empty),
}


@pytest.fixture(params=_PAGES)
def page(request: pytest.FixtureRequest, window: MainWindow) -> MainWindow:
    """The window at one of its pages."""
    _PAGES[request.param](window)
    QApplication.processEvents()
    return window


def _seen(window: MainWindow) -> list[QWidget]:
    return [one for one in window.findChildren(QWidget) if one.isVisible() and not isinstance(one, QScrollBar)]


def test_every_control_has_a_name_and_a_role(page: MainWindow) -> None:
    nameless: list[tuple[str, object]] = []
    for widget in _seen(page):
        said = QAccessible.queryAccessibleInterface(widget)
        assert said is not None
        takes_focus = widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        matters = takes_focus or said.role() in _NAMED_ROLES
        empty_label = isinstance(widget, QLabel) and not widget.text()
        if matters and not empty_label and not said.text(QAccessible.Text.Name).strip():
            nameless.append((type(widget).__name__, said.role()))
        if takes_focus and said.role() in {QAccessible.Role.NoRole, QAccessible.Role.Client}:
            nameless.append((type(widget).__name__, "no role"))
        if isinstance(widget, QAbstractButton) and widget.isEnabled() and not takes_focus:
            nameless.append((widget.accessibleName() or widget.text(), "not reached by keyboard"))
    assert nameless == []


def test_tab_reaches_every_control_that_a_mouse_reaches(page: MainWindow, qtbot: QtBot) -> None:
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)
    wanted = {one for one in _seen(page) if one.focusPolicy() & Qt.FocusPolicy.TabFocus and one.isEnabled()}
    wanted = {one for one in wanted if one.focusProxy() is None}
    reached: set[QWidget] = set()
    for _press in range(len(wanted) + 5):
        QTest.keyClick(page.focusWidget() or page, Qt.Key.Key_Tab)
        focused = page.focusWidget()
        if focused is not None:
            reached.add(focused)
    missing = [(type(one).__name__, one.accessibleName()) for one in wanted - reached]
    assert missing == []


@pytest.fixture
def twice_the_size(qapp: QApplication) -> Iterator[None]:
    before = QFont(qapp.font())
    larger = QFont(before)
    larger.setPointSizeF(before.pointSizeF() * 2)
    qapp.setFont(larger)
    yield
    qapp.setFont(before)


@pytest.mark.usefixtures("twice_the_size")
def test_at_640_pixels_and_twice_the_size_no_text_is_cut(page: MainWindow, qtbot: QtBot) -> None:
    page.resize(640, 580)

    def nothing_is_cut() -> None:
        labels = [one for one in page.findChildren(QLabel) if one.isVisible() and one.wordWrap() and one.text()]
        needed = [(one.text(), one.height(), one.heightForWidth(one.width())) for one in labels]
        assert [cut for cut in needed if cut[1] < cut[2]] == []
        outside = [one for one in page.findChildren(QWidget) if one.isVisible() and one.width() > 640]
        assert [type(one).__name__ for one in outside] == []

    qtbot.waitUntil(nothing_is_cut, timeout=3000)


def test_a_switch_to_dark_repaints_what_is_there(page: MainWindow, qapp: QApplication, qtbot: QtBot) -> None:
    ground = page.grab().toImage().pixelColor(3, page.height() // 2)
    try:
        wear(qapp, DARK)
        qtbot.waitUntil(lambda: page.grab().toImage().pixelColor(3, page.height() // 2).lightness() < 80)
    finally:
        wear(qapp, LIGHT)
        QApplication.processEvents()
    assert ground.lightness() > 200
