"""Files of `NAME=value` lines that are no shell scripts, with the place of every value.

The rules are those of Docker Compose (compose-go, dotenv/parser.go): blanks around `=` count for nothing, `:` may stand
in its place, a comment behind a value begins with a blank and `#`, and an apostrophe in a value is data. The files of
systemd, of Node's dotenv and of `docker run --env-file` read the same wherever a key stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from keyturn.edits import failures
from keyturn.edits.shell import Assignment
from keyturn.edits.shell_words import Quoting
from keyturn.edits.spans import Span

_MARK = b"\xef\xbb\xbf"
_START = re.compile(rb"[ \t]*(?P<export>export[ \t]+)?(?P<name>[A-Za-z_][A-Za-z0-9_.-]*)[ \t]*[=:][ \t]*")
_QUOTED = re.compile(rb"""'(?P<single>[^']*)'|"(?P<double>(?:[^"\\]|\\.)*+)\"""", re.DOTALL)
_NOTHING_MORE = re.compile(rb"[ \t]*(?:#[^\n]*)?(?:\r?\n|\Z)")
_REST = re.compile(rb"[^\n]*")
_CONTINUED = re.compile(rb"\\\r?\n")  # a line of systemd's goes on in the next one (systemd.exec(5))
_COMMENT = re.compile(rb"[ \t]#.*")
# What people write for a shell, all in one line.
_ONE_OF_SEVERAL = re.compile(
    rb"(?<![A-Za-z0-9_])(?P<name>[A-Za-z_][A-Za-z0-9_]*+)=(?P<quote>[\"']?)(?P<value>[^\s\"']*)(?P=quote)(?=\s|\Z)"
)


def assignments(content: bytes, *, path: Path | None = None) -> list[Assignment]:
    """Return every assignment in the order of the file; the last one of a name counts.

    Args:
        path: for the sentence of the error.

    Raises:
        FileError: `file.unparsable`, where it is no text.
    """
    failures.expect_no_zero_bytes(content, path)
    return list(_read(content))


def holds_nothing_else(content: bytes) -> bool:
    """Return whether each line is an assignment, a comment or empty: no shell script is needed to read it."""
    lines = _CONTINUED.sub(b" ", content.removeprefix(_MARK)).splitlines()
    return all(_START.match(line) or line.lstrip()[:1] in (b"", b"#", b";") for line in lines)


def _read(content: bytes) -> Iterator[Assignment]:
    at, line = (len(_MARK) if content.startswith(_MARK) else 0), 1
    while at < len(content):
        start = _START.match(content, at)
        end = _REST.match(content, at)
        assert end is not None  # noqa: S101  (it may be empty)
        behind = end.end() + 1
        if start is not None:
            quoted = _QUOTED.match(content, start.end())
            if quoted is not None and (rest := _NOTHING_MORE.match(content, quoted.end())) is not None:
                behind = rest.end()
                yield _quoted(start, quoted, line)
            else:
                yield from _bare(content, start, end.end(), line)
        line += content.count(b"\n", at, behind)
        at = behind


def _quoted(start: re.Match[bytes], quoted: re.Match[bytes], line: int) -> Assignment:
    group = "double" if quoted["double"] is not None else "single"
    value, span = quoted[group], Span(*quoted.span(group))
    is_reference = group == "double" and b"$" in value
    quoting = Quoting.DOUBLE if group == "double" else Quoting.SINGLE
    known = not is_reference and b"\\" not in value
    text = _text(value) if known else None
    return Assignment(_name(start), text, span, True, line, is_reference, quoting, quoted[0] if is_reference else b"")


def _bare(content: bytes, start: re.Match[bytes], end: int, line: int) -> Iterator[Assignment]:
    first = start.end()
    rest = content[first:end]
    if start["export"] and (several := list(_ONE_OF_SEVERAL.finditer(content, start.start("name"), end))):
        parts = [content[one.start() : one.end()] for one in several]
        if len(several) > 1 and b" ".join(parts) == b" ".join(content[start.start("name") : end].split()):
            yield from (_one_of(one, line) for one in several)
            return
    value = _COMMENT.sub(b"", rest).rstrip()
    is_reference = b"$" in value or b"`" in value
    span = Span(first, first + len(value))
    mixed = value[:1] in (b"'", b'"')  # a quotation that does not end with the value
    text = None if mixed else _text(value)
    yield Assignment(
        _name(start), text, span, True, line, is_reference, Quoting.MIXED if mixed else Quoting.BARE, value
    )


def _one_of(found: re.Match[bytes], line: int) -> Assignment:
    quoting = {b"": Quoting.BARE, b"'": Quoting.SINGLE, b'"': Quoting.DOUBLE}[found["quote"]]
    value, is_reference = found["value"], b"$" in found["value"] and quoting is not Quoting.SINGLE
    text = None if is_reference else _text(value)
    return Assignment(
        found["name"].decode(), text, Span(*found.span("value")), True, line, is_reference, quoting, found[0]
    )


def _name(start: re.Match[bytes]) -> str:
    return start["name"].decode()


def _text(value: bytes) -> str | None:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return None
