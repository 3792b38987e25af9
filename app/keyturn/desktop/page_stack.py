"""The main view and the pages in front of it: the last one opened is seen, and the focus goes back where it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QStackedWidget, QWidget
from shiboken6 import isValid

from keyturn.desktop.widgets import PrimaryButton

if TYPE_CHECKING:
    from keyturn.desktop.main_page import MainPage


class Front(QStackedWidget):
    """The pages.

    Args:
        ground: the main view, which is never closed.
    """

    def __init__(self, ground: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ground = ground
        self._came_from: dict[QWidget, QWidget | None] = {}
        self.addWidget(ground)

    def open(self, page: MainPage) -> None:
        """Show a page with a way back in front of the others."""
        page.left.connect(lambda: self.take_away(page))
        self.bring(page)
        page.focus_first()

    def bring(self, page: QWidget) -> None:
        """Show a page in front of the others."""
        focused = self.window().focusWidget()
        self._came_from[page] = focused if focused is not None and self.isAncestorOf(focused) else None
        self.addWidget(page)
        self.setCurrentWidget(page)

    def take_away(self, page: QWidget) -> None:
        """Close a page; the focus goes where it was before the page was opened, or where the one beneath begins."""
        from keyturn.desktop.main_page import MainPage

        before = self._came_from.pop(page, None)
        self.removeWidget(page)
        page.deleteLater()
        current = self.currentWidget()
        if before is not None and isValid(before) and before.isVisible() and before.isEnabled():
            before.setFocus(Qt.FocusReason.OtherFocusReason)
        elif isinstance(current, MainPage):
            current.focus_first()

    def back_to(self, page: QWidget) -> None:
        """Close what is in front of this page."""
        while (front := self.currentWidget()) is not None and front not in (page, self._ground):
            self.take_away(front)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses the default button of the page that is seen, but not where it means something else."""
        focused = self.window().focusWidget()
        page = self.currentWidget()
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and page and not _takes_enter(focused):
            for button in page.findChildren(PrimaryButton):
                if button.isVisible() and button.isEnabled() and button.isDefault():
                    button.click()
                    return
        super().keyPressEvent(event)

    @property
    def everything(self) -> tuple[QWidget, ...]:
        """The main view and the pages, the one that is seen last."""
        return tuple(one for at in range(self.count()) if (one := self.widget(at)) is not None)

    def take_all_away(self) -> None:
        """Close every page."""
        self.back_to(self._ground)


def _takes_enter(focused: QWidget | None) -> bool:
    """True where Enter ends what is typed, chooses a row, or presses what has the focus."""
    # To name these classes makes all that they consist of, so nobody does before a key is pressed.
    from PySide6.QtWidgets import (
        QAbstractItemView,
        QAbstractSpinBox,
        QComboBox,
        QLineEdit,
        QPlainTextEdit,
        QPushButton,
        QTextEdit,
    )

    takes = (QPushButton, QAbstractItemView, QAbstractSpinBox, QComboBox, QLineEdit, QPlainTextEdit, QTextEdit)
    return isinstance(focused, takes)
