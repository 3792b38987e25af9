"""The same as the map as a list: every destination, also where there are a thousand of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QEvent, QModelIndex, QPersistentModelIndex, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QVBoxLayout, QWidget

from keyturn.desktop.font_sizes import em
from keyturn.desktop.icons import pixmap
from keyturn.desktop.look import colours_of, tone_colour
from keyturn.desktop.map_nodes import LineState, PlaceGoal
from keyturn.desktop.outlined import Outlined, RowsTree
from keyturn.desktop.pages.fields import Field
from keyturn.desktop.picture import Row
from keyturn.desktop.unknowns import UnreadRow
from keyturn.desktop.widgets import Quiet
from keyturn.model.text import _, plural, unmarked

_Index = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()
_SHARES = (8, 13, 13, 9, 9)  # of the columns, in line heights where there is room for them
_SHAPES = {
    LineState.OLD: "exclamation",
    LineState.NEW: "key",
    LineState.PROVED: "disc-check",
    LineState.FINE: "check",
    LineState.WAITING: "hourglass",
    LineState.UNKNOWN: "question",
    LineState.RETIRED: "circle",
    LineState.BROKEN: "cross",
}


class DestinationModel(QAbstractTableModel):
    """Destinations as a table, narrowed and sorted. Qt asks only for what is seen."""

    def __init__(self, view: QWidget) -> None:
        super().__init__(view)
        self._view = view
        self._all: tuple[Row | UnreadRow, ...] = ()
        self._rows: list[Row | UnreadRow] = []
        self._wanted = ""
        self._sorted_by: tuple[int, bool] | None = None
        self._icons: dict[LineState, QIcon] = {}

    def show_rows(self, rows: Sequence[Row | UnreadRow]) -> None:
        """Show other rows, narrowed and sorted as before."""
        self._all = tuple(rows)
        self._arrange()

    def narrow(self, text: str) -> None:
        """Show only rows with this text in one of their cells."""
        self._wanted = text.casefold()
        self._arrange()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sorts by the text of a column, as a press on its title asks; below 0, by the keys' urgency."""
        self._sorted_by = None if column < 0 else (column, order is Qt.SortOrder.DescendingOrder)
        self._arrange()

    def row(self, index: _Index) -> Row | UnreadRow:
        """The destination at `index`."""
        return self._rows[index.row()]

    def repaint_icons(self) -> None:
        """Draw the shapes in the colours of now."""
        self._icons.clear()

    def _arrange(self) -> None:
        self.beginResetModel()
        self._rows = [row for row in self._all if any(self._wanted in cell.casefold() for cell in row.cells)]
        if self._sorted_by is not None:
            column, descending = self._sorted_by
            self._rows.sort(key=lambda row: row.cells[column].casefold(), reverse=descending)
        self._icons.clear()
        self.endResetModel()

    def rowCount(self, parent: _Index = _NO_PARENT) -> int:
        """How many destinations the filter leaves. Nothing is below a destination."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: _Index = _NO_PARENT) -> int:
        """As many as `Row.cells` has. Nothing is below a destination."""
        return 0 if parent.isValid() else 5

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401
        """The columns' titles, in the order of `Row.cells`."""
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return (_("Program"), _("Name"), _("Buckets"), _("Access key"), _("State"))[section]
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401
        """A cell's text, its file for the tip, the whole row for a screen reader, and the shape of the state."""
        row = self._rows[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return row.cells[index.column()]
            case Qt.ItemDataRole.ToolTipRole:
                return unmarked(str(row.path))
            case Qt.ItemDataRole.SizeHintRole:
                return QSize(0, em(self._view, 1.6))
            case Qt.ItemDataRole.AccessibleTextRole if index.column() == 0:
                # A screen reader that reads the first cell hears the whole row.
                return ", ".join(row.cells)
            case Qt.ItemDataRole.DecorationRole if index.column() == 4:
                return self._icon(row.state)
        return None

    def _icon(self, state: LineState) -> QIcon:
        if state not in self._icons:
            colour = tone_colour(colours_of(self._view), state.tone)
            side, ratio = em(self._view), self._view.devicePixelRatioF()
            self._icons[state] = QIcon(pixmap(_SHAPES[state], side, colour, ratio))
        return self._icons[state]


class DestinationList(QWidget):
    """The list, with a field that narrows it.

    Attributes:
        opened: a row was chosen; the `Goal` whose page it opens.
        menu_wanted: what else can be done with a row; its `Goal`, and where on the screen.
        unread: a row was chosen of what could not be read; its file.
    """

    opened = Signal(object)
    menu_wanted = Signal(object, object)
    unread = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._filter = Field()
        self._filter.setPlaceholderText(_("Program, name, bucket or key"))
        self._filter.setAccessibleName(_("Narrow the list"))
        self._filter.setClearButtonEnabled(True)
        self._count = Quiet()
        self.view = RowsTree(*_SHARES)
        self.view.setAccessibleName(_("Places of keys"))
        self.view.setRootIsDecorated(False)
        self.view.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.view.setUniformRowHeights(True)
        self.view.setAllColumnsShowFocus(True)
        self.view.setSortingEnabled(True)
        self.view.setTabKeyNavigation(False)
        self.view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.model = DestinationModel(self.view)
        self.view.setModel(self.model)
        self.view.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
        self.view.activated.connect(self._open)
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.view.customContextMenuRequested.connect(self._ask_for_menu)
        self._filter.textChanged.connect(self._narrow)
        self._filter.returnPressed.connect(self.view.setFocus)
        top = QHBoxLayout()
        top.addWidget(self._filter, 2)
        top.addWidget(self._count, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, em(self, 0.6), 0, 0)
        layout.addLayout(top)
        layout.addWidget(Outlined(self.view))

    def show_rows(self, rows: Sequence[Row | UnreadRow]) -> None:
        """Show these destinations; the filter stays."""
        self.model.show_rows(rows)
        self._tell_count()

    def changeEvent(self, event: QEvent) -> None:
        """Draws the shapes anew in other colours."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange:
            self.model.repaint_icons()

    def _narrow(self, text: str) -> None:
        self.model.narrow(text)
        self._tell_count()

    def _tell_count(self) -> None:
        shown = [self.model.row(self.model.index(row, 0)) for row in range(self.model.rowCount())]
        unread = sum(isinstance(one, UnreadRow) for one in shown)
        count = len(shown) - unread
        text = plural("{count} place", "{count} places", count).format(count=count)
        if unread:
            more = plural("{count} that cannot be read", "{count} that cannot be read", unread).format(count=unread)
            text = _("{count}, and {more}").format(count=text, more=more)
        self._count.setText(text)

    def _open(self, index: QModelIndex) -> None:
        row = self.model.row(index)
        if isinstance(row, UnreadRow):
            self.unread.emit(row.path)
        else:
            self.opened.emit(PlaceGoal(row.place.identity))

    def _ask_for_menu(self, at: QPoint) -> None:
        # By keyboard Qt asks where the mouse is, or for the middle of the list; the chosen row is meant.
        index = self.view.indexAt(at)
        if not index.isValid():
            index = self.view.currentIndex()
        if not index.isValid() or isinstance(row := self.model.row(index), UnreadRow):
            return
        shown = self.view.viewport().mapToGlobal(self.view.visualRect(index).bottomLeft())
        self.menu_wanted.emit(PlaceGoal(row.place.identity), shown)
