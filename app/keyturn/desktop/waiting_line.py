"""The days of waiting beside each other on one line; below each other where a day is too wide for that."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QVBoxLayout, QWidget

from keyturn.desktop.discs import paint_disc
from keyturn.desktop.font_sizes import em
from keyturn.desktop.look import colours_of
from keyturn.desktop.waiting_words import Station
from keyturn.desktop.widgets import Quiet, Strong

_BESIDE_DISC = 1.8  # line heights from the left, where the days are below each other


class WaitingLine(QWidget):
    """A disc for each day, the day below or beside it, and what is done then."""

    def __init__(self, stations: Sequence[Station]) -> None:
        super().__init__()
        self._stations = tuple(stations)
        self._days: list[Strong] = []
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._row.setSpacing(em(self, 1.0))
        for station in stations:
            column = QVBoxLayout()
            column.setSpacing(em(self, 0.1))
            day = Strong(station.day)
            self._days.append(day)
            column.addWidget(day)
            column.addWidget(Quiet(station.text))
            column.addStretch(1)
            self._row.addLayout(column, 1)
        self._turn(QBoxLayout.Direction.LeftToRight)

    def minimumSizeHint(self) -> QSize:
        """As narrow as its widest day, because the others may go below it."""
        return QSize(self._widest() + em(self, _BESIDE_DISC), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Puts the days below each other where one of them is wider than its share of the line."""
        super().resizeEvent(event)
        share = (self.width() + self._row.spacing()) / max(1, len(self._days)) - self._row.spacing()
        fits = self._widest() <= share
        self._turn(QBoxLayout.Direction.LeftToRight if fits else QBoxLayout.Direction.TopToBottom)

    def _widest(self) -> int:
        """The widest word of all."""
        widths = [self._row.itemAt(at) for at in range(self._row.count())]
        return max((one.minimumSize().width() for one in widths if one is not None), default=0)

    def _turn(self, direction: QBoxLayout.Direction) -> None:
        self._row.setDirection(direction)
        if direction is QBoxLayout.Direction.LeftToRight:
            self._row.setContentsMargins(0, em(self, 1.6), 0, 0)
        else:
            self._row.setContentsMargins(em(self, _BESIDE_DISC), em(self, 0.2), 0, 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draws the discs over the days or beside them, and the line that joins them."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        side = em(self, 1.1)
        beside_each_other = self._row.direction() is QBoxLayout.Direction.LeftToRight
        if beside_each_other:
            corners = [QPointF(day.x() + 1, 1) for day in self._days]
        else:
            first_line = self._days[0].fontMetrics().height() if self._days else 0
            corners = [QPointF(1, day.y() + (first_line - side) / 2) for day in self._days]
        discs = [QRectF(one.x(), one.y(), side, side) for one in corners]
        painter.setPen(QPen(QColor(colours_of(self).line), 2))
        for before, after in pairwise(discs):
            middle = before.center().toPoint()
            if beside_each_other:
                painter.drawLine(round(before.right()) + 4, middle.y(), round(after.left()) - 4, middle.y())
            else:
                painter.drawLine(middle.x(), round(before.bottom()) + 3, middle.x(), round(after.top()) - 3)
        for disc, station in zip(discs, self._stations, strict=True):
            paint_disc(painter, self, disc, station.reached)
        painter.end()
