"""Keep it fresh: the window sets what the command `renew` sets, and says where that is not possible."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time
from pathlib import Path

import pytest
from PySide6.QtCore import QTime
from PySide6.QtWidgets import QApplication, QLabel, QRadioButton, QWidget
from pytestqt.qtbot import QtBot

from keyturn.desktop.ending_card import EndingCard
from keyturn.desktop.making_keeper import MakingKeeper, RemovingKeeper
from keyturn.desktop.pages.parts import Fold
from keyturn.desktop.renew_page import RenewPage
from keyturn.desktop.renewals_card import RenewalsCard
from keyturn.desktop.runner import Runner
from keyturn.desktop.widgets import Button
from keyturn.model.keys import KeyPair
from keyturn.rotation.finding.survey import FoundKey, take_survey
from keyturn.rotation.location import Location
from keyturn.rotation.workplace import Workplace
from keyturn.state import renewals
from keyturn_practice.timeline import HandClock

from .conftest import PATIENCE, SmallHome
from .test_who_makes_it import admin, policy

__all__ = ["admin"]  # the fixture

_EVERYTHING = '{"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}'


def _found(home: SmallHome) -> FoundKey:
    with Workplace(home.location, home.clock) as workplace:
        found = take_survey(workplace.context()).keys
    return next((one for one in found if one.key.access_key_id == home.old.access_key_id), found[0])


def _text(widget: QWidget) -> str:
    QApplication.processEvents()  # what was added is seen then
    return "\n".join(one.text() for one in widget.findChildren(QLabel) if one.isVisibleTo(widget))


@pytest.fixture
def open_page(
    qtbot: QtBot, small_home: SmallHome, start_runner: Callable[[Location, HandClock], Runner]
) -> Callable[[], RenewPage]:
    runner = start_runner(small_home.location, small_home.clock)

    def open_it() -> RenewPage:
        page = RenewPage(_found(small_home), runner)
        qtbot.addWidget(page)
        page.show()
        qtbot.waitUntil(lambda: runner.is_idle, timeout=PATIENCE)
        return page

    return open_it


def test_a_root_key_is_never_renewed_and_the_page_says_so(open_page: Callable[[], RenewPage], qtbot: QtBot) -> None:
    page = open_page()
    assert "is a root key, and those are never renewed by a program" in page.answer.text()
    assert "keyturn" not in page.answer.text(), "it names what is pressed"
    assert not page.go.isVisible()
    assert not page.sentence.isVisible()
    with qtbot.waitSignal(page.wanted):
        page.replace.click()


def test_a_users_key_renews_itself_as_the_fields_say_until_it_is_ended(
    open_page: Callable[[], RenewPage], small_home: SmallHome, qtbot: QtBot
) -> None:
    small_home.let_a_user_own_the_key(_EVERYTHING)
    page = open_page()
    assert page.go.text() == "Renew it from now on"
    assert not page.by_keeper.isEnabled(), "there is none"
    assert not page.stop.isVisible()
    page.sentence.every.setValue(30)
    page.sentence.at.setTime(QTime(4, 30))
    page.watch.setValue(2)
    page.grace.setValue(5)
    page.deletes.setChecked(True)
    page.go.click()
    qtbot.waitUntil(lambda: page.go.isEnabled(), timeout=PATIENCE)
    assert "It renews itself from now on." in page.answer.text()
    state = small_home.location.state_dir
    assert state is not None
    (kept,) = renewals.load(state, small_home.home)
    assert (kept.key, kept.every_days, kept.at) == (small_home.old.access_key_id, 30, time(4, 30))
    assert (kept.watch_days, kept.grace_days, kept.deletes, kept.signer) == (2, 5, True, "key")
    assert "Next: " in page.sentence.next.text()
    assert "Not renewed yet." in _text(page)
    assert "Nothing starts it here by itself." in _text(page), "this is another computer's disk"

    card = RenewalsCard(page._runner)
    qtbot.addWidget(card)
    qtbot.waitUntil(lambda: page._runner.is_idle, timeout=PATIENCE)
    assert "Every 30 days at 04:30" in _text(card).replace("\u200b", "")
    with qtbot.waitSignal(card.wanted) as wanted:
        card.findChildren(Button)[-1].click()
    assert wanted.args == [small_home.old.access_key_id]

    again = open_page()
    assert again.go.text() == "Change it"
    assert (again.sentence.every.value(), again.deletes.isChecked()) == (30, True)
    again.stop.click()
    qtbot.waitUntil(lambda: "no more" in again.answer.text(), timeout=PATIENCE)
    assert renewals.load(state, small_home.home) == ()
    assert not again.stop.isVisible()


def test_a_key_is_renewed_now_once_the_person_said_so(
    open_page: Callable[[], RenewPage], small_home: SmallHome, qtbot: QtBot
) -> None:
    small_home.duck.unlink()  # which names no bucket
    small_home.let_a_user_own_the_key(_EVERYTHING)
    small_home.duck.unlink()
    page = open_page()
    assert not page.now.isVisible(), "it does not renew itself yet"
    page.go.click()
    qtbot.waitUntil(lambda: page.now.isVisible() and page._runner.is_idle, timeout=PATIENCE)
    page.now.click()
    assert "Renew this key now?" in _text(page)
    assert small_home.old.access_key_id.value in small_home.s3ql.read_text()
    page.yes_now.click()
    qtbot.waitUntil(lambda: page._runner.is_idle, timeout=PATIENCE)
    assert "A new key is in place and proved." in page.answer.text()
    assert "Renew this key now?" not in _text(page)
    assert small_home.old.access_key_id.value not in small_home.s3ql.read_text()
    assert "a new key was put in place and proved; the old one is on." in _text(page)
    assert len(small_home.account.listed_keys()) == 3, "root's, the old one, and the new one"

    again = open_page()
    again.now.click()
    again.yes_now.click()
    qtbot.waitUntil(lambda: again._runner.is_idle, timeout=PATIENCE)
    assert small_home.account.accepts(small_home.old), "while the old one is watched, nothing more is made"
    assert len(small_home.account.listed_keys()) == 3
    assert "A new key" not in again.answer.text()


def test_a_key_that_may_make_no_other_is_not_set_and_the_reason_is_told(
    open_page: Callable[[], RenewPage], small_home: SmallHome, qtbot: QtBot
) -> None:
    small_home.let_a_user_own_the_key('{"Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}')
    page = open_page()
    page.go.click()
    qtbot.waitUntil(lambda: page.go.isEnabled(), timeout=PATIENCE)
    assert page.answer.text()
    state = small_home.location.state_dir
    assert state is not None
    assert renewals.load(state, small_home.home) == ()


def test_where_the_key_may_not_renew_itself_a_keeper_is_made_here_and_does_it(
    open_page: Callable[[], RenewPage], admin: KeyPair, small_home: SmallHome, qtbot: QtBot
) -> None:
    small_home.duck.unlink()  # which names no bucket
    page = open_page()
    make = next(one.button for one in page.findChildren(Fold) if one.button.text() == "Make the keeper…")
    make.click()
    qtbot.waitUntil(lambda: page._runner.is_idle, timeout=PATIENCE)
    said = _text(page)
    assert "Anyone who has the keeper's key can make a key for each of these users" in said
    assert "the keeper is to look after backup, too" in said
    making = page.findChild(MakingKeeper)
    assert isinstance(making, MakingKeeper)
    assert not making.go.isEnabled(), "nobody was chosen"
    names = [one.text() for one in making.signers.findChildren(QRadioButton)]
    assert "Profile admin" in names and "The keys of the change itself" not in names
    next(one for one in making.signers.findChildren(QRadioButton) if one.text() == "Profile admin").click()
    making.go.click()
    assert not page.go.isEnabled(), "it would be set with the choice of before"
    qtbot.waitUntil(lambda: page._runner.is_idle, timeout=PATIENCE)
    assert page.go.isEnabled()
    assert "The keeper is there." in page.answer.text()
    assert page.by_keeper.isEnabled() and page.by_keeper.isChecked()
    assert not make.isVisible()
    page.go.click()
    qtbot.waitUntil(lambda: page._runner.is_idle, timeout=PATIENCE)
    assert "It renews itself from now on." in page.answer.text()
    page.now.click()
    page.yes_now.click()
    qtbot.waitUntil(lambda: page._runner.is_idle, timeout=PATIENCE)
    assert "A new key is in place and proved." in page.answer.text()


def test_who_may_not_makes_no_keeper_and_is_told_why(
    open_page: Callable[[], RenewPage], admin: KeyPair, small_home: SmallHome, qtbot: QtBot
) -> None:
    small_home.account.administrator.give_policies("admin", {"all": policy("s3:*")})
    small_home.advance(1)
    page = open_page()
    next(one.button for one in page.findChildren(Fold) if one.button.text() == "Make the keeper…").click()
    qtbot.waitUntil(lambda: page._runner.is_idle, timeout=PATIENCE)
    making = page.findChild(MakingKeeper)
    assert isinstance(making, MakingKeeper)
    next(one for one in making.signers.findChildren(QRadioButton) if one.text() == "Profile admin").click()
    making.go.click()
    qtbot.waitUntil(lambda: page._runner.is_idle, timeout=PATIENCE)
    assert page.answer.text() and "The keeper is there" not in page.answer.text()
    assert not page.by_keeper.isEnabled() and making.go.isEnabled()
    assert not [name for name in small_home.account.user_names() if name.startswith("keyturn-keeper-")]


def test_the_keeper_is_removed_here_too_and_what_stops_is_said_before(
    open_page: Callable[[], RenewPage], admin: KeyPair, small_home: SmallHome, qtbot: QtBot
) -> None:
    page = open_page()
    folds = {one.button.text(): one for one in page.findChildren(Fold)}
    assert not folds["Remove the keeper…"].isVisible(), "there is none"

    def settle() -> None:
        qtbot.waitUntil(lambda: page._runner.is_idle, timeout=PATIENCE)

    def choose_admin(change: MakingKeeper | RemovingKeeper | None) -> None:
        assert change is not None
        next(one for one in change.signers.findChildren(QRadioButton) if one.text() == "Profile admin").click()
        change.go.click()
        settle()

    folds["Make the keeper…"].button.click()
    settle()
    choose_admin(page.findChild(MakingKeeper))
    page.go.click()
    settle()
    assert [name for name in small_home.account.user_names() if "keeper" in name]

    assert folds["Remove the keeper…"].isVisible()
    folds["Remove the keeper…"].button.click()
    settle()
    said = _text(page).replace("\u200b", "")
    assert f"It renews {small_home.old.access_key_id.masked}: that stops until somebody else is named." in said
    assert "are deleted at AWS, and its secret is wiped here" in said
    choose_admin(page.findChild(RemovingKeeper))
    assert page.answer.text() == "The keeper is removed."
    assert not [name for name in small_home.account.user_names() if "keeper" in name]
    assert not page.by_keeper.isEnabled()
    assert not folds["Remove the keeper…"].isVisible() and folds["Make the keeper…"].isVisible()


def test_at_the_end_only_what_can_be_done_is_offered(qtbot: QtBot) -> None:
    nothing, everything = EndingCard((), renewable=False), EndingCard((Path("/x/rootkey.csv"),), renewable=True)
    for card in (nothing, everything):
        qtbot.addWidget(card)
    assert not hasattr(nothing, "trash")
    assert not hasattr(nothing, "fresh")
    assert everything.trash.text() == "Move rootkey.csv to the trash"
    assert "rootkey.csv holds the deleted key, which opens nothing any more." in _text(everything)
    assert not any(one.isDefault() for one in (everything.report, everything.trash, everything.fresh)), (
        "none is primary"
    )
