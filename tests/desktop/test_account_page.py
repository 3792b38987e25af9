"""This account: the window shows every key of it, and turns off, on and deletes one that is not on this computer."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Semaphore
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QRadioButton, QWidget
from pytestqt.qtbot import QtBot

from keyturn.aws.session import Aws, AwsSettings
from keyturn.desktop.account_key_page import AccountKeyPage
from keyturn.desktop.account_list import AccountList
from keyturn.desktop.account_page import AccountPage
from keyturn.desktop.account_rows import row_of
from keyturn.desktop.assistant import open_assistant
from keyturn.desktop.key_change import KeyChange
from keyturn.desktop.main_window import Doors, MainWindow
from keyturn.desktop.pages.fields import Field, Tick
from keyturn.desktop.pages.secret_card import SecretCard
from keyturn.desktop.runner import Runner
from keyturn.model.keys import AccessKey, AccessKeyId, KeyPair, KeyStatus, Principal
from keyturn.rotation.advice import Advice
from keyturn.rotation.finding.whole_account import AccountKey
from keyturn.rotation.location import Location
from keyturn.state.secrets import open_store
from keyturn.state.secrets_kind import SecretsKind
from keyturn_practice.faults import refused
from keyturn_practice.timeline import HandClock

from .conftest import PATIENCE, SmallHome
from .test_accessible import twice_the_size  # noqa: F401  (a fixture)
from .test_who_makes_it import DEVICE, admin, policy

__all__ = ["admin"]  # the fixture


class Visitor:
    """Somebody who opens the page, chooses who looks, and looks."""

    def __init__(self, bot: QtBot, home: SmallHome, window: MainWindow) -> None:
        self.bot, self.home, self.window = bot, home, window

    def settle(self) -> None:
        self.bot.waitUntil(lambda: self.window.runner.is_idle, timeout=PATIENCE)
        QApplication.processEvents()  # what was added is seen then

    def open(self) -> AccountPage:
        self.window.menus.action("account").trigger()
        self.settle()
        return self.page

    @property
    def page(self) -> AccountPage:
        found = self.window.pages.currentWidget()
        assert isinstance(found, AccountPage)
        return found

    @property
    def key_page(self) -> AccountKeyPage:
        found = self.window.pages.currentWidget()
        assert isinstance(found, AccountKeyPage)
        return found

    @property
    def change(self) -> KeyChange:
        change = self.key_page.change
        assert change is not None
        return change

    def choose(self, name: str, within: QWidget | None = None) -> None:
        boxes = (within or self.page).findChildren(QRadioButton)
        next(one for one in boxes if one.text().replace("\u200b", "") == name).setChecked(True)

    def look(self, who: str = "Profile admin") -> list[str]:
        """Look at everything; return the rows."""
        page = self.open()
        self.choose(who)
        page.go.click()
        self.settle()
        return self.rows()

    def rows(self) -> list[str]:
        table = self.page.list.model
        return [" | ".join(table.row(table.index(at, 0)).cells) for at in range(table.rowCount())]

    def open_row(self, key: AccessKeyId) -> AccountKeyPage:
        """Choose a key's row by keyboard."""
        view, table = self.page.list.view, self.page.list.model
        ids = [table.row(table.index(at, 0)).one.key.access_key_id for at in range(table.rowCount())]
        view.setCurrentIndex(table.index(ids.index(key), 0))
        view.setFocus()
        QTest.keyClick(view, Qt.Key.Key_Return)
        self.settle()
        return self.key_page

    def press(self, name: str) -> str:
        """Confirm the key, and press; return what is said then."""
        change = self.change
        field = change.last_four.findChild(Field)
        assert isinstance(field, Field)
        field.setText(change._key.last4)
        button = {"off": change.turn_off, "on": change.turn_on, "delete": change.delete, "make": change.make}[name]
        assert button.isVisible() and button.isEnabled(), button.accessibleDescription()
        page = self.key_page
        button.click()
        self.settle()
        return page.answer.text().replace("\u200b", "")


