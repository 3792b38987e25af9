"""What can wait until a window is seen: it would only keep the first frame from being drawn."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QWidget

_PATIENCE = 1000  # milliseconds; a window that is opened out of sight is drawn by nobody


def after_first_frame(window: QWidget, act: Callable[[], None]) -> None:
    """Call `act` once, as soon as the window was drawn; where it is not, a second from now."""
    _FirstFrame(window, act)


class _FirstFrame(QObject):
    def __init__(self, window: QWidget, act: Callable[[], None]) -> None:
        super().__init__(window)
        self._window, self._act = window, act
        self._until = QTimer(self)
        self._until.setSingleShot(True)
        self._until.timeout.connect(self._begin)
        self._until.start(_PATIENCE)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Paint:
            # The frame is complete when this event has been everywhere.
            self._window.removeEventFilter(self)
            self._until.start(0)
        return False

    def _begin(self) -> None:
        self._window.removeEventFilter(self)
        self._act()
