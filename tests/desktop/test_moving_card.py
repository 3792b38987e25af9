"""A key's pair leaves the files and comes back from the window, with the words and the gates of the command."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel, QTextEdit
from pytestqt.qtbot import QtBot

from keyturn.desktop.moving_card import MovingCard
from keyturn.desktop.runner import Runner
from keyturn.rotation.location import Location
from keyturn_practice.timeline import HandClock

from .conftest import PATIENCE, SmallHome, link_program


@pytest.fixture
def credentials(small_home: SmallHome, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A profile that holds the key; where this checkout lies counts as lasting."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    link_program(small_home)
    path = small_home.home / ".aws" / "credentials"
    path.parent.mkdir()
    pair = small_home.old
    path.write_text(
        f"; kept by hand\n[nas]\naws_access_key_id = {pair.access_key_id}\n"
        f"aws_secret_access_key = {pair.secret.reveal()}\n"
    )
    return path


@pytest.fixture
def card(
    small_home: SmallHome, start_runner: Callable[[Location, HandClock], Runner], qtbot: QtBot, credentials: Path
) -> MovingCard:
    runner = start_runner(small_home.location, small_home.clock)
    card = MovingCard(runner, small_home.old.access_key_id, asks=False)
    qtbot.addWidget(card)
    card.show()
    return card


def press(card: MovingCard, what: Callable[[], object], qtbot: QtBot) -> str:
    """Press something, wait, and return all that the card says."""
    what()
    qtbot.waitUntil(lambda: card.take.isEnabled(), timeout=PATIENCE)
    labels = [one.text() for one in card.findChildren(QLabel) if one.isVisibleTo(card)]
    shown = "\n".join((*labels, *(one.toPlainText() for one in card.findChildren(QTextEdit))))
    return shown.replace("\u200b", "")


def test_it_goes_out_of_the_file_only_when_that_is_agreed_to_and_comes_back_byte_for_byte(
    card: MovingCard, credentials: Path, small_home: SmallHome, qtbot: QtBot
) -> None:
    before, secret = credentials.read_bytes(), small_home.old.secret.reveal()
    said = press(card, card.take.click, qtbot)
    assert "Stays in its file" in said
    assert "add “Nobody but me starts what uses it”" in said, "the window's own words"
    assert (card.agree.isVisibleTo(card), card.by_me.isVisibleTo(card)) == (False, True)
    said = press(card, card.by_me.click, qtbot)
    assert "Asks Keyturn for /aws/nas from now on" in said
    assert "+credential_process = " in said
    assert secret not in said
    assert (credentials.read_bytes(), card.agree.isVisibleTo(card)) == (before, True)
    said = press(card, card.agree.click, qtbot)
    assert "1 profile asks Keyturn for /aws/nas, and holds no secret." in said
    assert secret not in credentials.read_text()
    assert "Holds the pair of /aws/nas again" in press(card, card.put.click, qtbot)
    assert "1 profile holds its pair again." in press(card, card.agree.click, qtbot)
    assert credentials.read_bytes() == before


def test_a_file_that_changed_since_it_was_shown_is_not_written(
    card: MovingCard, credentials: Path, qtbot: QtBot
) -> None:
    press(card, card.take.click, qtbot)
    press(card, card.by_me.click, qtbot)
    changed = credentials.read_text() + "region = eu-central-1\n"
    credentials.write_text(changed)
    said = press(card, card.agree.click, qtbot)
    assert "The files are not as they were shown" in said
    assert credentials.read_text() == changed


def test_what_the_command_refuses_the_card_refuses_in_the_same_words(card: MovingCard, qtbot: QtBot) -> None:
    assert "No profile asks for AKIA…" in press(card, card.put.click, qtbot)
