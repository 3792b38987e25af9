"""Lines of a text file as its program reads them, whose characters lead back to the bytes of the file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from keyturn.edits import failures
from keyturn.edits.spans import Span
from keyturn.model.errors import FileError
from keyturn.model.text import _

_PYTHON_LINE_END = re.compile(rb"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line without its end. Positions in `text` are characters; `span` turns them into bytes of the file."""

    text: str = field(repr=False)
    number: int
    start: int
    encoding_errors: str

    def span(self, first: int, last: int) -> Span:
        """Return the bytes of the characters from `first` to `last`, the last not included."""
        start = self.start + self._size(first)
        return Span(start, start + self._size(last) - self._size(first))

    def _size(self, position: int) -> int:
        return len(self.text[:position].encode(errors=self.encoding_errors))


def python_lines(content: bytes, path: Path | None) -> Iterator[TextLine]:
    """Return the lines as Python's text files have them: ended by CR, LF or both, in strict UTF-8.

    Raises:
        FileError: `file.unparsable`, where it is no UTF-8.
    """
    try:
        content.decode()
    except UnicodeDecodeError as error:
        raise failures.unparsable(path, _("It is not UTF-8 text.")) from error
    return lines(content, _PYTHON_LINE_END, "strict")


def lines(content: bytes, line_end: re.Pattern[bytes], errors: str) -> Iterator[TextLine]:
    """Yield the lines between the ends; `errors` says how bytes that are no UTF-8 are read."""
    start, number = 0, 1
    for end in line_end.finditer(content):
        yield TextLine(content[start : end.start()].decode(errors=errors), number, start, errors)
        start, number = end.end(), number + 1
    if start < len(content):
        yield TextLine(content[start:].decode(errors=errors), number, start, errors)


def strip(text: str, first: int, last: int, blanks: str | None = None) -> tuple[int, int]:
    """Return the positions of `text[first:last]` without blanks around it."""
    part = text[first:last]
    begin = first + len(part) - len(part.lstrip(blanks))
    return begin, begin + len(part.strip(blanks))


def at_line(line: TextLine, path: Path | None, reason: str) -> FileError:
    """Return what to say where a line is none that its program reads; `{line}` in the reason is its number."""
    return failures.unparsable(path, reason.format(line=line.number))
