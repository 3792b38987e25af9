"""Java's properties files, with the place of every key and value (java.util.Properties, `load`)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from keyturn.edits import failures
from keyturn.edits.spans import Span

_LINE = re.compile(rb"([^\r\n]*)(?:\r\n|\r|\n|\Z)")
_COMMENT = re.compile(rb"[ \t\f]*(?:[#!]|\Z)")
_ENTRY = re.compile(rb"[ \t\f]*(?P<key>(?:\\.|[^\\:= \t\f])*)[ \t\f]*[:=]?[ \t\f]*(?P<value>.*)", re.DOTALL)
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|(.)|$)", re.DOTALL)
_MEANT = {"t": "\t", "n": "\n", "r": "\r", "f": "\f"}


@dataclass(frozen=True, slots=True)
class Property:
    """One `key=value`. Of several with the same key the last one counts.

    Attributes:
        key: as the program reads it.
        value: as the program reads it; it may be a secret and is not part of the repr.
        key_span: the bytes of the key, as it is written.
        value_span: the bytes of the value, as it is written.
        as_written: both read as they are written but for the key's `\\:` and `\\=`, and stand on one line.
        line: counted from 1.
    """

    key: str = field(repr=False)
    value: str = field(repr=False)
    key_span: Span
    value_span: Span
    as_written: bool
    line: int


def properties(content: bytes, *, path: Path | None = None) -> list[Property]:
    """Return every property in the order of the file.

    Args:
        path: for the sentence of the error.

    Raises:
        FileError: `file.unparsable`, where it holds zero bytes.
    """
    failures.expect_no_zero_bytes(content, path)
    return list(_read(content))


def _read(content: bytes) -> Iterator[Property]:
    waiting: list[re.Match[bytes]] = []
    first = 1
    for number, line in enumerate(_LINE.finditer(content), start=1):
        if not waiting and _COMMENT.match(line[1]) and not line[1].strip().startswith(b"\\"):
            continue
        if not waiting:
            first = number
        waiting.append(line)
        if _continues(line[1]) and line.end() < len(content):
            continue
        yield _property(waiting, first)
        waiting = []


def _continues(line: bytes) -> bool:
    return (len(line) - len(line.rstrip(b"\\"))) % 2 == 1


def _property(lines: list[re.Match[bytes]], number: int) -> Property:
    pieces = [line[1] for line in lines]
    text = b"".join(piece[:-1] if _continues(piece) else piece for piece in [pieces[0], *map(bytes.lstrip, pieces[1:])])
    entry = _ENTRY.fullmatch(text)
    assert entry is not None  # noqa: S101  (everything in it may be empty)
    start = lines[0].start()
    value = _unescaped(entry["value"])
    return Property(
        key=_unescaped(entry["key"]),
        value=value,
        key_span=Span(start + entry.start("key"), start + entry.end("key")),
        value_span=Span(start + entry.start("value"), start + entry.end("value")),
        as_written=len(lines) == 1 and value == entry["value"].decode("latin-1"),
        line=number,
    )


def _unescaped(written: bytes) -> str:
    def meant(found: re.Match[str]) -> str:
        if found[1]:
            return chr(int(found[1], 16))
        return _MEANT.get(found[2] or "", found[2] or "")

    return _ESCAPE.sub(meant, written.decode("latin-1"))
