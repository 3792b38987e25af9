"""The files of Python's configparser, read as it reads them in its strict mode, with the place of every value.

The rules are those of RawConfigParser in Python 3.11. The class itself is not asked: its patterns take four times as
long for twice as many blanks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from keyturn.edits import failures
from keyturn.edits.spans import Span
from keyturn.edits.text_lines import TextLine, at_line, python_lines, strip
from keyturn.model.text import _

DEFAULT = "DEFAULT"  # lends its values to all other sections
_SECTION = re.compile(r"\[(?P<name>.+)\]")
_SEPARATOR = re.compile("[=:]")


@dataclass(slots=True)
class Option:
    """One option.

    Attributes:
        values: its lines without the blanks around them, the first beside its name; None where it has no value at all.
            They may be secrets and are not part of the repr.
        first_span: the bytes of the first of them.
        line: of the name, counted from 1.
        below: the lines below its own that are not empty, with the positions of their text.
    """

    section: str
    key: str
    line: int
    values: list[str] | None = field(repr=False)
    first_span: Span
    below: list[tuple[TextLine, int, int]] = field(default_factory=list, repr=False)

    @property
    def value(self) -> str | None:
        """What the program reads."""
        return None if self.values is None else "\n".join(self.values).rstrip()

    @property
    def span(self) -> Span:
        """The bytes of the value, from the first to the last of its lines."""
        if not self.value or not self.below:
            return self.first_span
        line, first, last = self.below[-1]
        # A value without text of its own begins where its block does.
        start = (
            self.first_span.start if self.values and self.values[0] else self.below[0][0].span(*self.below[0][1:]).start
        )
        return Span(start, line.span(first, last).end)


def options(
    content: bytes, *, path: Path | None, keep_case: bool = False, may_lack_value: bool = False
) -> tuple[list[str], list[Option]]:
    """Return the names of the sections but `DEFAULT`, also of empty ones, and the options, in the order of the file.

    Args:
        path: for the sentence of the error.
        keep_case: names of options count as they are written; else in lower case.
        may_lack_value: a name may stand there alone (`allow_no_value`).

    Raises:
        FileError: `file.unparsable`, where configparser refuses the file, as it does for duplicates and a BOM, or it
            is no text.
    """
    failures.expect_no_zero_bytes(content, path)
    names: dict[str, None] = {}  # a set that keeps the order
    found: list[Option] = []
    seen: set[tuple[str, str]] = set()
    section: str | None = None
    current: Option | None = None
    indent = 0
    for line in python_lines(content, path):
        first, last = strip(line.text, 0, len(line.text))
        text = line.text[first:last]
        if text.startswith(("#", ";")):
            continue
        if not text:
            if current is not None and current.values is not None:
                current.values.append("")
            continue
        if current is not None and first > indent:
            if current.values is None:
                raise at_line(line, path, _("Line {line} continues a key that has no value."))
            current.values.append(text)
            current.below.append((line, first, last))
            continue
        indent = first
        if header := _SECTION.match(text):
            section, current = header["name"], None
            if section in names:
                raise at_line(line, path, _("Line {line} begins a section that the file has already."))
            if section != DEFAULT:
                names[section] = None
            continue
        if section is None:
            raise at_line(line, path, _("Line {line} stands before the first section, or the file begins with a BOM."))
        separator = _SEPARATOR.search(text)
        if (separator is None and not may_lack_value) or (separator is not None and separator.start() == 0):
            raise at_line(line, path, _("Line {line} is neither a section nor a key with a value."))
        key = text if separator is None else text[: separator.start()].rstrip()
        key = key if keep_case else key.lower()
        if (section, key) in seen:
            raise at_line(line, path, _("Line {line} repeats a key of its section."))
        seen.add((section, key))
        begin, end = (len(text),) * 2 if separator is None else strip(text, separator.end(), len(text))
        values = None if separator is None else [text[begin:end]]
        current = Option(section, key, line.number, values, line.span(first + begin, first + end))
        found.append(current)
    return list(names), found
