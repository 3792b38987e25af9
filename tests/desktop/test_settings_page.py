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
from keyturn.desktop.settings_page import SettingsPage
from keyturn.model.recipients import CommandRecipient, RecipientKind
from keyturn.model.search_scope import SearchScope
from keyturn.reminders.at_login import AtLogin
from keyturn.rotation.location import Location
from keyturn.state import settings as stored
from keyturn.state import stored_recipients
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
        qtbot.waitUntil(lambda: page.is_ready or page.answer.isVisible(), timeout=PATIENCE)
        return page

    return open_it


def wait_until_kept(page: SettingsPage, qtbot: QtBot) -> None:
    """Wait until everything that was changed is written."""
    qtbot.waitUntil(lambda: page._runner.is_idle, timeout=PATIENCE)


def _type(field: QLineEdit, text: str) -> None:
    field.setText(text)
    field.editingFinished.emit()


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
    page.add_folder(str(tmp_path))
    choose(page.proxy, Proxy.ADDRESS)
    _type(page.proxy_address, "http://proxy.example:3128")
    choose(page.trust, Trust.FILE)
    _type(page.trust_file, "/etc/ssl/company.pem")
    choose(page.scope, SearchScope.NONE)
    choose(page.secrets, SecretsKind.FILE)
    choose(page.language, "en")
    wait_until_kept(page, qtbot)
    assert page.saved.isVisible()
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
    assert again.proxy_address.isVisible()


def test_what_makes_no_sense_stays_in_its_field_and_the_last_good_value_in_force(
    open_page: Callable[[], SettingsPage], state: Path, qtbot: QtBot
) -> None:
    page = open_page()
    assert not page.proxy_address.isVisible(), "a field that belongs to a choice appears with it"
    choose(page.proxy, Proxy.ADDRESS)
    _type(page.proxy_address, "http://oma:geheim@proxy.example:3128")
    page.off_days.setValue(9)
    choose(page.trust, Trust.FILE)
    wait_until_kept(page, qtbot)
    said = page.proxy_problem.text()
    assert "do not keep a proxy's password" in said
    assert "geheim" not in said
    assert "Name the file" in page.trust_problem.text()
    assert page.proxy_address.text().startswith("http://oma")
    assert stored.load(state) == Settings(off_days=9), "what makes sense is kept all the same"
    _type(page.proxy_address, "http://proxy.example:3128")
    choose(page.trust, Trust.SYSTEM)
    wait_until_kept(page, qtbot)
    assert page.proxy_problem.isHidden()
    assert page.trust_problem.isHidden()
    kept = stored.load(state)
    assert (kept.proxy, kept.proxy_address, kept.trust) == (Proxy.ADDRESS, "http://proxy.example:3128", Trust.SYSTEM)


def test_changes_in_quick_succession_are_kept_with_the_last_one(
    open_page: Callable[[], SettingsPage], state: Path, qtbot: QtBot
) -> None:
    page = open_page()
    for days in range(4, 30):
        page.off_days.setValue(days)
    wait_until_kept(page, qtbot)
    assert stored.load(state).off_days == 29


def test_what_another_keyturn_wrote_and_this_one_does_not_know_stays(
    open_page: Callable[[], SettingsPage], state: Path, qtbot: QtBot
) -> None:
    state.mkdir(mode=0o700)
    (state / "settings.json").write_text(json.dumps({"version": 1, "off_days": 9, "colour": "green"}))
    page = open_page()
    assert page.off_days.value() == 9
    page.off_days.setValue(10)
    wait_until_kept(page, qtbot)
    assert json.loads((state / "settings.json").read_text())["colour"] == "green"


def test_settings_of_a_newer_keyturn_are_said_and_cannot_be_overwritten(
    open_page: Callable[[], SettingsPage], state: Path
) -> None:
    state.mkdir(mode=0o700)
    (state / "settings.json").write_text('{"version": 99}')
    page = open_page()
    assert "newer Keyturn" in page.answer.text()
    assert not page.off_days.isEnabled()


