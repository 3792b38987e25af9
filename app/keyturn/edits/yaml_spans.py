"""YAML with the place of every value, read by ruamel.yaml. What stands behind an anchor is read and never replaced."""

from __future__ import annotations

import warnings
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.edits import failures
from keyturn.edits.spans import Span
from keyturn.edits.trees import Node, Scalar, Writing
from keyturn.model.errors import FileError
from keyturn.model.text import _

if TYPE_CHECKING:
    from ruamel.yaml.nodes import MappingNode, ScalarNode
    from ruamel.yaml.nodes import Node as YamlNode
    from ruamel.yaml.scanner import Scanner

# The parser takes three seconds for a megabyte; people's own files have a few kilobytes.
LIMIT = 512 * 1024
# Values that may stand behind aliases and merges, on top of one for two characters of the file. People's own files have
# a few hundred; one of a kilobyte can name more than there are atoms.
_REPEATED = 1_000
# Brackets within each other: for each one the parser looks at all that are open. People's own have five at most.
_DEEPEST = 64
_MARK = "\ufeff"
_TEXT, _MERGE = "tag:yaml.org,2002:str", "tag:yaml.org,2002:merge"


def parse(content: bytes, *, path: Path | None = None) -> Node:
    """Return the document as a tree; an empty one is an empty table.

    Args:
        path: for the sentence of the error.

    Raises:
        FileError: `file.unparsable`, where it is no YAML in UTF-8, repeats a name in a table (which Go's yaml.v3
            refuses), refers to itself, has more than one document, or repeats itself beyond measure through its
            aliases; `file.too-big`.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    if len(content) > LIMIT:
        raise failures.too_big(path or Path(), LIMIT)
    try:
        text = content.decode()
        skipped = len(_MARK.encode()) if text.startswith(_MARK) else 0
        text = text.removeprefix(_MARK)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yaml = YAML(typ="safe", pure=True)
            yaml.Scanner = _shallow_scanner()
            root = yaml.compose(text)
        return {} if root is None else _Builder(text, skipped, path).node(root, fixed=False)
    except (YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = 1 if mark is None else mark.line + 1
        raise failures.unparsable(path, _("Line {line} is no YAML.").format(line=line)) from None


@cache
def _shallow_scanner() -> type[Scanner]:
    from ruamel.yaml.scanner import Scanner, ScannerError

    class ShallowScanner(Scanner):
        """Refuses brackets that stand too deep within each other."""

        def fetch_flow_collection_start(self, TokenClass: type, to_push: str) -> None:
            if len(self.flow_context) >= _DEEPEST:
                raise ScannerError(None, None, "too deep", self.reader.get_mark())
            super().fetch_flow_collection_start(TokenClass, to_push)

    return ShallowScanner


class _Builder:
    """Turns ruamel.yaml's nodes into ours."""

    def __init__(self, text: str, skipped: int, path: Path | None) -> None:
        self._text = text
        self._skipped = skipped
        self._path = path
        # the byte at which each character stands, where that is not its number
        sizes = (len(character.encode()) for character in text)
        self._bytes = None if text.isascii() else [0, *accumulate(sizes)]
        # What an alias repeats is built once, and its size counts each time: anyone who reads the tree meets it anew.
        self._done: dict[int, tuple[Node, int]] = {}
        self._building: set[int] = set()
        self._left = len(text) // 2 + _REPEATED
        self._size = 0  # of what was built so far, as anyone who reads it meets it

    def node(self, node: YamlNode, *, fixed: bool) -> Node:
        """The tree below a node. `fixed`: it belongs to an anchor."""
        from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

        fixed = fixed or node.anchor is not None
        key = id(node)
        if key in self._done:
            done, size = self._done[key]
            self._repeat(size)
            return done
        if key in self._building:
            raise self._at(node, _("Line {line} refers to itself."))
        self._building.add(key)
        before = self._size
        self._size += 1
        built: Node
        if isinstance(node, MappingNode):
            built = self._table(node, fixed=fixed)
        elif isinstance(node, SequenceNode):
            built = [self.node(item, fixed=fixed) for item in node.value]
        else:
            assert isinstance(node, ScalarNode)  # noqa: S101  (there is no fourth kind)
            built = self._scalar(node, fixed=fixed)
        self._building.discard(key)
        self._done[key] = built, self._size - before
        return built

    def _repeat(self, size: int) -> None:
        self._size += size
        self._left -= size
        if self._left < 0:
            raise failures.unparsable(self._path, _("Its aliases repeat more than anybody's file does."))

    def _table(self, node: MappingNode, *, fixed: bool) -> dict[str, Node]:
        from ruamel.yaml.nodes import ScalarNode, SequenceNode

        own: dict[str, Node] = {}
        merged: dict[str, Node] = {}
        for name, value in node.value:
            if not isinstance(name, ScalarNode):
                continue  # a list as a name, which no program here knows
            if name.tag == _MERGE:
                for source in value.value if isinstance(value, SequenceNode) else [value]:
                    lender = self.node(source, fixed=True)
                    for lent, inner in lender.items() if isinstance(lender, dict) else ():
                        merged.setdefault(lent, inner)  # of several lenders the first one counts
                continue
            if name.value in own:
                raise self._at(name, _("Line {line} repeats a name of its table."))
            own[name.value] = self.node(value, fixed=fixed)
        return merged | own

    def _scalar(self, node: ScalarNode, *, fixed: bool) -> Scalar:
        start, end = node.start_mark.index, node.end_mark.index
        if node.style in ('"', "'"):
            end -= 1
            # ruamel.yaml puts a tag before the value into the node as well
            start = self._text.find(node.style, start, end) + 1
        raw = self._text[start:end]
        own_spot = node.style in ('"', "'") or raw == node.value
        own_spot = own_spot and start > 0 and "\n" not in raw and "\r" not in raw
        return Scalar(
            value=node.value,
            is_text=node.tag == _TEXT,
            span=Span(self._offset(start), self._offset(end)),
            line=node.start_mark.line + 1,
            writing=Writing.PLAIN if own_spot and not fixed else Writing.FIXED,
        )

    def _offset(self, index: int) -> int:
        """The byte of a character."""
        return self._skipped + (index if self._bytes is None else self._bytes[index])

    def _at(self, node: YamlNode, reason: str) -> FileError:
        return failures.unparsable(self._path, reason.format(line=node.start_mark.line + 1))
