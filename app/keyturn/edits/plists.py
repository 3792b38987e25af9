"""Apple's property lists in XML: the texts in them, with the place of every one (plist(5))."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from keyturn.edits import failures
from keyturn.edits.spans import Span
from keyturn.model.text import _

_BINARY = b"bplist"


@dataclass(frozen=True, slots=True)
class PlistString:
    """A `<string>` of the list.

    Attributes:
        value: it may be a secret and is not part of the repr.
        span: the bytes between the tags; None where they read differently than they are written.
        line: counted from 1.
    """

    value: str = field(repr=False)
    span: Span | None
    line: int


# Numbers, dates and switches are no texts: None stands in their place.
Node: TypeAlias = "PlistString | list[Node] | dict[str, Node] | None"


def parse(content: bytes, *, path: Path | None = None) -> Node:
    """Return the list as a tree.

    Args:
        path: for the sentence of the error.

    Raises:
        FileError: `file.unparsable`, where macOS would not read it, where it is in the binary form, which has no
            places for texts of another length, or where it stands in another encoding than UTF-8.
    """
    if content.startswith(_BINARY):
        reason = _("It is a property list in the binary form; “plutil -convert xml1 FILE” makes it one of text.")
        raise failures.unparsable(path, reason)
    failures.expect_no_zero_bytes(content, path)
    try:
        import plistlib  # only where there is such a file; its parser takes its time

        plistlib.loads(content, fmt=plistlib.FMT_XML)
        builder = _Builder(content)
        builder.read()
    except Exception as error:  # plistlib raises whatever its parser and its values raise
        raise failures.unparsable(path, _("It is not a property list that macOS reads.")) from error
    return builder.root


def top_texts(content: bytes, *, path: Path | None = None) -> Mapping[str, str]:
    """Return the texts of a list's outermost dictionary, in either of Apple's forms, for lists that are only read.

    Raises:
        FileError: `file.unparsable`.
    """
    try:
        import plistlib

        root = plistlib.loads(content)
    except Exception as error:  # plistlib raises whatever its parser and its values raise
        raise failures.unparsable(path, _("It is not a property list that macOS reads.")) from error
    members = root.items() if isinstance(root, dict) else ()
    return {name: value for name, value in members if isinstance(name, str) and isinstance(value, str)}


def texts(node: Node) -> Mapping[str, PlistString]:
    """Return the members of a dictionary that are texts; nothing where it is none."""
    return {name: one for name, one in node.items() if isinstance(one, PlistString)} if isinstance(node, dict) else {}


def member(node: Node, name: str) -> Node:
    """Return a member of a dictionary, or None."""
    return node.get(name) if isinstance(node, dict) else None


class _Builder:
    """Builds the tree of a list that plistlib accepts, so what follows what needs no second look."""

    def __init__(self, content: bytes) -> None:
        from xml.parsers import expat  # most computers have no such file

        self.root: Node = None
        self._content = content
        self._open: list[tuple[list[Node] | dict[str, Node], list[str]]] = []
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._data
        self._text: list[str] = []
        self._begin = 0

    def read(self) -> None:
        self._parser.Parse(self._content, True)

    def _start(self, tag: str, _attributes: Mapping[str, str]) -> None:
        self._text = []
        self._begin = self._content.index(b">", self._parser.CurrentByteIndex) + 1
        if tag in ("dict", "array"):
            node: list[Node] | dict[str, Node] = {} if tag == "dict" else []
            self._put(node)
            self._open.append((node, []))

    def _data(self, text: str) -> None:
        self._text.append(text)

    def _end(self, tag: str) -> None:
        value, self._text = "".join(self._text), []
        if tag in ("dict", "array"):
            self._open.pop()
        elif tag == "key":
            self._open[-1][1].append(value)
        elif tag == "string":
            end = max(self._begin, self._parser.CurrentByteIndex)
            written = self._content[self._begin : end].decode(errors="replace")
            span = Span(self._begin, end) if written == value else None
            self._put(PlistString(value, span, self._parser.CurrentLineNumber))
        elif tag != "plist":
            self._put(None)

    def _put(self, node: Node) -> None:
        if not self._open:
            self.root = node
            return
        within, names = self._open[-1]
        if isinstance(within, dict):
            within[names.pop()] = node
        else:
            within.append(node)
