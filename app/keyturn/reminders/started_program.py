"""What is started with the person's session, and how this very Keyturn is started again."""

from __future__ import annotations

import os
import site
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
    return (*window_program(), *starts.words, *options)


def window_program() -> tuple[str, ...]:
    """What starts this very Keyturn again without a terminal."""
    # python.exe and keyturn.exe would open a console window at each start.
    return _this_program("pythonw.exe", "Keyturn Window.exe")


def terminal_program() -> tuple[str, ...]:
    """What starts this very Keyturn again and lets its output be read."""
    return _this_program("python.exe", "keyturn.exe")


def _this_program(python: str, bundled: str) -> tuple[str, ...]:
    # On Windows a program either has a console or has none, so there are two of each, side by side.
    if getattr(sys, "frozen", False):
        # An AppImage is mounted anew at each start; only its own file stays where it is. Another program's AppImage
        # leaves the same variable to what it starts, which is why it counts in a bundle alone.
        return (os.environ.get("APPIMAGE") or str(_beside(Path(sys.executable), bundled)),)
    return (str(_beside(Path(sys.executable), python)), _isolation(), "-m", "keyturn")


def _isolation() -> str:
    """The option without which Python imports from the folder that it is started in, whatever lies there."""
    # -I leaves the person's own packages out as well, and Keyturn may have been installed among those.
    own = Path(site.getusersitepackages())
    return "-P" if own in Path(__file__).parents else "-I"


def _beside(program: Path, name: str) -> Path:
    sibling = program.with_name(name)
    return sibling if sys.platform == "win32" and sibling.is_file() else program
