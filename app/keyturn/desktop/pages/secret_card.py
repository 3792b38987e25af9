"""The new key for a program into which a person has to type it: the one place where a secret can be seen.

The secret is fetched at the moment it is shown or copied, and let go of again; it is never kept on the page.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from keyturn.desktop.font_sizes import em, fixed_font
from keyturn.desktop.pages.assistant_page import Actor
from keyturn.desktop.pages.fields import Field
from keyturn.desktop.pages.masked_field import MaskingField
from keyturn.desktop.widgets import Button, Quiet
from keyturn.model.errors import AppError
from keyturn.model.keys import AccessKeyId, KeyPair
from keyturn.model.text import _, plural

_DOTS = "•" * 24


class _MaskedField(MaskingField):
    """Dots, unless the secret was asked for."""

    def __init__(self) -> None:
        super().__init__(_DOTS)
        self.setReadOnly(True)
        self.setAccessibleName(_("Secret access key, hidden"))
        # The menu would copy without the opt-outs.
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)

    @property
    def is_shown(self) -> bool:
        return self.text() != _DOTS

    def show_secret(self, pair: KeyPair) -> None:
        """Show it for half a minute."""
        self.setText(pair.secret.reveal())
        self.setCursorPosition(0)
        self.setAccessibleName(_("Secret access key, shown"))
        self.shown_for_a_while()

    def hide_secret(self) -> None:
        super().hide_secret()
        if self.is_shown:
            self.setText(_DOTS)
            self.setAccessibleName(_("Secret access key, hidden"))


class SecretCard(QWidget):
    """The new key's ID and its secret, to be typed or copied into another program."""

    def __init__(self, key: AccessKeyId, act: Actor) -> None:
        super().__init__()
        self._act = act
        act.secret_clipboard.left.connect(self._tell)
        identifier = Field(key.value)
        identifier.setReadOnly(True)
        identifier.setFont(fixed_font(identifier.font()))
        identifier.setAccessibleName(_("Access key ID of the new key"))
        self.field = _MaskedField()
        self._said = Quiet(_("Another clipboard program may still keep what you copy. Keyturn clears it after 30 s."))
        show = _button(_("Show"), _("Show the secret access key for 30 seconds"), self._reveal)
        copy = _button(_("Copy"), _("Copy the secret access key for 30 seconds"), self._copy)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, em(self, 0.4), 0, em(self, 0.4))
        grid.setHorizontalSpacing(em(self, 0.5))
        grid.setColumnStretch(1, 1)
        grid.addWidget(_label(_("New access key ID")), 0, 0)
        grid.addWidget(identifier, 0, 1)
        grid.addWidget(_button(_("Copy"), _("Copy the access key ID"), lambda: act.copy(key.value)), 0, 2)
        grid.addWidget(_label(_("Secret access key")), 1, 0)
        grid.addWidget(self.field, 1, 1)
        grid.addWidget(copy, 1, 2)
        grid.addWidget(show, 1, 3)
        grid.addWidget(self._said, 2, 1, 1, 3)

    def _reveal(self) -> None:
        if self.field.is_shown:
            self.field.hide_secret()
        else:
            self._act.read_new_pair(self.field.show_secret, self._failed)

    def _copy(self) -> None:
        self._act.read_new_pair(lambda pair: self._act.secret_clipboard.copy(pair.secret), self._failed)

    def _failed(self, error: AppError) -> None:
        self._said.setText(str(error))

    def _tell(self, seconds: int) -> None:
        if seconds:
            said = plural(
                "On the clipboard for {count} more second.", "On the clipboard for {count} more seconds.", seconds
            )
            self._said.setText(said.format(count=seconds))
        else:
            self._said.setText(_("No longer on the clipboard."))


def _label(text: str) -> Quiet:
    made = Quiet(text)
    made.setWordWrap(False)
    return made


def _button(text: str, name: str, press: Callable[[], None]) -> Button:
    button = Button(text)
    button.setAccessibleName(name)
    button.clicked.connect(press)
    # A click here must not take the focus from the field, which would hide the secret.
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button
