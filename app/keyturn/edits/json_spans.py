"""JSON with the place of every value, read as Go's encoding/json reads it, which the backup programs use."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from keyturn.edits import failures
from keyturn.edits.spans import Span
from keyturn.edits.trees import Node, Scalar, Writing
from keyturn.model.errors import FileError
from keyturn.model.late_patterns import pattern
from keyturn.model.text import _

# What json has accepted before consists of these. Bytes that are no ASCII stand in strings alone.
_TOKEN = pattern(rb'(?P<string>"(?:[^"\\]|\\.)*")|(?P<mark>[{}\[\],:])|(?P<word>[^\s{}\[\],:"]+)', re.DOTALL)


def parse(content: bytes, *, path: Path | None = None) -> Node:
    """Return the document as a tree.

    Where an object has a name twice, the last value counts, as in Go. Twice a list or an object is refused: programs
    differ in what they make of it.

    Args:
        path: for the sentence of the error.

    Raises:
        FileError: `file.unparsable`, where it is no JSON, or begins with a BOM, which Go refuses.
    """
    try:
        json.loads(content.decode(), parse_int=str, parse_float=str, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        line = _("Line {line} is no JSON.").format(line=getattr(error, "lineno", 1))
        raise failures.unparsable(path, line) from None
    return _Builder(content, path).tree()


def _refuse(name: str) -> NoReturn:
    raise ValueError(name)  # NaN and Infinity, which Python takes and JSON has not


@dataclass(slots=True)
class _Open:
    """An object or a list whose end has not come yet; `name` is the member that the next value belongs to."""

    node: dict[str, Node] | list[Node]
    name: str | None = None


class _Builder:
    """Builds the tree of a text that json accepts, so what follows what needs no second look."""

    def __init__(self, content: bytes, path: Path | None) -> None:
        self._content = content
        self._path = path
        self._open: list[_Open] = []
        self._root: Node | None = None

    def tree(self) -> Node:
        line, counted = 1, 0
        for token in _TOKEN.finditer(self._content):
            line, counted = line + self._content.count(b"\n", counted, token.start()), token.start()
            within = self._open[-1] if self._open else None
            if token["mark"] == b"{":
                self._begin({}, line)
            elif token["mark"] == b"[":
                self._begin([], line)
            elif token["mark"] in (b"}", b"]"):
                self._open.pop()
            elif token["mark"]:
                continue
            elif token["string"] and within is not None and isinstance(within.node, dict) and within.name is None:
                within.name = _text(token["string"])
            else:
                self._put(_scalar(token, line), line)
        assert self._root is not None  # noqa: S101  (json has read a value)
        return self._root

    def _begin(self, node: dict[str, Node] | list[Node], line: int) -> None:
        self._put(node, line)
        self._open.append(_Open(node))

    def _put(self, node: Node, line: int) -> None:
        if not self._open:
            self._root = node
            return
        within = self._open[-1]
        if isinstance(within.node, list):
            within.node.append(node)
            return
        name, within.name = within.name or "", None
        before = within.node.get(name)
        if before is not None and not (isinstance(before, Scalar) and isinstance(node, Scalar)):
            raise self._twice(line)
        within.node[name] = node

    def _twice(self, line: int) -> FileError:
        return failures.unparsable(self._path, _("Line {line} repeats a name of its object.").format(line=line))


def _scalar(token: re.Match[bytes], line: int) -> Scalar:
    raw = token["string"]
    if raw is None:
        return Scalar(token["word"].decode(), False, Span(*token.span()), line)
    writing = Writing.ESCAPED_SLASH if b"\\/" in raw else Writing.PLAIN
    return Scalar(_text(raw), True, Span(token.start() + 1, token.end() - 1), line, writing)


def _text(raw: bytes) -> str:
    if b"\\" not in raw:
        return raw[1:-1].decode()
    read: str = json.loads(raw)
    return read
