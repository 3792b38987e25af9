"""What is shown in place of the map before anything is known."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QProgressBar, QVBoxLayout, QWidget

from keyturn.desktop.font_sizes import em
from keyturn.model.text import _


class BusyView(QWidget):
    """The first look goes on."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        bar = QProgressBar()
        bar.setRange(0, 0)
        bar.setTextVisible(False)
        bar.setAccessibleName(_("Looking for access keys"))
        bar.setMaximumWidth(em(self, 22))
        bar.setMaximumHeight(em(self, 0.6))
        layout = QVBoxLayout(self)
        layout.addStretch(1)
        layout.addWidget(bar, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(2)
