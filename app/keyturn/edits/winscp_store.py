"""WinSCP.ini: the stored sites, with the place of every value (WinSCP, SessionData.cpp, HierarchicalStorage.cpp)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

from keyturn.edits import failures
from keyturn.edits.spans import Span
from keyturn.model.errors import FileError
from keyturn.model.text import _

_LINE = re.compile(rb"([^\r\n]*)(?:\r\n|\r|\n|\Z)")
_SITE = "sessions\\"
_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Value:
    """A value; `written` may hide a secret and is not part of the repr."""

    written: bytes = field(repr=False)
    span: Span

    @property
    def text(self) -> str:
        """What WinSCP reads: it writes blanks and some signs with `%` and two digits."""
        return unquote(self.written.decode(errors="replace"))


@dataclass(frozen=True, slots=True)
class Site:
    """A stored site, its values by their names in lower case."""

    name: str
    values: Mapping[str, Value]

    def text(self, name: str) -> str:
        """Return the value, or nothing."""
        found = self.values.get(name.lower())
        return "" if found is None else found.text


def sites(content: bytes, *, path: Path | None = None) -> list[Site]:
    """Return the stored sites in the order of the file.

    Args:
        path: for the sentence of the error.

    Raises:
        FileError: `file.unparsable`, where it is in UTF-16, or a site or one of its values stands there twice: which
            of the two counts has changed between WinSCP's versions.
    """
    failures.expect_no_zero_bytes(content, path)
    found: dict[str, dict[str, Value]] = {}
    current: dict[str, Value] | None = None
    for number, line in enumerate(_LINE.finditer(content, len(_MARK) if content.startswith(_MARK) else 0), start=1):
        text = line[1].strip()
        if text.startswith(b"[") and text.endswith(b"]"):
            section = text[1:-1].decode(errors="replace")
            current = None
            if section.lower().startswith(_SITE):
                name = unquote(section[len(_SITE) :])
                if name in found:
                    raise _twice(path, number)
                current = found[name] = {}
            continue
        key, equals, written = line[1].partition(b"=")
        if current is None or not equals or text.startswith(b";"):
            continue
        name = key.strip().decode(errors="replace").lower()
        if name in current:
            raise _twice(path, number)
        start = line.start() + len(key) + 1
        current[name] = Value(written, Span(start, start + len(written)))
    return [Site(name, values) for name, values in found.items()]


def _twice(path: Path | None, number: int) -> FileError:
    return failures.unparsable(path, _("Line {line} repeats what stands above it.").format(line=number))
