"""The system's trash, from which a person can take things back: Qt knows it on each system."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QFile

from keyturn.model.errors import FileError
from keyturn.model.text import _


def move_to_trash(path: Path) -> None:
    """Move a file to the trash (Qt: `QFile::moveToTrash`; a network folder may have none).

    Raises:
        FileError: `file.not-trashed`, where it could not be moved.
    """
    file = QFile(str(path))
    if not file.moveToTrash():
        raise FileError(
            _("The file could not be moved to the trash"),
            _("It is still at {path}, and no backup needs it. Delete it yourself. The system said: {reason}.").format(
                path=path, reason=file.errorString()
            ),
            code="file.not-trashed",
        )
