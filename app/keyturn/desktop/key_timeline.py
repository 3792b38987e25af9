"""A key's life as a line: when it was made, used, replaced and turned off, as far as anybody knows.

AWS keeps one last use for each key, and no history (facts/aws.md A3). So the line shows moments, never a curve.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from keyturn.desktop import dates
from keyturn.desktop.font_sizes import em
from keyturn.desktop.look import ColorTone, colours_of, tone_colour
from keyturn.desktop.overview import Overview
from keyturn.desktop.widgets import Quiet, Text
from keyturn.model.text import _
from keyturn.rotation.finding.survey import FoundKey
from keyturn.rotation.record import Rotation


class MomentKind(Enum):
    """What happened; each kind has a mark of its own."""

    MADE = "made"
    USED = "used"  # by somebody else
    OWN = "own"  # by Keyturn itself
    REPLACED = "replaced"
    OFF = "off"
    NOW = "now"


@dataclass(frozen=True, slots=True)
class KeyMoment:
    """One moment in a key's life."""

    at: datetime
    kind: MomentKind
    text: str


def moments_of(found: FoundKey, overview: Overview) -> tuple[KeyMoment, ...]:
    """What is known, oldest first. Keyturn's own uses are told once, with the latest."""
    key = found.key
    moments: list[KeyMoment] = []
    if key.created is not None:
        moments.append(KeyMoment(key.created, MomentKind.MADE, _("made")))
    if key.last_use is not None and key.last_use.date is not None:
        used = _("used last by somebody else: {service} in {region}")
        text = used.format(service=key.last_use.service, region=key.last_use.region)
        moments.append(KeyMoment(key.last_use.date, MomentKind.USED, text))
    own = overview.own_uses.get(key.access_key_id.value)
    if own:
        moments.append(KeyMoment(own[-1], MomentKind.OWN, _("used by Keyturn itself, to ask AWS about it")))
    for rotation, _result in overview.rotations:
        if rotation.decision.key == key.access_key_id:
            moments += _of_rotation(rotation)
    moments.append(KeyMoment(overview.looked_at, MomentKind.NOW, _("now")))
    return tuple(sorted(moments, key=lambda one: one.at))


def _of_rotation(rotation: Rotation) -> list[KeyMoment]:
    moments = []
    if rotation.switched_at is not None and rotation.decision.route.makes_a_key:
        moments.append(KeyMoment(rotation.switched_at, MomentKind.REPLACED, _("replaced by a new key here")))
    if rotation.off_at is not None:
        moments.append(KeyMoment(rotation.off_at, MomentKind.OFF, _("turned off")))
    return moments


class KeyTimeline(QWidget):
    """The line with its marks, and the same in words below it."""

    def __init__(self, moments: tuple[KeyMoment, ...], now: datetime, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(em(self, 0.25))
        layout.addWidget(_Line(moments))
        for moment in moments:
            if moment.kind is not MomentKind.NOW:
                layout.addWidget(Text(f"{_date(moment.at, now)}: {moment.text}"))
        layout.addWidget(Quiet(_("AWS tells only the last use of a key, so uses before that are not known.")))


def _date(at: datetime, now: datetime) -> str:
    if now - at < timedelta(days=2):
        return dates.past(at)
    return dates.narrow_day(at)


class _Line(QWidget):
    def __init__(self, moments: tuple[KeyMoment, ...]) -> None:
        super().__init__()
        self._moments = moments
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(em(self, 10), em(self, 2.4))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = colours_of(self)
        left, right, middle = em(self, 0.5), self.width() - em(self, 0.5), em(self, 0.7)
        first, last = self._moments[0].at, self._moments[-1].at
        whole = max(1.0, (last - first).total_seconds())
        painter.setPen(QPen(QColor(colours.line), 3))
        painter.drawLine(QPointF(left, middle), QPointF(right, middle))
        off = next((one.at for one in self._moments if one.kind is MomentKind.OFF), None)
        end = right if off is None else left + (right - left) * (off - first).total_seconds() / whole
        painter.setPen(QPen(tone_colour(colours, ColorTone.ACCENT), 3))
        painter.drawLine(QPointF(left, middle), QPointF(end, middle))
        for moment in self._moments:
            at = left + (right - left) * (moment.at - first).total_seconds() / whole
            self._mark(painter, moment.kind, QPointF(at, middle))
        painter.setPen(QColor(colours.quiet))
        for year in self._years(first, last):
            at = left + (right - left) * (year - first).total_seconds() / whole
            area = QRectF(at - em(self, 2), em(self, 1.2), em(self, 4), em(self, 1.1))
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, str(year.year))
        painter.end()

    def _years(self, first: datetime, last: datetime) -> list[datetime]:
        years = [datetime(year, 1, 1, tzinfo=first.tzinfo) for year in range(first.year + 1, last.year + 1)]
        room = max(1, self.width() // em(self, 4))
        return years[:: max(1, -(-len(years) // room))]

    def _mark(self, painter: QPainter, kind: MomentKind, at: QPointF) -> None:
        colours = colours_of(self)
        half = em(self, 0.3)
        accent = tone_colour(colours, ColorTone.ACCENT)
        painter.setPen(QPen(accent, 2))
        painter.setBrush(QColor(colours.card))
        match kind:
            case MomentKind.MADE:
                painter.setBrush(accent)
                painter.drawEllipse(at, half, half)
            case MomentKind.USED:
                painter.setPen(QPen(tone_colour(colours, ColorTone.ATTENTION), 2))
                painter.drawPolygon([at + QPointF(0, -half), at + QPointF(half, half), at + QPointF(-half, half)])
            case MomentKind.OWN:
                painter.drawEllipse(at, half * 0.6, half * 0.6)
            case MomentKind.REPLACED:
                painter.setPen(QPen(tone_colour(colours, ColorTone.GOOD), 2))
                painter.drawRect(QRectF(at.x() - half, at.y() - half, 2 * half, 2 * half))
            case MomentKind.OFF:
                painter.setPen(QPen(tone_colour(colours, ColorTone.NEUTRAL), 2.5))
                painter.drawLine(at + QPointF(-half, -half), at + QPointF(half, half))
                painter.drawLine(at + QPointF(-half, half), at + QPointF(half, -half))
            case MomentKind.NOW:
                painter.setPen(QPen(QColor(colours.quiet), 2))
                painter.drawLine(at + QPointF(0, -half * 1.5), at + QPointF(0, half * 1.5))
