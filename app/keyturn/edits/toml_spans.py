"""TOML with the place of every value: a scanner of our own, each of whose texts is held against Python's tomllib."""

from __future__ import annotations

import re
from bisect import bisect_left
from pathlib import Path

from keyturn.edits import failures
from keyturn.edits.spans import Span
from keyturn.edits.trees import Node, Scalar, Writing
from keyturn.model.text import _

_GAP = re.compile(rb"(?:[ \t\r\n]|#[^\n]*)*")
_BLANKS = re.compile(rb"[ \t]*")
_STRING = re.compile(
    rb'"""(?P<long>(?:[^\\]|\\.)*?"{0,2})"""(?!")'
    rb"|'''(?P<longraw>.*?'{0,2})'''(?!')"
    rb'|"(?P<basic>(?:[^"\\]|\\.)*)"'
    rb"|'(?P<raw>[^']*)'",
    re.DOTALL,
)
_BARE_KEY = re.compile(rb"[A-Za-z0-9_-]+")
_WORD = re.compile(rb"[^,\]}#\r\n]*[^,\]}#\s]")
# Parts of one name. tomllib takes four times as long for twice as many; people's own names have two or three.
_MOST_PARTS = 64


def parse(content: bytes, *, path: Path | None = None) -> dict[str, Node]:
    """Return the document as a tree.

    Args:
        path: for the sentence of the error.

    Raises:
        FileError: `file.unparsable`, where it is no TOML (a repeated name and a BOM are none), or where the scanner
            here understands it differently from tomllib.
    """
    import tomllib  # most computers have no such file

    scanner = _Scanner(content)
    try:
        # The scanner goes first, because it knows where to stop.
        tree = scanner.document()
        expected = tomllib.loads(content.decode())
        same = _agrees(tree, expected)
    except (ValueError, RecursionError) as error:
        found = re.search(r"line (\d+)", str(error))
        line = _("Line {line} is no TOML.").format(line=found[1] if found else scanner.line)
        raise failures.unparsable(path, line) from None
    if not same:
        raise failures.unparsable(path, _("It is TOML of a kind that Keyturn cannot follow."))
    return tree


def _agrees(node: Node, value: object) -> bool:
    """Whether every text, and the shape around it, is what tomllib has read."""
    if isinstance(node, dict):
        return (
            isinstance(value, dict)
            and node.keys() == value.keys()
            and all(_agrees(inner, value[name]) for name, inner in node.items())
        )
    if isinstance(node, list):
        return isinstance(value, list) and len(node) == len(value) and all(map(_agrees, node, value))
    return node.value == value if node.is_text else not isinstance(value, (str, dict, list))


class _Scanner:
    """Reads a text that tomllib accepts, and some that it does not. Where it loses its way it raises ValueError."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._position = 0
        self._line_ends = [end.start() for end in re.finditer(b"\n", content)]

    def document(self) -> dict[str, Node]:
        root: dict[str, Node] = {}
        table = root
        while self._skip(_GAP) < len(self._content):
            if self._take(b"[["):
                names = self._names()
                self._expect(b"]]")
                table = self._new_item(self._reach(root, names[:-1]), names[-1])
            elif self._take(b"["):
                table = self._reach(root, self._names())
                self._expect(b"]")
            else:
                self._member(table)
        return root

    def _member(self, table: dict[str, Node]) -> None:
        names = self._names()
        self._expect(b"=")
        self._skip(_BLANKS)
        self._reach(table, names[:-1])[names[-1]] = self._value()

    def _reach(self, table: dict[str, Node], names: list[str]) -> dict[str, Node]:
        for name in names:
            inner = table.setdefault(name, {})
            if isinstance(inner, list):
                inner = inner[-1]  # the table of an array that was begun last
            if not isinstance(inner, dict):
                raise ValueError(name)
            table = inner
        return table

    def _new_item(self, table: dict[str, Node], name: str) -> dict[str, Node]:
        array = table.setdefault(name, [])
        if not isinstance(array, list):
            raise ValueError(name)
        item: dict[str, Node] = {}
        array.append(item)
        return item

    def _names(self) -> list[str]:
        names = []
        while True:
            self._skip(_BLANKS)
            bare = _BARE_KEY.match(self._content, self._position)
            names.append(self._string().value if bare is None else bare[0].decode())
            self._position = self._position if bare is None else bare.end()
            self._skip(_BLANKS)
            if not self._take(b"."):
                return names
            if len(names) == _MOST_PARTS:
                raise ValueError(self._position)

    def _value(self) -> Node:
        if self._take(b"["):
            return self._array()
        if self._take(b"{"):
            return self._inline_table()
        if self._content.startswith((b'"', b"'"), self._position):
            return self._string()
        word = _WORD.match(self._content, self._position)
        if word is None:
            raise ValueError(self._position)
        self._position = word.end()
        return Scalar(word[0].decode(), False, Span(*word.span()), self._line(word.start()))

    def _array(self) -> list[Node]:
        found: list[Node] = []
        while True:
            self._skip(_GAP)
            if self._take(b"]"):
                return found
            found.append(self._value())
            self._skip(_GAP)
            self._take(b",")

    def _inline_table(self) -> dict[str, Node]:
        table: dict[str, Node] = {}
        while True:
            self._skip(_GAP)
            if self._take(b"}"):
                return table
            self._member(table)
            self._skip(_GAP)
            self._take(b",")

    def _string(self) -> Scalar:
        found = _STRING.match(self._content, self._position)
        if found is None or found.lastgroup is None:
            raise ValueError(self._position)
        self._position = found.end()
        import tomllib

        value: str = tomllib.loads(f"x = {found[0].decode()}")["x"]
        one_line = found.lastgroup in ("basic", "raw")
        span = Span(*found.span(found.lastgroup))
        writing = Writing.PLAIN if one_line else Writing.FIXED
        return Scalar(value, True, span, self._line(found.start()), writing)

    @property
    def line(self) -> int:
        """The line up to which it came, counted from 1."""
        return self._line(self._position)

    def _line(self, position: int) -> int:
        return bisect_left(self._line_ends, position) + 1

    def _skip(self, gap: re.Pattern[bytes]) -> int:
        match = gap.match(self._content, self._position)
        self._position = self._position if match is None else match.end()
        return self._position

    def _take(self, mark: bytes) -> bool:
        if not self._content.startswith(mark, self._position):
            return False
        self._position += len(mark)
        return True

    def _expect(self, mark: bytes) -> None:
        if not self._take(mark):
            raise ValueError(self._position)
