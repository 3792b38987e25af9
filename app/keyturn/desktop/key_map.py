"""The key map: keys on the left, programs in the middle, buckets on the right, and the lines between them.

The lines are painted behind the cards (`map_card`). The state of a line is in its colour and in its shape. Where the
window is narrow for its text, there is one column.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

from PySide6.QtCore import QEvent, QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPainterPath, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from keyturn.desktop.columns import let_go
from keyturn.desktop.font_sizes import em
from keyturn.desktop.look import colours_of, tone_colour
from keyturn.desktop.map_card import NodeCard
from keyturn.desktop.map_nodes import LineState, Node, Opens
from keyturn.desktop.picture import Link, Picture
from keyturn.desktop.widgets import Quiet
from keyturn.model.text import _

_NARROW = 36  # line heights; below that, three columns would cut their text


class KeyMap(QWidget):
    """The drawn map.

    Attributes:
        opened: a card was pressed; the `Goal` whose page it opens.
        menu_wanted: what else can be done with a card; its `Goal`, and where on the screen.
        unfolded: the card of those that are not drawn was pressed.
        unread: the card of what could not be read was pressed.
        asked: the card of open buckets was pressed; the key of their account.
        told: the facts of the card that the mouse or the focus is on; empty where there is none.
    """

    opened = Signal(object)
    menu_wanted = Signal(object, object)
    unfolded = Signal()
    unread = Signal()
    asked = Signal(object)
    told = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self._cards: dict[str, NodeCard] = {}
        self._columns: tuple[list[NodeCard], ...] = ([], [], [])
        self._links: tuple[Link, ...] = ()
        self._heads: tuple[Quiet, ...] = ()
        self._noticed: NodeCard | None = None

    def show_picture(self, picture: Picture) -> None:
        """Draw another picture; the focus stays on the same thing where it is still there."""
        focused = next((name for name, card in self._cards.items() if card.hasFocus()), None)
        let_go((*self._cards.values(), *self._heads))
        self._notice(None)
        self._heads = tuple(Quiet(text, self) for text in (_("Access keys"), _("Backup programs"), _("Buckets")))
        kinds = (_("Access key"), _("Program"), _("Bucket"))
        nodes = (picture.keys, picture.programs, picture.buckets)
        self._columns = tuple(
            [self._card(node, kind) for node in column] for kind, column in zip(kinds, nodes, strict=True)
        )
        self._cards = {card.node.identity: card for column in self._columns for card in column}
        self._links = picture.links
        for widget in (*self._heads, *self._cards.values()):
            widget.show()
        self._order_focus()
        self._arrange()
        if focused in self._cards:
            self._cards[focused].setFocus()

    @property
    def cards(self) -> tuple[NodeCard, ...]:
        """Every card, column by column."""
        return tuple(self._cards.values())

    def minimumSizeHint(self) -> QSize:
        """High enough for every card at the present width: what is around it scrolls, it does not."""
        return QSize(em(self, 14), self._height_for(max(self.width(), em(self, 14))))

    def sizeHint(self) -> QSize:
        """The least size: the cards do not grow with the height."""
        return self.minimumSizeHint()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Places the cards anew, in three columns or in one, as the new width allows."""
        super().resizeEvent(event)
        self._arrange()

    def changeEvent(self, event: QEvent) -> None:
        """Places the cards anew with another font, because all sizes follow from it."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.FontChange:
            self._arrange()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Moves the focus: up and down within a column, left and right along a line."""
        card = next((one for one in self._cards.values() if one.hasFocus()), None)
        moves: dict[int, Callable[[NodeCard], NodeCard | None]] = {
            Qt.Key.Key_Up: lambda one: self._neighbour(one, -1),
            Qt.Key.Key_Down: lambda one: self._neighbour(one, 1),
            Qt.Key.Key_Left: lambda one: self._linked(one, forward=False),
            Qt.Key.Key_Right: lambda one: self._linked(one, forward=True),
        }
        move = moves.get(event.key())
        target = move(card) if move is not None and card is not None else None
        if target is None:
            super().keyPressEvent(event)
            return
        target.setFocus(Qt.FocusReason.TabFocusReason)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draws the lines behind the cards; those of the noticed card are wider, and over the others."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        lit = None if self._noticed is None else self._noticed.node.identity
        for link in sorted(self._links, key=lambda one: lit in (one.start, one.end)):
            self._paint_link(painter, link, lit=lit in (link.start, link.end))
        painter.end()

    def _card(self, node: Node, kind: str) -> NodeCard:
        card = NodeCard(node, kind, self)
        card.noticed.connect(lambda on, one=card: self._notice(one if on else None))
        card.clicked.connect(lambda: self._open(node))
        if node.goal is not None:
            card.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
            card.customContextMenuRequested.connect(
                lambda at, one=card: self.menu_wanted.emit(node.goal, one.mapToGlobal(at))
            )
        return card

    def _open(self, node: Node) -> None:
        match node.opens:
            case Opens.UNREAD:
                self.unread.emit()
            case Opens.QUESTION:
                self.asked.emit(node.key)
            case _ if node.goal is not None:
                self.opened.emit(node.goal)
            case _:
                self.unfolded.emit()

    def _notice(self, card: NodeCard | None) -> None:
        self._noticed = card
        self.told.emit("" if card is None else card.node.facts)
        self.update()

    def _order_focus(self) -> None:
        ordered = [card for column in self._columns for card in column]
        for before, after in pairwise(ordered):
            QWidget.setTabOrder(before, after)

    def _neighbour(self, card: NodeCard, by: int) -> NodeCard | None:
        for column in self._columns:
            if card in column:
                at = column.index(card) + by
                return column[at] if 0 <= at < len(column) else None
        return None

    def _linked(self, card: NodeCard, *, forward: bool) -> NodeCard | None:
        name = card.node.identity
        ends = [
            link.end if forward else link.start for link in self._links if name == (link.start if forward else link.end)
        ]
        return self._cards.get(ends[0]) if ends else None

    # ── Where everything stands ──────────────────────────────────────────────────────────────────────────────────────

    def _is_narrow(self, width: int) -> bool:
        return width < em(self, _NARROW)

    def _height_for(self, width: int) -> int:
        step = em(self, 3.1) + em(self, 0.7)
        if self._is_narrow(width):
            return em(self, 0.6) + step * max(1, sum(len(column) for column in self._columns))
        rows = max([1, *(len(column) for column in self._columns)])
        return self._below_heads(width) + em(self, 0.2) + step * rows

    def _below_heads(self, width: int) -> int:
        """Where the cards begin: the names of the columns take as many lines as they need."""
        highest = max((head.heightForWidth(self._card_width(width)) for head in self._heads), default=0)
        return em(self, 0.7) + max(em(self, 1.3), highest)

    def _card_width(self, width: int) -> int:
        return int((width - 2 * em(self, 0.2)) * 0.275)

    def _arrange(self) -> None:
        if not self._heads:
            return  # nothing was shown yet
        if self._is_narrow(self.width()):
            self._arrange_in_one_column()
        else:
            self._arrange_in_columns()
        self.setMinimumHeight(self._height_for(self.width()))
        self.update()

    def _arrange_in_columns(self) -> None:
        height, gap, top = em(self, 3.1), em(self, 0.7), self._below_heads(self.width())
        margin = em(self, 0.2)
        width = self.width() - 2 * margin
        card_width = self._card_width(self.width())
        lefts = (margin, margin + int(width * 0.36), margin + width - card_width)
        for head, left in zip(self._heads, lefts, strict=True):
            head.setVisible(True)
            head.setGeometry(left, em(self, 0.3), card_width, top - em(self, 0.7))
        tops: dict[str, float] = {}
        for at, card in enumerate(self._columns[1]):
            tops[card.node.identity] = top + at * (height + gap)
        for column, forward in ((self._columns[0], True), (self._columns[2], False)):
            self._place_beside(column, tops, forward=forward, top=top, step=height + gap)
        for column, left in zip(self._columns, lefts, strict=True):
            for card in column:
                card.setGeometry(QRect(left, round(tops[card.node.identity]), card_width, height))

    def _place_beside(
        self, column: Sequence[NodeCard], tops: dict[str, float], *, forward: bool, top: float, step: float
    ) -> None:
        """Put each card at the middle of those it is linked with, below the one before."""
        wanted = []
        for card in column:
            name = card.node.identity
            others = [
                tops[link.end if forward else link.start]
                for link in self._links
                if name == (link.start if forward else link.end) and (link.end if forward else link.start) in tops
            ]
            wanted.append((sum(others) / len(others) if others else top, card))
        lowest = top
        for middle, card in sorted(wanted, key=lambda pair: pair[0]):
            tops[card.node.identity] = max(lowest, middle)
            lowest = tops[card.node.identity] + step

    def _arrange_in_one_column(self) -> None:
        for head in self._heads:
            head.setVisible(False)
        height, gap, indent = em(self, 3.1), em(self, 0.7), em(self, 1.6)
        for at, (card, depth) in enumerate(self._as_tree()):
            left = depth * indent
            card.setGeometry(QRect(left, at * (height + gap), self.width() - left, height))

    def _as_tree(self) -> Iterable[tuple[NodeCard, int]]:
        seen: set[str] = set()
        for key in self._columns[0]:
            yield key, 0
            for program in self._ends(key):
                yield program, 1
                for bucket in self._ends(program):
                    if bucket.node.identity not in seen:
                        seen.add(bucket.node.identity)
                        yield bucket, 2
                seen.add(program.node.identity)
        for card in (*self._columns[1], *self._columns[2]):
            # No line leads to it: nobody knows whose it is.
            if card.node.identity not in seen:
                yield card, 0

    def _ends(self, card: NodeCard) -> list[NodeCard]:
        return [self._cards[link.end] for link in self._links if link.start == card.node.identity]

    # ── Lines ────────────────────────────────────────────────────────────────────────────────────────────────────────

    def _paint_link(self, painter: QPainter, link: Link, *, lit: bool) -> None:
        start, end = self._cards[link.start].geometry(), self._cards[link.end].geometry()
        path = self._tree_path(start, end) if self._is_narrow(self.width()) else _curve(start, end)
        colours = colours_of(self)
        colour = tone_colour(colours, link.state.tone)
        width = em(self, 0.13) * (1.6 if lit else 1.0)
        pen = QPen(colour, max(1.5, width))
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        match link.state:
            case LineState.PROVED:
                # Two lines: one thick, and the ground drawn over its middle.
                pen.setWidthF(pen.widthF() * 2.6)
                painter.strokePath(path, pen)
                painter.strokePath(path, QPen(QColor(colours.ground), pen.widthF() / 2.6))
                return
            case LineState.OLD:
                pen.setDashPattern([4, 2.2])
            case LineState.WAITING | LineState.UNKNOWN | LineState.RETIRED:
                pen.setCapStyle(Qt.PenCapStyle.RoundCap)
                pen.setDashPattern([0.1, 2.4])
            case LineState.BROKEN:
                pen.setDashPattern([7, 2, 1.5, 2])
        painter.strokePath(path, pen)
        if link.state is LineState.BROKEN:
            _paint_cross(painter, path.pointAtPercent(0.5), em(self, 0.35), QColor(colours.ground), colour)

    def _tree_path(self, start: QRect, end: QRect) -> QPainterPath:
        x = start.left() + em(self, 0.8)
        path = QPointF(x, start.bottom())
        drawn = QPainterPath(path)
        drawn.lineTo(QPointF(x, end.center().y()))
        drawn.lineTo(QPointF(end.left(), end.center().y()))
        return drawn


def _curve(start: QRect, end: QRect) -> QPainterPath:
    left = QPointF(start.right(), start.center().y())
    right = QPointF(end.left(), end.center().y())
    bend = QPointF((right.x() - left.x()) * 0.5, 0)
    path = QPainterPath(left)
    path.cubicTo(left + bend, right - bend, right)
    return path


def _paint_cross(painter: QPainter, middle: QPointF, half: float, ground: QColor, colour: QColor) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ground)
    painter.drawEllipse(middle, half * 1.7, half * 1.7)
    painter.setPen(QPen(colour, max(2.0, half * 0.4)))
    for one in (QPointF(half, half), QPointF(half, -half)):
        painter.drawLine(middle - one, middle + one)
