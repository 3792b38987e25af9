"""A desktop program like others: menus, keys, a place on the screen that is kept, help, and a report."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, QRect, QSize, Qt
from PySide6.QtGui import QAction, QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QLabel, QLineEdit, QMenu, QMenuBar, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from keyturn.desktop.about_page import LIBRARIES, AboutPage
from keyturn.desktop.help_page import HelpPage
from keyturn.desktop.kept_place import clamped, keep_place, place_window
from keyturn.desktop.mail_page import MailPage
from keyturn.desktop.main_page import MainPage
from keyturn.desktop.main_window import Doors, MainWindow
from keyturn.desktop.menu_acts import Acts, Situated
from keyturn.desktop.menus import Menus
from keyturn.desktop.navigation import Assistant, NewRotation
from keyturn.desktop.page_stack import Front
from keyturn.desktop.runner import Runner
from keyturn.desktop.settings_page import SettingsPage
from keyturn.desktop.widgets import PrimaryButton
from keyturn.model.errors import AppError

from .conftest import PATIENCE, Ground


@pytest.fixture
def bar(qtbot: QtBot) -> QMenuBar:
    bar = QMenuBar()
    qtbot.addWidget(bar)
    return bar


def _menus(bar: QMenuBar, situated: Situated, done: list[str]) -> Menus:
    menus = Menus(bar)
    acts = {name: lambda *given, name=name: done.append(name + "".join(map(str, given))) for name in Acts._fields}
    menus.fill(Acts(**acts), lambda: situated)
    return menus


def test_every_item_has_a_letter_and_keys_of_its_own_and_does_what_it_says(bar: QMenuBar) -> None:
    done: list[str] = []
    _menus(bar, Situated(False, True, 1, "Replace it safely…", True, True), done)
    shortcuts: Counter[str] = Counter()
    for top in bar.actions():
        menu = top.menu()
        assert isinstance(menu, QMenu)
        items = [one for one in menu.actions() if not one.isSeparator()]
        letters = [re.findall(r"&(\w)", one.text())[0].lower() for one in items]
        assert len(set(letters)) == len(letters), menu.title()
        shortcuts.update(one.shortcut().toString() for one in items if not one.shortcut().isEmpty())
        for item in items:
            assert item.isEnabled()
            item.trigger()
    assert set(shortcuts.values()) == {1}
    views = ["show_view0", "show_view1", "show_view2"]
    assert sorted(done) == sorted([*(name for name in Acts._fields if name != "show_view"), *views])


def test_settings_about_and_quit_are_where_macos_has_them(bar: QMenuBar) -> None:
    menus = _menus(bar, Situated(False, True, 0, "", True, False), [])
    roles = {name: menus.action(name).menuRole() for name in ("settings", "about", "quit", "check")}
    role = QAction.MenuRole
    assert list(roles.values()) == [role.PreferencesRole, role.AboutRole, role.QuitRole, role.NoRole]


@pytest.mark.parametrize(
    ("situated", "cannot"),
    [
        (Situated(False, True, 0, "Replace", True, True), set()),
        (Situated(False, True, 0, "", True, False), {"replace", "back"}),
        (Situated(False, True, 0, "", False, False), {"fresh", "replace", "back"}),
        (
            Situated(False, False, 0, "", False, False),
            {"mail", "report", "sees", "account", "fresh", "replace", "back"},
        ),
        (
            Situated(True, True, 0, "Replace", True, True),
            {"elsewhere", "check", "search", "rehearse", "view0", "view1", "view2"}
            | {"mail", "report", "sees", "account", "fresh", "replace", "back"},
        ),
    ],
)
def test_what_cannot_act_now_says_why(bar: QMenuBar, situated: Situated, cannot: set[str]) -> None:
    menus = _menus(bar, situated, [])
    items = {name: menus.action(name) for name in menus._actions}
    assert {name for name, item in items.items() if not item.isEnabled()} == cannot
    assert {name for name, item in items.items() if item.statusTip()} == cannot


# ── Enter, Esc and the focus ─────────────────────────────────────────────────────────────────────────────────────────


class _Form(MainPage):
    def __init__(self) -> None:
        super().__init__("Form")
        self.pressed = 0
        self.tick, self.field, self.go = QCheckBox("a"), QLineEdit(), PrimaryButton("Go")
        self.go.clicked.connect(self._press)
        for widget in (self.tick, self.field, self.go):
            self.column.addWidget(widget)

    def _press(self) -> None:
        self.pressed += 1


def test_enter_presses_the_filled_button_and_esc_goes_back_to_where_one_was(qtbot: QtBot) -> None:
    ground = QWidget()
    column = QVBoxLayout(ground)
    one, other = QLineEdit(), QLineEdit()
    for field in (one, other):
        column.addWidget(field)
    front = Front(ground)
    qtbot.addWidget(front)
    front.show()
    front.activateWindow()
    qtbot.waitUntil(front.isActiveWindow)
    other.setFocus()
    form = _Form()
    front.open(form)
    form.tick.setFocus()
    QTest.keyClick(form.tick, Qt.Key.Key_Return)
    assert form.pressed == 1
    form.field.setFocus()
    QTest.keyClick(form.field, Qt.Key.Key_Return)
    assert form.pressed == 1, "Enter ends what is typed"
    form.go.setDefault(False)  # such as what deletes
    form.tick.setFocus()
    QTest.keyClick(form.tick, Qt.Key.Key_Return)
    assert form.pressed == 1
    QTest.keyClick(form.tick, Qt.Key.Key_Escape)
    assert front.currentWidget() is ground
    assert front.focusWidget() is other
    QApplication.processEvents()  # the page is freed here, and not when Python lets go of all of them at once


# ── The place on the screen ──────────────────────────────────────────────────────────────────────────────────────────

_SCREEN, _SECOND = QRect(0, 25, 1280, 700), QRect(1280, 0, 1000, 600)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (QRect(100, 100, 860, 580), QRect(100, 100, 860, 580)),
        (QRect(1000, 400, 860, 580), QRect(1280, 20, 860, 580)),
        (QRect(-200, -50, 860, 580), QRect(0, 25, 860, 580)),
        (QRect(10, 30, 2000, 3000), QRect(0, 25, 1280, 700)),
        (QRect(5000, 5000, 860, 580), None),
    ],
)
def test_a_window_is_brought_back_onto_a_screen_that_is_there(wanted: QRect, found: QRect | None) -> None:
    assert clamped(wanted, [_SCREEN, _SECOND]) == found


def test_size_and_place_are_kept_and_what_is_damaged_is_in_nobody_s_way(qtbot: QtBot, tmp_path: Path) -> None:
    first, second, third = QWidget(), QWidget(), QWidget()
    for window in (first, second, third):
        qtbot.addWidget(window)
    place_window(first, tmp_path, QSize(400, 300))
    assert first.size() == QSize(400, 300)
    first.setGeometry(30, 40, 500, 320)
    keep_place(first, tmp_path)
    place_window(second, tmp_path, QSize(400, 300))
    assert second.geometry() == QRect(30, 40, 500, 320)
    (tmp_path / "window.json").write_text("{")
    place_window(third, tmp_path, QSize(5_000, 5_000))
    screen = third.screen().availableSize()
    assert third.size() == screen, "never larger than the screen"


# ── Help, report and search ──────────────────────────────────────────────────────────────────────────────────────────


def test_the_libraries_that_are_named_are_those_that_keyturn_needs(qtbot: QtBot) -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    needed = {re.match(r"[\w.-]+", one)[0].lower() for one in project["dependencies"]}  # type: ignore[index]
    assert {name.lower() for name in LIBRARIES} == needed
    page = AboutPage()
    qtbot.addWidget(page)
    text = "\n".join(one.text() for one in page.findChildren(QLabel)).replace("\u200b", "")
    assert "Version 0.1.0" in text
    assert "LGPL-3.0-only" in text
    assert "licence not stated" not in text


class _Led(Assistant):
    taken = 0

    def take_settings(self) -> None:
        self.taken += 1


def test_a_folder_is_searched_and_a_report_is_saved_from_the_window(
    small_ground: Ground, runner: Runner, qtbot: QtBot, tmp_path: Path
) -> None:
    window = MainWindow(runner, Doors(_Led, lambda home: None, lambda: None))
    qtbot.addWidget(window)
    window.show()
    window.look()
    qtbot.waitUntil(lambda: runner.is_idle, timeout=PATIENCE)
    window.menus.fill(window.menu_pages.acts(), window.menu_pages.situated)
    notes = tmp_path / "notes"
    notes.mkdir()
    (notes / "old.txt").write_text(f"the key is {small_ground.old.access_key_id.value}\n")
    window.search(notes)
    qtbot.waitUntil(lambda: runner.is_idle, timeout=PATIENCE)
    assert "Searched 1 file in" in window.view.note.text()
    assert "old.txt as well." in window.view.note.text()

    pages = window.menu_pages
    for name, begins in (("report.html", "<!DOCTYPE html"), ("report.csv", "\ufeff")):
        pages.write_report(tmp_path / name)
        qtbot.waitUntil(lambda: runner.is_idle, timeout=PATIENCE)
        text = (tmp_path / name).read_text(encoding="utf-8")
        assert text.lower().startswith(begins.lower())
        assert small_ground.old.secret.reveal() not in text
    assert "It holds no secret." in window.view.note.text()
    assert window.view.note.show_file.isVisible()
    window.view.show_failure(AppError("No", "nothing", code="test"))
    assert not window.view.note.show_file.isVisible()

    for name, kind in (("help", HelpPage), ("about", AboutPage), ("settings", SettingsPage)):
        window.menus.action(name).trigger()
        window.menus.action(name).trigger()
        shown = window.pages.currentWidget()
        assert isinstance(shown, kind)
        QTest.keyClick(shown, Qt.Key.Key_Escape)
        assert window.pages.currentWidget() is window.view, "a page is opened once"
    window.open_assistant(NewRotation(small_ground.old.access_key_id))
    assert not window.menus.action("check").isEnabled()
    window.menus.action("settings").trigger()
    assert isinstance(window.pages.currentWidget(), SettingsPage)
    assert not window.menus.action("view1").isEnabled(), "the assistant is beneath"
    settings = window.pages.currentWidget()
    assert isinstance(settings, SettingsPage)
    qtbot.waitUntil(lambda: settings.is_ready, timeout=PATIENCE)
    settings.off_days.setValue(9)
    qtbot.waitUntil(lambda: runner.is_idle, timeout=PATIENCE)
    QTest.keyClick(settings, Qt.Key.Key_Escape)
    led = window.pages.currentWidget()
    assert isinstance(led, _Led)
    assert led.taken == 1, "it plans with what was changed"

    # What is dropped over the assistant is looked at, too, and no second one is opened.
    data = QMimeData()
    data.setText(f"Your key {small_ground.old.access_key_id.value} is old")
    how = Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    for event in (QDragEnterEvent(QPoint(40, 40), *how), QDropEvent(QPointF(40, 40), *how)):
        QApplication.sendEvent(window, event)
    mail = window.pages.currentWidget()
    assert isinstance(mail, MailPage)
    mail.replaced.emit(small_ground.old.access_key_id)
    assert window.pages.currentWidget() is led
