"""The list of steps beside the pages, painted: what is done, where we are, what is to come, by shape and by colour."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QSizePolicy, QVBoxLayout, QWidget

from keyturn.desktop.assistant_work import Page
from keyturn.desktop.discs import paint_disc
from keyturn.desktop.font_sizes import em, strong_font
from keyturn.desktop.look import colours_of
from keyturn.desktop.progress_state import Reached
from keyturn.desktop.stages import Stage
from keyturn.desktop.widgets import Button, Strong
from keyturn.model.text import _


class StepList(QFrame):
    """The stages below each other, on a ground of their own.

    Args:
        turn_to: called with the page of a stage that was pressed.
    """

    def __init__(self, turn_to: Callable[[Page], None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._turn_to = turn_to
        self._title = Strong()
        self._title.setWordWrap(False)
        self._items: list[_Item] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(em(self, 1.3), em(self, 1.7), em(self, 1.1), em(self, 1.0))
        self._column.setSpacing(0)
        self._column.addWidget(self._title)
        self._column.addSpacing(em(self, 0.9))
        self._column.addStretch(1)
        self.setAccessibleName(_("Steps"))
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Expanding)

    def present(self, title: str, stages: tuple[Stage, ...]) -> None:
        """Show these stages."""
        self._title.setText(title)
        if len(stages) != len(self._items):
            for item in self._items:
                item.hide()
                item.deleteLater()
            self._items = [_Item(self._turn_to) for _stage in stages]
            for number, item in enumerate(self._items):
                self._column.insertWidget(2 + number, item)
        for number, (item, stage) in enumerate(zip(self._items, stages, strict=True)):
            item.show_stage(stage, first=number == 0, last=number == len(stages) - 1)

    def sizeHint(self) -> QSize:
        """At least 11.5 line heights wide, so that short names do not make it narrow."""
        hint = super().sizeHint()
        return QSize(max(em(self, 11.5), hint.width()), hint.height())

    def minimumSizeHint(self) -> QSize:
        """Never keeps the window wide: where there is no room for the list, it is hidden."""
        return QSize(0, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draws the ground of cards, and the line towards the page."""
        colours = colours_of(self)
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(colours.card))
        painter.setPen(QColor(colours.line))
        painter.drawLine(self.width() - 1, 0, self.width() - 1, self.height())
        painter.end()


class _Item(Button):
    """One stage. It can be pressed where it leads back."""

    def __init__(self, turn_to: Callable[[Page], None]) -> None:
        super().__init__()
        self._stage = Stage("", Reached.TODO)
        self._first = self._last = False
        self.setAutoDefault(False)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._turn_to = turn_to
        self.clicked.connect(self._pressed)

    def _pressed(self) -> None:
        if self._stage.page is not None:
            self._turn_to(self._stage.page)

    def show_stage(self, stage: Stage, *, first: bool, last: bool) -> None:
        """Show this stage; where it is shown already, nothing is laid out anew."""
        if (stage, first, last) == (self._stage, self._first, self._last):
            return
        self._stage, self._first, self._last = stage, first, last
        self.setText(stage.name)
        self.updateGeometry()
        self.setAccessibleName(stage.said)
        leads = stage.page is not None
        self.setEnabled(leads)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if leads else Qt.FocusPolicy.NoFocus)
        self.update()

    def sizeHint(self) -> QSize:
        lines = (
            QFontMetrics(strong_font(self.font())).horizontalAdvance(self._stage.name),
            self.fontMetrics().horizontalAdvance(self._stage.note),
        )
        return QSize(em(self, 1.8) + max(em(self, 7), *lines), em(self, 3.1 if self._stage.note else 2.2))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = colours_of(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        line = self.fontMetrics().height()
        side, middle = em(self, 1.05), self.height() / 2 - (line / 2 if self._stage.note else 0)
        left = 1.0
        painter.setPen(QPen(QColor(colours.line), 2))
        centre = left + side / 2
        if not self._first:
            painter.drawLine(round(centre), 0, round(centre), round(middle - side / 2))
        if not self._last:
            painter.drawLine(round(centre), round(middle + side / 2), round(centre), self.height())
        disc = QRectF(left, middle - side / 2, side, side)
        paint_disc(painter, self, disc, self._stage.reached)
        current = self._stage.reached is Reached.CURRENT
        font = strong_font(self.font()) if current else self.font()
        font.setUnderline(self.isEnabled() and self.underMouse())
        painter.setFont(font)
        todo = self._stage.reached is Reached.TODO
        painter.setPen(QColor(colours.quiet if todo else colours.text))
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        area = QRectF(left + side + em(self, 0.6), middle - line / 2, self.width(), line)
        painter.drawText(area, flags, self._stage.name)
        if self._stage.note:
            painter.setFont(self.font())
            painter.setPen(QColor(colours.quiet))
            painter.drawText(area.translated(0, line), flags, self._stage.note)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(colours.accent_text), 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), em(self, 0.3), em(self, 0.3))
        painter.end()
