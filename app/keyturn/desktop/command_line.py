"""The command that does the same as a page, to be read and copied."""

from __future__ import annotations

from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from keyturn.desktop.copying import put_on_clipboard
from keyturn.desktop.font_sizes import em, fixed_font
from keyturn.desktop.widgets import Button, Verbatim
from keyturn.model.text import _, in_widget


class CommandLine(QWidget):
    """A command in the fixed font, with a button that copies it."""

    def __init__(self, command: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._command = ""
        self._text = Verbatim()
        self._text.setForegroundRole(QPalette.ColorRole.WindowText)
        self._text.setFont(fixed_font(self.font()))
        self._text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._copy = Button(_("Copy"))
        self._copy.clicked.connect(self._copied)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(em(self, 0.6))
        layout.addWidget(self._text, 1)
        layout.addWidget(self._copy)
        self.show_command(command)

    @property
    def command(self) -> str:
        """The command."""
        return self._command

    def show_command(self, command: str) -> None:
        """Show another command."""
        self._command = command = in_widget(command)
        self._text.show_verbatim(command)
        self._text.setAccessibleName(_("Command: {command}").format(command=command))
        self._copy.setText(_("Copy"))
        self._copy.setAccessibleName(_("Copy the command {command}").format(command=command))

    def _copied(self) -> None:
        put_on_clipboard(self.command)
        self._copy.setText(_("Copied"))
