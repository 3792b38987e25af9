"""A page that stays as it is while a button on it is held down.

Qt drops a press whose button is moved, made anew or left by the focus before it is released (`QAbstractButton`), and
with it what the person meant. So what comes back from work is handed on when nothing is held down any more.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from PySide6.QtCore import QCoreApplication, QEvent, QTimer
from PySide6.QtWidgets import QAbstractButton, QWidget

_SOON = 30  # milliseconds until it is looked again whether the button was released
Answer = TypeVar("Answer")


class WhenReleased:
    """Hands on what comes back, in its order, once no button of `page` is held down."""

    def __init__(self, page: QWidget) -> None:
        self._page = page
        self._ahead: deque[Callable[[], None]] = deque()
        self._soon = QTimer(page)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_SOON)
        self._soon.timeout.connect(self._hand_on)

    def __call__(self, act: Callable[[Answer], None]) -> Callable[[Answer], None]:
        """Return `act` as it may be called at any time."""

        def called(answer: Answer) -> None:
            self._ahead.append(partial(act, answer))
            self._hand_on()

        return called

    def _hand_on(self) -> None:
        while self._ahead:
            if any(button.isDown() for button in self._page.findChildren(QAbstractButton)):
                self._soon.start()
                return
            self._ahead.popleft()()


def lay_out(inside: QWidget) -> None:
    """Give what was put into `inside` its place at once; Qt does so later, in steps, and squeezes it in between."""
    if not inside.isVisible():
        return
    for child in inside.children():
        if isinstance(child, QWidget):
            # What comes into a layout that is seen is shown by a queued call.
            QCoreApplication.sendPostedEvents(child, QEvent.Type.MetaCall.value)
    QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest.value)
