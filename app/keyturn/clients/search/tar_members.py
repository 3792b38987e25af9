"""The members of a tar archive, one after the other, from a stream.

Python's own reader takes a header of any claimed size into memory, and a small archive can claim gigabytes.
"""

from __future__ import annotations

from collections.abc import Iterator

from keyturn.clients.search.stream import Readable

_BLOCK = 512
_NAME_LIMIT = 64 * 1024
_LONG_NAME, _PAX = b"L", b"x"
_ABOUT_OTHERS = b"Kg"  # a long name of a link; what pax says of all members
_WITHOUT_CONTENT = b"123456"  # links, devices, folders and pipes, whatever size they claim


class BrokenTar(Exception):
    """What follows is no header of a member."""


class Member:
    """What one member holds; to be read before the next one is asked for.

    Attributes:
        name: as the archive tells it.
    """

    def __init__(self, stream: Readable, name: str, size: int) -> None:
        self.name = name
        self._stream = stream
        self._left = size

    def readinto(self, buffer: memoryview, /) -> int:
        """Fill the buffer as far as the member goes, and return how many bytes that were."""
        if not self._left:
            return 0
        read = self._stream.readinto(buffer[: min(len(buffer), self._left)]) or 0
        if not read:
            raise EOFError
        self._left -= read
        return read

    def skip(self) -> None:
        """Read what is left of it."""
        room = memoryview(bytearray(64 * 1024))
        while self.readinto(room):
            pass


def members_of(stream: Readable) -> Iterator[Member]:
    """Yield each member that holds something.

    Raises:
        BrokenTar: where the archive cannot be understood any further.
        EOFError: where it ends too early.
    """
    told: dict[bytes, bytes] = {}
    while True:
        header = _taken(stream, _BLOCK)
        if header.count(0) == _BLOCK:
            return
        kind, size = header[156:157], _number(header[124:136])
        if told.get(b"size", b"").isdigit():
            size = int(told[b"size"])
        if size < 0 or not _is_header(header):
            raise BrokenTar
        if kind in _WITHOUT_CONTENT:
            told = {}
            continue
        member = Member(stream, told.get(b"path", _name(header)).decode(errors="replace"), size)
        if kind in (_LONG_NAME, _PAX):
            told |= _told_by(_taken(member, min(size, _NAME_LIMIT)), kind)
        elif kind not in _ABOUT_OTHERS:
            told = {}
            yield member
        member.skip()
        _taken(stream, -size % _BLOCK)


def _is_header(header: bytes) -> bool:
    # The checksum counts its own field as spaces.
    return _number(header[148:156]) == sum(header[:148]) + 8 * ord(" ") + sum(header[156:])


def _number(field: bytes) -> int:
    if field[0] in (0x80, 0xFF):  # GNU: binary, for what octal digits cannot say
        return int.from_bytes(field[1:], "big") if field[0] == 0x80 else -1
    digits = field.strip(b" \0") or b"0"
    return -1 if digits.strip(b"01234567") else int(digits, 8)


def _name(header: bytes) -> bytes:
    name, prefix = (part.partition(b"\0")[0] for part in (header[:100], header[345:500]))
    return prefix + b"/" + name if prefix and header[257:263] == b"ustar\0" else name


def _told_by(content: bytes, kind: bytes) -> dict[bytes, bytes]:
    """What a header of its own tells of the next member: GNU's is the name alone, pax has lines `length key=value`."""
    if kind == _LONG_NAME:
        return {b"path": content.rstrip(b"\0")}
    lines = (line.partition(b" ")[2].partition(b"=") for line in content.split(b"\n"))
    return {key: value for key, _is, value in lines if key in (b"path", b"size")}


def _taken(stream: Readable, size: int) -> bytes:
    content = bytearray(size)
    view, at = memoryview(content), 0
    while at < size:
        read = stream.readinto(view[at:]) or 0
        if not read:
            raise EOFError
        at += read
    return bytes(content)
