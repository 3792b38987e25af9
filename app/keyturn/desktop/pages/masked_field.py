"""A field whose secret can be seen for half a minute, or until the focus goes elsewhere."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtGui import QFocusEvent, QHideEvent

from keyturn.desktop.font_sizes import fixed_font
from keyturn.desktop.pages.fields import Field

SHOWN_SECONDS = 30


class MaskingField(Field):
    """Hides by itself what it was asked to show."""

    def __init__(self, text: str = "") -> None:
        super().__init__(text)
        self.setFont(fixed_font(self.font()))
        # What is selected goes to X11's other clipboard by itself.
        self.selectionChanged.connect(self._keep_unselected)
        self._masking = QTimer(self)
        self._masking.setSingleShot(True)
        self._masking.setInterval(SHOWN_SECONDS * 1000)
        self._masking.timeout.connect(self.hide_secret)

    @property
    def is_shown(self) -> bool:
        """True while the secret can be read."""
        raise NotImplementedError

    def hide_secret(self) -> None:
        """Show dots."""
        self._masking.stop()

    def shown_for_a_while(self) -> None:
        """The secret can be read from now on, for half a minute."""
        self._masking.start()
        self.setFocus()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Hides the secret, because the person went on to something else."""
        self.hide_secret()
        super().focusOutEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        """Hides the secret, so that it is not to be read when the field is seen again."""
        self.hide_secret()
        super().hideEvent(event)

    def _keep_unselected(self) -> None:
        if self.is_shown:
            self.deselect()
