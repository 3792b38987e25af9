"""Password files of one `ID:SECRET` per line, as s3fs and s3backer read them, with the place of every value."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum, auto
from pathlib import Path

from keyturn.edits import failures
from keyturn.edits.spans import Span
from keyturn.model.text import _

_LINE = re.compile(rb"([^\n]*)(?:\n|\Z)")
_BLANKS = b" \t\r\v\f"
_MARK = b"\xef\xbb\xbf"


class Reader(Enum):
    """Whose grammar a file is read by.

    S3FS: s3fs_cred.cpp, ParseS3fsPasswdFile (s3fs 1.90); it refuses the whole file for a blank within a line or a
    bracket, and of two lines for the same bucket the first counts.
    S3BACKER: s3b_config.c, search_access_for (s3backer 1.6 and 2.0): the line of the ID it is told, else the first.
    """

    S3FS = auto()
    S3BACKER = auto()


@dataclass(frozen=True, slots=True)
class PairLine:
    """One line with a pair.

    Attributes:
        bucket: the bucket that it is for (s3fs); empty for all.
        secret: not part of the repr.
        line: counted from 1.
        counts: False where an earlier line is for the same bucket (s3fs).
    """

    bucket: str
    access_key_id: str
    secret: str = field(repr=False)
    id_span: Span
    secret_span: Span
    line: int
    counts: bool


def lines(content: bytes, reader: Reader, *, path: Path | None = None) -> list[PairLine]:
    """Return every line with a pair, in the order of the file.

    Args:
        path: for the sentence of the error.

    Raises:
        FileError: `file.unparsable`, where the program refuses the file, or it begins with a byte order mark, which
            the program takes for a part of its first line.
    """
    failures.expect_no_zero_bytes(content, path)
    if content.startswith(_MARK):
        reason = _("It begins with a byte order mark, which the program takes for a part of its first line.")
        raise failures.unparsable(path, reason)
    return list(_read(content, reader, path))


def _read(content: bytes, reader: Reader, path: Path | None) -> Iterator[PairLine]:
    seen: set[bytes] = set()
    for number, line in enumerate(_LINE.finditer(content), start=1):
        text = line[1].strip(_BLANKS)
        if not text or text.startswith(b"#"):
            continue
        if reader is Reader.S3FS and (text.startswith(b"[") or any(blank in text for blank in b" \t")):
            reason = _("Line {line} has a blank or a bracket, and the program refuses the whole file for it.")
            raise failures.unparsable(path, reason.format(line=number))
        start = line.start() + len(line[1]) - len(line[1].lstrip(_BLANKS))
        first, last = text.find(b":"), text.rfind(b":")
        if first < 0:
            continue
        begin = first + 1 if reader is Reader.S3FS and first != last else 0
        split = last if reader is Reader.S3FS else first
        bucket = text[: first if begin else 0]
        yield PairLine(
            bucket.decode(errors="replace"),
            text[begin:split].decode(errors="replace"),
            text[split + 1 :].decode(errors="replace"),
            Span(start + begin, start + split),
            Span(start + split + 1, start + len(text)),
            number,
            reader is Reader.S3BACKER or bucket not in seen,
        )
        seen.add(bucket)
