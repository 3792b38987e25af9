"""Asking no faster than AWS likes to be asked."""

from __future__ import annotations

from keyturn.aws.propagation import WaitingClock


class Pace:
    """Keeps questions of one kind apart. Only one thread at a time goes by it.

    Args:
        apart: seconds from one question to the next.
    """

    def __init__(self, clock: WaitingClock, apart: float) -> None:
        self._clock = clock
        self._apart = apart
        self._next = float("-inf")

    def wait(self) -> None:
        """Wait until the next question may be asked; it is asked now."""
        left = self._next - self._clock.monotonic()
        if left > 0:
            self._clock.sleep(left)
        self._next = self._clock.monotonic() + self._apart
