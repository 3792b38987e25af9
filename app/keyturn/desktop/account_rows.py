"""The keys of a whole account as rows of a list, of which there may be ten thousand."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QSize, Qt
from PySide6.QtWidgets import QWidget

from keyturn.desktop.font_sizes import em
from keyturn.desktop.look import colours_of, tone_colour
from keyturn.desktop.picture import advice_tone
from keyturn.model.keys import AccessKeyId
from keyturn.model.text import _
from keyturn.rotation import labels

if TYPE_CHECKING:
    from keyturn.rotation.finding.whole_account import AccountKey

_Index = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()
_COLUMNS = 7
_ONE_BY_ONE = 20  # rows that are put in each in its place; a view takes more of them faster anew
_NEVER, _NOT_KNOWN = 1e6, 2e6  # days since a use; below them is every day that there was


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One key of the account.

    Attributes:
        cells: what the columns say.
        order: by what each column is sorted: the first by what should be done first.
        searched: what the field that narrows the list looks into, all in small letters.
    """

    one: AccountKey
    cells: tuple[str, ...]
    order: tuple[str | float, ...]
    searched: str


def row_of(one: AccountKey, now: datetime) -> AccountRow:
    """The row of a key."""
    from keyturn.rotation.finding.whole_account import urgency  # and with it the way to AWS

    key = one.key
    user = whose(one)
    here = _("here") if one.on_this_computer else _("not here")
    cells = (
        labels.advice(one.advice),
        key.access_key_id.masked,
        user,
        labels.status(key.status),
        labels.age(key, now),
        labels.last_used(key.last_use, now),
        here,
    )
    rank, age, name = urgency(one)
    made = _NOT_KNOWN if key.created is None else (now - key.created).total_seconds()
    order = (f"{rank} {age:020.3f} {name}", name, user.casefold(), cells[3], made, _unused_for(one, now), here)
    tags = () if one.tags is None else (f"{tag}={value}" for tag, value in one.tags.items())
    return AccountRow(one, cells, order, " ".join((*cells, key.access_key_id.value, *tags)).casefold())


def whose(one: AccountKey) -> str:
    """The user's name; of a key that is no user's, what it is."""
    name = None if one.key.owner is None else one.key.owner.user_name
    return name or labels.kind(one.key)


def _unused_for(one: AccountKey, now: datetime) -> float:
    use = one.key.last_use
    if use is None:
        return _NOT_KNOWN
    return _NEVER if use.date is None else (now - use.date).total_seconds() / 86_400


class AccountModel(QAbstractTableModel):
    """The rows: sorted, what should be done first on top unless another column is chosen, and narrowed to a text.

    They are sorted here, each by one look at it. Qt's own proxy looks twice for every comparison, and with ten thousand
    rows the window stood still for two seconds.
    """

    def __init__(self, view: QWidget) -> None:
        super().__init__(view)
        self._view = view
        self._every: list[AccountRow] = []  # in the order in which they were met
        self._rows: list[AccountRow] = []  # as they are shown
        self._column, self._descends = 0, False
        self._text = ""

    def add(self, rows: Sequence[AccountRow]) -> None:
        """Show these, too."""
        self._every += rows
        if len(rows) > _ONE_BY_ONE:
            self._show_anew()
            return
        for row in filter(self._fits, rows):
            at = self._place_of(row)
            self.beginInsertRows(_NO_PARENT, at, at)
            self._rows.insert(at, row)
            self.endInsertRows()

    def show_rows(self, rows: Iterable[AccountRow]) -> None:
        """Show these instead."""
        self._every = list(rows)
        self._show_anew()

    def narrow(self, text: str) -> None:
        """Show those alone in which the text stands, however it is written."""
        self._text = text.casefold()
        self._show_anew()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column; what is chosen stays so."""
        self.layoutAboutToBeChanged.emit()
        chosen = self.persistentIndexList()
        rows = [self._rows[index.row()] for index in chosen]
        self._column, self._descends = column, order is Qt.SortOrder.DescendingOrder
        self._rows.sort(key=self._order, reverse=self._descends)
        places = {id(row): at for at, row in enumerate(self._rows)} if chosen else {}
        moved = [self.index(places[id(row)], index.column()) for row, index in zip(rows, chosen, strict=True)]
        self.changePersistentIndexList(chosen, moved)
        self.layoutChanged.emit()

    def put(self, old: AccountKey, new: AccountRow | None) -> None:
        """Show a key as it is now; None takes its row away."""
        key = old.key.access_key_id
        self._every = [row for one in self._every if (row := new if _is_of(one, key) else one) is not None]
        for at, row in enumerate(self._rows):
            if not _is_of(row, key):
                continue
            if new is None:
                self.beginRemoveRows(_NO_PARENT, at, at)
                del self._rows[at]
                self.endRemoveRows()
            else:
                self._rows[at] = new
                self.dataChanged.emit(self.index(at, 0), self.index(at, _COLUMNS - 1))
            return

    def row(self, index: _Index) -> AccountRow:
        """The key at `index`."""
        return self._rows[index.row()]

    def _show_anew(self) -> None:
        self.beginResetModel()
        self._rows = sorted(filter(self._fits, self._every), key=self._order, reverse=self._descends)
        self.endResetModel()

    def _fits(self, row: AccountRow) -> bool:
        return self._text in row.searched

    def _order(self, row: AccountRow) -> Any:  # noqa: ANN401  (of one column all texts, or all numbers)
        return row.order[self._column]

    def _place_of(self, row: AccountRow) -> int:
        order, rows = self._order(row), self._rows
        if self._descends:
            return len(rows) - bisect_left(rows[::-1], order, key=self._order)
        return bisect_right(rows, order, key=self._order)

    def rowCount(self, parent: _Index = _NO_PARENT) -> int:
        """How many keys are shown. Nothing is below a key."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: _Index = _NO_PARENT) -> int:
        """As many as `AccountRow.cells` has. Nothing is below a key."""
        return 0 if parent.isValid() else _COLUMNS

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401
        """The columns' titles."""
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            titles = (_("Advice"), _("Access key"), _("User"), _("Status"), _("Age"), _("Last used"), _("Computer"))
            return titles[section]
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401
        """A cell's text, and the whole row for a screen reader and the tip."""
        row = self._rows[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return row.cells[index.column()]
            case Qt.ItemDataRole.ForegroundRole if index.column() == 0:
                return tone_colour(colours_of(self._view), advice_tone(row.one.advice))
            case Qt.ItemDataRole.SizeHintRole:
                return QSize(0, em(self._view, 1.6))
            case Qt.ItemDataRole.ToolTipRole:
                return ", ".join(row.cells)
            case Qt.ItemDataRole.AccessibleTextRole if index.column() == 0:
                return ", ".join(row.cells)
        return None


def _is_of(row: AccountRow, key: AccessKeyId) -> bool:
    return row.one.key.access_key_id == key
