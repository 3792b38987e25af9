"""What is started with the person's session, and how this very Keyturn is started again."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path


class Starts(StrEnum):
    """What is started."""

    TRAY = "tray"  # the icon, which stays
    CHECK = "check"  # one short check, then nothing runs

    @property
    def words(self) -> tuple[str, ...]:
        """What is typed after `keyturn`."""
        return ("tray",) if self is Starts.TRAY else ("remind", "--check")


def command_line(starts: Starts, options: Sequence[str] = ()) -> tuple[str, ...]:
    """The whole command.

    Args:
        options: what leads any command to the same computer and memory (`Location.options`).
    """
    return (*_this_program(), *starts.words, *options)


def _this_program() -> tuple[str, ...]:
    if getattr(sys, "frozen", False):
        # An AppImage is mounted anew at each start; only its own file stays where it is. Another program's AppImage
        # leaves the same variable to what it starts, which is why it counts in a bundle alone.
        return (os.environ.get("APPIMAGE") or sys.executable,)
    python = Path(sys.executable)
    if sys.platform == "win32":
        # python.exe would open a console window at each start of the session.
        windowless = python.with_name("pythonw.exe")
        python = windowless if windowless.is_file() else python
    return (str(python), "-m", "keyturn")
