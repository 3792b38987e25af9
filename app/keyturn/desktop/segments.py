"""Map, List, History: tabs drawn as one row of segments. They are real tabs for keyboard and screen reader."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QTabBar, QWidget

from keyturn.desktop.font_sizes import em, strong_font
from keyturn.desktop.look import colours_of


class Segments(QTabBar):
    """A choice of a few views."""

    def __init__(self, texts: Sequence[str], name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setExpanding(False)
        self.setDrawBase(False)
        self.setUsesScrollButtons(False)
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        for text in texts:
            self.addTab(text)

    def tabSizeHint(self, index: int) -> QSize:
        """Room for the text in the bold font of a chosen segment, so that nothing moves when it is chosen."""
        text = self.fontMetrics().horizontalAdvance(self.tabText(index))
        return QSize(round(text * 1.1) + em(self, 1.5), em(self, 1.95))

    def minimumTabSizeHint(self, index: int) -> QSize:
        """Never smaller, so that no text is cut."""
        return self.tabSizeHint(index)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draws one frame around all; the chosen segment has a ground, a bold font, and a ring with the focus."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = colours_of(self)
        radius = em(self, 0.4)
        area = QRectF(self.rect()).adjusted(1.5, 1.5, -1.5, -1.5)  # in the middle of pixels, so that it is not blurred
        painter.setPen(QPen(QColor(colours.edge), 1))
        painter.setBrush(QColor(colours.card))
        painter.drawRoundedRect(area, radius, radius)
        for index in range(self.count()):
            tab = QRectF(self.tabRect(index))
            chosen = index == self.currentIndex()
            if chosen:
                inner = tab.adjusted(3, 3, -3, -3)
                painter.setPen(QPen(QColor(colours.accent_text), 2 if self.hasFocus() else 0.5))
                painter.setBrush(QColor(colours.wash_accent))
                painter.drawRoundedRect(inner, radius - 2, radius - 2)
            painter.setFont(strong_font(self.font()) if chosen else self.font())
            painter.setPen(QColor(colours.accent_text if chosen else colours.text))
            painter.drawText(tab, Qt.AlignmentFlag.AlignCenter, self.tabText(index))
        painter.end()
