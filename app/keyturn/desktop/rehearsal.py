"""The rehearsal in the window: a simulated account and a sample computer, and never without its label."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from random import Random

from PySide6.QtCore import QRectF, QUrl, Signal
from PySide6.QtGui import QColor, QDesktopServices, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from keyturn.desktop.font_sizes import em
from keyturn.desktop.look import ColorTone, colours_of, tone_colour, wash_colour
from keyturn.desktop.reflowing import ButtonRow, ReflowingRow
from keyturn.desktop.widgets import Button, Strong, Text
from keyturn.model.text import _, unmarked
from keyturn.rotation.location import Location
from keyturn.state.secrets_kind import SecretsKind
from keyturn_practice.ground import Ground, practice_ground, running_program
from keyturn_practice.timeline import MovedClock

_DAYS = 4


@dataclass(frozen=True, slots=True)
class RehearsalGround:
    """Where a rehearsal takes place."""

    ground: Ground

    @property
    def location(self) -> Location:
        """What leads a window there."""
        return Location(
            endpoint_url=self.ground.account.url,
            home=self.ground.computer.home,
            state_dir=self.ground.state_dir,
            secrets=SecretsKind.FILE,
            rehearsal=True,
        )


@contextmanager
def rehearsal_ground(clock: MovedClock, lot: Random | None = None) -> Iterator[RehearsalGround]:
    """Make it, and clean it away at the end.

    Args:
        lot: draws the account's key IDs and secrets; None for the system's own.

    Raises:
        AppError: `practice.missing`, where the practice account's libraries are not installed.
    """
    with practice_ground(clock, lot) as ground, running_program(ground):
        yield RehearsalGround(ground)


class RehearsalStrip(QWidget):
    """The label above everything, with what only a rehearsal can do.

    Attributes:
        moved: days have passed; the window has to look again.
    """

    moved = Signal()

    def __init__(self, ground: RehearsalGround, clock: MovedClock, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ground, self._clock = ground.ground, clock
        self.setAccessibleName(_("PRACTICE: nothing here is real"))
        console = Button(_("Practice console"))
        console.setToolTip(unmarked(_("A page in your browser that stands in for the AWS console")))
        console.clicked.connect(self._open_console)
        days = Button(_("Let four days pass"))
        days.clicked.connect(self._let_days_pass)
        self._row = ReflowingRow(self, 40)
        row = self._row
        row.setContentsMargins(em(self, 1.5), em(self, 0.3), em(self, 1.5), em(self, 0.3))
        row.setSpacing(em(self, 0.6))
        label = Strong(_("PRACTICE"))
        label.setWordWrap(False)
        said = QHBoxLayout()
        said.setSpacing(em(self, 0.6))
        said.addWidget(label)
        said.addWidget(Text(_("Simulated account, sample computer: nothing here is real.")), 1)
        row.addLayout(said, 1)
        row.addWidget(ButtonRow(console, days))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Puts the buttons below the label where the window is too narrow for both in a row."""
        super().resizeEvent(event)
        self._row.reflow()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draws the wash and the edge of a warning, so that nobody takes the rehearsal for the real thing."""
        painter = QPainter(self)
        colours = colours_of(self)
        painter.fillRect(self.rect(), wash_colour(colours, ColorTone.ATTENTION))
        edge = QRectF(0, self.height() - 2, self.width(), 2)
        painter.fillRect(edge, QColor(tone_colour(colours, ColorTone.ATTENTION)))
        painter.end()

    def _open_console(self) -> None:
        QDesktopServices.openUrl(QUrl(self._ground.console_url))

    def _let_days_pass(self) -> None:
        self._clock.advance(timedelta(days=_DAYS).total_seconds())
        self.moved.emit()
