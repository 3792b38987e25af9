"""Moments below each other on one line, the first of them current."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPoint, QRect, QRectF
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QVBoxLayout, QWidget

from keyturn.desktop.discs import paint_disc
from keyturn.desktop.font_sizes import em
from keyturn.desktop.look import ColorTone, colours_of
from keyturn.desktop.plan_moments import Doer, PlanMoment
from keyturn.desktop.progress_state import Reached
from keyturn.desktop.reflowing import ReflowingRow
from keyturn.desktop.widgets import Pill, Quiet, Strong, Subheading, Text
from keyturn.model.text import plural
from keyturn.rotation import labels

_MOST = 4  # lines of a moment; what a person does has a list of its own below
_TONES = {Doer.KEYTURN: ColorTone.ACCENT, Doer.YOU: ColorTone.ATTENTION}


class MomentLine(QWidget):
    """The line.

    Args:
        said: turns a sentence into one that fits where it is said.
    """

    def __init__(self, moments: Sequence[PlanMoment], said: Callable[[str], str]) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for number, moment in enumerate(moments, start=1):
            column.addWidget(_Row(moment, said, first=number == 1, last=number == len(moments)))


class _Row(QWidget):
    def __init__(self, moment: PlanMoment, said: Callable[[str], str], *, first: bool, last: bool) -> None:
        super().__init__()
        self._first, self._last = first, last
        self._title = Subheading(moment.title)
        self._title.setWordWrap(False)
        inside = QWidget()
        head = ReflowingRow(inside, 0)
        head.setContentsMargins(0, 0, 0, 0)
        head.setSpacing(em(self, 0.6))
        head.addWidget(self._title)
        head.addWidget(Pill(moment.doer.said, _TONES[moment.doer]))
        head.addWidget(Quiet(moment.when), 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(em(self, 2.1), 0, 0, 0 if last else em(self, 1.1))
        column.setSpacing(em(self, 0.15))
        column.addWidget(inside)
        for number, line in enumerate(moment.lines[:_MOST]):
            column.addWidget(Text(said(line)))
            if number == 0 and moment.names:
                column.addWidget(Strong(", ".join(moment.names)))
        more = len(moment.lines) - _MOST
        if more > 0:
            text = plural("and {count} more, listed below", "and {count} more, listed below", more)
            column.addWidget(Quiet(text.format(count=labels.count_word(more))))
        if moment.note:
            column.addWidget(Quiet(moment.note))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draws the disc beside the title, and the line to the next one."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        side = em(self, 1.1)
        title = QRect(self._title.mapTo(self, QPoint(0, 0)), self._title.size())
        middle = title.center().y() + 0.5
        disc = QRectF(1, middle - side / 2, side, side)
        if not self._last:
            painter.setPen(QPen(QColor(colours_of(self).line), 2))
            end = self.height() + title.top() + em(self, 0.1)
            painter.drawLine(round(disc.center().x()), round(disc.bottom()) + 3, round(disc.center().x()), end - 3)
        paint_disc(painter, self, disc, Reached.CURRENT if self._first else Reached.TODO)
        painter.end()
