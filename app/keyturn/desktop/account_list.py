"""The list of every key of an account, with a field that narrows it."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QVBoxLayout, QWidget

from keyturn.desktop.account_rows import AccountModel
from keyturn.desktop.font_sizes import em
from keyturn.desktop.outlined import Outlined, RowsTree
from keyturn.desktop.pages.fields import Field
from keyturn.desktop.widgets import Quiet
from keyturn.model.text import _, plural

_SHARES = (6, 8, 12, 6, 7, 12, 6)  # of the columns, in line heights where there is room for them


class AccountList(QWidget):
    """Every key that was met.

    Attributes:
        opened: a row was chosen; its `AccountKey`.
    """

    opened = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.filter = Field()
        self.filter.setPlaceholderText(_("User, key, tag or advice"))
        self.filter.setAccessibleName(_("Narrow the list"))
        self.filter.setClearButtonEnabled(True)
        self._count = Quiet()
        self.view = RowsTree(*_SHARES)
        self.view.setAccessibleName(_("Access keys of the account"))
        self.view.setRootIsDecorated(False)
        self.view.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.view.setUniformRowHeights(True)
        self.view.setAllColumnsShowFocus(True)
        self.view.setTabKeyNavigation(False)
        self.view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.view.setMinimumHeight(em(self, 14))
        self.model = AccountModel(self.view)
        self.view.setModel(self.model)
        self.view.setSortingEnabled(True)
        self.view.sortByColumn(0, Qt.SortOrder.AscendingOrder)
        self.view.activated.connect(self._open)
        self.filter.textChanged.connect(self.model.narrow)
        self.filter.returnPressed.connect(self.view.setFocus)
        for changed in (self.model.rowsInserted, self.model.rowsRemoved, self.model.modelReset):
            changed.connect(lambda *rows: self._tell_count())
        top = QHBoxLayout()
        top.addWidget(self.filter, 2)
        top.addWidget(self._count, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(top)
        layout.addWidget(Outlined(self.view))

    def _tell_count(self) -> None:
        count = self.model.rowCount()
        self._count.setText(plural("{count} key", "{count} keys", count).format(count=count))

    def _open(self, index: QModelIndex) -> None:
        self.opened.emit(self.model.row(index).one)
