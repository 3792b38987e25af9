"""rclone's encrypted configuration: its password is asked for once, on a page, and kept in memory only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from keyturn.desktop.assistant import open_assistant
from keyturn.desktop.assistant_work import Page
from keyturn.desktop.main_window import Doors, MainWindow
from keyturn.desktop.overview import Overview, look
from keyturn.desktop.picture import prepare
from keyturn.desktop.rest_page import RestPage
from keyturn.desktop.runner import Desk, Runner
from keyturn.desktop.unlock_card import UnlockCard
from keyturn.desktop.widgets import Button
from keyturn.edits import rclone_encryption
from keyturn.model.errors import FileError
from keyturn.model.keys import Secret
from keyturn.rotation.location import Location
from keyturn_practice.timeline import HandClock

from .conftest import PATIENCE, SmallHome
from .test_assistant import Person

PASSWORD = Secret("sesame for the family")
HEAD = b"# Encrypted rclone configuration File\n\nRCLONE_ENCRYPT_V0:\n"
FIELD, OPEN = "Password of rclone's configuration, hidden", "Open it"


@pytest.fixture
def locked(small_home: SmallHome) -> Path:
    """One program, and its configuration is encrypted."""
    for path in (small_home.s3ql, small_home.duck):
        path.unlink()
    config = small_home.home / ".config" / "rclone" / "rclone.conf"
    config.parent.mkdir(parents=True)
    plain = (
        f"[attic]\ntype = s3\nprovider = AWS\naccess_key_id = {small_home.old.access_key_id}\n"
        f"secret_access_key = {small_home.old.secret.reveal()}\nregion = eu-central-1\n"
        "[films]\ntype = alias\nremote = attic:family-archive/films\n"
    )
    config.write_bytes(rclone_encryption.encrypt(HEAD, plain.encode(), PASSWORD))
    return config


@pytest.fixture
def runner(small_home: SmallHome, start_runner: Callable[[Location, HandClock], Runner]) -> Runner:
    return start_runner(small_home.location, small_home.clock)


def rest_page(qtbot: QtBot, runner: Runner, home: SmallHome) -> RestPage:
    seen: list[RestPage] = []

    def work(desk: Desk) -> Overview:
        return prepare(look(desk)).overview

    owner = QLabel()
    qtbot.addWidget(owner)
    runner.read(owner, work, done=lambda overview: seen.append(RestPage(overview, runner)), failed=print, doing="look")
    qtbot.waitUntil(lambda: bool(seen), timeout=PATIENCE)
    qtbot.addWidget(seen[0])
    seen[0].show()
    return seen[0]


def type_password(card: UnlockCard, text: str) -> None:
    (field,) = card.findChildren(QLineEdit)
    field.clear()
    QTest.keyClicks(field, text)
    (button,) = [one for one in card.findChildren(Button) if one.text() == OPEN]
    button.click()


def read(card: UnlockCard) -> str:
    return "\n".join(
        [*(one.text() for one in card.findChildren(QLabel)), card.findChildren(QLineEdit)[0].displayText()]
    )


def test_what_is_closed_is_opened_from_the_page_that_names_it(
    qtbot: QtBot, runner: Runner, small_home: SmallHome, locked: Path
) -> None:
    page = rest_page(qtbot, runner, small_home)
    (card,) = page.findChildren(UnlockCard)
    assert "--rclone-password" not in read(card)
    opened: list[bool] = []
    page.unlocked.connect(lambda: opened.append(True))
    type_password(card, PASSWORD.reveal())
    qtbot.waitUntil(lambda: opened == [True], timeout=PATIENCE)
    assert PASSWORD.reveal() not in read(card)
    assert card.findChildren(QLineEdit)[0].text() == ""
    # Asked for once: the next look sees inside.
    again = rest_page(qtbot, runner, small_home)
    assert again.findChildren(UnlockCard) == []


def test_a_password_that_does_not_open_it_is_said_and_not_kept(
    qtbot: QtBot, runner: Runner, small_home: SmallHome, locked: Path
) -> None:
    page = rest_page(qtbot, runner, small_home)
    (card,) = page.findChildren(UnlockCard)
    type_password(card, "open sesame")
    qtbot.waitUntil(lambda: "The password does not open rclone's configuration" in read(card), timeout=PATIENCE)
    assert "open sesame" not in read(card)
    assert rest_page(qtbot, runner, small_home).findChildren(UnlockCard) != []


def test_once_it_is_open_the_main_window_shows_what_is_inside(
    qtbot: QtBot, runner: Runner, small_home: SmallHome, locked: Path
) -> None:
    window = MainWindow(runner, Doors(open_assistant, lambda home: None, lambda: None))
    qtbot.addWidget(window)
    window.show()
    window.look()
    qtbot.waitUntil(lambda: window.overview is not None, timeout=PATIENCE)
    assert window.overview is not None
    assert window.overview.survey.keys == ()
    window.view.rest.click()
    (card,) = window.pages.findChildren(UnlockCard)
    type_password(card, PASSWORD.reveal())
    qtbot.waitUntil(lambda: window.pages.currentWidget() is window.view, timeout=PATIENCE)
    qtbot.waitUntil(lambda: window.overview is not None and window.overview.survey.keys != (), timeout=PATIENCE)


def test_any_page_that_a_locked_file_stops_asks_for_the_password(
    qtbot: QtBot, runner: Runner, small_home: SmallHome
) -> None:
    person = Person(qtbot, small_home, runner)
    locked = FileError("rclone's configuration is encrypted", "Add --rclone-password.", code="file.locked")
    person.assistant.flow = replace(person.assistant.flow, problem=locked)
    person.assistant.retell()
    person.settle()
    assert person.page() is Page.FOUND
    assert person.find(FIELD).isEnabled()
    assert "rclone's configuration is encrypted" in person.read()
    assert "--rclone-password" not in person.read()


def test_with_the_password_the_assistant_rotates_what_is_inside_and_asks_again_after_a_restart(
    qtbot: QtBot,
    runner: Runner,
    small_home: SmallHome,
    locked: Path,
    start_runner: Callable[[Location, HandClock], Runner],
) -> None:
    runner.unlock("rclone", PASSWORD)
    person = Person(qtbot, small_home, runner)
    person.press("Choose the way out")
    person.press("Show the plan")
    person.leaves_out(SmallHome.BUCKET)
    person.press("Create new key and update one program")
    assert person.page() is Page.PROOF
    inside = rclone_encryption.decrypt(locked.read_bytes(), PASSWORD, path=locked).decode()
    assert small_home.old.access_key_id.value not in inside

    # Another window: nothing of the password was written down.
    for path in small_home.location.state_dir.rglob("*") if small_home.location.state_dir else ():
        assert not path.is_file() or PASSWORD.reveal().encode() not in path.read_bytes()
    later = Person(qtbot, small_home, start_runner(small_home.location, small_home.clock))
    later.press("Put everything back…")
    assert "cannot be read now" in later.read()
    field = later.find(FIELD)
    QTest.keyClicks(field, PASSWORD.reveal())
    later.press(OPEN)
    qtbot.waitUntil(lambda: " back\n" in later.read(), timeout=PATIENCE)
    later.press("Put everything back")
    assert later.page() is Page.UNDONE
    inside = rclone_encryption.decrypt(locked.read_bytes(), PASSWORD, path=locked).decode()
    assert small_home.old.secret.reveal() in inside
