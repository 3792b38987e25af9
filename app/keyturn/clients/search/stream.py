"""Looking through one stream of bytes of any length, piece by piece: a file, or what an archive holds."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import NamedTuple, Protocol

from keyturn.clients.search.search_patterns import BORDER, SearchPatterns

# Fits the processor's cache, so that bytes are looked at where the system has just put them.
PIECE = 256 * 1024
_TELLING = 8000  # bytes by which text is told from other content, as Git does it


class Readable(Protocol):
    """What bytes can be read from."""

    def readinto(self, buffer: memoryview, /) -> int | None:
        """How many bytes were put into the buffer, from its beginning; 0 or None at the end. May raise OSError."""
        ...


def one_reading(stream: Readable) -> Callable[[memoryview], int | None]:
    """Return what reads once from the stream: anyone who reads until a buffer is full loses it all at damaged bytes."""
    reading: Callable[[memoryview], int | None] = getattr(stream, "readinto1", stream.readinto)
    return reading


class Spot(NamedTuple):
    """Where a key ID stands in a stream; see `report.Sighting`."""

    key: str
    line: int
    offset: int
    text: bool


def spots_in(
    stream: Readable,
    patterns: SearchPatterns,
    check: Callable[[], None],
    *,
    start: int = 0,
    end: int | None = None,
    lines: bool = True,
) -> Iterator[Spot]:
    """Yield each key ID once, at the first spot where it stands.

    Args:
        check: called before each piece; whatever it raises ends the look.
        start: where the stream stands, in bytes; more than 0 where only a part is looked at.
        end: what stands behind it is not read; None reads to the end.
        lines: count them; without, every `line` is 0, which is much faster.
    """
    read_into = one_reading(stream)
    buffer = bytearray(PIECE)
    view = memoryview(buffer)
    seen: set[str] = set()
    before, kept, line = start, 0, 1
    binary = False
    while True:
        check()
        room = PIECE - kept if end is None else min(PIECE - kept, end - before - kept)
        read = read_into(view[kept : kept + room]) or 0
        size = kept + read
        if before == 0:
            binary = is_binary(buffer, size)
        if patterns.may_stand_in(buffer, size):
            found = patterns.found_in(buffer, BORDER if before else 0, size, last=read == 0)
            for key, at, width in sorted(found, key=lambda one: one[1]):
                if key not in seen:
                    seen.add(key)
                    text = width == 2 or not binary
                    yield Spot(key, line + buffer.count(b"\n", 0, at) if lines and text else 0, before + at, text)
        # Anyone who wants certain keys and has them all need not see the rest.
        if read == 0 or (not patterns.any_key and len(seen) == len(patterns.keys)):
            return
        done = size - min(patterns.overlap, size)
        if lines:
            line += buffer.count(b"\n", 0, done)
        kept = size - done
        buffer[:kept] = buffer[done:size]
        before += done


def is_binary(beginning: bytes | bytearray, size: int) -> bool:
    """Return whether what begins like this is no text of one byte a letter."""
    return beginning.find(0, 0, min(size, _TELLING)) >= 0


def line_of(path: str, offset: int) -> int:
    """Return the line of a spot in a text file, counted from 1; 0 where the file is no text, or is gone."""
    line = 1
    try:
        with io.FileIO(path) as stream:
            while offset and (piece := stream.read(min(PIECE, offset))):
                if stream.tell() == len(piece) and is_binary(piece, len(piece)):
                    return 0
                line += piece.count(b"\n")
                offset -= len(piece)
    except OSError:
        return 0
    return line