def _text(widget: QWidget) -> str:
    labels = [one.text() for one in widget.findChildren(QLabel) if one.isVisibleTo(widget)]
    return "\n".join(labels).replace("\u200b", "")


def _no_other_window(*_nothing: object) -> None:
    raise AssertionError("no window was asked for")


@pytest.fixture
def idle(small_home: SmallHome, admin: KeyPair) -> KeyPair:
    """A user's key that nothing ever used, and that is nowhere here."""
    small_home.account.create_user("mail", path="/staff/", policies={"all": policy("*")})
    aws = Aws(AwsSettings(endpoint_url=small_home.account.url), lambda use: None)
    aws.ask(admin, "iam", "TagUser", {"UserName": "mail", "Tags": [{"Key": "team", "Value": "post"}]})
    aws.close()
    return small_home.account.create_user_key("mail", age_days=400)


class HeldClock(HandClock):
    """Time that stands still once so many waits were over, until it is let go."""

    def __init__(self, inner: HandClock, waits: int) -> None:
        super().__init__(inner.now())
        self.inner, self.waits = inner, Semaphore(waits)

    def sleep(self, seconds: float) -> None:
        """Waits until it may."""
        assert self.waits.acquire(timeout=PATIENCE / 1000)
        self.inner.sleep(seconds)
        super().sleep(seconds)

    def let_go(self) -> None:
        """Let every wait go on."""
        self.waits.release(1000)


@pytest.fixture
def visitor(
    qtbot: QtBot,
    idle: KeyPair,
    small_home: SmallHome,
    start_runner: Callable[[Location, HandClock], Runner],
) -> Visitor:
    return Visitor(qtbot, small_home, opened(qtbot, start_runner(small_home.location, small_home.clock)))


def opened(bot: QtBot, runner: Runner) -> MainWindow:
    """A window that has looked through the computer."""
    window = MainWindow(runner, Doors(open_assistant, _no_other_window, _no_other_window))
    bot.addWidget(window)
    window.show()
    window.look()
    bot.waitUntil(lambda: runner.is_idle, timeout=PATIENCE)
    return window


def test_every_key_of_the_account_is_shown_and_what_should_be_done_first_is_on_top(
    visitor: Visitor, idle: KeyPair, admin: KeyPair
) -> None:
    page = visitor.open()
    assert "Who looks?" in _text(page)
    assert page.list.isHidden() and page.save.isHidden(), "nothing was asked yet"

    rows = visitor.look()

    own = visitor.home.old.access_key_id
    assert [one.split(" | ")[0] for one in rows] == ["renew", "retire", "fine"]
    assert f"{own.masked} | backup | on" in rows[0] and rows[0].endswith("| here")
    assert f"{idle.access_key_id.masked} | mail | on" in rows[1] and rows[1].endswith("never | not here")
    assert f"{admin.access_key_id.masked} | admin" in rows[2]
    assert "3 users, 3 keys, as user admin sees it" in page.under_heading.text().replace("\u200b", "")
    assert "What the credential report says of root" in _text(page)
    assert visitor.page.go.text() == "Look again"


def test_what_whoever_looks_may_not_see_is_named(visitor: Visitor) -> None:
    visitor.home.account.fail("iam:GenerateCredentialReport", refused(403, "AccessDenied"), times=9)
    visitor.home.account.fail("iam:ListAccessKeys", refused(403, "AccessDenied"), times=1)
    rows = visitor.look()
    assert len(rows) == 2
    said = _text(visitor.page)
    assert "The keys of 1 user may not be listed" in said
    assert "Whether the root user of account 111122223333 has more keys is not known" in said


