"""Every control of every page can be found by name, reached by keyboard, and read at twice the size."""

from __future__ import annotations

import gettext
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface, QFont
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QAbstractSpinBox, QApplication, QLabel, QRadioButton, QScrollBar, QWidget
from pytestqt.qtbot import QtBot

from keyturn.desktop.account_page import AccountPage
from keyturn.desktop.assistant import open_assistant
from keyturn.desktop.look import DARK, LIGHT, wear
from keyturn.desktop.main_window import Doors, MainWindow
from keyturn.desktop.map_nodes import BucketGoal, PlaceGoal
from keyturn.desktop.renew_page import RenewPage
from keyturn.desktop.renewal_work import Freshness
from keyturn.desktop.runner import Runner
from keyturn.desktop.wrapping import Wrapping
from keyturn.model.errors import AppError
from keyturn.model.keys import AccessKey, AccessKeyId, KeyStatus, Principal
from keyturn.model.text import _, use_catalogue
from keyturn.rotation.advice import Advice
from keyturn.rotation.finding.whole_account import AccountKey

from .conftest import ground_in

PATIENCE = 30.0  # seconds
_USUAL = (860, 580)
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


@pytest.fixture(scope="module")
def windows(qapp: QApplication, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], MainWindow]]:
    """A window that has seen the sample computer, for each size of text and each language, with all pages in turn."""

    def no_other_window(*_arguments: Path) -> None:
        raise AssertionError("no window was asked for")

    opened: dict[tuple[float, str], MainWindow] = {}
    with ground_in(tmp_path_factory.mktemp("accessible")) as ground:

        def window_now() -> MainWindow:
            kind = qapp.font().pointSizeF(), _("Settings")
            if kind not in opened:
                runner = Runner(ground.location, ground.clock)
                opened[kind] = window = MainWindow(runner, Doors(open_assistant, no_other_window, no_other_window))
                window.resize(*_USUAL)
                window.show()
                window.look()
                _settle(window)
            return opened[kind]

        yield window_now
        for window in opened.values():
            window.close()
            _settle(window)
            window.deleteLater()
            QCoreApplication.sendPostedEvents(window, QEvent.Type.DeferredDelete.value)


def _settle(window: MainWindow) -> None:
    until = time.monotonic() + PATIENCE
    while not window.runner.is_idle:
        assert time.monotonic() < until
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)


def _key(window: MainWindow) -> None:
    assert window.overview is not None
    window.open_key(window.overview.survey.keys[0].key.access_key_id)


def _thing(kind: type[PlaceGoal | BucketGoal], window: MainWindow) -> None:
    goals = (card.node.goal for card in window.view.map.cards)
    window.things.open(next(goal for goal in goals if isinstance(goal, kind)))


def _show_fresh(window: MainWindow) -> None:
    """The page with its fields, which a root key's does not show."""
    window.menus.action("fresh").trigger()
    page = window.pages.currentWidget()
    assert isinstance(page, RenewPage)
    _settle(window)
    page._show(Freshness("", None, has_keeper=False, watch_days=3, grace_days=7))


def _show_account(window: MainWindow) -> None:
    """The page with its rows, and what was not seen."""
    window.menus.action("account").trigger()
    page = window.pages.currentWidget()
    assert isinstance(page, AccountPage)
    _settle(window)
    if page.go.text() == "Look at every key":
        page.go.click()


def _show_account_key(window: MainWindow) -> None:
    """The page of a key that is not here, with everything that can be done with it."""
    key = AccessKey(AccessKeyId("AKIAQ7ZV3MELSEWHEREX"), Principal.from_arn(_SOMEBODY), KeyStatus.INACTIVE)
    window.menu_pages.open_account_key(AccountKey(key, Advice.RETIRE, {"team": "mail"}, None))


_SOMEBODY = "arn:aws:iam::111122223333:user/staff/mail"
_PAGES: dict[str, Callable[[MainWindow], object]] = {
    "map": lambda window: window.view.tabs.setCurrentIndex(0),
    "list": lambda window: window.view.tabs.setCurrentIndex(1),
    "history": lambda window: window.view.tabs.setCurrentIndex(2),
    "key": _key,
    "place": partial(_thing, PlaceGoal),
    "bucket": partial(_thing, BucketGoal),
    "settings": lambda window: window.view.settings.click(),
    "renew": lambda window: _show_fresh(window),
    "account": _show_account,
    "account key": _show_account_key,
    "help": lambda window: window.menus.action("help").trigger(),
    "about": lambda window: window.menus.action("about").trigger(),
    "mail": lambda window: window.view.mail.click(),
    "rest": lambda window: window.view.rest.click(),
    "problem": lambda window: window.show_problem(AppError("It broke", "Nothing was changed.", code="x")),
    "assistant": lambda window: window.view.header.button.click(),
    "nothing found": lambda window: window.view._map_place.setCurrentWidget(window.view.empty),
}


