"""A file that another program holds open on Windows, which keeps everybody else out: waited for a moment, then told."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path
from typing import TypeVar

from keyturn.edits import failures
from keyturn.edits.filesystem import FileSystem

T = TypeVar("T")

# Windows' System Error Codes: a sharing or lock violation; replacing an open file may be "access denied" as well.
HELD = frozenset({32, 33})
NOT_REPLACED = frozenset({5, 32, 33})

# Seconds between attempts then: virus scanners hold a new file for a moment.
_PAUSES = (0.05, 0.1, 0.2, 0.4, 0.8)


def once_free(path: Path, ask: Callable[[], T], filesystem: FileSystem, held: Collection[int] = HELD) -> T:
    """Do it once no other program holds the file, which on Windows keeps everybody else out, mostly for a moment.

    Args:
        held: Windows' codes by which that is told.

    Raises:
        FileError: `file.busy`, where it is held for longer.
    """
    for pause in _PAUSES:
        try:
            return ask()
        except OSError as error:
            if getattr(error, "winerror", None) not in held:
                raise
            filesystem.pause(pause)
    try:
        return ask()
    except OSError as error:
        if getattr(error, "winerror", None) in held:
            raise failures.busy(path) from error
        raise
