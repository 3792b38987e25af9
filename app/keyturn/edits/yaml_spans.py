"""YAML with the place of every value, read by ruamel.yaml. What stands behind an anchor is read and never replaced."""

from __future__ import annotations

import warnings
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

# The parser takes three seconds for a megabyte; people's own files have a few kilobytes.
LIMIT = 512 * 1024
_MARK = "\ufeff"
_TEXT, _MERGE = "tag:yaml.org,2002:str", "tag:yaml.org,2002:merge"


def parse(content: bytes, *, path: Path | None = None) -> Node:
    """Return the document as a tree; an empty one is an empty table.

    Args:
        path: for the sentence of the error.

    Raises:
        FileError: `file.unparsable`, where it is no YAML in UTF-8, repeats a name in a table (which Go's yaml.v3
            refuses), refers to itself, or has more than one document; `file.too-big`.
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
            root = YAML(typ="safe", pure=True).compose(text)
        return {} if root is None else _Builder(text, skipped, path).node(root, fixed=False)
    except (YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = 1 if mark is None else mark.line + 1
        raise failures.unparsable(path, _("Line {line} is no YAML.").format(line=line)) from None


class _Builder:
    """Turns ruamel.yaml's nodes into ours."""

    def __init__(self, text: str, skipped: int, path: Path | None) -> None:
        self._text = text
        self._skipped = skipped
        self._path = path
        # the byte at which each character stands, where that is not its number
        sizes = (len(character.encode()) for character in text)
        self._bytes = None if text.isascii() else [0, *accumulate(sizes)]
        self._done: dict[int, Node] = {}  # what an alias repeats is built once
        self._building: set[int] = set()

    def node(self, node: YamlNode, *, fixed: bool) -> Node:
        """The tree below a node. `fixed`: it belongs to an anchor."""
        from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

        fixed = fixed or node.anchor is not None
        key = id(node)
        if key in self._done:
            return self._done[key]
        if key in self._building:
            raise self._at(node, _("Line {line} refers to itself."))
        self._building.add(key)
        built: Node
        if isinstance(node, MappingNode):
            built = self._table(node, fixed=fixed)
        elif isinstance(node, SequenceNode):
            built = [self.node(item, fixed=fixed) for item in node.value]
        else:
            assert isinstance(node, ScalarNode)  # noqa: S101  (there is no fourth kind)
            built = self._scalar(node, fixed=fixed)
        self._building.discard(key)
        self._done[key] = built
        return built

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
                    merged = (lender if isinstance(lender, dict) else {}) | merged
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
