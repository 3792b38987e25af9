"""A page in front of the main view: a way back, a heading, and a column that scrolls when the text is large."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from keyturn.desktop.copying import put_on_clipboard
from keyturn.desktop.font_sizes import em
from keyturn.desktop.header import Band
from keyturn.desktop.reflowing import ButtonRow, ReflowingRow, TallEnough
from keyturn.desktop.scroll_bar import with_seen_bars
from keyturn.desktop.widgets import Button, Heading, Quiet, Text
from keyturn.model.errors import AppError
from keyturn.model.text import _


class Scrolled(QScrollArea):
    """A column as wide as the window, which scrolls up and down only."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        with_seen_bars(self)
        inside = QWidget()
        self.column = QVBoxLayout(inside)
        self.column.setContentsMargins(em(self, 1.5), em(self, 1.0), em(self, 1.5), em(self, 1.0))
        self.column.setSpacing(em(self, 0.7))
        self.setWidget(inside)

    def sizeHint(self) -> QSize:
        """Asks for no more than its least height, because it scrolls by itself."""
        return QSize(super().sizeHint().width(), self.minimumHeight())


class _PageBand(Band):
    def __init__(self) -> None:
        super().__init__()
        self.row = ReflowingRow(self, 34)
        self.row.setContentsMargins(em(self, 1.5), em(self, 0.9), em(self, 1.5), em(self, 0.9))
        self.row.setSpacing(em(self, 0.8))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.row.reflow()


class MainPage(QWidget):
    """A page with a way back; Escape is the way back too.

    Attributes:
        left: the person goes back.
        orders: where the page's own buttons go, beside the heading.
    """

    left = Signal()

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(title)
        self.back = Button(_("Back"))
        self.back.clicked.connect(self.left)
        self.heading = Heading(title)
        self.under_heading = Quiet()
        self.under_heading.hide()
        band = _PageBand()
        words = QVBoxLayout()
        words.setSpacing(em(self, 0.15))
        words.addWidget(self.heading)
        words.addWidget(self.under_heading)
        words.addStretch(1)
        told = QHBoxLayout()
        told.setSpacing(em(self, 1.0))
        told.addWidget(self.back, 0, Qt.AlignmentFlag.AlignTop)
        told.addLayout(words, 1)
        self.orders = ButtonRow()
        band.row.addLayout(told, 1)
        band.row.addWidget(self.orders)
        self.body = Scrolled()
        self.body.setMinimumHeight(em(self, 10))
        inside = QWidget()
        layout = QVBoxLayout(inside)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(band)
        layout.addWidget(self.body, 1)
        around = QVBoxLayout(self)
        around.setContentsMargins(0, 0, 0, 0)
        around.addWidget(TallEnough(inside))
        for sequence in (QKeySequence(QKeySequence.StandardKey.Back), QKeySequence(Qt.Key.Key_Escape)):
            shortcut = QShortcut(sequence, self, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(self.left)

    @property
    def column(self) -> QVBoxLayout:
        """Where the page's parts go."""
        return self.body.column

    def say_under_heading(self, text: str) -> None:
        """The sentence below the heading."""
        self.under_heading.setText(text)
        self.under_heading.setVisible(bool(text))

    def focus_first(self) -> None:
        """Where keyboard and screen reader begin on this page."""
        self.back.setFocus(Qt.FocusReason.OtherFocusReason)


class ProblemPage(MainPage):
    """What happened, what it means for the backups, and what to do; with the details to copy for a report."""

    def __init__(self, error: AppError, parent: QWidget | None = None) -> None:
        super().__init__(error.title, parent)
        self.column.addWidget(Text(error.message).selectable())
        small = Quiet(_("Code: {code}").format(code=error.code)).selectable()
        self.column.addWidget(small)
        copy = Button(_("Copy details"))
        copy.clicked.connect(lambda: put_on_clipboard(f"{error} ({error.code})"))
        self.column.addWidget(ButtonRow(copy))
        self.column.addStretch(1)
