"""Where the password of rclone's encrypted configuration is asked for."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLineEdit

from keyturn.desktop.announcing import announce
from keyturn.desktop.look import ColorTone
from keyturn.desktop.pages.typed_secret import TypedSecret
from keyturn.desktop.runner import Runner
from keyturn.desktop.unlocking import unlock
from keyturn.desktop.widgets import Button, Card, Quiet, Strong, Text, Toned, Verbatim
from keyturn.model.errors import AppError
from keyturn.model.keys import Secret
from keyturn.model.text import _


class UnlockCard(Card):
    """A masked field, and a button that tries what was typed.

    Args:
        files: what is closed, as people see it.

    Attributes:
        opened: the password fits, and all work in this window has it from now on.
    """

    opened = Signal()

    def __init__(self, runner: Runner, files: Iterable[str] = ()) -> None:
        super().__init__()
        self._runner = runner
        name = _("Password of rclone's configuration")
        self._password = TypedSecret(name, self._typed)
        self._password.field.returnPressed.connect(self._open)
        self._button = Button(_("Open it"))
        self._button.clicked.connect(self._open)
        self._answer = Toned()
        self._answer.hide()
        self.column.addWidget(Strong(name))
        for path in files:
            self.column.addWidget(Verbatim(path))
        self.column.addWidget(
            Text(
                _(
                    "Keyturn cannot see inside, so an old key in there stays in use, and its backups stop when that "
                    "key is turned off. Type the password that rclone asks for."
                )
            )
        )
        self.column.addWidget(self._password)
        self.column.addWidget(self._answer)
        self.column.addWidget(self._button, 0, Qt.AlignmentFlag.AlignLeft)
        self.column.addWidget(Quiet(_("It is asked for once, and kept in memory only, until this window is closed.")))
        self._typed()

    @property
    def field(self) -> QLineEdit:
        """Where the password is typed."""
        return self._password.field

    def _typed(self) -> None:
        self._button.setEnabled(bool(self._password.text()))

    def _open(self) -> None:
        if not self._password.text() or not self._password.isEnabled():
            return
        self._wait(busy=True)
        self._say(_("Trying the password…"), ColorTone.NEUTRAL)
        unlock(self._runner, self, Secret(self._password.text()), self._opened, self._failed)

    def _opened(self) -> None:
        self._say(_("It is open."), ColorTone.GOOD)
        self._password.field.clear()
        self.opened.emit()

    def _failed(self, error: AppError) -> None:
        self._wait(busy=False)
        self._say(str(error), ColorTone.BAD)
        self._password.field.selectAll()
        self._password.field.setFocus()

    def _wait(self, *, busy: bool) -> None:
        self._password.setEnabled(not busy)
        self._button.setEnabled(not busy)

    def _say(self, text: str, tone: ColorTone) -> None:
        self._answer.show_text(text, tone)
        self._answer.show()
        announce(self, text)
