"""The sentence at the top: am I affected, and am I safe now? With one button that does what it calls for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from keyturn.desktop.font_sizes import em
from keyturn.desktop.icons import Shape
from keyturn.desktop.look import ColorTone, colours_of
from keyturn.desktop.reflowing import ReflowingRow
from keyturn.desktop.widgets import Heading, PrimaryButton, Quiet

if TYPE_CHECKING:
    # The window opens before anything is known of a situation.
    from keyturn.rotation.finding.situation import Mood, Situation


class Band(QWidget):
    """A strip over the whole width, on the ground of cards, with a line at its edge."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draws the ground of cards, and the line, in the colours that the widget wears now."""
        painter = QPainter(self)
        colours = colours_of(self)
        painter.fillRect(self.rect(), QColor(colours.card))
        painter.fillRect(QRectF(0, self._line_top(), self.width(), 1), QColor(colours.line))
        painter.end()

    def _line_top(self) -> int:
        """Where the line at its edge is."""
        return self.height() - 1


class Foot(Band):
    """The same at the bottom of the window: its line is above it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.row = ReflowingRow(self, 38)
        self.row.setContentsMargins(em(self, 1.5), em(self, 0.5), em(self, 1.5), em(self, 0.5))
        self.row.setSpacing(em(self, 0.6))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Makes a column of the row where the window is too narrow for it."""
        super().resizeEvent(event)
        self.row.reflow()

    def _line_top(self) -> int:
        return 0


class Header(Band):
    """The shield, the title, the sentences and the button.

    Attributes:
        pressed: the button was pressed.
    """

    pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shape = Shape("shield-working", ColorTone.NEUTRAL, 2.9)
        self.title = Heading()
        self.text = Quiet()
        self.button = PrimaryButton()
        self.button.clicked.connect(self.pressed)
        self.button.hide()
        words = QVBoxLayout()
        words.setSpacing(em(self, 0.15))
        words.addStretch(1)
        words.addWidget(self.title)
        words.addWidget(self.text)
        words.addStretch(1)
        told = QHBoxLayout()
        told.setSpacing(em(self, 1.2))
        told.addWidget(self._shape)
        told.addLayout(words, 1)
        self._row = ReflowingRow(self, 38)
        self._row.setContentsMargins(em(self, 1.5), em(self, 1.1), em(self, 1.5), em(self, 1.1))
        self._row.setSpacing(em(self, 1.0))
        self._row.addLayout(told, 1)
        self._row.addWidget(self.button, 0, Qt.AlignmentFlag.AlignVCenter)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Puts the button below the sentences where the window is too narrow for both in a row."""
        super().resizeEvent(event)
        self._row.reflow()

    def show_situation(self, situation: Situation, order: str) -> None:
        """Say how it stands.

        Args:
            order: the button's text; empty where nothing is called for.
        """
        self._shape.show_shape(*_shield(situation.mood))
        # A headline ends without a full stop.
        self.title.setText(situation.title.removesuffix("."))
        self.text.setText(" ".join(situation.sentences))
        self.text.setVisible(bool(situation.sentences))
        self.button.setText(order)
        self.button.setVisible(bool(order))

    def show_busy(self, title: str, text: str) -> None:
        """Say what goes on, before anything is known."""
        self._shape.show_shape("shield-working", ColorTone.NEUTRAL)
        self.title.setText(title)
        self.text.setText(text)
        self.text.setVisible(bool(text))
        self.button.hide()

    def show_failure(self, title: str, order: str) -> None:
        """Say that nothing could be seen, with the button that tries again."""
        self._shape.show_shape("shield-unknown", ColorTone.NEUTRAL)
        self.title.setText(title)
        self.text.hide()
        self.button.setText(order)
        self.button.show()


def _shield(mood: Mood) -> tuple[str, ColorTone]:
    from keyturn.rotation.finding.situation import Mood

    return {
        Mood.FINE: ("shield-fine", ColorTone.GOOD),
        Mood.NEEDS_YOU: ("shield-attention", ColorTone.ATTENTION),
        Mood.WAITS: ("shield-working", ColorTone.ACCENT),
        Mood.STOPPED: ("shield-broken", ColorTone.BAD),
        Mood.UNKNOWN: ("shield-unknown", ColorTone.NEUTRAL),
        Mood.NOTHING: ("shield-unknown", ColorTone.NEUTRAL),
    }[mood]
