"""What is shown in place of the map where there is nothing to draw."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from keyturn.desktop.main_page import Scrolled
from keyturn.desktop.reflowing import ButtonRow
from keyturn.desktop.widgets import Button, Quiet, Subheading, Text
from keyturn.model.text import _
from keyturn.rotation.finding.situation import elsewhere


class EmptyView(Scrolled):
    """Nothing was found: what that may mean, and what to do next.

    Attributes:
        elsewhere: the person wants to look at another computer's disk.
        rehearsal: the person wants to rehearse.
    """

    elsewhere = Signal()
    rehearsal = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        question, endings = elsewhere()
        self.column.addWidget(Subheading(_("Where else it may be")))
        self.column.addWidget(Text(question))
        for ending in endings:
            self.column.addWidget(Text(f"•  {ending}"))
        other = Button(_("Look at another computer's disk…"))
        other.clicked.connect(self.elsewhere)
        rehearse = Button(_("Rehearse with a sample computer"))
        rehearse.clicked.connect(self.rehearsal)
        self.column.addWidget(ButtonRow(other, rehearse))
        self.column.addWidget(Quiet(_("A rehearsal opens a window of its own. Nothing real is touched in it.")))
        self.column.addStretch(1)
