"""Three programs' INI files, each read exactly as its own program reads it, with the place of every value.

The dialects differ in ways that decide which key is used (research/clients.md 0.7), so there is no common grammar.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise
from pathlib import Path

from keyturn.edits import failures
from keyturn.edits.spans import Span
from keyturn.model.errors import FileError
from keyturn.model.text import _

_SAFE_VALUE = re.compile(r"[A-Za-z0-9/+][A-Za-z0-9/+=]*")
# Python's configparser and goconfig both know a section that stands for all, or for none.
_DEFAULT = "DEFAULT"


class Dialect(StrEnum):
    """Whose grammar a file is read by.

    `aws`: botocore, that is Python's RawConfigParser in strict mode (botocore 1.44, configloader.py; Python 3.11).
    `rclone`: goconfig (github.com/unknwon/goconfig, read.go), checked against rclone 1.60.
    `s3cmd`: s3cmd's own reader (s3cmd 2.3, S3/Config.py).
    """

    AWS = "aws"
    RCLONE = "rclone"
    S3CMD = "s3cmd"


@dataclass(frozen=True, slots=True)
class Entry:
    """One `key = value` of a file.

    Attributes:
        section: None for s3cmd, which ignores section headers.
        key: as the program knows it: botocore in lower case, the others as written.
        value: as the program reads it, with U+FFFD for bytes that are no UTF-8. It may be a secret and is not part of
            the repr.
        value_span: the bytes that make the value, without quotes and blanks around it. Where the value stands on
            several lines (AWS), from the first to the last of them.
        line: of the key, counted from 1.
        is_reference: the program takes the value from elsewhere: `%(name)s` in rclone, `$NAME` in s3cmd.
        nested: the indented block under a key without a value of its own, such as `s3 =` (AWS).
    """

    section: str | None
    key: str
    value: str = field(repr=False)
    value_span: Span
    line: int
    is_reference: bool = False
    nested: tuple[Entry, ...] = ()


def entries(content: bytes, dialect: Dialect, *, path: Path | None = None) -> list[Entry]:
    """Return every `key = value` in the order of the file, also those that a later one overrules.

    Args:
        path: for the sentence of the error.

    Raises:
        FileError: `file.unparsable`, where the program itself refuses the file, or it is no text.
    """
    return _read(content, dialect, path)[1]


def sections(content: bytes, dialect: Dialect, *, path: Path | None = None) -> list[str]:
    """Return the names of the sections, also of empty ones, in the order of their first appearance.

    Empty for s3cmd. AWS's `DEFAULT` is not among them: it only lends its values to all others.

    Raises:
        FileError: as `entries`.
    """
    return _read(content, dialect, path)[0]


class Effective:
    """Which occurrence of a key counts for the program, for any number of questions about one file.

    AWS: the section's own, else the one in `[DEFAULT]`. rclone: the last one of all sections of that name, else that
    of the section whose name ends before the last dot. s3cmd: the last one in the file.
    """

    def __init__(self, found: Sequence[Entry], dialect: Dialect) -> None:
        self._dialect = dialect
        self._last = {(entry.section, entry.key): entry for entry in found}
        # A name of thousands of dots has thousands of names before them, most too short or too long for any section.
        self._sizes = {len(entry.section) for entry in found if entry.section is not None}

    def entry(self, section: str | None, key: str) -> Entry | None:
        """Return the occurrence that counts, or None."""
        return next((self._last[name, key] for name in self.lenders(section) if (name, key) in self._last), None)

    def value(self, section: str | None, key: str) -> str | None:
        """Return the value that counts, or None."""
        entry = self.entry(section, key)
        return None if entry is None else entry.value

    def lenders(self, section: str | None) -> Iterator[str | None]:
        """Yield the section, then those that lend it what it has not, the nearest first; they may be empty."""
        if self._dialect is Dialect.S3CMD:
            yield None
            return
        yield section
        if self._dialect is Dialect.AWS:
            yield _DEFAULT
        elif section is not None:
            end = section.rfind(".")
            while end >= 0:
                if end in self._sizes:
                    yield section[:end]
                end = section.rfind(".", 0, end)


def effective(found: Sequence[Entry], dialect: Dialect, section: str | None, key: str) -> Entry | None:
    """Return the occurrence that counts for the program, or None; for one question (see `Effective`)."""
    return Effective(found, dialect).entry(section, key)


def encode(value: str, dialect: Dialect) -> bytes:
    """Return how a new value is written into a `value_span`.

    Access keys need no quoting in any dialect; anything else is refused rather than guessed at.

    Raises:
        ValueError: where the value is not made of the characters of access keys.
    """
    if not _SAFE_VALUE.fullmatch(value):
        raise ValueError(f"not a value that is the same in every {dialect} file")
    return value.encode()


_Found = tuple[list[str], list[Entry]]


@dataclass(frozen=True, slots=True)
class _Line:
    """A line without its end. Positions in `text` are characters; `span` turns them into bytes of the file."""

    text: str = field(repr=False)
    number: int
    start: int
    encoding_errors: str

    def span(self, first: int, last: int) -> Span:
        start = self.start + self._size(first)
        return Span(start, start + self._size(last) - self._size(first))

    def _size(self, position: int) -> int:
        return len(self.text[:position].encode(errors=self.encoding_errors))


def _read(content: bytes, dialect: Dialect, path: Path | None) -> _Found:
    if b"\0" in content:
        reason = _("It holds zero bytes, as UTF-16 text and binary files do.")
        raise failures.unparsable(path, reason)
    readers: dict[Dialect, Callable[[bytes, Path | None], _Found]] = {
        Dialect.AWS: _read_aws,
        Dialect.RCLONE: _read_rclone,
        Dialect.S3CMD: _read_s3cmd,
    }
    return readers[dialect](content, path)


def _python_lines(content: bytes, path: Path | None) -> Iterator[_Line]:
    """Lines as Python's text files have them: ended by CR, LF or both, in strict UTF-8."""
    try:
        content.decode()
    except UnicodeDecodeError as error:
        raise failures.unparsable(path, _("It is not UTF-8 text.")) from error
    return _lines(content, re.compile(rb"\r\n|\r|\n"), "strict")


