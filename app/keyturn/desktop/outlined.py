"""Lists and long texts: with the outline that fields have, and with cells that say when nobody sees them."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QRect
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QListWidget, QTreeView, QVBoxLayout, QWidget

from keyturn.desktop.pages.fields import outline

_WIDTH = 2  # pixels, of the outline with the focus


class Outlined(QWidget):
    """A frame around what scrolls. Qt's style draws one that is hardly seen on a dark ground."""

    def __init__(self, inside: QAbstractScrollArea, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._inside = inside
        inside.setFrameShape(QFrame.Shape.NoFrame)
        inside.installEventFilter(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(_WIDTH, _WIDTH, _WIDTH, _WIDTH)
        column.addWidget(inside)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Draws the frame anew as the focus comes and goes. No event is held back."""
        if event.type() in {QEvent.Type.FocusIn, QEvent.Type.FocusOut}:
            self.update()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draws the same outline as a `Field` has."""
        outline(self, focused=self._inside.hasFocus())


class RowsTree(QTreeView):
    """A list with columns, of which a screen reader finds no cell while another page is in front."""

    def visualRect(self, index: QModelIndex | QPersistentModelIndex) -> QRect:
        """Nowhere while nothing is seen: Qt takes a cell for one that shows by this alone."""
        return super().visualRect(index) if self.isVisible() else QRect()


class RowsList(QListWidget):
    """A short list, of which a screen reader finds no item while another page is in front."""

    def visualRect(self, index: QModelIndex | QPersistentModelIndex) -> QRect:
        """As `RowsTree.visualRect`."""
        return super().visualRect(index) if self.isVisible() else QRect()
