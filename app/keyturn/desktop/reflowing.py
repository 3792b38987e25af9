"""Large text in a small window: what does not fit is scrolled to, and nothing is squeezed or cut."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRect, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QLayoutItem, QScrollArea, QStackedWidget, QWidget

from keyturn.desktop.font_sizes import em
from keyturn.desktop.scroll_bar import with_seen_bars

_ROOM_FOR_WORDS = 24  # line heights, from which on a button stands beside words


class TallEnough(QScrollArea):
    """Gives `inside`, which needs a layout, all the room there is, and at least the height that its text needs."""

    def __init__(self, inside: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        with_seen_bars(self)
        self._inside = inside
        self._room = QSize(0, 0)
        self.setWidget(inside)
        inside.installEventFilter(self)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fits `inside` to the new room."""
        super().resizeEvent(event)
        # The viewport's. To ask the viewport itself lets PySide look through all widgets there are for its class.
        self._room = event.size()
        self._fit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Fits `inside` again when what is in it needs another height. No event is held back."""
        if watched is self._inside and event.type() is QEvent.Type.LayoutRequest:
            self._fit()
        return False

    def _fit(self) -> None:
        layout = self._inside.layout()
        if layout is None:
            return
        room = self._room
        # Qt's columns never give less than the preferred height to what wraps, so that is the least here, too.
        flexible = layout.hasHeightForWidth()
        needed = layout.heightForWidth(room.width()) if flexible else layout.minimumSize().height()
        self._inside.resize(room.width(), max(room.height(), needed))


class ModestStack(QStackedWidget):
    """Views that scroll by themselves, so that no more than the least height is asked for them."""

    def sizeHint(self) -> QSize:
        """Asks for no more than the least height, however much is in the views."""
        return QSize(super().sizeHint().width(), self.minimumHeight())

    def hasHeightForWidth(self) -> bool:
        """Never, so that text that wraps in a view does not make the window high."""
        return False


class ReflowingRow(QBoxLayout):
    """A row that becomes a column where the window is narrow for its text.

    Args:
        owner: the widget whose layout it is.
        width: so many line heights are wide enough for a row, if what is in it needs no more.
    """

    def __init__(self, owner: QWidget, width: float) -> None:
        super().__init__(QBoxLayout.Direction.LeftToRight, owner)
        self._owner = owner
        self._width = width

    def minimumSize(self) -> QSize:
        """As narrow as what is widest in it: the others may go below that."""
        least, margins = super().minimumSize(), self.contentsMargins()
        widest = max((_narrowest(one) for one in self._seen()), default=0) + margins.left() + margins.right()
        return QSize(min(least.width(), widest), least.height())

    def setGeometry(self, area: QRect) -> None:
        """Fits the direction to the room there is, also where what is in it became wider meanwhile."""
        self._fit(area.width())
        super().setGeometry(area)

    def reflow(self) -> None:
        """Fit the direction to the owner's width; for its `resizeEvent`."""
        self._fit(self._owner.width())

    def _seen(self) -> list[QLayoutItem]:
        items = [self.itemAt(number) for number in range(self.count())]
        return [one for one in items if one is not None and not one.isEmpty()]

    def _fit(self, width: int) -> None:
        seen, margins = self._seen(), self.contentsMargins()
        rows = [row for row in (one.widget() for one in seen) if isinstance(row, ButtonRow)]
        widths = [_in_a_row(one) for one in seen]
        needed = sum(widths) + self.spacing() * max(0, len(widths) - 1) + margins.left() + margins.right()
        wide = width >= max(em(self._owner, self._width), needed)
        direction = QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom
        for row in rows:
            row.keep_whole(wide)
        if self.direction() is not direction:
            self.setDirection(direction)


class BesideButton(QWidget):
    """Words, and the button that belongs to them: beside them, or below where there is no room for both."""

    def __init__(self, words: QWidget, *buttons: QWidget) -> None:
        super().__init__()
        self._row = ReflowingRow(self, _ROOM_FOR_WORDS)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.addWidget(words, 1)
        for one in buttons:
            self._row.addWidget(one, 0, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Puts the button below where there is no room beside the words."""
        super().resizeEvent(event)
        self._row.reflow()


def _narrowest(item: QLayoutItem) -> int:
    inside = item.widget()
    return inside.narrowest() if isinstance(inside, ButtonRow) else item.minimumSize().width()


def _in_a_row(item: QLayoutItem) -> int:
    inside = item.widget()
    return inside.whole() if isinstance(inside, ButtonRow) else item.minimumSize().width()


class ButtonRow(QWidget):
    """Buttons beside each other, or below each other where they are too wide for that."""

    def __init__(self, *buttons: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._buttons: list[QWidget] = []
        self._is_whole = False
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(em(self, 0.6))
        self._row.addStretch(1)
        for button in buttons:
            self.add(button)

    def add(self, button: QWidget) -> None:
        """Put one more beside the others."""
        self._row.insertWidget(len(self._buttons), button)
        self._buttons.append(button)

    def keep_whole(self, whole: bool) -> None:
        """Let nothing beside it make it a column."""
        if whole is not self._is_whole:
            self._is_whole = whole
            self.updateGeometry()

    def narrowest(self) -> int:
        """How narrow it can be."""
        return max((button.minimumSizeHint().width() for button in self._seen()), default=0)

    def whole(self) -> int:
        """How wide all its buttons are beside each other."""
        seen = self._seen()
        return sum(button.sizeHint().width() for button in seen) + self._row.spacing() * max(0, len(seen) - 1)

    def _seen(self) -> list[QWidget]:
        return [button for button in self._buttons if not button.isHidden()]

    def minimumSizeHint(self) -> QSize:
        """As narrow as its widest button, because the others may go below it."""
        width = self.whole() if self._is_whole else self.narrowest()
        return QSize(width, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Puts the buttons below each other where those that are seen do not fit in a row."""
        super().resizeEvent(event)
        wide = self.width() >= self.whole()
        direction = QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom
        if self._row.direction() is not direction:
            self._row.setDirection(direction)
