"""The key map: keys on the left, programs in the middle, buckets on the right, and the lines between them.

The lines are painted behind the cards (`map_card`). The state of a line is in its colour and in its shape. Where the
window is narrow for its text, there is one column.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise

from PySide6.QtCore import QEvent, QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPainterPath, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from keyturn.desktop.columns import let_go
from keyturn.desktop.font_sizes import em
from keyturn.desktop.look import colours_of, tone_colour
from keyturn.desktop.map_card import NodeCard
from keyturn.desktop.map_nodes import CardAct, LineState, Node, Opens
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
        unread: the card of what could not be read was pressed; its file, or None where the card stands for several.
        left_out, tried_again: a button on the card of a file that could not be read was pressed; the file.
        asked: the card of open buckets was pressed; the key of their account.
        reached: the arrow keys came to this card; what scrolls around the map shows it.
        told: the facts of the card that the mouse or the focus is on; empty where there is none.
    """

    opened = Signal(object)
    menu_wanted = Signal(object, object)
    unfolded = Signal()
    unread = Signal(object)
    left_out = Signal(object)
    tried_again = Signal()
    reached = Signal(object)
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
        focused = None if (card := self._focused) is None else card.node.identity
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
    def _focused(self) -> NodeCard | None:
        """The card that has the focus, or whose button has it."""
        seen = self.focusWidget()
        has = (card for card in self._cards.values() if card is seen or (seen is not None and card.isAncestorOf(seen)))
        return next(has, None) if seen is not None and seen.hasFocus() else None

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
        card = self._focused
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
        self.reached.emit(target)

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
        card.acted.connect(lambda act: self._act(act, node))
        if node.goal is not None:
            card.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
            card.customContextMenuRequested.connect(
                lambda at, one=card: self.menu_wanted.emit(node.goal, one.mapToGlobal(at))
            )
        return card

    def _open(self, node: Node) -> None:
        match node.opens:
            case Opens.UNREAD:
                self.unread.emit(node.path)
            case Opens.QUESTION:
                self.asked.emit(node.key)
            case _ if node.goal is not None:
                self.opened.emit(node.goal)
            case _:
                self.unfolded.emit()

    def _act(self, act: CardAct, node: Node) -> None:
        match act:
            case CardAct.ANSWER:
                self.asked.emit(node.key)
            case CardAct.UNLOCK:
                self.unread.emit(node.path)
            case CardAct.TRY_AGAIN:
                self.tried_again.emit()
            case CardAct.LEAVE_OUT:
                self.left_out.emit(node.path)

    def _notice(self, card: NodeCard | None) -> None:
        self._noticed = card
        self.told.emit("" if card is None else card.node.facts)
        self.update()

    def _order_focus(self) -> None:
        ordered = [one for column in self._columns for card in column for one in (card, *card.buttons)]
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
        lowest = max((place.bottom() + 1 for place in self._places(width).values()), default=em(self, 3.1))
        return lowest + em(self, 0.6)

    def _places(self, width: int) -> dict[NodeCard, QRect]:
        """Where each card stands in this width."""
        return self._places_in_one_column(width) if self._is_narrow(width) else self._places_in_columns(width)

    def _below_heads(self, width: int) -> int:
        """Where the cards begin: the names of the columns take as many lines as they need."""
        highest = max((head.heightForWidth(self._card_width(width)) for head in self._heads), default=0)
        return em(self, 0.7) + max(em(self, 1.3), highest)

    def _card_width(self, width: int) -> int:
        return int((width - 2 * em(self, 0.2)) * 0.275)

    def _arrange(self) -> None:
        if not self._heads:
            return  # nothing was shown yet
        width = self.width()
        narrow = self._is_narrow(width)
        for head, left in zip(self._heads, self._lefts(width), strict=True):
            head.setVisible(not narrow)
            head.setGeometry(left, em(self, 0.3), self._card_width(width), self._below_heads(width) - em(self, 0.7))
        for card, place in self._places(width).items():
            card.setGeometry(place)
        self.setMinimumHeight(self._height_for(width))
        self.update()

    def _lefts(self, width: int) -> tuple[int, int, int]:
        margin = em(self, 0.2)
        inside = width - 2 * margin
        return margin, margin + int(inside * 0.36), margin + inside - self._card_width(width)

    def _places_in_columns(self, width: int) -> dict[NodeCard, QRect]:
        card_width, gap, top = self._card_width(width), em(self, 0.7), self._below_heads(width)
        heights = {card: card.height_at(card_width) for card in self._cards.values()}
        middles: dict[str, float] = {}
        lowest = top
        for card in self._columns[1]:
            middles[card.node.identity] = lowest + heights[card] / 2
            lowest += heights[card] + gap
        for column, forward in ((self._columns[0], True), (self._columns[2], False)):
            self._place_beside(column, middles, heights, forward=forward, top=top, gap=gap)
        places = {}
        for column, left in zip(self._columns, self._lefts(width), strict=True):
            for card in column:
                high = heights[card]
                places[card] = QRect(left, round(middles[card.node.identity] - high / 2), card_width, high)
        return places

    def _place_beside(
        self,
        column: Sequence[NodeCard],
        middles: dict[str, float],
        heights: Mapping[NodeCard, int],
        *,
        forward: bool,
        top: float,
        gap: float,
    ) -> None:
        """Put each card at the middle of those it is linked with, below the one before."""
        wanted = []
        for card in column:
            name = card.node.identity
            others = [
                middles[link.end if forward else link.start]
                for link in self._links
                if name == (link.start if forward else link.end) and (link.end if forward else link.start) in middles
            ]
            wanted.append((sum(others) / len(others) if others else top + heights[card] / 2, card))
        lowest = top
        for middle, card in sorted(wanted, key=lambda pair: pair[0]):
            highest = max(lowest, middle - heights[card] / 2)
            middles[card.node.identity] = highest + heights[card] / 2
            lowest = highest + heights[card] + gap

    def _places_in_one_column(self, width: int) -> dict[NodeCard, QRect]:
        places, top = {}, 0
        for card, depth in self._as_tree():
            left = depth * em(self, 1.6)
            places[card] = QRect(left, top, width - left, card.height_at(width - left))
            top += places[card].height() + em(self, 0.7)
        return places

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
