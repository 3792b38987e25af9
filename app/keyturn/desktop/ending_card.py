"""At the end, what is left to tidy: three offers, of which none has to be taken."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from keyturn.desktop.font_sizes import em
from keyturn.desktop.look import colours_of
from keyturn.desktop.reflowing import ReflowingRow
from keyturn.desktop.widgets import Button, Card, Quiet, Strong
from keyturn.model.text import _, plural

_WIDE = 36  # line heights, from which on the offers stand beside each other


class EndingCard(Card):
    """The offers.

    Args:
        for_trash: files with the deleted key in which nothing else stands.
        renewable: the new key may renew itself, as far as that is known.

    Attributes:
        report_wanted: what was done is to be saved.
        trash_wanted: these files are to go to the trash.
        fresh_wanted: the new key is to renew itself.
    """

    report_wanted = Signal()
    trash_wanted = Signal()
    fresh_wanted = Signal()

    def __init__(self, for_trash: Sequence[Path], *, renewable: bool) -> None:
        super().__init__()
        inside = QWidget()
        self._row = ReflowingRow(inside, _WIDE)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(em(self, 1.8))
        self._inside = inside
        self._offers: list[QWidget] = []
        self.report = Button(_("Save a report…"))
        self.report.clicked.connect(self.report_wanted)
        self._add(_("Keep a record"), _("What was done, when, and how it was proved. It holds no secret."), self.report)
        if for_trash:
            names = ", ".join(path.name for path in for_trash)
            holds = plural("{files} holds the deleted key", "{files} hold the deleted key", len(for_trash))
            text = _("{files}, which opens nothing any more.").format(files=holds.format(files=names))
            self.trash = Button(
                _("Move {file} to the trash").format(file=names)
                if len(for_trash) == 1
                else _("Move {count} files to the trash").format(count=len(for_trash))
            )
            self.trash.clicked.connect(self.trash_wanted)
            self._add(_("Clear up"), text, self.trash)
        if renewable:
            self.fresh = Button(_("Keep it fresh…"))
            self.fresh.clicked.connect(self.fresh_wanted)
            text = _("Keyturn makes the next key by itself, proves it, and tells you.")
            self._add(_("Keep it fresh"), text, self.fresh)
        self.column.addWidget(inside)

    def _add(self, title: str, text: str, button: Button) -> None:
        offer = QWidget()
        column = QVBoxLayout(offer)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(em(self, 0.3))
        column.addWidget(Strong(title))
        column.addWidget(Quiet(text))
        column.addStretch(1)
        row = QVBoxLayout()
        row.addWidget(button)
        column.addLayout(row)
        self._offers.append(offer)
        self._row.addWidget(offer, 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Puts the offers below each other where the window is narrow."""
        super().resizeEvent(event)
        self._row.reflow()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draws a line between each two that stand beside each other."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setPen(QColor(colours_of(self).line))
        for before, after in zip(self._offers, self._offers[1:], strict=False):
            if after.y() == before.y():
                x = self._inside.x() + (before.geometry().right() + after.x()) // 2
                painter.drawLine(x, self._inside.y(), x, self._inside.geometry().bottom())
        painter.end()
