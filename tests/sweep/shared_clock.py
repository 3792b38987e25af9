"""A clock that several processes share: anyone who sleeps moves it on at once, for all of them.

The seconds passed stand in a file, and by how many the computer's clock is ahead of AWS's. The program under test maps
the file into its memory, so that sleeping is no call to the system and does not count as one; everybody else reads it.
"""

from __future__ import annotations

import mmap
import os
import struct
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

# In the machine's own form, which is written at once: nobody may read half of a number.
_SECONDS = struct.Struct("d")
_AHEAD = _SECONDS.size  # where the second number stands
# The day on which every sweep begins; requests to AWS carry the real date all the same.
_START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def new_clock_file(path: Path) -> None:
    """Begin at zero, with the right time everywhere."""
    path.write_bytes(_SECONDS.pack(0.0) * 2)


class SharedClock:
    """Reads the clock, and moves it on with one write to the file. Fits the practice account's clock port."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def now(self) -> datetime:
        """The time of day in UTC."""
        return _START + timedelta(seconds=self._seconds())

    def advance(self, seconds: float) -> None:
        """Move on."""
        with self._path.open("r+b") as file:
            file.write(_SECONDS.pack(self._seconds() + seconds))

    def set_computers(self, ahead: float) -> None:
        """Let the computer's clock be so many seconds ahead of this one, as a person may set it; 0 puts it right."""
        with self._path.open("r+b") as file:
            file.seek(_AHEAD)
            file.write(_SECONDS.pack(ahead))

    def _seconds(self) -> float:
        # The account asks thousands of times in one command.
        file = os.open(self._path, os.O_RDONLY)
        try:
            passed: float = _SECONDS.unpack(os.read(file, _SECONDS.size))[0]
        finally:
            os.close(file)
        return passed


class MappedClock:
    """The same clock for the program under test; fits Keyturn's own clock port."""

    def __init__(self, path: Path) -> None:
        self._moving = threading.Lock()
        with path.open("r+b") as file:
            self._memory = mmap.mmap(file.fileno(), 2 * _SECONDS.size)

    def now(self) -> datetime:
        """The time of day in UTC, as this computer has it."""
        return _START + timedelta(seconds=self.monotonic() + self.ahead())

    def ahead(self) -> float:
        """Seconds by which it is ahead of AWS's."""
        seconds: float = _SECONDS.unpack_from(self._memory, _AHEAD)[0]
        return seconds

    def monotonic(self) -> float:
        """Seconds since the sweep began."""
        passed: float = _SECONDS.unpack_from(self._memory)[0]
        return passed

    def sleep(self, seconds: float) -> None:
        """Move the clock on, and return at once."""
        # Of two threads that read the same moment, the later one to write would turn the clock back.
        with self._moving:
            _SECONDS.pack_into(self._memory, 0, self.monotonic() + max(0.0, seconds))
