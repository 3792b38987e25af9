"""The file of a diary (`--debug FILE`): only its person may read it, and a full disk ends it, not the work."""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from keyturn.model.errors import UsageError
from keyturn.model.text import _


class DiaryFile:
    """Lines at the end of a file, each with its time.

    Args:
        now: the time of day.

    Raises:
        UsageError: where it cannot be written, or is no file.
    """

    def __init__(self, path: Path, now: Callable[[], datetime]) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
        try:
            self._file: int | None = os.open(path, flags, 0o600)
        except OSError as error:
            raise _unwritable(path, error.strerror or type(error).__name__) from None
        if not stat.S_ISREG(os.fstat(self._file).st_mode):
            os.close(self._file)
            raise _unwritable(path, _("it is no file"))
        self._now = now
        self._lock = threading.Lock()

    def write(self, line: str) -> None:
        """Add a line; after the first that could not be written there are no more."""
        with self._lock:
            if self._file is None:
                return
            try:
                os.write(self._file, f"{self._now().isoformat(timespec='milliseconds')} {line}\n".encode())
            except OSError:
                self._end()

    def close(self) -> None:
        """End it."""
        with self._lock:
            self._end()

    def _end(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None


def _unwritable(path: Path, reason: str) -> UsageError:
    text = _("The file for --debug cannot be written: {path}").format(path=path)
    return UsageError(
        text, _("Nothing was changed. The system says: {reason}.").format(reason=reason), code="usage.debug"
    )
