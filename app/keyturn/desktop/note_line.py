"""The line above the map: what was just done or did not work out, and where the file is that came of it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from keyturn.desktop.folder import can_be_shown, show_in_folder
from keyturn.desktop.look import ColorTone
from keyturn.desktop.widgets import LinkButton, Toned
from keyturn.model.text import _


class NoteLine(QWidget):
    """A sentence, and a link to the file of which it speaks."""

    def __init__(self) -> None:
        super().__init__()
        self._said = Toned()
        self._file: Path | None = None
        self.show_file = LinkButton(_("Show in folder"))
        self.show_file.clicked.connect(self._show_file)
        self.show_file.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._said)
        column.addWidget(self.show_file, 0, Qt.AlignmentFlag.AlignLeft)

    def text(self) -> str:
        """What it says."""
        return self._said.text()

    def show_text(self, text: str, tone: ColorTone, file: Path | None = None) -> None:
        """Say something else.

        Args:
            file: of which it speaks; None where that is none.
        """
        self._said.show_text(text, tone)
        self._file = file
        self.show_file.setVisible(file is not None and can_be_shown(file))

    def _show_file(self) -> None:
        if self._file is not None:
            show_in_folder(self._file)
