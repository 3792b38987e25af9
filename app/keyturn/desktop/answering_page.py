"""A page that says at its top how what was asked of it went."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from keyturn.desktop.announcing import announce
from keyturn.desktop.look import ColorTone
from keyturn.desktop.main_page import MainPage
from keyturn.desktop.widgets import Toned
from keyturn.model.errors import AppError


class AnsweringPage(MainPage):
    """A page whose first line is the answer to what was pressed; there is none at first.

    Attributes:
        answer: that line.
    """

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(title, parent)
        self.answer = Toned()
        self.answer.hide()
        self.column.addWidget(self.answer)

    def say(self, text: str, tone: ColorTone) -> None:
        """Show the answer, also where the page was scrolled down, and let a screen reader hear it."""
        self.answer.show_text(text, tone)
        self.answer.show()
        self.body.verticalScrollBar().setValue(0)
        announce(self, text)

    def say_error(self, error: AppError) -> None:
        """Show why it could not be done."""
        self.say(str(error), ColorTone.BAD)
