"""Copies of the deleted key are offered for the trash: one by one, only at the end, and only while they are copies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from keyturn.desktop.assistant_work import Page
from keyturn.desktop.ending_card import EndingCard
from keyturn.desktop.leftover_files import offered_for_trash
from keyturn.desktop.main_window import Doors, MainWindow
from keyturn.desktop.navigation import Assistant
from keyturn.desktop.renew_page import RenewPage
from keyturn.desktop.runner import Runner
from keyturn.desktop.trash import move_to_trash
from keyturn.model.errors import FileError
from keyturn.rotation.all_rotations import all_rotations
from keyturn.rotation.location import Location
from keyturn.rotation.workplace import Workplace
from keyturn_practice.timeline import HandClock

from .conftest import PATIENCE, SmallHome
from .test_assistant import Person

MOVE = "Move ~/Downloads/rootkey.csv to the trash"
NOT_AS_IT_WAS = "The file is not as it was"


@dataclass
class Drawer:
    """The key file that the AWS console saved, a shell's memory with the key ID, and an empty trash."""

    home: SmallHome
    trash: Path

    @property
    def rootkey(self) -> Path:
        return self.home.home / "Downloads" / "rootkey.csv"

    @property
    def content(self) -> str:
        key = self.home.old
        return f"Access key ID,Secret access key\n{key.access_key_id},{key.secret.reveal()}\n"

    @property
    def trashed(self) -> list[str]:
        files = self.trash / "Trash" / "files"
        return sorted(one.name for one in files.iterdir()) if files.exists() else []


@pytest.fixture
def drawer(small_home: SmallHome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Drawer:
    made = Drawer(small_home, tmp_path / "data")
    made.trash.mkdir()
    monkeypatch.setenv("XDG_DATA_HOME", str(made.trash))
    made.rootkey.parent.mkdir()
    made.rootkey.write_text(made.content)
    small_home.write_notes()
    return made


@pytest.fixture
def deleted(qtbot: QtBot, drawer: Drawer, start_runner: Callable[[Location, HandClock], Runner]) -> Person:
    """Somebody at the last page; none of the files was touched on the way."""
    home = drawer.home
    person = Person(qtbot, home, start_runner(home.location, home.clock))
    person.to_the_proof()
    person.press("Continue")
    for item in person.assistant.flow.by_hand:
        person.press(f"I did this: {item.title}")
    home.advance(4)
    person.press("Look now")
    person.says_no()
    home.account.root_turn_off(home.old.access_key_id)
    person.press("Open the AWS console")
    assert person.assistant.flow.standing is not None
    assert person.assistant.flow.standing.for_trash == ()
    with Workplace(home.location, home.clock) as workplace:
        assert offered_for_trash(workplace.computer, all_rotations(workplace.journal)[0]) == ()
    home.advance(8)
    person.open(person.assistant.flow.standing.rotation.name)
    key = home.old.access_key_id
    home.account.root_delete(key)
    QTest.keyClicks(person.find(f"Last four characters of {key.masked}"), key.last4)
    person.press(f"I deleted {key.masked}")
    assert person.page() is Page.DELETED
    assert drawer.trashed == []
    assert drawer.rootkey.exists()
    return person


def press_to_move(person: Person) -> str:
    """What is read once that is through."""
    person.press(MOVE)
    person.bot.waitUntil(lambda: person.runner.is_idle, timeout=PATIENCE)
    return person.read()


def test_a_copy_of_the_deleted_key_goes_to_the_trash_when_its_button_is_pressed(
    deleted: Person, drawer: Drawer
) -> None:
    assert "It is in the trash now." in press_to_move(deleted)
    assert drawer.trashed == ["rootkey.csv"]
    assert not drawer.rootkey.exists()
    # What holds the ID and is no copy of the key is named, and has no button.
    assert "~/Documents/notes.txt" in deleted.read()
    assert drawer.home.notes.exists()


def test_the_overview_offers_three_things_at_the_end_and_moves_the_copy(deleted: Person, drawer: Drawer) -> None:
    window = MainWindow(deleted.runner, Doors(Assistant, lambda home: None, lambda: None))
    deleted.bot.addWidget(window)
    window.show()
    window.look()
    deleted.bot.waitUntil(lambda: deleted.runner.is_idle, timeout=PATIENCE)
    (card,) = window.view.findChildren(EndingCard)
    assert card.fresh.text() == "Keep it fresh…"
    assert window.view.header.button.isHidden(), "nothing of it has to be done"
    card.fresh.click()
    deleted.bot.waitUntil(lambda: deleted.runner.is_idle, timeout=PATIENCE)
    page = window.pages.currentWidget()
    assert isinstance(page, RenewPage)
    page.left.emit()
    card.trash.click()
    deleted.bot.waitUntil(lambda: deleted.runner.is_idle and not drawer.rootkey.exists(), timeout=PATIENCE)
    assert drawer.trashed == ["rootkey.csv"]
    assert window.overview is not None
    assert window.overview.for_trash == ()


def test_a_file_that_is_another_one_by_now_is_left_where_it_is(deleted: Person, drawer: Drawer) -> None:
    other = drawer.content.replace(drawer.home.old.access_key_id.value, "AKIAIOSFODNN7EXAMPLE")
    drawer.rootkey.write_text(other)
    assert NOT_AS_IT_WAS in press_to_move(deleted)
    assert drawer.rootkey.read_text() == other

    both = drawer.content + other.splitlines()[1] + "\n"
    drawer.rootkey.write_text(both)
    assert NOT_AS_IT_WAS in press_to_move(deleted)
    assert (drawer.rootkey.read_text(), drawer.trashed) == (both, [])


def test_what_cannot_be_moved_is_said_to_be_there_still(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="still at") as failed:
        move_to_trash(tmp_path / "missing.csv")
    assert failed.value.code == "file.not-trashed"