def test_a_key_that_may_list_nobody_is_told_and_somebody_else_may_look(visitor: Visitor) -> None:
    assert visitor.look("The keys that were found here") != []  # admin's key stands in a profile here
    visitor.home.account.fail("iam:GetAccountAuthorizationDetails", refused(403, "AccessDenied"), times=9)
    visitor.home.account.fail("iam:ListUsers", refused(403, "AccessDenied"), times=9)
    page = visitor.page
    page.go.click()
    assert page.signers.isVisible(), "somebody else may look this time"
    page.go.click()
    visitor.settle()
    assert "The users of account 111122223333 could not be listed" in _text(page)
    assert visitor.rows() == []


def test_the_rows_are_shown_while_the_walk_goes_on_and_it_can_be_ended(
    qtbot: QtBot,
    idle: KeyPair,
    small_home: SmallHome,
    start_runner: Callable[[Location, HandClock], Runner],
) -> None:
    clock = HeldClock(small_home.clock, waits=2)  # the first user's keys, and the last use of one
    visitor = Visitor(qtbot, small_home, opened(qtbot, start_runner(small_home.location, clock)))
    page = visitor.open()
    visitor.choose("Profile admin")
    page.go.click()
    qtbot.waitUntil(lambda: len(visitor.rows()) == 1, timeout=PATIENCE)
    assert page.stop.isVisible() and not page.go.isVisible()
    assert "Asking AWS… 1 user looked at, 1 key so far." in _text(page)

    page.stop.click()
    clock.let_go()
    visitor.settle()

    assert 0 < len(visitor.rows()) < 3
    assert "You ended it early" in _text(page)
    assert "the others were not looked at" in page.under_heading.text()


def test_the_walk_goes_on_while_the_page_is_left_and_what_it_saw_stays(visitor: Visitor) -> None:
    page = visitor.open()
    visitor.choose("Profile admin")
    page.go.click()
    page.back.click()
    visitor.settle()
    visitor.open()
    assert len(visitor.rows()) == 3
    assert visitor.page.go.text() == "Look again"


def test_the_list_is_narrowed_by_user_key_and_tag(visitor: Visitor, idle: KeyPair) -> None:
    visitor.look()
    for text, count in (("MAIL", 1), (idle.access_key_id.value, 1), ("team=post", 1), ("not here", 1), ("no such", 0)):
        visitor.page.list.filter.setText(text)
        assert len(visitor.rows()) == count, text


