"""One card of the key map: a real button, so that keyboard and screen reader reach it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QEnterEvent,
    QFocusEvent,
    QFontMetricsF,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractButton, QWidget

from keyturn.desktop.font_sizes import em, strong_font
from keyturn.desktop.look import colours_of, tone_colour
from keyturn.desktop.map_nodes import CardAct, LineState, Node
from keyturn.desktop.reflowing import ButtonRow
from keyturn.desktop.widgets import Button, paint_card, paint_pill
from keyturn.model.text import unmarked

_PART = " · "  # between the parts of a card's detail
_BESIDE_BUTTONS = 0.9  # line heights


class NodeCard(QAbstractButton):
    """One key, program or bucket.

    Attributes:
        noticed: the mouse or the focus came (True) or left (False).
        acted: one of its own buttons was pressed; the `CardAct`.
    """

    noticed = Signal(bool)
    acted = Signal(object)

    def __init__(self, node: Node, kind: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.node = node
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setText(node.title)
        self.setToolTip(unmarked(node.facts))
        words = [kind, node.title, node.detail, node.pill, node.state.word if node.state.word != node.pill else ""]
        self.setAccessibleName(", ".join(word for word in words if word))
        self.setAccessibleDescription(node.facts)
        self._buttons = ButtonRow(*map(self._button, node.acts), parent=self) if node.acts else None

    def _button(self, act: CardAct) -> Button:
        button = Button(act.word)
        button.setAccessibleName(act.about(self.node.thing))
        button.setAccessibleDescription(self.node.facts)
        button.clicked.connect(lambda: self.acted.emit(act))
        return button

    @property
    def buttons(self) -> tuple[Button, ...]:
        """Its own buttons, from the left to the right."""
        return tuple(self.findChildren(Button))

    def height_at(self, width: int) -> int:
        """How high it is where it is so wide: its words have the same height on every card."""
        words = em(self, 3.1)
        if self._buttons is None:
            return words
        room = width - 2 * em(self, _BESIDE_BUTTONS)
        beside_each_other = room >= self._buttons.whole()
        heights = [one.height_at(one.sizeHint().width() if beside_each_other else room) for one in self.buttons]
        high = max(heights) if beside_each_other else sum(heights) + em(self, 0.6) * (len(heights) - 1)
        return words + high + em(self, 0.3)

    def sizeHint(self) -> QSize:
        """How wide it is follows from its column."""
        return QSize(em(self, 11), self.height_at(em(self, 11)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Puts its buttons below its words."""
        super().resizeEvent(event)
        if self._buttons is not None:
            beside, top = em(self, _BESIDE_BUTTONS), em(self, 2.9)
            self._buttons.setGeometry(beside, top, self.width() - 2 * beside, self.height() - top - em(self, 0.5))

    def enterEvent(self, event: QEnterEvent) -> None:
        """Says `noticed`, so that the map tells the card's facts and lights its lines."""
        super().enterEvent(event)
        self.noticed.emit(True)

    def leaveEvent(self, event: QEvent) -> None:
        """Lets the card stay noticed while it has the focus."""
        super().leaveEvent(event)
        self.noticed.emit(self.hasFocus())

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Says `noticed`, so that anyone who has no mouse learns the same."""
        super().focusInEvent(event)
        self.noticed.emit(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Lets the card stay noticed while the mouse is on it."""
        super().focusOutEvent(event)
        self.noticed.emit(self.underMouse())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses the card, as the space bar does; the arrow keys are left to the map."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.click()
        elif event.key() in {Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down}:
            event.ignore()  # the map moves the focus along columns and lines
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draws the state as a stripe and a pill; of the detail what fits, because all of it is told below the map."""
        painter = QPainter(self)
        colours = colours_of(self)
        faded = self.node.state is LineState.RETIRED
        high = self.height() if self._buttons is None else em(self, 3.1)  # of the words
        paint_card(
            painter, self, hover=self.underMouse(), focus=self.hasFocus(), dashed=not self.node.is_known or faded
        )
        if self.node.is_known and not faded:
            stripe = QRectF(1, em(self, 0.55), em(self, 0.28), high - em(self, 1.1))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(tone_colour(colours, self.node.state.tone))
            painter.drawRoundedRect(stripe, 2, 2)
        left, right = em(self, 0.9), self.width() - em(self, 0.7)
        strong = strong_font(self.font())
        title_right = detail_right = float(right)
        if self.node.pill:
            width = self.fontMetrics().horizontalAdvance(self.node.pill) + em(self, 0.9)
            beside = right - width - em(self, 0.3)
            # A title, such as a key's ID, is worth more than the detail: the pill goes below where there is no room.
            fits = QFontMetricsF(strong).horizontalAdvance(self.node.title) <= beside - left
            top = em(self, 0.45) if fits else high - em(self, 1.65)
            pill = QRectF(right - width, top, width, em(self, 1.2))
            paint_pill(painter, self, pill, self.node.pill, self.node.pill_tone or self.node.state.tone)
            if fits:
                title_right = beside
            else:
                detail_right = beside
        strong.setStrikeOut(faded)
        painter.setFont(strong)
        painter.setPen(QColor(colours.quiet if faded else colours.text))
        line = painter.fontMetrics().height()
        middle = high / 2
        title = QRectF(left, middle - line, title_right - left, line)
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(title, flags, _elided(painter, self.node.title, title.width()))
        painter.setFont(self.font())
        painter.setPen(QColor(colours.quiet))
        detail = QRectF(left, middle, detail_right - left, line)
        painter.drawText(detail, flags, _fitting(painter, self.node.detail, detail.width()))
        painter.end()


def _elided(painter: QPainter, text: str, width: float) -> str:
    return painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, int(width))


def _fitting(painter: QPainter, text: str, width: float) -> str:
    """As many of its parts as fit, from the first on; a single one that does not is cut in its middle."""
    parts = text.split(_PART)
    while len(parts) > 1 and painter.fontMetrics().horizontalAdvance(_PART.join(parts)) > width:
        parts.pop()
    return _elided(painter, _PART.join(parts), width)
