"""What stands inside archives: zip and what is built like it, gzip, bzip2, xz and tar, also in one another.

All is unpacked piece by piece and thrown away again; nothing is written anywhere.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from keyturn.clients.search.kinds import Closed, FileKind, kind_of
from keyturn.clients.search.search_patterns import SearchPatterns
from keyturn.clients.search.search_rows import Gap, GapReason, KeySighting
from keyturn.clients.search.stream import PIECE, Readable, one_reading, spots_in
from keyturn.clients.search.tar_members import BrokenTar, members_of

if TYPE_CHECKING:
    from lzma import LZMADecompressor
    from zipfile import ZipFile

# An archive may unpack to this much, and to so many times its own size on top. Logs shrink to a fiftieth, bombs to less
# than a thousandth.
_UNPACKED_ANYWAY = 256 * 1024 * 1024
_UNPACKED_TIMES = 100
_DEEPEST = 5  # archives in archives
# A zip inside another archive is held in memory, because it is read from its end.
_HELD = 32 * 1024 * 1024
_LIST_LIMIT = 10 * 1024 * 1024  # bytes of a zip's list of members: about 100,000 of them
_SMALL = 16 * 1024  # most members of archives are smaller
_XZ_MEMORY = 70 * 1024 * 1024  # what `xz -9` needs
_XZ_PIECE = 8 * 1024  # what is left of a piece is copied for each further stream in it
_BETWEEN = " → "  # from an archive to its member


_Archive = io.BufferedReader | io.BytesIO


class _Large(Exception):
    """It unpacks to more than is reasonable."""


class Unpacking:
    """One look into one archive.

    Args:
        file: its number in the report.
        size: of the archive, in bytes.
        check: called often; whatever it raises ends the look.

    Attributes:
        unpacked: how many bytes were looked through so far.
        sightings: each key once, at the first place where it stands.
        gaps: what could not be looked into, each reason once.
    """

    def __init__(self, file: int, size: int, patterns: SearchPatterns, check: Callable[[], None]) -> None:
        self.unpacked = 0
        self.sightings: dict[str, KeySighting] = {}
        self.gaps: dict[tuple[GapReason, str], Gap] = {}
        self._file = file
        self._allowed = _UNPACKED_ANYWAY + _UNPACKED_TIMES * size
        self._patterns = patterns
        self._check = check

    def look(self, stream: _Archive, kind: FileKind, name: str) -> None:
        """Look through the archive; whatever is wrong with it is in `gaps`.

        Args:
            stream: the archive, at its beginning.
            name: its own, without folders.
        """
        try:
            self._open(stream, kind, name, (), 1)
        except _Large:
            self._gap(GapReason.LARGE)

    def count(self, read: int) -> None:
        """Note that so much was unpacked.

        Raises:
            _Large: where that is too much.
        """
        self._check()
        self.unpacked += read
        if self.unpacked > self._allowed:
            raise _Large

    def _open(self, stream: _Archive, kind: FileKind, name: str, way: tuple[str, ...], depth: int) -> None:
        """Look into an archive.

        Args:
            name: the archive's, with which unpacked content is called.
            way: that of the archive's members.
        """
        if depth > _DEEPEST:
            self._gap(GapReason.DEEP, name)
            return
        try:
            if kind is FileKind.ZIP:
                self._zip(stream, way, depth)
            elif kind is FileKind.TAR:
                self._tar(stream, way, depth)
            else:
                self._content(_unpacked(stream, kind), name.rpartition(".")[0] or name, way, depth)
        except _Large:
            raise
        except MemoryError:
            self._gap(GapReason.LARGE, _BETWEEN.join(way))
        except Exception:  # damaged bytes make the unpackers raise anything
            self._gap(GapReason.DAMAGED, _BETWEEN.join(way))

    def _zip(self, stream: _Archive, way: tuple[str, ...], depth: int) -> None:
        import zipfile

        if _size_of_list(stream) > _LIST_LIMIT:
            self._gap(GapReason.LARGE, _BETWEEN.join(way))
            return
        with zipfile.ZipFile(stream) as archive:
            ends = _ends_of_members(archive)
            for member in archive.infolist():
                self.count(0)
                whole_way = _BETWEEN.join((*way, member.filename))
                if member.header_offset + member.compress_size > ends.pop(member.header_offset, -1):
                    self._gap(GapReason.DAMAGED, whole_way)  # it shares its bytes: thousands of members could
                elif member.flag_bits & 1:
                    self._gap(GapReason.LOCKED, whole_way)
                elif member.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2}:
                    self._gap(GapReason.CLOSED, f"zip, method {member.compress_type}")
                elif not member.is_dir():
                    try:
                        with archive.open(member) as content:
                            self._content(cast(Readable, content), member.filename, way, depth)
                    except _Large:
                        raise
                    except Exception:  # as above; the other members may be whole
                        self._gap(GapReason.DAMAGED, whole_way)

    def _tar(self, stream: _Archive, way: tuple[str, ...], depth: int) -> None:
        counted = _Counted(stream, self)
        try:
            for member in members_of(counted):
                self._content(member, member.name, way, depth)
        except BrokenTar:
            self._gap(GapReason.DAMAGED, _BETWEEN.join(way))
            self._note_spots(counted, _BETWEEN.join(way))

    def _content(self, stream: Readable, name: str, way: tuple[str, ...], depth: int) -> None:
        begun = _Begun(_Counted(stream, self))
        kind = kind_of(begun.beginning)
        if begun.is_whole and kind is None and not self._patterns.may_stand_in(begun.beginning, len(begun.beginning)):
            return  # most members are small, and hold nothing
        content = cast(io.BufferedReader, io.BufferedReader(begun, PIECE))
        inner = (*way, name)
        if isinstance(kind, Closed):
            self._gap(GapReason.CLOSED, kind.value)
        if kind is FileKind.ZIP:
            held = content.read(_HELD + 1)
            if len(held) > _HELD:
                self._gap(GapReason.LARGE, _BETWEEN.join(inner))
            else:
                self._open(io.BytesIO(held), kind, name, inner, depth + 1)
        elif kind is FileKind.TAR:
            self._open(content, kind, name, inner, depth + 1)
        elif kind is FileKind.GZIP or kind is FileKind.BZIP2 or kind is FileKind.XZ:
            self._open(content, kind, name, way, depth + 1)
        else:
            self._note_spots(content, _BETWEEN.join(inner))

    def _note_spots(self, stream: Readable, member: str) -> None:
        for spot in spots_in(stream, self._patterns, self._check):
            sighting = KeySighting(self._file, spot.key, spot.line, spot.offset, spot.text, member)
            self.sightings.setdefault(spot.key, sighting)

    def _gap(self, reason: GapReason, detail: str = "") -> None:
        same = detail if reason is GapReason.CLOSED else ""
        self.gaps.setdefault((reason, same), Gap(self._file, reason, detail))


def hold_nothing(packed: memoryview, patterns: SearchPatterns) -> int | None:
    """Return how many bytes a whole gzip file holds, where it is certain that nothing wanted stands in them; else None.

    Most compressed files are small, and all that a closer look needs costs many times what unpacking does.
    """
    import zlib

    unpacker = zlib.decompressobj(wbits=31)
    try:
        content = unpacker.decompress(packed, PIECE)
    except zlib.error:
        return None
    certain = unpacker.eof and not unpacker.unused_data and kind_of(content) is None
    return len(content) if certain and not patterns.may_stand_in(content, len(content)) else None


class _Counted(io.RawIOBase):
    """A stream of which every byte is counted."""

    def __init__(self, stream: Readable, unpacking: Unpacking) -> None:
        self._read_into = one_reading(stream)
        self._unpacking = unpacking

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]
        read = self._read_into(buffer) or 0
        self._unpacking.count(read)
        return read


class _Begun(io.RawIOBase):
    """A stream whose first piece was read already, and is read once more from here.

    Attributes:
        beginning: the first piece, or what could be read of it before damaged bytes.
        is_whole: that is all of the stream.
    """

    def __init__(self, stream: _Counted) -> None:
        self._rest = stream
        self._damage: Exception | None = None
        self.beginning = b""
        self.is_whole = False
        buffer, size = memoryview(bytearray(_SMALL)), 0
        while size < PIECE:
            if size == len(buffer):
                grown = memoryview(bytearray(min(PIECE, 4 * size)))
                grown[:size] = buffer
                buffer = grown
            try:
                read = stream.readinto(buffer[size:])
            except Exception as error:  # damaged bytes make the unpackers raise anything; met again after the beginning
                self._damage = error
                break
            if not read:
                self.is_whole = True
                break
            size += read
        self.beginning = bytes(buffer[:size])
        self._left = memoryview(self.beginning)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]
        if self._left:
            size = min(len(buffer), len(self._left))
            buffer[:size] = self._left[:size]
            self._left = self._left[size:]
            return size
        if self._damage is not None:
            raise self._damage
        return self._rest.readinto(buffer)


class _Xz(io.RawIOBase):
    """What an xz file holds. Python's own reader cannot be told how much memory it may take."""

    def __init__(self, stream: _Archive) -> None:
        self._stream = stream
        self._unpacker = _xz_unpacker()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]
        content = b""
        while not content:
            more = b""
            if self._unpacker.eof:  # another stream may follow, and zeros between them
                more = self._unpacker.unused_data.lstrip(b"\0") or self._stream.read(_XZ_PIECE).lstrip(b"\0")
                if not more:
                    return 0
                self._unpacker = _xz_unpacker()
            elif self._unpacker.needs_input:
                more = self._stream.read(_XZ_PIECE)
                if not more:
                    raise EOFError
            try:
                content = self._unpacker.decompress(more, len(buffer))
            except Exception as error:
                if "Memory usage limit" in str(error):  # liblzma's LZMA_MEMLIMIT_ERROR has no class of its own here
                    raise MemoryError from error
                raise
        buffer[: len(content)] = content
        return len(content)


