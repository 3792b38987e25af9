"""Stands where the assistant will: the commands that do the same, until its pages are there."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout

from keyturn.desktop.command_line import CommandLine
from keyturn.desktop.page import Page
from keyturn.desktop.runner import Runner
from keyturn.desktop.seam import Assistant, Errand, NewRotation
from keyturn.desktop.widgets import Text
from keyturn.model.text import _
from keyturn.rotation import words


class TerminalPages(Assistant):
    """The commands for one rotation."""

    def __init__(self, runner: Runner, errand: Errand) -> None:
        super().__init__(runner, errand)
        page = Page(_("In the terminal"))
        page.left.connect(self.left)
        options = runner.location.options
        if isinstance(errand, NewRotation):
            last4 = errand.key.last4
            page.column.addWidget(Text(_("This shows what would be done, and changes nothing:")))
            page.column.addWidget(CommandLine(words.command(options, "plan", last4)))
            page.column.addWidget(Text(_("This makes the new key, proves it and puts it in place:")))
            page.column.addWidget(CommandLine(words.command(options, "rotate", last4)))
        else:
            page.column.addWidget(Text(_("This carries the rotation on from where it stands:")))
            page.column.addWidget(CommandLine(words.command(options, "continue", errand.name)))
        page.column.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(page)
        self.setFocusProxy(page.back)


def open_assistant(runner: Runner, errand: Errand) -> Assistant:
    """Make the pages for one errand."""
    return TerminalPages(runner, errand)
