"""Before and after, as a picture: what a thief could do with the old key, and what with the new one."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from keyturn.desktop.font_sizes import em
from keyturn.desktop.icons import Shape
from keyturn.desktop.look import ColorTone, colours_of, tone_colour
from keyturn.desktop.reflowing import ReflowingRow
from keyturn.desktop.widgets import Card, Quiet, Strong, Text
from keyturn.model.keys import Principal, PrincipalKind
from keyturn.model.text import _

_SIDE_BY_SIDE = 34  # line heights; narrower, the new key stands below the old one


@dataclass(frozen=True, slots=True)
class Powers:
    """What a thief could and could not do with a key, each in a sentence without a subject."""

    title: str
    can: tuple[str, ...]
    cannot: tuple[str, ...]


def before_and_after(owner: Principal | None, can: tuple[str, ...], cannot: tuple[str, ...]) -> tuple[Powers, Powers]:
    """The powers of the old and the new key.

    Args:
        owner: whose the old key is; a root key can do all that the new one cannot.
        can, cannot: the new key's, as the plan has them.
    """
    old_can = can
    if owner is not None and owner.kind is PrincipalKind.ROOT:
        old_can = (*can, *cannot)
    return Powers(_("The old key"), old_can, ()), Powers(_("The new key"), can, cannot)


class PowerPicture(QWidget):
    """Two cards beside each other: with the old key, with the new key. One block in the bar is one ability."""

    def __init__(self, old: Powers, new: Powers, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._row = ReflowingRow(self, _SIDE_BY_SIDE)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(em(self, 0.8))
        most = max(len(old.can) + len(old.cannot), len(new.can) + len(new.cannot))
        for powers in (old, new):
            self._row.addWidget(_PowerCard(powers, most), 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Puts the new key below the old one where the window is too narrow for both in a row."""
        super().resizeEvent(event)
        self._row.reflow()


class _PowerCard(Card):
    def __init__(self, powers: Powers, blocks: int) -> None:
        super().__init__()
        self.column.addWidget(Strong(powers.title))
        self.column.addWidget(_Reach(len(powers.can), blocks))
        for intro, texts, shape, tone in (
            (_("A thief could:"), powers.can, "exclamation", ColorTone.ATTENTION),
            (_("A thief could not:"), powers.cannot, "check", ColorTone.GOOD),
        ):
            if texts:
                self.column.addWidget(Quiet(intro))
            for text in texts:
                self.column.addLayout(_item(text, shape, tone, self))
        self.column.addStretch(1)


def _item(text: str, shape: str, tone: ColorTone, card: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(em(card, 0.4))
    sign = QVBoxLayout()
    sign.addWidget(Shape(shape, tone, 0.95, card))
    sign.addStretch(1)
    row.addLayout(sign)
    row.addWidget(Text(text, card), 1)
    return row


class _Reach(QWidget):
    """How far a key reaches: full blocks for what it can do, empty ones for what it cannot. The text says the same."""

    def __init__(self, full: int, blocks: int) -> None:
        super().__init__()
        self._full, self._blocks = full, max(1, blocks)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(em(self, 8), em(self, 0.8))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = colours_of(self)
        gap = em(self, 0.2)
        width = (self.width() - gap * (self._blocks - 1)) / self._blocks
        colour = tone_colour(colours, ColorTone.ATTENTION)
        for number in range(self._blocks):
            area = QRectF(number * (width + gap), 0, width, self.height()).adjusted(0.75, 0.75, -0.75, -0.75)
            full = number < self._full
            painter.setBrush(colour if full else Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(colour if full else QColor(colours.line), 1.5))
            painter.drawRoundedRect(area, 3, 3)
        painter.end()
