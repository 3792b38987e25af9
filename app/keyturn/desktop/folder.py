"""Folders: showing one in the system's file manager, and asking the person for one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget


def can_be_shown(path: Path) -> bool:
    """False where a place is no file on a disk, such as an entry of a keychain, or its folder is gone or closed."""
    try:
        return path.is_absolute() and path.exists()
    except OSError:
        return False


def show_in_folder(path: Path) -> None:
    """Open the folder of the file; the file itself is opened by nobody."""
    from PySide6.QtCore import QUrl
    from PySide6.QtGui import QDesktopServices

    QDesktopServices.openUrl(QUrl.fromLocalFile(str(path.parent)))


def ask_for_folder(owner: QWidget, title: str, chosen: Callable[[Path], None]) -> None:
    """Let the person choose a folder.

    Args:
        chosen: is called with it; not where they think better of it.
    """
    from PySide6.QtCore import Qt
    from PySide6.QtWidgets import QFileDialog

    dialog = QFileDialog(owner, title)
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.fileSelected.connect(lambda folder: chosen(Path(folder)))
    dialog.open()
