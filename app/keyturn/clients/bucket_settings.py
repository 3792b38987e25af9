"""Where the names of buckets stand on a computer: files are read for these names, and for nothing else.

A script, unit or timetable that addresses a bucket uses it. In a history of commands, or as a mere word, a name is only
a hint: “backup” is a bucket's name, too.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.clients.default_locations import is_a_copy
from keyturn.clients.discovery import files_of_corners
from keyturn.clients.readings import Readings
from keyturn.edits.files import read_file
from keyturn.model.errors import FileError

if TYPE_CHECKING:
    from keyturn.computer.computer import Computer

# What stands right before a name where it addresses a bucket: `s3://`, `s3:host/`, `remote:`, `--bucket `, `BUCKET=`.
_BEFORE = (
    rb"s3a?:/{0,2}(?:https?://)?(?:[\w.-]+(?::\d+)?/)?|(?<![\w.-])[\w.-]+:"
    rb"|bucket(?:_?name)?[\"']?[ \t]*[:=,( ][ \t]*[\"']?"
)
_HOST = rb"\.s3[\w.-]*\.amazonaws\.com"
_LIMIT = 256 * 1024  # bytes of a file: what a person writes is smaller
_MOST = 50  # spots of one name that are remembered


@dataclass(frozen=True, slots=True)
class NameSpot:
    """One place where the name of a bucket stands.

    Attributes:
        line: counted from 1.
        addresses: the text addresses the bucket; else the name only stands there.
    """

    path: Path
    line: int
    addresses: bool


def spots_of_names(
    computer: Computer, names: Collection[str], leave_out: Collection[Path] = ()
) -> Mapping[str, Sequence[NameSpot]]:
    """Return where each of the names stands in the small files of the usual locations, addresses first."""
    found: dict[str, list[NameSpot]] = {}
    if not names:
        return found
    # The longest first, so that `photos-old` is not taken for `photos`.
    words = b"|".join(re.escape(name.encode()) for name in sorted(names, key=len, reverse=True))
    marks = re.compile(words)
    pattern = re.compile(
        rb"(?i:(?P<before>"
        + _BEFORE
        + rb"))?(?<![\w-])(?P<name>"
        + words
        + rb")(?:(?P<host>"
        + _HOST
        + rb")|(?![\w.-]))"
    )
    seen: set[str] = set()
    for entry, _corner, _walk in files_of_corners(computer, Readings(leave_out)):
        content = _small(entry)
        if content is None or marks.search(content) is None:
            continue
        real = os.path.realpath(entry.path)
        if real in seen:
            continue
        seen.add(real)
        for name, spot in _in_text(Path(entry.path), content, pattern):
            if len(spots := found.setdefault(name, [])) < _MOST:
                spots.append(spot)
    return {name: sorted(spots, key=lambda one: not one.addresses) for name, spots in found.items()}


def _small(entry: os.DirEntry[str]) -> bytes | None:
    try:
        if entry.stat().st_size > _LIMIT:
            return None
        return read_file(Path(entry.path), limit=_LIMIT).content
    except (OSError, FileError):
        return None  # what cannot be read is told where keys are looked for


def _in_text(path: Path, content: bytes, pattern: re.Pattern[bytes]) -> Iterator[tuple[str, NameSpot]]:
    only_hints = path.name.endswith("history") or is_a_copy(path)
    line, counted = 1, 0
    for match in pattern.finditer(content):
        at = match.start("name")
        line, counted = line + content.count(b"\n", counted, at), at
        start = content.rfind(b"\n", 0, at) + 1
        is_comment = content[start:at].lstrip().lower().startswith((b"#", b"//", b";", b"rem "))
        end = content.find(b"\n", at)
        addresses = _addresses(match, content[start : end if end >= 0 else len(content)].lower())
        addresses = addresses and not only_hints and not is_comment
        yield match["name"].decode(), NameSpot(path, line, addresses)


def _addresses(match: re.Match[bytes], line: bytes) -> bool:
    """True where a bucket is meant. `photos` in `nas:photos` is one only where rclone reads it, and not rsync."""
    before = (match["before"] or b"").lower()
    if match["host"] or before.startswith((b"s3", b"bucket")):
        return True
    return bool(before) and (b"rclone" in line or b"remote" in line)
