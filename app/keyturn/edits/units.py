"""systemd's unit files: the variables that they set, with the place of every value, and the files that they name.

The rules are those of systemd.syntax(7) and of `Environment=` and `EnvironmentFile=` in systemd.exec(5).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from keyturn.edits import failures
from keyturn.edits.commands import Argument, LetterRun, ShellCommand
from keyturn.edits.shell import Assignment, Quoting
from keyturn.edits.spans import Span
from keyturn.model.late_patterns import pattern

_MARK = b"\xef\xbb\xbf"
# systemd ends a line at each of these (read_line in its fileio.c).
_LINE = pattern(rb"([^\r\n]*)(\r\n|\r|\n|\Z)")
_NAME = pattern(rb"[A-Za-z_][A-Za-z0-9_]*")
_COMMENTED = pattern(
    rb"^[ \t]*(?P<name>[A-Za-z_][A-Za-z0-9_]*)[ \t]*=[ \t]*(?:'[^'\r\n]*'|\"[^\"\r\n]*\"|[^\s\"'#][^\s#]*)[ \t]+#",
    re.MULTILINE,
)
_BLANKS = b" \t"
_PREFIXES = b"@-:+!|"  # of the path of a program


@dataclass(frozen=True, slots=True)
class Directive:
    """One `Name=value` of a unit.

    Attributes:
        section: such as `Service`.
        value: as it stands, without blanks around it and with its continued lines; it may hold a secret.
        line: counted from 1.
    """

    section: str
    name: str
    value: bytes = field(repr=False)
    line: int
    # The place in the file of each byte of the value.
    places: tuple[int, ...] = field(repr=False)


def directives(content: bytes, *, path: Path | None = None) -> list[Directive]:
    """Return every directive in the order of the file.

    Args:
        path: for the sentence of the error.

    Raises:
        FileError: `file.unparsable`, where it is no text.
    """
    failures.expect_no_zero_bytes(content, path)
    found = []
    section = ""
    for line in _logical_lines(content):
        if line.text.startswith(b"["):
            section = line.text.strip(b"[] \t").decode(errors="replace")
            continue
        name, equals, rest = line.text.partition(b"=")
        if equals:
            start = len(name) + 1 + len(rest) - len(rest.lstrip(_BLANKS))
            value = rest.strip(_BLANKS)
            places = line.places[start : start + len(value)]
            found.append(Directive(section, name.strip(_BLANKS).decode(errors="replace"), value, line.number, places))
    return found


def variables(found: list[Directive]) -> list[Assignment]:
    """Return the variables of `Environment=`, in the order of the file.

    An empty `Environment=` takes back those before it. A value with `%` is a reference: systemd puts something in.
    """
    assignments: list[Assignment] = []
    for directive in found:
        if directive.name == "Environment":
            if not directive.value:
                assignments.clear()
            assignments += _words(directive)
    return assignments


def commands(directive: Directive) -> list[ShellCommand]:
    """Return the commands of `Exec…=`, each with its arguments (systemd.service(5), Command Lines)."""
    found: list[list[Argument]] = [[]]
    for word in _split(directive):
        if bytes(word.text) == b";" and len(found[-1]) > 0:
            found.append([])
            continue
        text, places = bytes(word.text), word.places
        if not found[-1]:
            skipped = len(text) - len(text.lstrip(_PREFIXES))
            text, places = text[skipped:], places[skipped:]
        known = word.known and b"%" not in text and b"$" not in text
        found[-1].append(Argument(text, text, known, tuple(_runs(places)), directive.line))
    return [ShellCommand(tuple(words)) for words in found if words]


def _runs(places: list[int]) -> Iterator[LetterRun]:
    start = 0
    for at in range(1, len(places) + 1):
        if at == len(places) or places[at] != places[at - 1] + 1:
            yield LetterRun(start, places[start], at - start, Quoting.BARE)
            start = at


def environment_files(found: list[Directive]) -> list[str]:
    """Return the paths of `EnvironmentFile=` as they are written, without the `-` before one that may be missing."""
    paths: list[str] = []
    for directive in found:
        if directive.name == "EnvironmentFile":
            path = directive.value.decode(errors="replace").removeprefix("-").strip("\"'")
            if not path:
                paths.clear()
            paths += [path] if path else []
    return paths


def commented(content: bytes) -> list[str]:
    """Return the variables of a file that `EnvironmentFile=` names behind whose value a comment seems to stand."""
    return [one["name"].decode() for one in _COMMENTED.finditer(content)]


def credentials(found: list[Directive]) -> list[tuple[str, str, int]]:
    """Return what `LoadCredential=` hands over: its name, the file that it is in, and the line (systemd.exec(5))."""
    handed = []
    for directive in found:
        if directive.name == "LoadCredential":
            name, colon, path = directive.value.decode(errors="replace").partition(":")
            handed += [(name, path, directive.line)] if colon and path.startswith(("/", "%")) else []
    return handed


@dataclass(slots=True)
class _LogicalLine:
    """A line with those that continue it."""

    text: bytes
    places: tuple[int, ...]
    number: int


def _logical_lines(content: bytes) -> Iterator[_LogicalLine]:
    text, first = bytearray(), 1
    places: list[int] = []
    start = len(_MARK) if content.startswith(_MARK) else 0
    for number, match in enumerate(_LINE.finditer(content, start), start=1):
        raw = match[1]
        stripped = raw.lstrip(_BLANKS)
        if stripped.startswith((b"#", b";")):  # also between continued lines
            continue
        if not text:
            first = number
        at = match.start() + (0 if text else len(raw) - len(stripped))
        part = raw if text else stripped
        continued = part.endswith(b"\\")
        if continued:
            part = part[:-1] + b" "
        text += part
        places += range(at, at + len(part))
        if not continued:
            if text:
                yield _LogicalLine(bytes(text), tuple(places), first)
            text, places = bytearray(), []
    if text:
        yield _LogicalLine(bytes(text), tuple(places), first)


@dataclass(slots=True)
class _Word:
    """A word as systemd makes it of quotes and escapes."""

    text: bytearray = field(default_factory=bytearray)
    places: list[int] = field(default_factory=list)
    known: bool = True


def _words(directive: Directive) -> Iterator[Assignment]:
    for word in _split(directive):
        name, equals, _value = bytes(word.text).partition(b"=")
        if not equals or not _NAME.fullmatch(name):
            continue
        value, places = bytes(word.text[len(name) + 1 :]), word.places[len(name) + 1 :]
        after_name = word.places[len(name)] + 1
        span = Span(places[0], places[-1] + 1) if places else Span(after_name, after_name)
        in_one_piece = span.end - span.start == len(places)
        try:
            text = value.decode() if word.known and in_one_piece else None
        except UnicodeDecodeError:
            text = None
        yield Assignment(name.decode(), text, span, True, directive.line, b"%" in value, Quoting.BARE)


def _split(directive: Directive) -> Iterator[_Word]:
    word: _Word | None = None
    quote = 0
    escaped = False
    for byte, place in zip(directive.value, directive.places, strict=True):
        if quote == 0 and byte in _BLANKS and not escaped:
            if word is not None:
                yield word
            word = None
            continue
        word = word or _Word()
        if escaped:
            word.known = escaped = False  # what C's escapes mean is not resolved: no key has one
        elif byte == ord("\\"):
            escaped = True
        elif quote and byte == quote:
            quote = 0
        elif not quote and byte in b"\"'":
            quote = byte
        else:
            word.text.append(byte)
            word.places.append(place)
    if word is not None and quote == 0:
        yield word
