"""What was read of a computer during one look: each file once and each folder once, however many programs ask."""

from __future__ import annotations

import os
from collections.abc import Callable, Hashable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from keyturn.edits import failures
from keyturn.edits.files import LIMIT, FileContent, read_file
from keyturn.model.errors import FileError

Made = TypeVar("Made")
# Bytes of files that are kept for whoever asks next; people's configuration has a tenth of it.
_KEPT = 32 * 1024 * 1024


class Readings:
    """The files and folders of one look."""

    def __init__(self) -> None:
        self._files: dict[Path, FileContent | FileError] = {}
        self._folders: dict[str, Sequence[os.DirEntry[str]] | OSError] = {}
        self._made: dict[Hashable, Any] = {}
        self._left = _KEPT

    def file(self, path: Path, *, limit: int = LIMIT) -> FileContent:
        """Return the file as it was when it was first asked for; raises as `read_file` does, each time anew."""
        found = self._files.get(path)
        if found is None or _was_refused_for_less(found, limit):
            try:
                found = read_file(path, limit=limit)
                self._left -= len(found.content)
            except FileError as error:
                found = error
            if self._left >= 0:
                self._files[path] = found
        if isinstance(found, FileError):
            raise FileError(found.title, found.message, code=found.code)
        if len(found.content) > limit:
            raise failures.too_big(path, limit)
        return found

    def folder(self, path: str) -> Sequence[os.DirEntry[str]]:
        """Return what lay in a folder when it was first asked for, by name; raises OSError if it cannot be listed."""
        found = self._folders.get(path)
        if found is None:
            try:
                with os.scandir(path) as entries:
                    found = sorted(entries, key=lambda entry: entry.name)
            except OSError as error:
                found = error
            self._folders[path] = found
        if isinstance(found, OSError):
            raise found
        return found

    def once(self, what: Hashable, make: Callable[[], Made]) -> Made:
        """Return what `make` returns, made at the first time that `what` is asked for."""
        if what not in self._made:
            self._made[what] = make()
        made: Made = self._made[what]
        return made


def _was_refused_for_less(found: FileContent | FileError, limit: int) -> bool:
    """Whether a file was too big for somebody who wanted fewer bytes."""
    return isinstance(found, FileError) and found.code == "file.too-big" and limit == LIMIT
