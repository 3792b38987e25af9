"""Looking into many files, one after the other, as fast as Python can: most hold nothing and are done in one reading.

What is not a plain file is left to `archives` and `databases`. This module is imported by each working process at its
start, so those are imported only where a file asks for them.
"""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Callable, Iterator

from keyturn.clients.search.kinds import FIRST_BYTES, SELF_EXTRACTING, TAR_MARK, TAR_MARK_AT, Closed, FileKind, kind_of
from keyturn.clients.search.search_patterns import BORDER, SearchPatterns
from keyturn.clients.search.search_rows import Gap, GapReason, KeySighting, SearchWork, WorkReport
from keyturn.clients.search.stream import PIECE, Spot, spots_in

# After so many bytes the rest goes back, so that no processor is left with all the work in the end.
TURN = 64 * 1024 * 1024
# Opened without waiting, so that a pipe that took the place of a file cannot hold the search up.
_OPEN = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_GONE = (FileNotFoundError, NotADirectoryError)
_TAR_END = TAR_MARK_AT + len(TAR_MARK)


class FileScanner:
    """Looks into files for certain patterns.

    Args:
        check: called often; whatever it raises ends the look.
    """

    def __init__(self, patterns: SearchPatterns, check: Callable[[], None]) -> None:
        self._patterns = patterns
        self._check = check
        self._buffer = bytearray(PIECE)
        self._whole = [memoryview(self._buffer)]
        self._beyond = [memoryview(bytearray(1))]
        self._sightings: list[KeySighting] = []
        self._gaps: list[Gap] = []
        self._large: list[tuple[int, int]] = []
        self._files = self._size = 0

    def at(self, work: SearchWork) -> WorkReport:
        """Do a piece of work."""
        self._sightings, self._gaps, self._large = [], [], []
        self._files = self._size = 0
        if work.end:
            self._part(work)
            done = 1
        else:
            done = self._each(work.paths)
        return self.so_far(done)

    def so_far(self, done: int) -> WorkReport:
        """What came of the present piece of work until now, with so many of its files done."""
        return WorkReport(self._files, self._size, self._sightings, self._gaps, done, self._large)

    def _each(self, paths: list[str]) -> int:
        """Look into the files until the turn is over; return how many are done."""
        check, may_stand_in, buffer = self._check, self._patterns.may_stand_in, self._buffer
        for number, path in enumerate(paths):
            check()
            try:
                handle = os.open(path, _OPEN)
                try:
                    size = read_into(handle, self._whole)
                    if not size:
                        self._files += 1
                        continue
                    special = buffer[0] in FIRST_BYTES or path.endswith(SELF_EXTRACTING)
                    special = special or (size >= _TAR_END and buffer.startswith(TAR_MARK, TAR_MARK_AT))
                    if special:
                        self._inside(number, path, handle, size)
                        os.lseek(handle, 0, os.SEEK_SET)
                        size = read_into(handle, self._whole)
                    # A short reading is the whole file, almost always.
                    if size == PIECE or read_into(handle, self._beyond):
                        self._long(number, handle)
                    else:
                        self._files += 1
                        self._size += size
                        if may_stand_in(buffer, size):
                            self._closely(number, handle, size)
                finally:
                    os.close(handle)
            except _GONE:
                continue
            except PermissionError:
                self._gaps.append(Gap(number, GapReason.DENIED))
            except OSError as error:
                self._gaps.append(Gap(number, GapReason.FAILED, error.strerror or ""))
            if self._size > TURN:
                return number + 1
        return len(paths)

    def _long(self, number: int, handle: int) -> None:
        """A file of more than one piece. One that grows is read as far as it went when it was opened."""
        opened = os.fstat(handle)
        if not stat.S_ISREG(opened.st_mode):
            return
        self._files += 1
        if opened.st_size > TURN:
            self._large.append((number, opened.st_size))
            return
        self._size += opened.st_size
        if any(True for _spot in self._spots(handle, 0, opened.st_size, lines=False)):
            self._closely(number, handle, opened.st_size)

    def _closely(self, number: int, handle: int, size: int) -> None:
        for spot in self._spots(handle, 0, size):
            self._sightings.append(KeySighting(number, spot.key, spot.line, spot.offset, spot.text))

    def _part(self, work: SearchWork) -> None:
        """One part of a large file, with as much around it as a key ID at its edge needs."""
        start, end = max(0, work.start - BORDER), work.end + self._patterns.overlap
        try:
            handle = os.open(work.paths[0], _OPEN)
            try:
                for spot in self._spots(handle, start, end, lines=False):
                    self._sightings.append(KeySighting(0, spot.key, 0, spot.offset))
            finally:
                os.close(handle)
            self._size += work.end - work.start
        except _GONE:
            return
        except OSError as error:
            self._gaps.append(Gap(0, GapReason.FAILED, error.strerror or ""))

    def _spots(self, handle: int, start: int, end: int, *, lines: bool = True) -> Iterator[Spot]:
        os.lseek(handle, start, os.SEEK_SET)
        with io.FileIO(handle, closefd=False) as stream:
            yield from spots_in(stream, self._patterns, self._check, start=start, end=end, lines=lines)

    def _inside(self, number: int, path: str, handle: int, size: int) -> None:
        """Look into an archive or a database."""
        kind = kind_of(self._whole[0][:size])
        if kind is None and path.endswith(SELF_EXTRACTING):
            kind = FileKind.ZIP if _ends_as_zip(handle) else None
        if isinstance(kind, Closed):
            self._gaps.append(Gap(number, GapReason.CLOSED, kind.value))
        elif kind is FileKind.SQLITE:
            self._values(number, path, handle)
        elif kind is FileKind.GZIP and size < PIECE and self._is_small_and_holds_nothing(size):
            return
        elif kind is not None:
            self._archive(number, path, handle, kind)

    def _is_small_and_holds_nothing(self, size: int) -> bool:
        from keyturn.clients.search.archives import hold_nothing

        unpacked = hold_nothing(self._whole[0][:size], self._patterns)
        self._size += unpacked or 0
        return unpacked is not None

    def _values(self, number: int, path: str, handle: int) -> None:
        import sqlite3

        from keyturn.clients.search.database_values import Endless, values_in

        try:
            for key, column in values_in(path, os.fstat(handle).st_size, self._patterns, self._check):
                self._sightings.append(KeySighting(number, key, 0, 0, text=False, column=column))
        except Endless:
            self._gaps.append(Gap(number, GapReason.LARGE))
        except (sqlite3.Error, MemoryError):
            self._gaps.append(Gap(number, GapReason.DAMAGED))

    def _archive(self, number: int, path: str, handle: int, kind: FileKind) -> None:
        from keyturn.clients.search.archives import Unpacking

        unpacking = Unpacking(number, os.fstat(handle).st_size, self._patterns, self._check)
        os.lseek(handle, 0, os.SEEK_SET)
        with open(handle, "rb", closefd=False) as stream:
            unpacking.look(stream, kind, os.path.basename(path))  # noqa: PTH119  (a name of any bytes, thousands of times)
        self._size += unpacking.unpacked
        self._sightings += unpacking.sightings.values()
        self._gaps += unpacking.gaps.values()


def _ends_as_zip(handle: int) -> bool:
    import zipfile

    with open(handle, "rb", closefd=False) as stream:
        return zipfile.is_zipfile(stream)


if hasattr(os, "readv"):

    def read_into(handle: int, buffers: list[memoryview]) -> int:
        """Fill the one buffer from an open file, and return how many bytes that were."""
        return os.readv(handle, buffers)

else:

    def read_into(handle: int, buffers: list[memoryview]) -> int:
        """Fill the one buffer from an open file, and return how many bytes that were."""
        content = os.read(handle, len(buffers[0]))
        buffers[0][: len(content)] = content
        return len(content)
