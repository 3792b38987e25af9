"""A place on its way: the new key is made, AWS accepts it, it is in the file, it is proved."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from keyturn.desktop.discs import paint_disc
from keyturn.desktop.font_sizes import em
from keyturn.desktop.look import ColorTone, colours_of
from keyturn.desktop.progress_state import Reached
from keyturn.desktop.progressing import PlaceProgress
from keyturn.desktop.reflowing import ReflowingRow
from keyturn.desktop.spinner import paint_spinner
from keyturn.desktop.widgets import Strong, Toned, Verbatim
from keyturn.model.text import _

_SIDE_BY_SIDE = 37  # line heights, from which on the stages stand beside the name
_STAGES, _STATE = 20, 7  # line heights: of all stages, and of the words for them
_MARGIN = 0.9  # line heights, at both sides of a row


def _names() -> tuple[str, ...]:
    return _("Key made"), _("AWS accepts it"), _("In the file"), _("Proved")


class StageHeads(QWidget):
    """The names of the stages over their discs; hidden where the rows have no room for them beside each other."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Takes two lines, and none where the rows are too narrow for columns."""
        super().resizeEvent(event)
        self.setFixedHeight(em(self, 2.3) if self.width() >= em(self, _SIDE_BY_SIDE) else 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Writes each name over the middle of its discs."""
        painter = QPainter(self)
        painter.setPen(QColor(colours_of(self).quiet))
        left = self.width() - em(self, _STATE) - em(self, _STAGES) - em(self, _MARGIN)
        for number, name in enumerate(_names()):
            wide = em(self, _STAGES) / 4
            area = QRectF(left + number * wide, 0, wide, self.height())
            centred = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom
            painter.drawText(area, centred | Qt.TextFlag.TextWordWrap, name)
        painter.end()


class _Discs(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.way = PlaceProgress()
        self.position = 0
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(em(self, _STAGES), em(self, 1.5))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours, side, wide = colours_of(self), em(self, 1.15), self.width() / len(_names())
        middle = self.height() / 2
        centres = [QPointF((number + 0.5) * wide, middle) for number in range(len(_names()))]
        for number, (before, after) in enumerate(pairwise(centres)):
            painter.setPen(QPen(QColor(colours.good if number + 1 <= self.way.done - 1 else colours.line), 2))
            gap = QPointF(side / 2 + 2, 0)
            painter.drawLine(before + gap, after - gap)
        for number, centre in enumerate(centres):
            disc = QRectF(centre.x() - side / 2, middle - side / 2, side, side)
            if number == self.way.done and self.way.is_working:
                paint_spinner(painter, self, disc, self.position)
            else:
                paint_disc(painter, self, disc, Reached.DONE if number < self.way.done else Reached.TODO)
        painter.end()


class StageRow(QWidget):
    """One place with its four stages, and in words how it fares.

    Args:
        last: no other place stands below it.
        below: what belongs to it, in its whole width.
    """

    def __init__(self, name: str, where: str, *, last: bool = True, below: QWidget | None = None) -> None:
        super().__init__()
        self._name, self._last = name, last
        self._discs = _Discs()
        self.state = Toned()
        self.state.setFixedWidth(em(self, _STATE))
        named = QVBoxLayout()
        named.setSpacing(0)
        named.addWidget(Strong(name))
        named.addWidget(Verbatim(where))
        inside = QWidget()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(inside)
        self._row = ReflowingRow(inside, _SIDE_BY_SIDE)
        self._row.setContentsMargins(em(self, _MARGIN), em(self, 0.4), em(self, _MARGIN), em(self, 0.4))
        self._row.setSpacing(0)
        self._row.addLayout(named, 1)
        self._row.addWidget(self._discs)
        self._row.addWidget(self.state)
        if below is not None:
            beneath = QVBoxLayout()
            beneath.setContentsMargins(em(self, _MARGIN), 0, em(self, _MARGIN), em(self, 0.4))
            beneath.addWidget(below)
            column.addLayout(beneath)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Puts the stages below the name where there is no room beside it."""
        super().resizeEvent(event)
        self._row.reflow()
        beside = self._row.direction() is ReflowingRow.Direction.LeftToRight
        side = Qt.AlignmentFlag.AlignRight if beside else Qt.AlignmentFlag.AlignLeft
        self.state.setAlignment(side | Qt.AlignmentFlag.AlignVCenter)

    @property
    def way(self) -> PlaceProgress:
        """How far it is."""
        return self._discs.way

    def show_way(self, way: PlaceProgress) -> None:
        """Say how far it is, where that is something else than before."""
        if way == self._discs.way and self.state.text():
            return
        self._discs.way = way
        self._discs.update()
        text, tone = _said(way)
        self.state.show_text(text, tone)
        self.state.setAccessibleName(f"{self._name}: {text}")

    def turn(self) -> None:
        """Turn the arc by a step where something is being done."""
        if self._discs.way.is_working:
            self._discs.position += 1
            self._discs.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draws the ground of a card, and the line to the next row."""
        colours, painter = colours_of(self), QPainter(self)
        painter.fillRect(self.rect(), QColor(colours.card))
        painter.setPen(QColor(colours.line))
        # The line below is the one above the next row.
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1 if self._last else 0))
        painter.end()


def _said(way: PlaceProgress) -> tuple[str, ColorTone]:
    if way.done == len(_names()):
        return _("Proved"), ColorTone.GOOD
    if not way.is_working:
        return _("waiting"), ColorTone.NEUTRAL
    doing = (_("Making it…"), _("AWS learns it…"), _("Saving…"), _("Proving…"))
    return doing[way.done], ColorTone.ACCENT
