"""What is asked of somebody who closes the window while something is changed."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from keyturn.desktop.announcing import announce
from keyturn.desktop.font_sizes import em
from keyturn.desktop.look import ColorTone
from keyturn.desktop.reflowing import ButtonRow
from keyturn.desktop.widgets import Button, Toned
from keyturn.model.text import _


class ClosingQuestion(QWidget):
    """A strip above the page: what is going on, and whether the window closes when that is done.

    Attributes:
        agreed: it is to be closed when the step is done.
    """

    agreed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._said = Toned()
        self._close = Button(_("Close when it is done"))
        self._close.clicked.connect(self._agree)
        self._stay = Button(_("Stay here"))
        self._stay.clicked.connect(self.hide)
        self._buttons = ButtonRow(self._close, self._stay)
        column = QVBoxLayout(self)
        column.setContentsMargins(em(self, 1.5), em(self, 0.6), em(self, 1.5), em(self, 0.6))
        column.addWidget(self._said)
        column.addWidget(self._buttons)
        self.hide()

    def ask(self, doing: str) -> None:
        """Ask.

        Args:
            doing: what is going on, as it follows a colon.
        """
        text = _("Keyturn is at work: {doing}. It is not cut short: the window can close when this step is done.")
        self._tell(text.format(doing=doing))
        self._buttons.show()
        self._close.setFocus()

    def _agree(self) -> None:
        self._buttons.hide()
        self._tell(_("The window closes when this step is done."))
        self.agreed.emit()

    def _tell(self, text: str) -> None:
        self._said.show_text(text, ColorTone.ATTENTION)
        self.show()
        announce(self, text)
