"""Facts below each other, as label and sentence, each with its own button where something can be done."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from keyturn.desktop.columns import empty
from keyturn.desktop.font_sizes import em
from keyturn.desktop.icons import Shape
from keyturn.desktop.look import ColorTone, colours_of
from keyturn.desktop.place_words import Fact
from keyturn.desktop.reflowing import ReflowingRow
from keyturn.desktop.widgets import Button, Card, Quiet, Verbatim
from keyturn.model.text import _

_LABEL = 7  # line heights, of the column of labels
_WIDE = 30  # line heights, from which on label, sentence and button stand beside each other
_NO_LIMIT = 16_777_215  # pixels; Qt's own `QWIDGETSIZE_MAX`
_SHAPES = {
    ColorTone.GOOD: "disc-check",
    ColorTone.ATTENTION: "exclamation",
    ColorTone.BAD: "cross",
    ColorTone.ACCENT: "hourglass",
    ColorTone.NEUTRAL: "dot",
}


class FactRow(QWidget):
    """One fact.

    Args:
        label: of which it is; empty where a shape says how it stands.
    """

    def __init__(self, label: str, fact: Fact, button: Button | None = None) -> None:
        super().__init__()
        self._label = Quiet(label)
        self._text = Verbatim()
        self._text.setForegroundRole(QPalette.ColorRole.WindowText)
        self._text.selectable()
        self._more = Quiet()
        self._told = told = QVBoxLayout()
        told.setSpacing(0)
        told.addWidget(self._text)
        told.addWidget(self._more)
        self._row = ReflowingRow(self, _WIDE)
        self._row.setContentsMargins(0, em(self, 0.45), 0, em(self, 0.45))
        self._row.setSpacing(em(self, 0.6))
        if label:
            self._row.addWidget(self._label, 0, Qt.AlignmentFlag.AlignTop)
        else:
            self._row.addWidget(Shape(_SHAPES[fact.tone], fact.tone, 1.1), 0, Qt.AlignmentFlag.AlignTop)
        self._row.addLayout(told, 1)
        if button is not None:
            self._row.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.show_fact(fact)

    def show_fact(self, fact: Fact) -> None:
        """Say something else."""
        self._text.show_verbatim(fact.text)
        self._text.setAccessibleName(_("{label}: {fact}").format(label=self._label.text(), fact=fact.text))
        self._more.setText(fact.more)
        self._more.setVisible(bool(fact.more))

    def add_below(self, widget: QWidget) -> None:
        """Put something below the sentences."""
        self._told.addWidget(widget)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Puts sentence and button below the label where the window is narrow."""
        super().resizeEvent(event)
        self._row.reflow()
        column = em(self, _LABEL) if self.width() >= em(self, _WIDE) else 0
        self._label.setMinimumWidth(column)
        self._label.setMaximumWidth(column or _NO_LIMIT)


class FactCard(Card):
    """The facts in one card, with a line between each two."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.column.setSpacing(0)
        self.column.setContentsMargins(em(self, 0.9), em(self, 0.25), em(self, 0.9), em(self, 0.25))
        self._rows: list[FactRow] = []

    def add(self, label: str, fact: Fact, button: Button | None = None) -> FactRow:
        """Add a fact below the others."""
        row = FactRow(label, fact, button)
        self._rows.append(row)
        self.column.addWidget(row)
        return row

    def clear(self) -> None:
        """Take all of them out."""
        self._rows.clear()
        empty(self.column)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draws the lines between the rows, from edge to edge."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setPen(QColor(colours_of(self).line))
        for row in self._rows[1:]:
            painter.drawLine(2, row.y(), self.width() - 3, row.y())
        painter.end()
