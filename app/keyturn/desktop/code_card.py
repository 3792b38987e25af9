"""Where the code of an MFA device is asked for, while a worker waits for it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from keyturn.desktop.announcing import announce
from keyturn.desktop.font_sizes import em, fixed_font
from keyturn.desktop.pages.fields import Field
from keyturn.desktop.reflowing import ReflowingRow
from keyturn.desktop.runner import CodeWanted
from keyturn.desktop.widgets import Button, Card, PrimaryButton, Quiet, Strong
from keyturn.model.text import _, in_widget

_DIGITS = 6  # of an MFA code (IAM API reference, AssumeRole: TokenCode)
_BESIDE = 32  # line heights, from which on the field stands beside what it is for


class CodeCard(QWidget):
    """Hidden until somebody is asked; Enter gives the code."""

    def __init__(self) -> None:
        super().__init__()
        self._wanted: CodeWanted | None = None
        card = Card()
        around = QVBoxLayout(self)
        around.setContentsMargins(em(self, 1.7), em(self, 0.4), em(self, 1.7), em(self, 0.6))
        around.addWidget(card)
        inside = QWidget()
        self._row = ReflowingRow(inside, _BESIDE)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(em(self, 0.6))
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(Strong(_("Code of your MFA device, six digits")))
        self._device = Quiet()
        words.addWidget(self._device)
        self._row.addLayout(words, 1)
        field = QHBoxLayout()
        field.setSpacing(em(self, 0.5))
        self.field = Field()
        self.field.setFont(fixed_font(self.field.font()))
        self.field.setMaxLength(_DIGITS)
        self.field.setMaximumWidth(em(self, 6))
        self.field.setAccessibleName(_("Code of your MFA device, six digits"))
        self.field.textChanged.connect(lambda text: self._fit())
        self.field.returnPressed.connect(self._give)
        self.go = PrimaryButton(_("Go on"))
        self.go.clicked.connect(self._give)
        self.refuse = Button(_("Give no code"))
        self.refuse.clicked.connect(lambda: self._answer(None))
        for widget in (self.field, self.go, self.refuse):
            field.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)
        field.addStretch(1)
        self._row.addLayout(field)
        card.column.addWidget(inside)
        self.hide()

    def ask(self, wanted: CodeWanted) -> None:
        """Ask, and let the field have the focus: nothing else goes on meanwhile."""
        self._wanted = wanted
        self._device.setText(in_widget(wanted.device))
        self.field.clear()
        self._fit()
        self.show()
        self.field.setFocus()
        announce(self, _("Code of your MFA device, six digits"))

    def close_question(self) -> None:
        """Nobody waits for a code any more."""
        self._answer(None)

    def _fit(self) -> None:
        self.go.setEnabled(self._is_code())

    def _is_code(self) -> bool:
        text = self.field.text().strip()
        return len(text) == _DIGITS and text.isascii() and text.isdecimal()

    def _give(self) -> None:
        if self._is_code():
            self._answer(self.field.text().strip())

    def _answer(self, code: str | None) -> None:
        wanted, self._wanted = self._wanted, None
        self.field.clear()
        self.hide()
        if wanted is not None:
            wanted.answer(code)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Puts the field below what it is for where there is no room beside it."""
        super().resizeEvent(event)
        self._row.reflow()
