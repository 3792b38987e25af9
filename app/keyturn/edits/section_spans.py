"""Two more kinds of INI file, with the place of every value: crestic's (Python's configparser) and pgBackRest's.

A file is a table of sections, each a table of values.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path

from keyturn.edits import failures
from keyturn.edits.spans import Span
from keyturn.edits.trees import Node, Scalar, Writing
from keyturn.model.errors import FileError
from keyturn.model.text import _

_BLANKS = b" \t\r\f\v"
_DEFAULT = "DEFAULT"
_PYTHON_SECTION = re.compile(rb"\[(?P<name>.+)\]")
_PYTHON_OPTION = re.compile(rb"\s*(?P<key>.*?)\s*[=:]\s*(?P<value>.*?)\s*")


def python_sections(content: bytes, *, path: Path | None = None) -> dict[str, Node]:
    """Return the file as crestic 1.1 reads it: strict, names as written, values that may be missing.

    A reference such as `${global:repo}` is left as it is written. A value of several lines has no spot of its own.

    Args:
        path: for the sentence of the error.

    Raises:
        FileError: `file.unparsable`, where configparser refuses it, as it does for duplicates and a BOM.
    """
    import configparser  # most computers have no such file

    parser = configparser.RawConfigParser(allow_no_value=True)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    try:
        parser.read_file(io.StringIO(content.decode(), newline=None), "")
        if b"\0" in content:
            raise ValueError("no text")
    except (ValueError, AttributeError, configparser.Error) as error:
        # AttributeError: what Python 3.11 makes of an indented line below a key without a value.
        line = getattr(error, "lineno", None) or next(iter(getattr(error, "errors", [])), [1])[0]
        raise failures.unparsable(path, _("Line {line} is none that crestic reads.").format(line=line)) from None
    spots: dict[tuple[str, str, str], list[Scalar]] = {}
    section = ""
    for line, start, number in _lines(content):
        header = _PYTHON_SECTION.fullmatch(line)
        if header is not None:
            section = header["name"].decode()
            continue
        option = _PYTHON_OPTION.fullmatch(line)
        if option is not None:
            span = Span(start + option.start("value"), start + option.end("value"))
            found = Scalar(option["value"].decode(), True, span, number)
            spots.setdefault((section, option["key"].decode(), found.value), []).append(found)
    sections: dict[str, Node] = {}
    for name in (_DEFAULT, *parser.sections()):
        own = parser.defaults() if name == _DEFAULT else parser[name]
        table: dict[str, Node] = {}
        for key, value in own.items():
            candidates = spots.get((name, key, value or ""), [])
            # Two equal lines: one of them belongs to a value of several lines, and which one is not clear.
            spot = candidates[0] if len(candidates) == 1 else Scalar(value or "", True, Span(0, 0), 1, Writing.FIXED)
            table[key] = spot
        sections[name] = table
    return sections


def pgbackrest_sections(content: bytes, *, path: Path | None = None) -> dict[str, Node]:
    """Return the file as pgBackRest reads it (src/common/ini.c): sections of one name are one, `#` begins a comment.

    Where a key is repeated its last value is given: pgBackRest itself refuses that for most options.

    Raises:
        FileError: `file.unparsable`, where pgBackRest refuses it.
    """
    sections: dict[str, Node] = {}
    table: dict[str, Node] | None = None
    if b"\0" in content:
        raise failures.unparsable(path, _("It holds zero bytes, as UTF-16 text and binary files do."))
    for line, start, number in _lines(content):
        text = line.strip(_BLANKS)
        if not text or text.startswith(b"#"):
            continue
        if text.startswith(b"["):
            if not text.endswith(b"]"):
                raise _refused(path, number)
            inner = sections.setdefault(text[1:-1].decode(errors="replace"), {})
            assert isinstance(inner, dict)  # noqa: S101  (only tables are put there)
            table = inner
            continue
        key, equals, value = line.partition(b"=")
        name = key.strip(_BLANKS).decode(errors="replace")
        if table is None or not equals or not name:
            raise _refused(path, number)
        first = start + len(key) + 1 + len(value) - len(value.lstrip(_BLANKS))
        stripped = value.strip(_BLANKS)
        span = Span(first, first + len(stripped)) if stripped else Span(start + len(line), start + len(line))
        writing = Writing.FIXED if name in table else Writing.PLAIN
        table[name] = Scalar(stripped.decode(errors="replace"), True, span, number, writing)
    return sections


def _lines(content: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Each line without its end, its first byte, and its number."""
    start = 0
    for number, line in enumerate(content.split(b"\n"), start=1):
        yield line.removesuffix(b"\r"), start, number
        start += len(line) + 1


def _refused(path: Path | None, number: int) -> FileError:
    return failures.unparsable(path, _("Line {line} is none that pgBackRest reads.").format(line=number))
