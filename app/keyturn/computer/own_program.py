"""The path by which other programs start this very Keyturn, as one word."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

NAME = "keyturn"


def own_program() -> Path:
    """The program of the terminal beside this one's Python, or in its bundle. It need not be there."""
    # A bundle's window is a program of its own on macOS and Windows, and none that answers in a terminal.
    return Path(sys.executable).with_name(f"{NAME}.exe" if sys.platform == "win32" else NAME)


def is_lasting(path: Path) -> bool:
    """False where the program lies among temporary files, as an AppImage does while it runs."""
    return not path.is_relative_to(Path(tempfile.gettempdir()).resolve()) and ".mount_" not in str(path)


def can_be_started(path: Path) -> bool:
    """True where there is a file at `path` that this person may start."""
    return path.is_file() and os.access(path, os.X_OK)
