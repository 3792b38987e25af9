"""What was read of a computer during one look: each file once and each folder once, however many programs ask."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable, Collection, Hashable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from keyturn.edits import failures
from keyturn.edits.files import LIMIT, FileContent, read_file
from keyturn.model.errors import FileError

Made = TypeVar("Made")
# Bytes of files that are kept for anyone who asks next; people's configuration has a tenth of it.
_KEPT = 32 * 1024 * 1024


class Readings:
    """The files and folders of one look.

    Args:
        left_out: folders that are not searched, such as the one in which Keyturn keeps its own memory.
    """

    def __init__(self, left_out: Collection[Path] = ()) -> None:
        self.left_out = left_out
        self.taken: set[Path] = set()  # the real paths of the files that some program has read as its own
        # Programs in languages that nobody here reads, which something runs.
        self.named: list[FileContent] = []
        self._files: dict[Path, FileContent | FileError] = {}
        self._folders: dict[str, Sequence[os.DirEntry[str]] | OSError] = {}
        self._links: dict[str, str | None] = {}
        self._real: dict[Path, str] = {}
        self._made: dict[Hashable, Any] = {}
        self._left = _KEPT

    def file(self, path: Path, *, limit: int = LIMIT) -> FileContent:
        """Return the file as it was when it was first asked for; raises as `read_file` does."""
        found = self._files.get(path)
        if found is None or _was_refused_for_less(found, limit):
            try:
                found = read_file(path, limit=limit)
            except FileError as error:
                found = error
            self._keep(path, found)
        if isinstance(found, FileError):
            raise found.with_traceback(None)  # the way of the caller before is no part of it
        if len(found.content) > limit:
            raise failures.too_big(path, limit)
        return found

    def file_if_there(self, path: Path, *, limit: int = LIMIT) -> FileContent | None:
        """Return the file as `file` does, or None where nothing is there, as with most files that programs may have.

        A link that leads nowhere is something: `file.link`, for it, and for a folder on the way that is one.
        """
        if path in self._files or not _is_missing(path):
            try:
                return self.file(path, limit=limit)
            except FileError as error:
                if error.code != "file.missing":
                    raise
        link = self.link_to_nowhere(path)
        if link is not None:
            raise failures.leads_nowhere(link)
        return None

    def link_to_nowhere(self, path: Path) -> Path | None:
        """Return the link because of which nothing is at a path: itself, or a folder on the way; None without one."""
        link = self._link_on_the_way(str(path))
        return None if link is None else Path(link)

    def _link_on_the_way(self, path: str) -> str | None:
        """The same in plain texts, for hundreds of files that are not there."""
        if path not in self._links:
            try:
                is_link = stat.S_ISLNK(os.lstat(path).st_mode)
            except OSError as error:
                above = os.path.dirname(path)  # noqa: PTH120
                is_above = error.errno in failures.NOT_THERE and above not in ("", path)
                self._links[path] = self._link_on_the_way(above) if is_above else None
            except ValueError:  # a zero byte in it
                self._links[path] = None
            else:
                self._links[path] = path if is_link and _is_missing(Path(path)) else None
        return self._links[path]

    def real_path(self, path: Path) -> str:
        """Return where a path led when it was first asked for, links followed."""
        if path not in self._real:
            self._real[path] = os.path.realpath(path)
        return self._real[path]

    def known(self, path: Path) -> FileContent | None:
        """Return the file where it was read before."""
        found = self._files.get(path)
        return found if isinstance(found, FileContent) else None

    def keep(self, path: Path, content: bytes, found: os.stat_result) -> FileContent:
        """Return the file that somebody else has read, kept for anyone who asks for it next."""
        real_path = Path(self.real_path(path))
        digest = hashlib.sha256(content).hexdigest()
        mode = stat.S_IMODE(found.st_mode)
        kept = FileContent(path, real_path, content, digest, mode, found.st_uid, found.st_gid, found.st_nlink)
        self._keep(path, kept)
        return kept

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

    def _keep(self, path: Path, found: FileContent | FileError) -> None:
        self._left -= 0 if isinstance(found, FileError) else len(found.content)
        if self._left >= 0:
            self._files[path] = found


def _is_missing(path: Path) -> bool:
    try:
        path.stat()
    except OSError as error:
        return error.errno in failures.NOT_THERE
    except ValueError:  # a zero byte in it: such a path cannot exist
        return True
    return False


def _was_refused_for_less(found: FileContent | FileError, limit: int) -> bool:
    """Whether a file was too big for somebody who wanted fewer bytes."""
    return isinstance(found, FileError) and found.code == "file.too-big" and limit == LIMIT
