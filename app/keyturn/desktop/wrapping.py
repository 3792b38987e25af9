"""Text of what can be pressed: where there is no room for all of it in a line, it goes on in the next one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QResizeEvent
from PySide6.QtWidgets import QSizePolicy

from keyturn.desktop.font_sizes import em

if TYPE_CHECKING:
    from PySide6.QtWidgets import QAbstractButton as _Base
else:
    _Base = object  # PySide takes no two bases of Qt's

_LEAST = 12  # line heights; text that is narrower than this stays in one line
_HIGH = 100_000  # pixels; higher than any text


class Wrapping(_Base):
    """For a button that paints its text itself. Comes before Qt's own class among the bases.

    A subclass says in `_room` how much there is around its text.
    """

    _high = 0  # pixels; how high the text is at the present width, once it has one

    def _room(self) -> QSize:
        """Pixels beside and above the text, both sides together."""
        raise NotImplementedError

    def may_wrap(self) -> None:
        """Let layouts make it narrower than all of its text in one line; for the constructor."""
        policy = self.sizePolicy()
        policy.setHorizontalPolicy(QSizePolicy.Policy.Preferred)
        self.setSizePolicy(policy)

    def sizeHint(self) -> QSize:
        """All of the text in one line; as high as it needs to be at the present width."""
        line = self._with_mark(self.fontMetrics().size(Qt.TextFlag.TextShowMnemonic, self.text())) + self._room()
        return QSize(line.width(), max(line.height(), self._high))

    def minimumSizeHint(self) -> QSize:
        """Narrower than that only where it is long; what is shorter is never cut."""
        hint = self.sizeHint()
        return QSize(min(hint.width(), em(self, _LEAST) + self._room().width()), hint.height())

    def setText(self, text: str) -> None:
        """Asks for as many lines as the new text needs at the present width."""
        if text == self.text():
            return
        super().setText(text)
        if self._high:
            self._ask_for_lines(self.width())

    def changeEvent(self, event: QEvent) -> None:
        """Asks for as many lines as the text needs in another font."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.FontChange and self._high:
            self._ask_for_lines(self.width())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Asks for as many lines as the text needs at the new width."""
        super().resizeEvent(event)
        self._ask_for_lines(event.size().width())

    def _ask_for_lines(self, width: int) -> None:
        high = self.height_at(width)
        if high != self._high:
            self._high = high
            self.updateGeometry()

    def height_at(self, width: int) -> int:
        """How high it is where it is so wide."""
        room = self._room()
        flags = Qt.TextFlag.TextWordWrap | Qt.TextFlag.TextShowMnemonic
        needed = self.fontMetrics().boundingRect(0, 0, max(1, width - room.width()), _HIGH, flags, self.text())
        return self._with_mark(needed.size()).height() + room.height()

    def _with_mark(self, text: QSize) -> QSize:
        """The text, or what stands beside it where that is higher."""
        return text

    def write(self, painter: QPainter, area: QRectF, flags: Qt.AlignmentFlag) -> None:
        """Write the text, in several lines only where one is not enough."""
        how = flags | Qt.TextFlag.TextShowMnemonic
        if self.width() < self.sizeHint().width():
            how |= Qt.TextFlag.TextWordWrap
        painter.drawText(area, how, self.text())
