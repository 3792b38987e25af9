"""Rows of a page, of which there may be many: they are made a few at a time, and the window answers in between."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QVBoxLayout, QWidget

from keyturn.desktop.font_sizes import em
from keyturn.desktop.look import ColorTone
from keyturn.desktop.pages.parts import StateRow
from keyturn.desktop.rotation_view import Program

_AT_ONCE = 6  # rows; with their first layout they take some milliseconds


def program_row(program: Program, state: str, tone: ColorTone, shape: str) -> StateRow:
    """A program with its state, as `StateRow.show_state` has it."""
    row = StateRow(program.name, program.where)
    row.show_state(state, tone, shape)
    return row


class RowList(QWidget):
    """Rows below each other.

    Args:
        rows: make one row each; the first few are made at once.
        spacing: line heights between two rows.
    """

    def __init__(
        self, rows: Iterable[Callable[[], QWidget]], parent: QWidget | None = None, *, spacing: float = 0.6
    ) -> None:
        super().__init__(parent)
        self._ahead = iter(rows)
        self._then: list[Callable[[], None]] = []
        self._is_whole = False
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(em(self, spacing))
        # The next few when these were drawn, or nobody is there to draw them.
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.timeout.connect(self._make_some)
        self._make_some()

    def when_whole(self, act: Callable[[], None]) -> None:
        """Call `act` once all rows are made; at once where they are."""
        if self._is_whole:
            act()
        else:
            self._then.append(act)

    def _make_some(self) -> None:
        made = 0
        for make in islice(self._ahead, _AT_ONCE):
            self._column.addWidget(make())
            made += 1
        if made == _AT_ONCE:
            self._pause.start(0)
            return
        self._is_whole = True
        for act in self._then:
            act()
