"""The bar that scrolls, with a thumb that is seen in every scheme."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractScrollArea, QScrollBar

from keyturn.desktop.look import colours_of

_BESIDE = 4.0  # pixels, on both sides of the thumb


class ScrollBar(QScrollBar):
    """Drawn here where Qt's own style would: its thumb is hardly seen, and in high contrast not at all."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draws the thumb alone. A native style draws its own bar."""
        if self.style().objectName() != "fusion":
            super().paintEvent(event)
            return
        # To name these takes PySide its time, and the first frame has no bar.
        from PySide6.QtWidgets import QStyle, QStyleOptionSlider

        option = QStyleOptionSlider()
        self.initStyleOption(option)
        part, kind = QStyle.SubControl.SC_ScrollBarSlider, QStyle.ComplexControl.CC_ScrollBar
        thumb = QRectF(self.style().subControlRect(kind, option, part, self))
        lies = self.orientation() is Qt.Orientation.Horizontal
        thumb.adjust(*((1, _BESIDE, -1, -_BESIDE) if lies else (_BESIDE, 1, -_BESIDE, -1)))
        colours = colours_of(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), QColor(colours.ground))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.text if self.underMouse() or self.isSliderDown() else colours.edge))
        radius = min(thumb.width(), thumb.height()) / 2
        painter.drawRoundedRect(thumb, radius, radius)
        painter.end()


def with_seen_bars(area: QAbstractScrollArea) -> None:
    """Let what scrolls have such bars."""
    area.setVerticalScrollBar(ScrollBar(Qt.Orientation.Vertical, area))
    area.setHorizontalScrollBar(ScrollBar(Qt.Orientation.Horizontal, area))
