"""Writing a file of Keyturn's own: for its owner's eyes alone, whole or not at all, and on the disk when done."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def replace_private_file(path: Path, text: str) -> None:
    """Replace `path` by `text` in one instant, with the permissions 0600.

    Raises:
        OSError: where the disk or the folder does not let it; the file is then as it was.
    """
    unfinished = path.with_suffix(".unfinished")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
    if sys.platform != "win32":
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
