"""The days of waiting beside each other on one line."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from keyturn.desktop.discs import paint_disc
from keyturn.desktop.font_sizes import em
from keyturn.desktop.look import colours_of
from keyturn.desktop.waiting_words import Station
from keyturn.desktop.widgets import Quiet, Strong


class WaitingLine(QWidget):
    """A disc for each day, the day below it, and what is done then."""

    def __init__(self, stations: Sequence[Station]) -> None:
        super().__init__()
        self._stations = tuple(stations)
        self._days: list[Strong] = []
        row = QHBoxLayout(self)
        row.setContentsMargins(0, em(self, 1.6), 0, 0)
        row.setSpacing(em(self, 1.0))
        for station in stations:
            column = QVBoxLayout()
            column.setSpacing(em(self, 0.1))
            day = Strong(station.day)
            self._days.append(day)
            column.addWidget(day)
            column.addWidget(Quiet(station.text))
            column.addStretch(1)
            row.addLayout(column, 1)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draws the discs over the days, and the line that joins them."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        side = em(self, 1.1)
        discs = [QRectF(day.x() + 1, 1, side, side) for day in self._days]
        painter.setPen(QPen(QColor(colours_of(self).line), 2))
        for before, after in pairwise(discs):
            middle = round(before.center().y())
            painter.drawLine(round(before.right()) + 4, middle, round(after.left()) - 4, middle)
        for disc, station in zip(discs, self._stations, strict=True):
            paint_disc(painter, self, disc, station.reached)
        painter.end()
