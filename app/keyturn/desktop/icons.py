"""Shapes: SVG files in `resources/icons`, drawn in the colour of their tone, sharp at every size."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QWidget

from keyturn.computer.resources import resources_folder
from keyturn.desktop.look import ColorTone, colours_of, tone_colour

if TYPE_CHECKING:
    from PySide6.QtGui import QIcon, QPixmap
    from PySide6.QtSvg import QSvgRenderer


def paint_icon(painter: QPainter, name: str, area: QRectF, colour: QColor) -> None:
    """Draw the shape into `area`."""
    _renderer(name, colour.name()).render(painter, area)


def pixmap(name: str, side: int, colour: QColor, ratio: float) -> QPixmap:
    """The shape as a square picture.

    Args:
        side: in pixels of the layout.
        ratio: of the screen's pixels to those.
    """
    from PySide6.QtGui import QPixmap

    made = QPixmap(QSize(side, side) * ratio)
    made.setDevicePixelRatio(ratio)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    paint_icon(painter, name, QRectF(0, 0, side, side), colour)
    painter.end()
    return made


def window_icon() -> QIcon:
    """Keyturn's own icon."""
    from PySide6.QtGui import QIcon

    return QIcon(str(_path("keyturn")))


class Shape(QWidget):
    """A shape that says a state; the text beside it says the same, so a screen reader passes it over.

    Args:
        name: the file's name without its ending.
        times: its side in line heights.
    """

    def __init__(self, name: str, tone: ColorTone, times: float = 1.0, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name, self._tone, self._times = name, tone, times

    def show_shape(self, name: str, tone: ColorTone) -> None:
        """Change to another shape."""
        self._name, self._tone = name, tone
        self.update()

    def sizeHint(self) -> QSize:
        """A square of `times` line heights."""
        side = round(self.fontMetrics().height() * self._times)
        return QSize(side, side)

    def minimumSizeHint(self) -> QSize:
        """Never smaller, so that a long text beside it does not squeeze it."""
        return self.sizeHint()

    def paintEvent(self, event: object) -> None:
        """Draws the shape in the middle, in its tone's colour of now."""
        painter = QPainter(self)
        side = min(self.width(), self.height(), self.sizeHint().width())
        area = QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)
        paint_icon(painter, self._name, area, tone_colour(colours_of(self), self._tone))
        painter.end()


@cache
def _renderer(name: str, colour: str) -> QSvgRenderer:
    from PySide6.QtCore import QByteArray
    from PySide6.QtSvg import QSvgRenderer

    text = _path(name).read_text(encoding="utf-8").replace("currentColor", colour)
    return QSvgRenderer(QByteArray(text.encode()))


def _path(name: str) -> Path:
    return resources_folder() / "icons" / f"{name}.svg"
