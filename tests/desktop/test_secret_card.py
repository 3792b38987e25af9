"""The one place where a secret is seen: dots until it is asked for, dots soon after, and not left on a clipboard."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from keyturn.desktop.pages.secret_card import SecretCard
from keyturn.desktop.secret_clipboard import KEPT_SECONDS, SecretClipboard
from keyturn.model.errors import AppError, StoreError
from keyturn.model.keys import AccessKeyId, KeyPair, Secret

PAIR = KeyPair(AccessKeyId("AKIAIOSFODNN7EXAMPLE"), Secret("made/up/secret/for/this/test/alone+12345"))


class Store:
    """What the card asks for the secret; nothing else of what pages may ask for is needed here."""

    def __init__(self) -> None:
        self.secret_clipboard = SecretClipboard()
        self.asked = 0
        self.error: AppError | None = None
        self.copied: list[str] = []

    def read_new_pair(self, done: Callable[[KeyPair], None], failed: Callable[[AppError], None]) -> None:
        self.asked += 1
        if self.error is None:
            done(PAIR)
        else:
            failed(self.error)

    def copy(self, text: str) -> None:
        self.copied.append(text)


@pytest.fixture
def store(qapp: QApplication) -> Iterator[Store]:
    made = Store()
    yield made
    made.secret_clipboard.clear()
    QGuiApplication.clipboard().clear()


@pytest.fixture
def card(qtbot: QtBot, store: Store) -> SecretCard:
    made = SecretCard(PAIR.access_key_id, store)  # type: ignore[arg-type]  # see `Store`
    qtbot.addWidget(made)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    return made


def press(card: SecretCard, name: str) -> None:
    (button,) = [one for one in card.findChildren(QWidget) if one.accessibleName() == name]
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def read(card: SecretCard) -> str:
    labels = [one.text() for one in card.findChildren(QLabel)]
    return "\n".join([*labels, *(one.text() for one in card.findChildren(QLineEdit))])


SHOW, COPY = "Show the secret access key for 30 seconds", "Copy the secret access key for 30 seconds"


def test_the_secret_is_not_fetched_before_it_is_asked_for(card: SecretCard, store: Store) -> None:
    assert store.asked == 0
    assert PAIR.secret.reveal() not in read(card)
    assert card.field.accessibleName() == "Secret access key, hidden"


def test_shown_it_is_hidden_again_when_the_focus_goes_elsewhere(card: SecretCard) -> None:
    press(card, SHOW)
    assert card.field.text() == PAIR.secret.reveal()
    assert card.field.hasFocus()
    card.field.clearFocus()
    assert PAIR.secret.reveal() not in read(card)


def test_shown_it_is_hidden_again_after_half_a_minute(card: SecretCard) -> None:
    press(card, SHOW)
    (timer,) = card.field.findChildren(QTimer)
    assert timer.isActive()
    assert timer.isSingleShot()
    assert timer.interval() == 30_000
    timer.timeout.emit()
    assert PAIR.secret.reveal() not in read(card)


def test_shown_it_cannot_be_selected_so_it_is_copied_only_with_its_opt_outs(card: SecretCard) -> None:
    press(card, SHOW)
    card.field.selectAll()
    assert card.field.selectedText() == ""
    QTest.keySequence(card.field, QKeySequence.StandardKey.Copy)
    assert QGuiApplication.clipboard().text() == ""


def test_shown_it_is_hidden_when_the_page_is_left(card: SecretCard) -> None:
    press(card, SHOW)
    card.hide()
    assert PAIR.secret.reveal() not in read(card)


def test_copied_it_carries_every_systems_sign_to_stay_out_of_histories(card: SecretCard) -> None:
    press(card, COPY)
    data = QGuiApplication.clipboard().mimeData()
    assert data.text() == PAIR.secret.reveal()
    assert bytes(data.data("x-kde-passwordManagerHint").data()) == b"secret"
    assert bytes(data.data("CanIncludeInClipboardHistory").data()) == bytes(4)
    assert data.hasFormat("ExcludeClipboardContentFromMonitorProcessing")
    # The field itself shows nothing of it.
    assert PAIR.secret.reveal() not in read(card)


def test_copied_it_is_counted_down_and_taken_away(card: SecretCard, store: Store) -> None:
    press(card, COPY)
    assert "On the clipboard for 30 more seconds." in read(card)
    for _second in range(KEPT_SECONDS - 1):
        store.secret_clipboard.tick()
    assert "On the clipboard for 1 more second." in read(card)
    assert QGuiApplication.clipboard().text() == PAIR.secret.reveal()
    store.secret_clipboard.tick()
    assert QGuiApplication.clipboard().text() == ""
    assert "No longer on the clipboard." in read(card)


def test_what_somebody_else_copied_meanwhile_is_left_alone(card: SecretCard, store: Store) -> None:
    press(card, COPY)
    QGuiApplication.clipboard().setText("a letter to aunt Erna")
    store.secret_clipboard.tick()
    store.secret_clipboard.clear()
    assert QGuiApplication.clipboard().text() == "a letter to aunt Erna"


def test_at_quit_it_is_taken_away(card: SecretCard, store: Store, qapp: QApplication) -> None:
    press(card, COPY)
    qapp.aboutToQuit.emit()
    assert QGuiApplication.clipboard().text() == ""


def test_a_store_that_does_not_answer_is_told_beside_the_field(card: SecretCard, store: Store) -> None:
    store.error = StoreError("The keychain is locked", "Open it, then try again.", code="keychain.locked")
    press(card, SHOW)
    assert "The keychain is locked. Open it, then try again." in read(card)