def test_damaged_settings_are_said_and_the_file_is_kept_aside_when_others_are_chosen(
    open_page: Callable[[], SettingsPage], state: Path, qtbot: QtBot
) -> None:
    state.mkdir(mode=0o700)
    (state / "settings.json").write_text("{half")
    page = open_page()
    assert "could not be read" in page.answer.text()
    page.usual.click()
    wait_until_kept(page, qtbot)
    assert [file.read_text() for file in state.glob("settings.damaged-*")] == ["{half"]


def test_what_starts_at_login_is_read_from_the_system_each_time(
    open_page: Callable[[], SettingsPage], qtbot: QtBot, tmp_path: Path
) -> None:
    entry = tmp_path / "config" / "autostart" / "keyturn.desktop"
    page = open_page()
    choose(page.at_login, AtLogin.TRAY)
    wait_until_kept(page, qtbot)
    assert " tray" in entry.read_text()
    assert open_page().at_login.currentData() == AtLogin.TRAY
    entry.unlink()  # as a desktop's own settings do
    page = open_page()
    assert page.at_login.currentData() == AtLogin.NOTHING
    choose(page.at_login, AtLogin.CHECK)
    wait_until_kept(page, qtbot)
    choose(page.at_login, AtLogin.NOTHING)
    wait_until_kept(page, qtbot)
    assert not entry.exists()


def test_what_starts_at_login_on_another_computer_cannot_be_chosen(
    qtbot: QtBot, state: Path, tmp_path: Path, start_runner: Callable[[Location, SystemClock], Runner]
) -> None:
    page = SettingsPage(start_runner(Location(home=tmp_path, state_dir=state), SystemClock()))
    qtbot.addWidget(page)
    qtbot.waitUntil(lambda: page.is_ready, timeout=PATIENCE)
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
    stored_recipients.save(state, [CommandRecipient("command-1", since, program), gone])
    page = open_page()
    card = page.told
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
    assert [one.name for one in stored_recipients.load(state)] == ["command-1"]


def test_somebody_is_named_in_the_window_and_what_is_wrong_names_nobody(
    open_page: Callable[[], SettingsPage], state: Path, qtbot: QtBot
) -> None:
    page = open_page()
    card = page.told
    assert "Nobody but you." in card.lead.text()
    assert not card.test.isVisible()
    card.add.click()
    form = card.form
    for kind, fields, expected in (
        (
            RecipientKind.MAIL,
            {"address": "oma@example.com", "server": "smtp.example.com:no"},
            "That is not a mail server",
        ),
        (RecipientKind.MAIL, {"address": "oma", "server": "smtp.example.com:587"}, "That is not a mail address"),
        (RecipientKind.WEBHOOK, {"hook": "ftp://example.com/geheim"}, "That is not the address of a web hook"),
        (RecipientKind.COMMAND, {"program": str(state / "nothing")}, "no program that can be started"),
    ):
        choose(form.kind, kind)
        for name, text in fields.items():
            getattr(form, name).setText(text)
        form.tell.click()
        wait_until_kept(page, qtbot)
        assert expected in form.answer.text()
        assert "geheim" not in form.answer.text()
        assert stored_recipients.load(state) == ()
    choose(form.kind, RecipientKind.MAIL)
    form.address.setText("oma@example.com")
    form.server.setText("smtp.example.com:587")
    assert not form.hook.isVisible(), "only the fields of what is chosen are seen"
    form.tell.click()
    wait_until_kept(page, qtbot)
    assert [one.shown for one in stored_recipients.load(state)] == ["oma@example.com (smtp.example.com:587)"]
    assert card.people.count() == 1
    assert "mail-1 is told from now on." in card.answer.text()
    assert form.isHidden()
    assert form.hook.text() == "", "what is secret does not stay in its field"