def _lines(content: bytes, line_end: re.Pattern[bytes], errors: str) -> Iterator[_Line]:
    start, number = 0, 1
    for end in line_end.finditer(content):
        yield _Line(content[start : end.start()].decode(errors=errors), number, start, errors)
        start, number = end.end(), number + 1
    if start < len(content):
        yield _Line(content[start:].decode(errors=errors), number, start, errors)


def _strip(text: str, first: int, last: int, blanks: str | None = None) -> tuple[int, int]:
    """The positions of `text[first:last]` without blanks around it."""
    part = text[first:last]
    begin = first + len(part) - len(part.lstrip(blanks))
    return begin, begin + len(part.strip(blanks))


def _at_line(line: _Line, path: Path | None, reason: str) -> FileError:
    return failures.unparsable(path, reason.format(line=line.number))


# --- AWS ---------------------------------------------------------------------------------------------------------

_AWS_SECTION = re.compile(r"\[(?P<name>.+)\]")
_AWS_SEPARATOR = re.compile("[=:]")


@dataclass(slots=True)
class _AwsOption:
    section: str
    key: str
    line: int
    values: list[str]
    span: Span
    # Lines below the key's own, with the positions of their text.
    below: list[tuple[_Line, int, int]]

    def entry(self, path: Path | None) -> Entry:
        value = "\n".join(self.values).rstrip()
        nested = self._nested(path) if value.startswith("\n") else ()
        span = self.span
        if value and self.below:
            line, first, last = self.below[-1]
            # A value without text of its own begins where its block does.
            start = span.start if self.values[0] else self.below[0][0].span(*self.below[0][1:]).start
            span = Span(start, line.span(first, last).end)
        return Entry(self.section, self.key, value, span, self.line, nested=nested)

    def _nested(self, path: Path | None) -> tuple[Entry, ...]:
        found = []
        for line, first, last in self.below:
            start = line.span(first, first).start
            # botocore splits the block anew with splitlines, which knows more line ends than a file has.
            for text in line.text[first:last].splitlines(keepends=True):
                piece = _Line(text, line.number, start, line.encoding_errors)
                start = piece.span(0, len(text)).end
                if not text.strip():
                    continue
                equals = text.find("=")
                if equals < 0:
                    raise _at_line(line, path, _("Line {line} is part of an indented block and has no “=”."))
                begin, end = _strip(text, equals + 1, len(text))
                key = text[:equals].strip()
                found.append(Entry(self.section, key, text[begin:end], piece.span(begin, end), line.number))
        return tuple(found)


def _read_aws(content: bytes, path: Path | None) -> _Found:
    names: dict[str, None] = {}  # a set that keeps the order
    options: list[_AwsOption] = []
    seen: set[tuple[str, str]] = set()
    section: str | None = None
    current: _AwsOption | None = None
    indent = 0
    for line in _python_lines(content, path):
        first, last = _strip(line.text, 0, len(line.text))
        text = line.text[first:last]
        if text.startswith(("#", ";")):
            continue
        if not text:
            if current is not None:
                current.values.append("")
            continue
        if current is not None and first > indent:
            current.values.append(text)
            current.below.append((line, first, last))
            continue
        indent = first
        if header := _AWS_SECTION.match(text):
            section, current = header["name"], None
            if section in names:
                raise _at_line(line, path, _("Line {line} begins a section that the file has already."))
            if section != _DEFAULT:
                names[section] = None
            continue
        if section is None:
            raise _at_line(line, path, _("Line {line} stands before the first section, or the file begins with a BOM."))
        separator = _AWS_SEPARATOR.search(text)
        if separator is None or separator.start() == 0:
            raise _at_line(line, path, _("Line {line} is neither a section nor a key with a value."))
        key = text[: separator.start()].rstrip().lower()
        if (section, key) in seen:
            raise _at_line(line, path, _("Line {line} repeats a key of its section."))
        seen.add((section, key))
        begin, end = _strip(text, separator.end(), len(text))
        span = line.span(first + begin, first + end)
        current = _AwsOption(section, key, line.number, [text[begin:end]], span, [])
        options.append(current)
    return list(names), [option.entry(path) for option in options]


