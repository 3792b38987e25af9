"""A person who is sent away is called back: asked with a ticked box on this computer, else told that nobody will."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel
from pytestqt.qtbot import QtBot

from keyturn.desktop.assistant_work import Page
from keyturn.desktop.overview import look
from keyturn.desktop.runner import Desk, Runner
from keyturn.desktop.waiting_card import WaitingCard
from keyturn.model.search_scope import SearchScope
from keyturn.reminders.autostart import autostart_of
from keyturn.reminders.started_program import Starts
from keyturn.rotation import labels
from keyturn.rotation.cancelling import CancelToken
from keyturn.rotation.location import Location
from keyturn.rotation.workplace import Workplace
from keyturn.state import settings
from keyturn.state.reminding import load
from keyturn_practice.timeline import HandClock

from .conftest import PATIENCE, SmallHome
from .test_assistant import Person

BOX = "Remind me: look each time I sign in, and tell me what is due"


@pytest.fixture
def own_home(small_home: SmallHome, monkeypatch: pytest.MonkeyPatch) -> SmallHome:
    """The same home, as the one of the person who sits here."""
    monkeypatch.setenv("HOME", str(small_home.home))
    monkeypatch.setenv("USERPROFILE", str(small_home.home))
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "APPDATA"):
        monkeypatch.delenv(name, raising=False)
    folder = small_home.location.state_dir
    assert folder is not None
    folder.mkdir(mode=0o700, exist_ok=True)
    settings.save(folder, replace(settings.Settings(), search_scope=SearchScope.NONE))
    small_home.location = replace(small_home.location, home=None)
    return small_home


@pytest.fixture
def person(qtbot: QtBot, own_home: SmallHome, start_runner: Callable[[Location, HandClock], Runner]) -> Person:
    return Person(qtbot, own_home, start_runner(own_home.location, own_home.clock))


def starts(home: SmallHome) -> Starts | None:
    with Workplace(home.location, home.clock) as workplace:
        return autostart_of(workplace.computer).started()


def in_days(person: Person, days: float) -> str:
    return labels.near_day(person.home.clock.now() + timedelta(days=days))


def sees(person: Person, text: str) -> None:
    person.bot.waitUntil(lambda: text in person.read(), timeout=PATIENCE)


def box(person: Person) -> QAbstractButton:
    found = person.find(BOX)
    assert isinstance(found, QAbstractButton)
    return found


def test_later_has_keyturn_look_at_each_login_and_says_the_day(person: Person) -> None:
    person.press("Choose the way out")
    person.press("Later")
    sees(person, f"tells you on {in_days(person, 30)}")
    assert box(person).isChecked()
    person.press("Leave it for a month")
    person.bot.waitUntil(lambda: person.left == [True], timeout=PATIENCE)
    assert starts(person.home) is Starts.CHECK
    with Workplace(person.home.location, person.home.clock) as workplace:
        held_until = load(workplace.folder).snoozed_until
    assert held_until is not None
    assert (held_until - person.home.clock.now()).days in {29, 30}
    assert person.home.account.user_names() == ()


def test_who_does_not_want_that_is_told_that_nobody_reminds(person: Person) -> None:
    person.press("Choose the way out")
    person.press("Later")
    sees(person, "each time you sign in")
    person.press(BOX)
    assert f"Nobody will remind you: open Keyturn yourself on {in_days(person, 30)}." in person.read()
    person.press("Leave it for a month")
    person.bot.waitUntil(lambda: person.left == [True], timeout=PATIENCE)
    assert starts(person.home) is None


def test_the_plan_asks_once_and_the_watch_says_the_day_on_which_it_reminds(person: Person) -> None:
    person.to_the_plan()
    sees(person, f"tells you on {in_days(person, 3)}")
    assert box(person).isChecked()
    assert starts(person.home) is None  # nothing before the commit
    person.press("Create new key and update two programs")
    person.press("Continue")
    assert person.page() is Page.WATCH
    sees(person, f"tells you on {in_days(person, 3)}")
    assert starts(person.home) is Starts.CHECK
    person.press(BOX)
    sees(person, "Nobody will remind you")
    person.bot.waitUntil(lambda: starts(person.home) is None, timeout=PATIENCE)


def test_the_overview_says_that_nobody_reminds_while_days_are_to_pass(person: Person, qtbot: QtBot) -> None:
    person.to_the_plan()
    sees(person, "each time you sign in")
    person.press(BOX)
    person.press("Create new key and update two programs")

    def shown() -> str:
        with Workplace(person.home.location, person.home.clock) as workplace:
            overview = look(Desk(workplace, lambda event: None, CancelToken()))
        assert overview.waiting is not None
        card = WaitingCard(overview.waiting, None, person.runner)
        qtbot.addWidget(card)
        card.show()
        qtbot.waitUntil(lambda: person.runner.is_idle, timeout=PATIENCE)
        QApplication.processEvents()  # what was put on the card a moment ago becomes visible
        return "\n".join(one.text() for one in card.findChildren(QLabel) if one.isVisibleTo(card))

    assert f"Nobody will remind you: open Keyturn yourself on {in_days(person, 3)}." in shown()
    with Workplace(person.home.location, person.home.clock) as workplace:
        autostart_of(workplace.computer).enable(Starts.TRAY)
    assert "Nobody" not in shown()


def test_on_another_computers_disk_no_login_is_touched_and_it_is_said(
    qtbot: QtBot, small_home: SmallHome, start_runner: Callable[[Location, HandClock], Runner]
) -> None:
    person = Person(qtbot, small_home, start_runner(small_home.location, small_home.clock))
    person.press("Choose the way out")
    person.press("Later")
    sees(person, f"Keyturn reminds you only of what is on this computer: open this again yourself on "
                 f"{in_days(person, 30)}.")  # fmt: skip
    person.press("Leave it for a month")
    person.bot.waitUntil(lambda: person.left == [True], timeout=PATIENCE)
    assert not list(Path(small_home.home).rglob("*.desktop"))
