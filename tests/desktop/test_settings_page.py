"""The settings' page: what stands there is what is kept, and what makes no sense is said and keeps nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtWidgets import QAbstractButton, QAbstractSpinBox, QComboBox, QLineEdit, QListWidget, QWidget
from pytestqt.qtbot import QtBot

from keyturn.computer.clock import SystemClock
from keyturn.desktop.runner import Runner
from keyturn.desktop.settings_page import AtLogin, SettingsPage
from keyturn.model.recipients import CommandRecipient
from keyturn.model.search_scope import SearchScope
from keyturn.rotation.location import Location
from keyturn.state import recipients
from keyturn.state import settings as stored
from keyturn.state.secrets_kind import SecretsKind
from keyturn.state.settings import Proxy, Settings, Trust

PATIENCE = 10_000  # milliseconds


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keyturn's folder, and a home in which autostart may be turned on."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path / "state"


@pytest.fixture
def open_page(
    state: Path, qtbot: QtBot, start_runner: Callable[[Location, SystemClock], Runner]
) -> Callable[[], SettingsPage]:
    """Open the page and wait until it shows what is chosen."""

    def open_it() -> SettingsPage:
        page = SettingsPage(start_runner(Location(state_dir=state), SystemClock()))
        qtbot.addWidget(page)
        page.show()
        qtbot.waitUntil(lambda: page.save.isEnabled() or page.answer.isVisible(), timeout=PATIENCE)
        return page

    return open_it


def save(page: SettingsPage, qtbot: QtBot) -> str:
    """Press “Save”, and return what the page says then."""
    page.answer.setText("")
    page.save.click()
    qtbot.waitUntil(lambda: bool(page.answer.text()), timeout=PATIENCE)
    return page.answer.text()


def choose(combo: QComboBox, choice: object) -> None:
    """Choose as a person does: what the list offers, and nothing else."""
    index = combo.findData(choice)
    assert index >= 0
    combo.setCurrentIndex(index)


def test_it_shows_the_usual_settings_where_none_were_chosen(open_page: Callable[[], SettingsPage]) -> None:
    page = open_page()
    usual = Settings()
    assert (page.root_limit.value(), page.user_limit.value()) == (usual.root_limit_days, usual.user_limit_days)
    assert (page.watch_days.value(), page.off_days.value()) == (usual.watch_days, usual.off_days)
    assert page.at_login.currentData() == AtLogin.NOTHING


def test_what_is_chosen_is_kept_and_shown_again(
    open_page: Callable[[], SettingsPage], state: Path, qtbot: QtBot, tmp_path: Path
) -> None:
    page = open_page()
    page.root_limit.setValue(180)
    page.user_limit.setValue(0)
    page.watch_days.setValue(1.5)
    page.off_days.setValue(14)
    page.folders.addItem(str(tmp_path))
    choose(page.proxy, Proxy.ADDRESS)
    page.proxy_address.setText("http://proxy.example:3128")
    choose(page.trust, Trust.FILE)
    page.trust_file.setText("/etc/ssl/company.pem")
    choose(page.scope, SearchScope.NONE)
    choose(page.secrets, SecretsKind.FILE)
    choose(page.language, "en")
    assert save(page, qtbot) == "Saved."
    kept = stored.load(state)
    assert kept == Settings(
        root_limit_days=180,
        user_limit_days=None,
        watch_days=1.5,
        off_days=14,
        search_scope=SearchScope.NONE,
        search_folders=(tmp_path,),
        proxy=Proxy.ADDRESS,
        proxy_address="http://proxy.example:3128",
        trust=Trust.FILE,
        trust_file=Path("/etc/ssl/company.pem"),
        secrets=SecretsKind.FILE,
        language="en",
    )
    again = open_page()
    assert again.root_limit.value() == 180
    assert again.user_limit.text() == "never"
    assert again.watch_days.text() == "1.5 days"
    assert again.folders.item(0).text() == str(tmp_path)
    assert again.proxy_address.isEnabled()


def test_a_proxy_with_a_password_is_refused_and_nothing_is_kept(
    open_page: Callable[[], SettingsPage], state: Path, qtbot: QtBot
) -> None:
    page = open_page()
    choose(page.proxy, Proxy.ADDRESS)
    page.proxy_address.setText("http://oma:geheim@proxy.example:3128")
    said = save(page, qtbot)
    assert "do not keep a proxy's password" in said
    assert "geheim" not in said
    assert not (state / "settings.json").exists()
    assert page.save.isEnabled()


def test_what_another_keyturn_wrote_and_this_one_does_not_know_stays(
    open_page: Callable[[], SettingsPage], state: Path, qtbot: QtBot
) -> None:
    state.mkdir(mode=0o700)
    (state / "settings.json").write_text(json.dumps({"version": 1, "off_days": 9, "colour": "green"}))
    page = open_page()
    assert page.off_days.value() == 9
    save(page, qtbot)
    assert json.loads((state / "settings.json").read_text())["colour"] == "green"


def test_settings_of_a_newer_keyturn_are_said_and_cannot_be_overwritten(
    open_page: Callable[[], SettingsPage], state: Path
) -> None:
    state.mkdir(mode=0o700)
    (state / "settings.json").write_text('{"version": 99}')
    page = open_page()
    assert "newer Keyturn" in page.answer.text()
    assert not page.save.isEnabled()


def test_damaged_settings_are_said_and_the_file_is_kept_aside_when_others_are_chosen(
    open_page: Callable[[], SettingsPage], state: Path, qtbot: QtBot
) -> None:
    state.mkdir(mode=0o700)
    (state / "settings.json").write_text("{half")
    page = open_page()
    assert "could not be read" in page.answer.text()
    assert save(page, qtbot) == "Saved."
    assert [file.read_text() for file in state.glob("settings.damaged-*")] == ["{half"]


def test_what_starts_at_login_is_read_from_the_system_each_time(
    open_page: Callable[[], SettingsPage], qtbot: QtBot, tmp_path: Path
) -> None:
    entry = tmp_path / "config" / "autostart" / "keyturn.desktop"
    page = open_page()
    choose(page.at_login, AtLogin.TRAY)
    save(page, qtbot)
    assert " tray" in entry.read_text()
    assert open_page().at_login.currentData() == AtLogin.TRAY
    entry.unlink()  # as a desktop's own settings do
    page = open_page()
    assert page.at_login.currentData() == AtLogin.NOTHING
    choose(page.at_login, AtLogin.CHECK)
    save(page, qtbot)
    choose(page.at_login, AtLogin.NOTHING)
    save(page, qtbot)
    assert not entry.exists()


def test_what_starts_at_login_on_another_computer_cannot_be_chosen(
    qtbot: QtBot, state: Path, tmp_path: Path, start_runner: Callable[[Location, SystemClock], Runner]
) -> None:
    page = SettingsPage(start_runner(Location(home=tmp_path, state_dir=state), SystemClock()))
    qtbot.addWidget(page)
    qtbot.waitUntil(page.save.isEnabled, timeout=PATIENCE)
    assert not page.at_login.isEnabled()


def test_every_control_has_a_name(open_page: Callable[[], SettingsPage]) -> None:
    page = open_page()
    kinds = (QAbstractButton, QAbstractSpinBox, QComboBox, QLineEdit, QListWidget)
    inner = (QAbstractSpinBox, QComboBox)  # their own line edits speak for them
    for widget in page.findChildren(QWidget):
        if isinstance(widget, kinds) and not isinstance(widget.parentWidget(), inner):
            text = widget.text() if isinstance(widget, QAbstractButton) else ""
            assert widget.accessibleName() or text, type(widget).__name__


def test_who_is_told_can_be_tried_and_taken_away(
    open_page: Callable[[], SettingsPage], state: Path, qtbot: QtBot
) -> None:
    state.mkdir(mode=0o700)
    program = state.parent / "page-me"
    program.write_text("#!/bin/sh\ncat > /dev/null\n")
    program.chmod(0o755)
    since = datetime(2026, 11, 1, tzinfo=UTC)
    gone = CommandRecipient("command-2", since, state.parent / "gone")
    recipients.save(state, [CommandRecipient("command-1", since, program), gone])
    card = open_page().told
    qtbot.waitUntil(lambda: card.people.count() == 2, timeout=PATIENCE)
    assert str(program) in card.people.item(0).text()
    card.test.click()
    qtbot.waitUntil(lambda: bool(card.answer.text()), timeout=PATIENCE)
    assert card.answer.text() == "command-1 took the message."
    card.people.setCurrentRow(1)
    card.answer.setText("")
    card.test.click()
    qtbot.waitUntil(lambda: bool(card.answer.text()), timeout=PATIENCE)
    assert "is no program that can be started" in card.answer.text()
    card.remove.click()
    qtbot.waitUntil(lambda: card.people.count() == 1, timeout=PATIENCE)
    assert [one.name for one in recipients.load(state)] == ["command-1"]


def test_where_nobody_is_told_it_says_how_somebody_is_named(open_page: Callable[[], SettingsPage]) -> None:
    card = open_page().told
    assert "keyturn tell add" in card.lead.text()
    assert not card.test.isVisible()
