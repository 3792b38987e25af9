"""A secret that a person types or pastes: dots, unless they ask to see it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from keyturn.desktop.font_sizes import em
from keyturn.desktop.pages.masked_field import MaskingField
from keyturn.desktop.widgets import Button
from keyturn.model.text import _


class TypedSecret(QWidget):
    """The field, and beside it the button that shows what was typed.

    Args:
        name: what is typed here, such as `Secret access key`.
        changed: is told that something was typed; never what.
    """

    def __init__(self, name: str, changed: Callable[[], None]) -> None:
        super().__init__()
        self._name = name
        self._show = Button()
        self.field = _TypedField(name, self._name_button)
        self.field.textChanged.connect(lambda text: changed())
        # A click here must not take the focus from the field, which would hide the secret.
        self._show.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._show.setAutoDefault(False)
        self._name_button()
        self._show.clicked.connect(self._turn)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(em(self, 0.5))
        row.addWidget(self.field, 1)
        row.addWidget(self._show)

    def text(self) -> str:
        """What was typed."""
        return self.field.text()

    def _name_button(self) -> None:
        shown = self.field.is_shown
        said = _("Hide what was typed as: {name}") if shown else _("Show what was typed as: {name}")
        self._show.setText(_("Hide") if shown else _("Show"))
        self._show.setAccessibleName(said.format(name=self._name))

    def _turn(self) -> None:
        if self.field.is_shown:
            self.field.hide_secret()
        else:
            self.field.show_secret()


class _TypedField(MaskingField):
    """Forgets what was typed once its page is left.

    Args:
        turned: is told that what was typed can be read from now on, or no more.
    """

    def __init__(self, name: str, turned: Callable[[], None]) -> None:
        super().__init__()
        self._name = name
        self._turned = turned
        self.setInputMethodHints(
            Qt.InputMethodHint.ImhSensitiveData
            | Qt.InputMethodHint.ImhNoPredictiveText
            | Qt.InputMethodHint.ImhNoAutoUppercase
        )
        self._read_as(QLineEdit.EchoMode.Password, _("{name}, hidden"))

    @property
    def is_shown(self) -> bool:
        return self.echoMode() is QLineEdit.EchoMode.Normal

    def show_secret(self) -> None:
        """Let what was typed be read for half a minute."""
        self.deselect()
        self._read_as(QLineEdit.EchoMode.Normal, _("{name}, shown"))
        self._turned()
        self.shown_for_a_while()

    def hide_secret(self) -> None:
        super().hide_secret()
        if self.is_shown:
            self._read_as(QLineEdit.EchoMode.Password, _("{name}, hidden"))
            self._turned()

    def _read_as(self, mode: QLineEdit.EchoMode, said: str) -> None:
        self.setEchoMode(mode)
        self.setAccessibleName(said.format(name=self._name))

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        # Only hidden by the person's window manager, it is still wanted.
        if not event.spontaneous():
            self.clear()
