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
    return _this_program("pythonw.exe", "Keyturn Window")


def terminal_program() -> tuple[str, ...]:
    """What starts this very Keyturn again and lets its output be read."""
    return _this_program("python.exe", "keyturn")


def _this_program(python: str, bundled: str) -> tuple[str, ...]:
    # A program of Windows has a console or has none, and an app of macOS is none of the terminal, so there bundles have
    # two programs, side by side. Python has two on Windows.
    if getattr(sys, "frozen", False):
        # An AppImage is mounted anew at each start; only its own file stays where it is. Another program's AppImage
        # leaves the same variable to what it starts, which is why it counts in a bundle alone.
        return (os.environ.get("APPIMAGE") or str(beside(Path(sys.executable), bundled, sys.platform)),)
    program = Path(sys.executable)
    return (str(beside(program, python, sys.platform)), _isolation(), "-m", "keyturn")


def _isolation() -> str:
    """The option without which Python imports from the folder that it is started in, whatever lies there."""
    # -I leaves the person's own packages out as well, and Keyturn may have been installed among those.
    own = Path(site.getusersitepackages())
    return "-P" if own in Path(__file__).parents else "-I"


def beside(program: Path, name: str, platform: str) -> Path:
    """The other program in the same folder; `program` itself where there is none.

    Args:
        platform: as `sys.platform` has it.
    """
    if platform == "win32":
        sibling = program.with_name(f"{name.removesuffix('.exe')}.exe")
    elif platform == "darwin" and not name.endswith(".exe"):
        sibling = program.with_name(name)
    else:
        return program
    return sibling if sibling.is_file() else program
