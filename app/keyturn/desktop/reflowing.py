"""Large text in a small window: what does not fit is scrolled to, and nothing is squeezed or cut."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QScrollArea, QStackedWidget, QWidget

from keyturn.desktop.font_sizes import em


class TallEnough(QScrollArea):
    """Gives `inside`, which needs a layout, all the room there is, and at least the height that its text needs."""

    def __init__(self, inside: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
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
        width: so many line heights are wide enough for a row.
    """

    def __init__(self, owner: QWidget, width: float) -> None:
        super().__init__(QBoxLayout.Direction.LeftToRight, owner)
        self._owner = owner
        self._width = width

    def reflow(self) -> None:
        """Fit the direction to the owner's width; for its `resizeEvent`."""
        wide = self._owner.width() >= em(self._owner, self._width)
        direction = QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom
        if self.direction() is not direction:
            self.setDirection(direction)


class ButtonRow(QWidget):
    """Buttons beside each other, or below each other where they are too wide for that."""

    def __init__(self, *buttons: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._buttons = buttons
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(em(self, 0.6))
        for button in buttons:
            self._row.addWidget(button)
        self._row.addStretch(1)

    def minimumSizeHint(self) -> QSize:
        """As narrow as its widest button, because the others may go below it."""
        widest = max((button.sizeHint().width() for button in self._buttons), default=0)
        return QSize(widest, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Puts the buttons below each other where those that are seen do not fit in a row."""
        super().resizeEvent(event)
        seen = [button.sizeHint().width() for button in self._buttons if not button.isHidden()]
        wide = self.width() >= sum(seen) + self._row.spacing() * max(0, len(seen) - 1)
        direction = QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom
        if self._row.direction() is not direction:
            self._row.setDirection(direction)
