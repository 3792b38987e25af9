"""The person's wish to stop, on its way into the work."""

from __future__ import annotations

import threading

from keyturn.model.errors import AppError
from keyturn.model.text import _


class Cancelled(AppError):
    """The person asked to stop."""

    def __init__(self) -> None:
        super().__init__(
            _("You asked to stop"), _("Nothing was cut short in the middle of a change."), code="cancelled"
        )


class CancelToken:
    """Carries the person's wish to stop into the work. It is looked at between changes, never inside one."""

    def __init__(self) -> None:
        self._asked = threading.Event()

    def ask(self) -> None:
        """Ask to stop at the next safe point."""
        self._asked.set()

    @property
    def asked(self) -> bool:
        """True once somebody asked."""
        return self._asked.is_set()

    def check(self) -> None:
        """Raise `Cancelled` where somebody asked to stop."""
        if self.asked:
            raise Cancelled