# --- rclone ------------------------------------------------------------------------------------------------------

_BOM = b"\xef\xbb\xbf"
# What Go's strings.TrimSpace takes away: Unicode's White_Space.
_GO_BLANKS = "\t\n\v\f\r \x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"


def _read_rclone(content: bytes, path: Path | None) -> _Found:
    names: dict[str, None] = {}
    found: list[Entry] = []
    section = _DEFAULT
    unnamed = 0
    # The mark becomes blanks of the same size, which every rule below ignores.
    text = b"   " + content[3:] if content.startswith(_BOM) else content
    for line in _lines(text, re.compile(rb"\n"), "surrogateescape"):
        first, last = _strip(line.text, 0, len(line.text), _GO_BLANKS)
        if first == last or line.text[first] in "#;":
            continue
        if line.text[first] == "[" and line.text[last - 1] == "]":
            begin, end = _strip(line.text, first + 1, last - 1, _GO_BLANKS)
            section, unnamed = line.text[begin:end], 0
            names[section or _DEFAULT] = None
            continue
        if not section:
            raise _at_line(line, path, _("Line {line} belongs to a section without a name."))
        key, separator = _go_key(line, first, last, path)
        if key == "-":
            unnamed += 1
            key = f"#{unnamed}"
        begin, end = _go_value(line, separator + 1, last, path)
        value = line.text[begin:end].encode(errors="surrogateescape").decode(errors="replace")
        if key:
            names[section] = None
            found.append(Entry(section, key, value, line.span(begin, end), line.number, _is_go_reference(value)))
    return list(names), found


def _is_go_reference(value: str) -> bool:
    """Whether `%(name)s` is in the value."""
    pieces = value.split(")")
    return any(0 <= piece.find("%(") < len(piece) - 2 and after.startswith("s") for piece, after in pairwise(pieces))


def _go_key(line: _Line, first: int, last: int, path: Path | None) -> tuple[str, int]:
    """The key, which may stand in quotes, and the position of the separator."""
    text = line.text[first:last]
    quote = ""
    if text.startswith('"'):
        quote = '"""' if len(text.encode(errors="surrogateescape")) >= 6 and text.startswith('"""') else '"'
    elif text.startswith("`"):
        quote = "`"
    close = text.find(quote, len(quote)) if quote else 0
    separator = re.compile("[=:]").search(text, max(close, 0))
    if close < 0 or separator is None or separator.start() <= close:
        raise _at_line(line, path, _("Line {line} is neither a section nor a key with a value."))
    key = text[len(quote) : close] if quote else text[: separator.start()].strip(_GO_BLANKS)
    return key, first + separator.start()


def _go_value(line: _Line, first: int, last: int, path: Path | None) -> tuple[int, int]:
    """The positions of the value: blanks around it go, then one pair of backquotes or triple quotes."""
    begin, end = _strip(line.text, first, last, _GO_BLANKS)
    size = len(line.text[begin:end].encode(errors="surrogateescape"))
    if size >= 2 and line.text[begin] == "`":
        quote = "`"
    elif size >= 6 and line.text.startswith('"""', begin):
        quote = '"""'
    else:
        return begin, end
    close = line.text.rfind(quote, begin + len(quote), end)
    if close < 0:
        raise _at_line(line, path, _("Line {line} opens a quotation and does not close it."))
    return begin + len(quote), close


# --- s3cmd -------------------------------------------------------------------------------------------------------

_S3CMD_COMMENT = re.compile(r"\s*#")
_S3CMD_SECTION = re.compile(r"\[[^\]]+\]")
_S3CMD_DATA = re.compile(r"\s*(?P<key>\w+)\s*=\s*(?P<value>.*)")
_S3CMD_QUOTED = re.compile(r'"(.*)"\s*')


def _read_s3cmd(content: bytes, path: Path | None) -> _Found:
    found: list[Entry] = []
    for line in _python_lines(content, path):
        if _S3CMD_COMMENT.match(line.text) or _S3CMD_SECTION.match(line.text):
            continue
        data = _S3CMD_DATA.match(line.text)
        if data is None:
            continue  # s3cmd says so in a warning, and goes on
        begin, end = data.span("value")
        if _S3CMD_QUOTED.fullmatch(data["value"]):
            # It takes one character off each end, also where the last one is a blank after the quote.
            begin, end = begin + 1, end - 1
        begin, end = _strip(line.text, begin, end)
        value = line.text[begin:end]
        span = line.span(begin, end)
        found.append(Entry(None, data["key"], value, span, line.number, value.startswith("$")))
    return [], found
