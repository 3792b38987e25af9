"""The rehearsal in the window: labelled at every turn, and four days can pass."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from PySide6.QtWidgets import QAbstractButton, QLabel
from pytestqt.qtbot import QtBot

from keyturn.computer.clock import SystemClock
from keyturn.desktop.assistant import open_assistant
from keyturn.desktop.main_window import MainWindow
from keyturn.desktop.windows import Windows

PATIENCE = 30_000


@contextmanager
def _rehearsal(qtbot: QtBot) -> Iterator[MainWindow]:
    windows = Windows(SystemClock(), open_assistant)
    with windows.grounds:
        window = windows.rehearse()
        qtbot.addWidget(window)
        qtbot.waitUntil(lambda: window.runner.is_idle, timeout=PATIENCE)
        yield window
        assert window.runner.leave(30)
        qtbot.waitUntil(lambda: window.runner.is_idle, timeout=PATIENCE)


@pytest.mark.timeout(120)
def test_a_rehearsal_says_so_everywhere_and_days_can_pass(qtbot: QtBot) -> None:
    with _rehearsal(qtbot) as window:
        assert window.windowTitle() == "PRACTICE – Keyturn"
        window.view.mail.click()
        labels = [label for label in window.findChildren(QLabel) if label.text() == "PRACTICE"]
        assert [label.isVisible() for label in labels] == [True], "also in front of every page"
        before = window.runner.clock.now()
        (button,) = [one for one in window.findChildren(QAbstractButton) if one.text() == "Let four days pass"]
        button.click()
        assert window.runner.clock.now() - before >= timedelta(days=4)
        qtbot.waitUntil(lambda: window.runner.is_idle, timeout=PATIENCE)
        assert window.view.header.title.text().endswith("is 9 years old")
