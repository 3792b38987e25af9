"""Two more kinds of INI file, with the place of every value: crestic's (Python's configparser) and pgBackRest's.

A file is a table of sections, each a table of values.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from keyturn.edits import failures, python_ini
from keyturn.edits.python_ini import Option
from keyturn.edits.spans import Span
from keyturn.edits.trees import Node, Scalar, Writing
from keyturn.model.errors import FileError
from keyturn.model.text import _

_BLANKS = b" \t\r\f\v"


def python_sections(
    content: bytes, *, path: Path | None = None, keep_case: bool = True
) -> dict[str, Mapping[str, Scalar]]:
    """Return the file as crestic 1.1 reads it: strict, names as written, values that may be missing.

    A reference such as `${global:repo}` is left as it is written. A value of several lines has no spot of its own, and
    neither has one that a section takes from `[DEFAULT]`, which thousands of sections may do.

    Args:
        path: for the sentence of the error.
        keep_case: False where names count in lower case, as they do for other programs than crestic.

    Raises:
        FileError: `file.unparsable`, where configparser refuses it, as it does for duplicates and a BOM.
    """
    names, options = python_ini.options(content, path=path, keep_case=keep_case, may_lack_value=True)
    own: dict[str, dict[str, Scalar]] = {name: {} for name in (python_ini.DEFAULT, *names)}
    for option in options:
        own[option.section][option.key] = _scalar(option)
    lent = {key: replace(value, writing=Writing.FIXED) for key, value in own[python_ini.DEFAULT].items()}
    return {name: table if name == python_ini.DEFAULT else ChainMap(table, lent) for name, table in own.items()}


def _scalar(option: Option) -> Scalar:
    writing = Writing.PLAIN if option.values is not None and not option.below else Writing.FIXED
    return Scalar(option.value or "", True, option.span, option.line, writing)


def pgbackrest_sections(content: bytes, *, path: Path | None = None) -> dict[str, Node]:
    """Return the file as pgBackRest reads it (src/common/ini.c): sections of one name are one, `#` begins a comment.

    Where a key is repeated its last value is given: pgBackRest itself refuses that for most options.

    Raises:
        FileError: `file.unparsable`, where pgBackRest refuses it.
    """
    sections: dict[str, Node] = {}
    table: dict[str, Node] | None = None
    failures.expect_no_zero_bytes(content, path)
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
