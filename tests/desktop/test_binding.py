"""Qt's binding itself: what would end the program after a while, and no test of ours would see."""

from __future__ import annotations

import sys

from PySide6.QtCore import QObject


def test_a_call_that_returns_nothing_does_not_use_up_none() -> None:
    """PySide6 6.12.0 on Python 3.11 does: `None` dies after some thousand calls, and the program with it."""
    thing = QObject()
    before = sys.getrefcount(None)
    for _time in range(1000):
        thing.setObjectName("x")
    assert sys.getrefcount(None) > before - 500
