"""Lists and long texts: with the outline that fields have, and with cells that say when nobody sees them."""

from __future__ import annotations

from PySide6.QtCore import QAbstractItemModel, QEvent, QModelIndex, QObject, QPersistentModelIndex, QPoint, QRect, Qt
from PySide6.QtGui import QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QHeaderView, QListWidget, QTreeView, QVBoxLayout, QWidget

from keyturn.desktop.font_sizes import em
from keyturn.desktop.pages.fields import outline
from keyturn.desktop.scroll_bar import with_seen_bars

_WIDTH = 2  # pixels, of the outline with the focus
_SAMPLE = 20  # rows
_SHORT = 6  # line heights; longer text may be cut in its middle


class Outlined(QWidget):
    """A frame around what scrolls. Qt's style draws one that is hardly seen on a dark ground."""

    def __init__(self, inside: QAbstractScrollArea, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._inside = inside
        inside.setFrameShape(QFrame.Shape.NoFrame)
        with_seen_bars(inside)
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
    """A list with columns, of which a screen reader finds no cell while another page is in front.

    Args:
        shares: how wide each column should be, in line heights. Where there is no room for that, each is at least as
            wide as its title and what is short in it needs; else the list scrolls sideways.
    """

    def __init__(self, *shares: float) -> None:
        super().__init__()
        self._shares, self._room = shares, 0
        self.setHorizontalScrollMode(QTreeView.ScrollMode.ScrollPerPixel)
        header = self.header()
        header.setStretchLastSection(True)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setMinimumSectionSize(em(self, 2))

    def visualRect(self, index: QModelIndex | QPersistentModelIndex) -> QRect:
        """Nowhere while nothing is seen: Qt takes a cell for one that shows by this alone."""
        return super().visualRect(index) if self.isVisible() else QRect()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Shares the new width among the columns."""
        super().resizeEvent(event)
        self._room = event.size().width()
        self.fit_columns()

    def setModel(self, model: QAbstractItemModel | None) -> None:
        """Shares the width anew once other rows are there."""
        super().setModel(model)
        if model is not None:
            for changed in (model.rowsInserted, model.rowsRemoved, model.modelReset):
                # Later: the rows are laid out by then.
                changed.connect(self.fit_columns, Qt.ConnectionType.QueuedConnection)

    def needed(self, column: int) -> int:
        """How wide a column has to be at least: for its title, and for what is short in the rows that are seen."""
        return max(self._of_title(column), min(self._of_rows(column), em(self, _SHORT)))

    def _of_rows(self, column: int) -> int:
        """Of some rows from the first that is seen on, so that a long list takes no time."""
        model, first = self.model(), max(0, self.indexAt(QPoint(0, 0)).row())
        widest = 0
        for row in range(first, min(first + _SAMPLE, model.rowCount())):
            index = model.index(row, column)
            beside = em(self, 0.9 if index.data(Qt.ItemDataRole.DecorationRole) is None else 2.3)
            widest = max(widest, self.fontMetrics().horizontalAdvance(str(index.data())) + beside)
        return widest

    def _of_title(self, column: int) -> int:
        """Qt's own hint has room for the mark of the order in every column, and only one has it."""
        header = self.header()
        title = str(self.model().headerData(column, Qt.Orientation.Horizontal))
        sorts = self.isSortingEnabled() and header.sortIndicatorSection() == column
        return header.fontMetrics().horizontalAdvance(title) + em(self, 2.2 if sorts else 0.9)

    def fit_columns(self) -> None:
        """Share the width, where there is one yet."""
        if not self._room:
            return
        wanted = [max(em(self, share), self._of_title(at)) for at, share in enumerate(self._shares)]
        least = [min(wide, self.needed(at)) for at, wide in enumerate(wanted)]
        spare, lacking = self._room - sum(least), sum(wanted) - sum(least)
        part = max(0.0, min(1.0, spare / lacking)) if lacking > 0 else 0.0
        for at, (narrow, wide) in enumerate(zip(least, wanted, strict=True)):
            self.header().resizeSection(at, int(narrow + (wide - narrow) * part))


class RowsList(QListWidget):
    """A short list, of which a screen reader finds no item while another page is in front."""

    def visualRect(self, index: QModelIndex | QPersistentModelIndex) -> QRect:
        """As `RowsTree.visualRect`."""
        return super().visualRect(index) if self.isVisible() else QRect()