def test_it_is_saved_as_a_table_and_as_a_report_without_a_secret(
    visitor: Visitor, idle: KeyPair, tmp_path: Path
) -> None:
    visitor.look()
    for name in ("keys.csv", "keys.html"):
        visitor.page.write(tmp_path / name)
        visitor.settle()
        assert f"It is in {tmp_path / name}" in visitor.page.answer.text().replace("\u200b", "")
        text = (tmp_path / name).read_text(encoding="utf-8-sig")
        assert idle.access_key_id.last4 in text and "mail" in text
        assert idle.secret.reveal() not in text
    with (tmp_path / "keys.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["user_name"] for row in rows if row["access_key_id"]} == {"backup", "admin", "mail"}


def test_a_key_that_is_not_here_goes_off_on_off_and_after_its_days_is_deleted(visitor: Visitor, idle: KeyPair) -> None:
    key, account = idle.access_key_id, visitor.home.account
    visitor.look()
    page = visitor.open_row(key)
    assert "team = post" in _text(page) and "not on this computer" in _text(page)
    assert not visitor.change.delete.isVisible(), "a key that is on is never deleted"
    assert not visitor.change.turn_off.isEnabled()
    assert "last four characters" in visitor.change.turn_off.accessibleDescription()

    visitor.press("off")
    assert account.status_of(key) is KeyStatus.INACTIVE
    assert "off" in _text(page.facts)
    visitor.press("on")
    assert account.status_of(key) is KeyStatus.ACTIVE
    visitor.press("off")
    said = visitor.press("delete")
    assert account.status_of(key) is KeyStatus.INACTIVE, said
    assert "Not yet" in said and "until then it can be turned on again" in said
    assert "keyturn " not in said, "it names what is pressed"

    visitor.home.advance(days=7.1)
    visitor.press("delete")
    assert account.status_of(key) is None
    assert "There is no such key any more." in _text(page)
    page.back.click()
    visitor.settle()
    assert all(key.masked not in row for row in visitor.rows())


def test_a_key_that_is_seen_in_use_stays_on_and_its_rotation_can_be_carried_on(visitor: Visitor, idle: KeyPair) -> None:
    visitor.home.old, own = idle, visitor.home.old
    visitor.home.use_old_key()
    visitor.home.old = own
    visitor.home.advance(days=1)
    visitor.look()
    page = visitor.open_row(idle.access_key_id)
    said = visitor.press("off")
    assert "Something uses" in said and "The key can be turned off from" in said
    assert visitor.home.account.status_of(idle.access_key_id) is KeyStatus.ACTIVE
    assert not visitor.change.delete.isVisible()
    with visitor.bot.waitSignal(page.continued):
        page.carry_on.click()


def test_a_key_that_is_here_leads_to_its_own_page(visitor: Visitor) -> None:
    visitor.look()
    page = visitor.open_row(visitor.home.old.access_key_id)
    assert page.change is None
    with visitor.bot.waitSignal(page.shown):
        next(one for one in page.findChildren(QWidget) if one.property("text") == "Show what uses it…").click()  # type: ignore[attr-defined]


def test_a_role_looks_once_its_code_is_given(visitor: Visitor) -> None:
    page = visitor.open()
    visitor.choose("Profile keys")
    page.go.click()
    visitor.bot.waitUntil(page._code.isVisible, timeout=PATIENCE)
    assert DEVICE in _text(page)
    QTest.keyClicks(page._code.field, visitor.home.account.administrator.code_shown_by(DEVICE))
    page._code.go.click()
    visitor.settle()
    assert len(visitor.rows()) == 3, _text(page)


def test_ten_thousand_rows_are_sorted_and_a_screen_reader_reads_each_whole(qtbot: QtBot, small_home: SmallHome) -> None:
    shown = AccountList()
    qtbot.addWidget(shown)
    shown.show()
    now = small_home.clock.now()
    owner = Principal.from_arn("arn:aws:iam::111122223333:user/one")
    letters = "ABCDEFGHIJKLMNOP"
    ids = ["AKIAQ7ZV3M" + "".join(letters[at >> shift & 15] for shift in range(36, -1, -4)) for at in range(10_000)]
    advices = list(Advice)
    rows = [
        row_of(AccountKey(AccessKey(AccessKeyId(one), owner, KeyStatus.ACTIVE), advices[at % 5], None, None), now)
        for at, one in enumerate(ids)
    ]
    for at in range(0, len(rows), 500):
        shown.model.add(rows[at : at + 500])
    cells = [shown.model.row(shown.model.index(at, 0)).cells[0] for at in (0, 2000, 4000, 6000, 8000)]
    assert cells == ["replace", "renew", "retire", "unknown", "fine"]
    table = QAccessible.queryAccessibleInterface(shown.view)
    assert table is not None and table.text(QAccessible.Text.Name) == "Access keys of the account"
    said = shown.model.index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert said.startswith("replace, AKIA…") and said.endswith("not here")


def test_a_new_key_is_made_for_one_that_is_not_here_and_shown_when_it_is_handed_over(
    visitor: Visitor, idle: KeyPair
) -> None:
    visitor.look()
    visitor.open_row(idle.access_key_id)
    change = visitor.change
    assert change.replace.isVisible() and not change.make.isVisible()
    change.replace.setFocus()
    QTest.keyClick(change.replace, Qt.Key.Key_Space)
    assert change.make.isVisible()
    next(box for box in change.places.findChildren(Tick) if box.text() == "Another provider's web page").click()
    change.places.pages.setText("shop")

    said = visitor.press("make")

    assert "The new key works, and its secret is in Keyturn's keychain" in said
    keys = [one for one in visitor.home.account.listed_keys() if one.owner_arn.endswith("/mail")]
    assert [one.status for one in keys] == [KeyStatus.ACTIVE, KeyStatus.ACTIVE]
    new = next(one.access_key_id for one in keys if one.access_key_id != idle.access_key_id)
    assert visitor.key_page.carry_on.isVisible()

    visitor.key_page.carry_on.click()
    visitor.settle()
    page = _text(visitor.window)
    assert "Give another provider's web page (shop) the new key" in page
    assert "The new key works. These need a person" in page
    card = next(iter(visitor.window.findChildren(SecretCard)))
    folder = visitor.home.location.state_dir
    pair = None if folder is None else open_store(SecretsKind.FILE, folder).get(new)
    assert pair is not None
    assert pair.secret.reveal() not in page and not card.field.is_shown


@pytest.mark.usefixtures("twice_the_size")
def test_in_large_text_no_cell_is_squeezed_and_the_list_scrolls_sideways(qtbot: QtBot, small_home: SmallHome) -> None:
    shown = AccountList()
    qtbot.addWidget(shown)
    shown.resize(560, 400)
    shown.show()
    owner = Principal.from_arn("arn:aws:iam::111122223333:user/one")
    key = AccessKey(AccessKeyId("AKIAQ7ZV3MELSEWHEREX"), owner, KeyStatus.ACTIVE)
    shown.model.add([row_of(AccountKey(key, Advice.RETIRE, None, None), small_home.clock.now())])
    QApplication.processEvents()
    view = shown.view
    narrow = [at for at in range(view.header().count()) if view.columnWidth(at) < view.needed(at)]
    assert narrow == []
    assert view.horizontalScrollBar().maximum() > 0
    shown.resize(1600, 400)
    assert view.horizontalScrollBar().maximum() == 0


class Counted(tuple[str | float, ...]):
    """By what a row is sorted; counts how often somebody looks."""

    looks = 0

    def __getitem__(self, at: Any) -> Any:  # noqa: ANN401  (as a tuple's)
        type(self).looks += 1
        return super().__getitem__(at)


def test_each_of_ten_thousand_rows_is_looked_at_once_to_sort_them(qtbot: QtBot, small_home: SmallHome) -> None:
    """With two looks for each comparison the window stood still for two seconds at each click on a heading."""
    shown = AccountList()
    qtbot.addWidget(shown)
    shown.show()
    now, count = small_home.clock.now(), 10_000
    key = AccessKeyId("AKIAQ7ZV3MEXAMPLEKEY")
    rows = []
    for at in range(count):
        owner = Principal.from_arn(f"arn:aws:iam::111122223333:user/u{at * 7919 % count:05}")
        row = row_of(AccountKey(AccessKey(key, owner, KeyStatus.ACTIVE), Advice.OK, None, None), now)
        rows.append(replace(row, order=Counted(row.order)))
    shown.model.show_rows(rows[:-2])
    shown.view.setCurrentIndex(shown.model.index(5, 0))
    chosen = shown.model.row(shown.view.currentIndex())
    Counted.looks = 0
    shown.view.sortByColumn(2, Qt.SortOrder.DescendingOrder)
    assert Counted.looks <= 2 * count, "Qt has it sorted twice, once for the mark on the heading"
    assert shown.model.row(shown.view.currentIndex()) is chosen, "what was chosen stays so"

    shown.model.add(rows[-2:])
    users = [shown.model.row(shown.model.index(at, 0)).cells[2] for at in range(shown.model.rowCount())]
    assert users == sorted(users, reverse=True) and len(users) == count, "what is met later comes in its place"
    shown.filter.setText("U0999")
    users = [shown.model.row(shown.model.index(at, 0)).cells[2] for at in range(shown.model.rowCount())]
    assert users == [f"u0999{last}" for last in range(9, -1, -1)]
    shown.filter.clear()
    assert shown.model.rowCount() == count
