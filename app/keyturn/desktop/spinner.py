"""What moves while something is done: a turning arc, and the seconds that it has lasted."""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QHideEvent, QPainter, QPaintEvent, QPen, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from keyturn.desktop.font_sizes import em
from keyturn.desktop.look import colours_of
from keyturn.desktop.widgets import Quiet

TURN = 100  # milliseconds between two positions; ten of them are a whole turn
_STEPS = 10


def paint_spinner(painter: QPainter, widget: QWidget, area: QRectF, position: int) -> None:
    """Draw the arc at one of its positions, on a faint ring."""
    colours = colours_of(widget)
    ring = area.adjusted(1.5, 1.5, -1.5, -1.5)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(colours.line), 2.5))
    painter.drawEllipse(ring)
    painter.setPen(QPen(QColor(colours.accent_text), 2.5))
    whole = 360 * 16
    painter.drawArc(ring, -(position % _STEPS) * whole // _STEPS, whole // 4)


class Spinner(QWidget):
    """The arc. It turns while it is seen, and then alone; the words beside it say what is done."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._position = 0
        self._turns = QTimer(self)
        self._turns.setInterval(TURN)
        self._turns.timeout.connect(self._turn)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """A square of one line height."""
        return QSize(em(self), em(self))

    def showEvent(self, event: QShowEvent) -> None:
        """Begins to turn."""
        super().showEvent(event)
        self._turns.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Stands still: nothing ticks that nobody sees."""
        super().hideEvent(event)
        self._turns.stop()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draws the arc where it is now."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_spinner(painter, self, QRectF(self.rect()), self._position)
        painter.end()

    def _turn(self) -> None:
        self._position += 1
        self.update()


class _Line(Quiet):
    """One line where there is room for it, and several where there is not."""

    def sizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance(self.text()) + em(self, 0.2), super().sizeHint().height())


class Working(QWidget):
    """The arc, what is being done, and for how many seconds; hidden where nothing is."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._doing = ""
        self._since = QElapsedTimer()
        self._seconds = QTimer(self)
        self._seconds.setInterval(1000)
        self._seconds.timeout.connect(self._tell)
        self.text = _Line()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(em(self, 0.5))
        row.addWidget(Spinner())
        row.addWidget(self.text)
        self.hide()

    def show_doing(self, doing: str) -> None:
        """Say what is being done from now on; empty where nothing is. The same again goes on counting."""
        if doing == self._doing:
            return
        self._doing = doing
        self._since.start()
        self._tell()
        self.setVisible(bool(doing))
        if doing:
            self._seconds.start()
        else:
            self._seconds.stop()

    def _tell(self) -> None:
        seconds = self._since.elapsed() // 1000
        self.text.setText(f"{self._doing} · {seconds} s" if seconds else self._doing)