def _xz_unpacker() -> LZMADecompressor:
    import lzma

    return lzma.LZMADecompressor(memlimit=_XZ_MEMORY)


def _unpacked(stream: _Archive, kind: FileKind) -> Readable:
    if kind is FileKind.GZIP:
        import gzip

        return gzip.GzipFile(fileobj=stream)
    if kind is FileKind.BZIP2:
        import bz2

        return bz2.BZ2File(stream)
    return _Xz(stream)


def _ends_of_members(archive: ZipFile) -> dict[int, int]:
    """Where each member of a zip has to end, by where it begins: where the next one does, or the list of all."""
    beginnings = sorted({member.header_offset for member in archive.infolist()})
    return dict(zip(beginnings, [*beginnings[1:], archive.start_dir], strict=True)) if beginnings else {}


def _size_of_list(stream: _Archive) -> int:
    """Bytes that a zip's list of its members takes, as its end says (PKWARE's APPNOTE 4.3.14 to 4.3.16)."""
    size = stream.seek(0, io.SEEK_END)
    stream.seek(max(0, size - 65_536 - 22 - 20))
    end = stream.read()
    stream.seek(0)
    at = end.rfind(b"PK\x05\x06")
    if at < 0 or at + 22 > len(end):
        return 0
    (length,) = struct.unpack_from("<L", end, at + 12)
    locator = end[max(0, at - 20) : at]
    if length == 0xFFFFFFFF and len(locator) == 20 and locator.startswith(b"PK\x06\x07"):
        stream.seek(struct.unpack_from("<Q", locator, 8)[0])
        record = stream.read(56)
        stream.seek(0)
        return int(struct.unpack_from("<Q", record, 40)[0]) if len(record) == 56 else 0
    return int(length)
