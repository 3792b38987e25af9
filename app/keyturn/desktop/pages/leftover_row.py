"""One file that holds the deleted key still, with a button that moves it to the trash and says how that went."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from keyturn.desktop.announcing import announce
from keyturn.desktop.font_sizes import em
from keyturn.desktop.look import ColorTone
from keyturn.desktop.pages.assistant_page import Actor
from keyturn.desktop.widgets import Button, Card, Strong, Toned, Verbatim
from keyturn.model.errors import AppError
from keyturn.model.text import _


class LeftoverRow(Card):
    """Nothing is moved before the button is pressed.

    Args:
        shown_as: the path as people see it.
    """

    def __init__(self, path: Path, shown_as: str, act: Actor) -> None:
        super().__init__()
        self._path = path
        self._act = act
        self._button = Button(_("Move to trash"))
        self._button.setAutoDefault(False)
        self._button.setAccessibleName(_("Move {path} to the trash").format(path=shown_as))
        self._button.clicked.connect(self._move)
        self._said = Toned()
        self._said.hide()
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(Strong(path.name))
        words.addWidget(Verbatim(shown_as))
        words.addWidget(self._said)
        row = QHBoxLayout()
        row.setSpacing(em(self, 0.8))
        row.addLayout(words, 1)
        row.addWidget(self._button, 0, Qt.AlignmentFlag.AlignVCenter)
        self.column.addLayout(row)

    def _move(self) -> None:
        self._button.setEnabled(False)
        self._act.move_to_trash(self._path, self._moved, self._failed)

    def _moved(self) -> None:
        self._button.hide()
        self._say(_("It is in the trash now."), ColorTone.GOOD)

    def _failed(self, error: AppError) -> None:
        self._button.setEnabled(True)
        self._say(str(error), ColorTone.BAD)

    def _say(self, text: str, tone: ColorTone) -> None:
        self._said.show_text(text, tone)
        self._said.show()
        announce(self, text)
