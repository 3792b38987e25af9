"""Listing folders that are not ours: what is not there is empty, and what cannot be listed is never taken for empty."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

from keyturn.clients.readings import Readings
from keyturn.edits.failures import NOT_THERE, Doing, refused
from keyturn.model.errors import FileError

CLOSED_FOLDER = "folder.closed"
_WILD = frozenset("*?[")
# The tag of a junction; Windows keeps some in every home for programs of long ago, and lets nobody list them.
_JUNCTION = getattr(stat, "IO_REPARSE_TAG_MOUNT_POINT", None)


@dataclass(slots=True)
class Listing:
    """The folders that one look lists.

    Attributes:
        failed: what could not be looked at, with the reason; a key may lie there.
        readings: what is known of the disk already.
    """

    failed: dict[Path, FileError] = field(default_factory=dict, kw_only=True)
    readings: Readings = field(default_factory=Readings, kw_only=True)

    def entries(self, folder: Path | str) -> Sequence[os.DirEntry[str]]:
        """Return what lies in a folder, by name; nothing where there is no such folder, or where it is in `failed`."""
        try:
            return self.readings.folder(os.fspath(folder))
        except OSError as error:
            self.note(folder, error)
            return []

    def is_folder(self, entry: os.DirEntry[str], *, follow_symlinks: bool = True) -> bool:
        """Return whether an entry is a folder; False where it is gone, or where that is in `failed`.

        Args:
            follow_symlinks: count a link to a folder as one, or a junction, which is Windows' kind of link.
        """
        try:
            return entry.is_dir(follow_symlinks=follow_symlinks) and (follow_symlinks or not _is_junction(entry))
        except OSError as error:
            self.note(entry.path, error)
            return False

    def is_file(self, entry: os.DirEntry[str]) -> bool:
        """Return whether an entry is a file, or a link to one; False where it is gone, or where it is in `failed`."""
        try:
            return entry.is_file()
        except OSError as error:
            self.note(entry.path, error)
            return False

    def is_at_most(self, entry: os.DirEntry[str], size: int) -> bool:
        """Return whether a file has so many bytes at most; False where it is gone, or where it is in `failed`."""
        try:
            return entry.stat().st_size <= size
        except OSError as error:
            self.note(entry.path, error)
            return False

    def is_there(self, path: Path) -> bool:
        """Return whether something is at a path; False where that cannot be told, which is in `failed` then."""
        try:
            path.stat()
        except (OSError, ValueError) as error:  # a path with a zero byte in it cannot exist
            if isinstance(error, OSError):
                self.note(path, error)
            return False
        return True

    def files_in(self, folder: Path, *endings: str) -> Iterator[Path]:
        """Yield what lies in a folder and is named so, by name."""
        return (Path(entry.path) for entry in self.entries(folder) if entry.name.endswith(endings))

    def matching(self, base: Path, parts: Sequence[str]) -> Iterator[Path]:
        """Yield what is there under `base`, by name.

        Args:
            parts: the names on the way, in which `*`, `?` and `[…]` stand for letters as in a shell.
        """
        if not parts:
            if self.is_there(base):
                yield base
        elif not _WILD & set(parts[0]):
            yield from self.matching(base / parts[0], parts[1:])
        else:
            for entry in self.entries(base):
                if fnmatchcase(entry.name, parts[0]):
                    yield from self.matching(base / entry.name, parts[1:])

    def note(self, path: Path | str, error: OSError) -> None:
        """Remember that something could not be looked at, unless it is just not there."""
        if error.errno in NOT_THERE:
            return
        told = refused(error, Path(path), Doing.READING)
        if told.code == "file.closed":
            told = FileError(told.title, told.message, code=CLOSED_FOLDER)
        self.failed[Path(path)] = told


def _is_junction(entry: os.DirEntry[str]) -> bool:
    if _JUNCTION is None:  # not on Windows
        return False
    return bool(getattr(entry.stat(follow_symlinks=False), "st_reparse_tag", 0) == _JUNCTION)
