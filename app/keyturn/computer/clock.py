"""Time, as a port: tests move it by hand."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import datetime


class Clock(Protocol):
    """What Keyturn asks of time."""

    def now(self) -> datetime:
        """The time of day, with its zone, in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that never run backwards; only differences mean something."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


class SystemClock:
    """The computer's own clock."""

    def now(self) -> datetime:
        """The time of day in UTC."""
        from datetime import UTC, datetime  # the window is seen before anybody asks

        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds since some moment, unmoved by corrections of the time of day."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait for so many seconds; a negative number is no wait."""
        time.sleep(max(0.0, seconds))
