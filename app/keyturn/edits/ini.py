"""Three programs' INI files, each read exactly as its own program reads it, with the place of every value.

The dialects differ in ways that decide which key is used (facts/clients.md 0.7), so there is no common grammar.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise
from pathlib import Path

from keyturn.edits import failures, python_ini
from keyturn.edits.python_ini import Option
from keyturn.edits.spans import Span
from keyturn.edits.text_lines import TextLine, at_line, lines, python_lines, strip
from keyturn.model.text import _

_SAFE_VALUE = re.compile(r"[A-Za-z0-9/+][A-Za-z0-9/+=]*")
# What goconfig calls the section that stands before the first one.
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
class IniEntry:
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
    nested: tuple[IniEntry, ...] = ()


def entries(content: bytes, dialect: Dialect, *, path: Path | None = None) -> list[IniEntry]:
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

    def __init__(self, found: Sequence[IniEntry], dialect: Dialect) -> None:
        self._dialect = dialect
        self._last = {(entry.section, entry.key): entry for entry in found}
        self._keys: dict[str | None, list[str]] = {}
        names = {entry.section for entry in found if entry.section is not None}
        self._nearest = _nearest_lenders(names) if dialect is Dialect.RCLONE else {}

    def entry(self, section: str | None, key: str) -> IniEntry | None:
        """Return the occurrence that counts, or None."""
        return next((self._last[name, key] for name in self.lenders(section) if (name, key) in self._last), None)

    def value(self, section: str | None, key: str) -> str | None:
        """Return the value that counts, or None."""
        entry = self.entry(section, key)
        return None if entry is None else entry.value

    def keys(self, section: str | None) -> Iterator[str]:
        """Yield every key that has an occurrence which counts for the section, each once."""
        if not self._keys:
            for name, key in self._last:
                self._keys.setdefault(name, []).append(key)
        yield from dict.fromkeys(key for name in self.lenders(section) for key in self._keys.get(name, ()))

    def lenders(self, section: str | None) -> Iterator[str | None]:
        """Yield the section, then those that lend it what it has not, the nearest first; they may be empty."""
        if self._dialect is Dialect.S3CMD:
            yield None
            return
        yield section
        if self._dialect is Dialect.AWS:
            yield python_ini.DEFAULT
        elif section is not None:
            lender = self._nearest[section] if section in self._nearest else self._lender_of_empty(section)
            while lender is not None:
                yield lender
                lender = self._nearest[lender]

    def _lender_of_empty(self, section: str) -> str | None:
        """The nearest lender of a section that has nothing of its own."""
        end = section.rfind(".")
        while end >= 0 and section[:end] not in self._nearest:
            end = section.rfind(".", 0, end)
        return None if end < 0 else section[:end]


def _nearest_lenders(names: Collection[str]) -> Mapping[str, str | None]:
    """For each name, the longest other one that ends before one of its dots.

    All names that begin with `work.` follow `work` in this order, so each is held against few others: a file may have
    thousands of names with thousands of dots.
    """
    found: dict[str, str | None] = {}
    above: list[str] = []
    for name in sorted(names, key=lambda name: f"{name}."):
        while above and not name.startswith(f"{above[-1]}."):
            above.pop()
        found[name] = above[-1] if above else None
        above.append(name)
    return found


def effective(found: Sequence[IniEntry], dialect: Dialect, section: str | None, key: str) -> IniEntry | None:
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


_Found = tuple[list[str], list[IniEntry]]


def _read(content: bytes, dialect: Dialect, path: Path | None) -> _Found:
    failures.expect_no_zero_bytes(content, path)
    readers: dict[Dialect, Callable[[bytes, Path | None], _Found]] = {
        Dialect.AWS: _read_aws,
        Dialect.RCLONE: _read_rclone,
        Dialect.S3CMD: _read_s3cmd,
    }
    return readers[dialect](content, path)


# --- AWS ---------------------------------------------------------------------------------------------------------


def _read_aws(content: bytes, path: Path | None) -> _Found:
    names, found = python_ini.options(content, path=path)
    return names, [_aws_entry(option, path) for option in found]


def _aws_entry(option: Option, path: Path | None) -> IniEntry:
    value = option.value or ""
    nested = tuple(_nested(option, path)) if value.startswith("\n") else ()
    return IniEntry(option.section, option.key, value, option.span, option.line, nested=nested)


def _nested(option: Option, path: Path | None) -> Iterator[IniEntry]:
    """The indented block below a key without a value of its own."""
    for line, first, last in option.below:
        start = line.span(first, first).start
        # botocore splits the block anew with splitlines, which knows more line ends than a file has.
        for text in line.text[first:last].splitlines(keepends=True):
            piece = TextLine(text, line.number, start, line.encoding_errors)
            start = piece.span(0, len(text)).end
            if not text.strip():
                continue
            equals = text.find("=")
            if equals < 0:
                raise at_line(line, path, _("Line {line} is part of an indented block and has no “=”."))
            begin, end = strip(text, equals + 1, len(text))
            yield IniEntry(option.section, text[:equals].strip(), text[begin:end], piece.span(begin, end), line.number)


# --- rclone ------------------------------------------------------------------------------------------------------

_BOM = b"\xef\xbb\xbf"
# What Go's strings.TrimSpace takes away: Unicode's White_Space.
_GO_BLANKS = "\t\n\v\f\r \x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"


def _read_rclone(content: bytes, path: Path | None) -> _Found:
    names: dict[str, None] = {}
    found: list[IniEntry] = []
    section = _DEFAULT
    unnamed = 0
    # The mark becomes blanks of the same size, which every rule below ignores.
    text = b"   " + content[3:] if content.startswith(_BOM) else content
    for line in lines(text, re.compile(rb"\n"), "surrogateescape"):
        first, last = strip(line.text, 0, len(line.text), _GO_BLANKS)
        if first == last or line.text[first] in "#;":
            continue
        if line.text[first] == "[" and line.text[last - 1] == "]":
            begin, end = strip(line.text, first + 1, last - 1, _GO_BLANKS)
            section, unnamed = line.text[begin:end], 0
            names[section or _DEFAULT] = None
            continue
        if not section:
            raise at_line(line, path, _("Line {line} belongs to a section without a name."))
        key, separator = _go_key(line, first, last, path)
        if key == "-":
            unnamed += 1
            key = f"#{unnamed}"
        begin, end = _go_value(line, separator + 1, last, path)
        value = line.text[begin:end].encode(errors="surrogateescape").decode(errors="replace")
        if key:
            names[section] = None
            found.append(IniEntry(section, key, value, line.span(begin, end), line.number, _is_go_reference(value)))
    return list(names), found


def _is_go_reference(value: str) -> bool:
    """Whether `%(name)s` is in the value."""
    pieces = value.split(")")
    return any(0 <= piece.find("%(") < len(piece) - 2 and after.startswith("s") for piece, after in pairwise(pieces))


def _go_key(line: TextLine, first: int, last: int, path: Path | None) -> tuple[str, int]:
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
        raise at_line(line, path, _("Line {line} is neither a section nor a key with a value."))
    key = text[len(quote) : close] if quote else text[: separator.start()].strip(_GO_BLANKS)
    return key, first + separator.start()


def _go_value(line: TextLine, first: int, last: int, path: Path | None) -> tuple[int, int]:
    """The positions of the value: blanks around it go, then one pair of backquotes or triple quotes."""
    begin, end = strip(line.text, first, last, _GO_BLANKS)
    size = len(line.text[begin:end].encode(errors="surrogateescape"))
    if size >= 2 and line.text[begin] == "`":
        quote = "`"
    elif size >= 6 and line.text.startswith('"""', begin):
        quote = '"""'
    else:
        return begin, end
    close = line.text.rfind(quote, begin + len(quote), end)
    if close < 0:
        raise at_line(line, path, _("Line {line} opens a quotation and does not close it."))
    return begin + len(quote), close


# --- s3cmd -------------------------------------------------------------------------------------------------------

_S3CMD_COMMENT = re.compile(r"\s*#")
_S3CMD_SECTION = re.compile(r"\[[^\]]+\]")
_S3CMD_DATA = re.compile(r"\s*(?P<key>\w+)\s*=\s*(?P<value>.*)")
_S3CMD_QUOTED = re.compile(r'"(.*)"\s*')


def _read_s3cmd(content: bytes, path: Path | None) -> _Found:
    found: list[IniEntry] = []
    for line in python_lines(content, path):
        if _S3CMD_COMMENT.match(line.text) or _S3CMD_SECTION.match(line.text):
            continue
        data = _S3CMD_DATA.match(line.text)
        if data is None:
            continue  # s3cmd says so in a warning, and goes on
        begin, end = data.span("value")
        if _S3CMD_QUOTED.fullmatch(data["value"]):
            # It takes one character off each end, also where the last one is a blank after the quote.
            begin, end = begin + 1, end - 1
        begin, end = strip(line.text, begin, end)
        value = line.text[begin:end]
        span = line.span(begin, end)
        found.append(IniEntry(None, data["key"], value, span, line.number, value.startswith("$")))
    return [], found
