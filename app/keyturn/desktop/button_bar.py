"""The bar below the assistant's pages: leaving and undoing on the left, and what the page is for on the right."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from keyturn.desktop.assistant_work import Page, WindowJob, Work
from keyturn.desktop.flow import Flow
from keyturn.desktop.font_sizes import em
from keyturn.desktop.look import colours_of
from keyturn.desktop.pages.assistant_page import Verb
from keyturn.desktop.reflowing import ButtonRow, ReflowingRow
from keyturn.desktop.spinner import Working
from keyturn.desktop.widgets import Button, PrimaryButton, Quiet
from keyturn.model.text import _, capitalized

UNDO = WindowJob(Work.UNDO)
_OVER = {Page.OFF, Page.DELETED, Page.UNDONE}
_SIDE_BY_SIDE = 32  # line heights


class ButtonBar(QWidget):
    """The buttons. Where the page's own one cannot be pressed, the reason stands above it.

    Attributes:
        later, undo, stop, back: those buttons were pressed.
        pressed: the page's own button was pressed.
    """

    later = Signal()
    undo = Signal()
    stop = Signal()
    back = Signal()
    pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._later, self._undo, self._stop, self._back = Button(), Button(), Button(), Button()
        for button, signal in (
            (self._later, self.later),
            (self._undo, self.undo),
            (self._stop, self.stop),
            (self._back, self.back),
        ):
            button.setAutoDefault(False)
            button.clicked.connect(signal)
        self._undo.setText(_("Put everything back…"))
        self._back.setText(_("Back"))
        self._why = Quiet()
        self._why.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._go = PrimaryButton()
        self._go.clicked.connect(self.pressed)
        inside = QWidget()
        self._row = ReflowingRow(inside, _SIDE_BY_SIDE)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(em(self, 0.6))
        self._row.addWidget(ButtonRow(self._later, self._undo, self._stop, self._back), 1)
        self._working = Working()
        self._row.addWidget(self._working, 0, Qt.AlignmentFlag.AlignRight)
        self._row.addWidget(self._go, 0, Qt.AlignmentFlag.AlignRight)
        column = QVBoxLayout(self)
        column.setContentsMargins(em(self, 1.7), em(self, 0.7), em(self, 1.7), em(self, 0.7))
        column.setSpacing(em(self, 0.4))
        column.addWidget(self._why)
        column.addWidget(inside)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Puts the page's own button below the others where the window is too narrow for all in a row."""
        super().resizeEvent(event)
        self._row.reflow()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draws the line between the page and the bar."""
        painter = QPainter(self)
        painter.setPen(QColor(colours_of(self).line))
        painter.drawLine(0, 0, self.width(), 0)
        painter.end()

    def present(self, flow: Flow, verb: Verb | None) -> None:
        """Show the buttons that fit this state."""
        running = flow.job is not None and flow.job.work.changes
        asks = flow.shown.asks
        over = flow.page in _OVER or flow.shown is not flow.page
        self._later.setText(_("Finish later") if flow.has_begun else _("Not now"))
        self._later.setVisible(not over and not running)
        self._undo.setVisible(not running and not asks and flow.standing is not None and not flow.why_not(UNDO))
        self._stop.setVisible(running or flow.is_searching)
        self._stop.setEnabled(not flow.stopping)
        self._stop.setText(_("Stopping after this change…") if flow.stopping and running else _stop_text(flow))
        self._back.setVisible(flow.before is not None or (asks and not running))
        self._back.setEnabled(flow.job is None or asks)
        self._working.show_doing("" if flow.job is None else capitalized(flow.job.doing))
        self._go.setVisible(verb is not None)
        self._why.setVisible(verb is not None and bool(verb.reason))
        if verb is not None:
            self._why.setText(verb.reason)
            self._go.setText(verb.text)
            self._go.setAccessibleName(verb.text)
            self._go.setAccessibleDescription(verb.reason)
            self._go.setEnabled(not verb.reason)
            self._go.setDefault(verb.is_default)
            self._go.setAutoDefault(verb.is_default)


def _stop_text(flow: Flow) -> str:
    """What the button says, and with it what stopping leaves behind."""
    if flow.is_searching:
        return _("End the search here")
    if flow.job is not None and flow.job.work is Work.UNDO:
        return _("Stop")
    if flow.page is Page.PROGRESS:
        return _("Stop, and put everything back")
    waits = flow.job is not None and flow.job.work in {Work.TURN_OFF, Work.TURN_ON}
    return _("Stop looking") if waits else _("Stop")
