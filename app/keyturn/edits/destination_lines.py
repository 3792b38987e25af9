"""HashBackup's dest.conf: a keyword and its value on each line, with the place of every value (its manual)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from keyturn.edits import failures
from keyturn.edits.spans import Span
from keyturn.model.text import _

_LINE = re.compile(rb"([^\r\n]*)(?:\r\n|\r|\n|\Z)")
_SETTING = re.compile(rb"[ \t]*(?P<keyword>[A-Za-z0-9_-]+)[ \t]+(?P<value>.*)")
_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class DestinationSetting:
    """A value; it may be a secret and is not part of the repr. `line` is counted from 1."""

    value: str = field(repr=False)
    span: Span
    line: int


@dataclass(frozen=True, slots=True)
class HashBackupDestination:
    """One `destname NAME` with the settings below it, by keyword in lower case."""

    name: str
    settings: Mapping[str, DestinationSetting]

    def value(self, keyword: str) -> str | None:
        """Return what stands behind the keyword, or None."""
        found = self.settings.get(keyword)
        return None if found is None else found.value or None


def destinations(content: bytes, *, path: Path | None = None) -> list[HashBackupDestination]:
    """Return the destinations in the order of the file.

    Args:
        path: for the sentence of the error.

    Raises:
        FileError: `file.unparsable`, where it is no text, begins with a byte order mark, has a destination twice, or a
            keyword twice in one: which of the two counts is not documented.
    """
    if b"\0" in content or content.startswith(_MARK):
        raise failures.unparsable(path, _("It begins with a byte order mark, or holds zero bytes."))
    found: dict[str, dict[str, DestinationSetting]] = {}
    current: dict[str, DestinationSetting] | None = None
    for number, line in enumerate(_LINE.finditer(content), start=1):
        setting = _SETTING.fullmatch(line[1].rstrip(b" \t"))
        if setting is None or line[1].lstrip().startswith(b"#"):
            continue
        keyword, value = setting["keyword"].decode().lower(), setting["value"].decode(errors="replace")
        repeated = value in found if keyword == "destname" else current is not None and keyword in current
        if repeated:
            raise failures.unparsable(path, _("Line {line} repeats what stands above it.").format(line=number))
        if keyword == "destname":
            current = found[value] = {}
        elif current is not None:
            start = line.start() + setting.start("value")
            current[keyword] = DestinationSetting(value, Span(start, start + len(setting["value"])), number)
    return [HashBackupDestination(name, settings) for name, settings in found.items()]