@pytest.fixture(params=_PAGES)
def page(request: pytest.FixtureRequest, windows: Callable[[], MainWindow]) -> Iterator[MainWindow]:
    """The window at one of its pages; afterwards nothing of it is left."""
    window = windows()
    _PAGES[request.param](window)
    QApplication.processEvents()
    _settle(window)
    yield window
    window.pages.take_all_away()
    window.view.tabs.setCurrentIndex(0)
    window.view._map_place.setCurrentWidget(window.view._drawn)
    window.resize(*_USUAL)
    _settle(window)


def _seen(window: MainWindow) -> list[QWidget]:
    return [one for one in window.findChildren(QWidget) if one.isVisible() and not isinstance(one, QScrollBar)]


def _ghosts(one: QAccessibleInterface, *, hidden: bool = False) -> Iterator[str]:
    """What says that it shows although something around it does not."""
    shows = not one.state().invisible
    if hidden and shows:
        yield f"{one.role()} {one.text(QAccessible.Text.Name)!r}"
    if one.role() is QAccessible.Role.ComboBox:
        return  # tells its choices also while they are folded, as with every program of Qt
    for number in range(one.childCount()):
        child = one.child(number)
        if child is not None:
            yield from _ghosts(child, hidden=hidden or not shows)


def test_what_is_on_another_page_says_that_it_is_not_seen(page: MainWindow) -> None:
    whole = QAccessible.queryAccessibleInterface(page)
    assert whole is not None
    assert list(_ghosts(whole)) == []


def test_every_control_has_a_name_and_a_role(page: MainWindow) -> None:
    nameless: list[tuple[str, object]] = []
    for widget in _seen(page):
        if isinstance(widget.parent(), QAbstractSpinBox):
            continue  # a spin box speaks for its field
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
    # Choices that exclude each other are one stop of Tab; arrow keys lead from one to the next.
    wanted = {one for one in wanted if not isinstance(one, QRadioButton) or one.isChecked()}
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


class _Longer(gettext.NullTranslations):
    """A language whose words are longer by two fifths, as German's are."""

    def gettext(self, message: str) -> str:
        """The message, and more of its words."""
        words = message.split()
        return " ".join([message, *words[: max(1, len(words) * 2 // 5)]]) if words else message

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """As `gettext`."""
        return self.gettext(msgid1 if n == 1 else msgid2)


@pytest.fixture
def longer_words() -> Iterator[None]:
    use_catalogue(_Longer())
    yield
    use_catalogue(gettext.NullTranslations())


@pytest.mark.usefixtures("twice_the_size")
def test_at_640_pixels_and_twice_the_size_no_text_is_cut(page: MainWindow, qtbot: QtBot) -> None:
    _expect_nothing_cut(page, qtbot)


@pytest.mark.usefixtures("longer_words")
def test_at_640_pixels_and_in_a_language_of_longer_words_no_text_is_cut(page: MainWindow, qtbot: QtBot) -> None:
    _expect_nothing_cut(page, qtbot)


def has_room(button: QAbstractButton) -> bool:
    """True where all of its text fits, in as many lines as its width needs."""
    how = Qt.TextFlag.TextWordWrap | Qt.TextFlag.TextShowMnemonic
    text = button.fontMetrics().boundingRect(0, 0, button.width(), 10_000, how, button.text())
    return text.width() <= button.width() and text.height() <= button.height()


def _expect_nothing_cut(page: MainWindow, qtbot: QtBot) -> None:
    page.resize(640, 580)

    def nothing_is_cut() -> None:
        labels = [one for one in page.findChildren(QLabel) if one.isVisible() and one.wordWrap() and one.text()]
        needed = [(one.text(), one.height(), one.heightForWidth(one.width())) for one in labels]
        assert [cut for cut in needed if cut[1] < cut[2]] == []
        pressed = [one for one in page.findChildren(QAbstractButton) if one.isVisible() and isinstance(one, Wrapping)]
        assert [(one.text(), one.size()) for one in pressed if not has_room(one)] == []
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
