"""Showing a file's folder in the system's file manager."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices


def can_be_shown(path: Path) -> bool:
    """False where a place is no file on a disk, such as an entry of a keychain, or its folder is gone."""
    return path.is_absolute() and path.exists()


def show_in_folder(path: Path) -> None:
    """Open the folder of the file; the file itself is opened by nobody."""
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(path.parent)))
