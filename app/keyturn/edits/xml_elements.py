"""Another program's XML, read only: elements with their texts, and nothing that XML can be made to do.

A document that declares entities or a document type is refused: no backup program writes one, and they are how a small
file grows into gigabytes or reaches for others (docs.python.org/3/library/xml.html, "XML security").
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from keyturn.edits import failures
from keyturn.model.errors import FileError
from keyturn.model.text import _

_DEEPEST = 64  # levels; the programs' own files have fewer than ten


@dataclass(slots=True)
class Element:
    """An element.

    Attributes:
        text: what stands directly in it, without its children's; it may be a secret and is not part of the repr.
        line: counted from 1.
    """

    name: str
    attributes: Mapping[str, str]
    line: int
    text: str = field(default="", repr=False)
    children: list[Element] = field(default_factory=list)

    def every(self, name: str) -> Iterator[Element]:
        """Yield all elements of that name in it, at any depth, in their order."""
        for child in self.children:
            if child.name == name:
                yield child
            yield from child.every(name)

    def child(self, name: str) -> Element | None:
        """Return its first own child of that name."""
        return next((one for one in self.children if one.name == name), None)

    def said(self, name: str) -> str:
        """Return the text of its own child of that name, without white space around it; empty where there is none."""
        found = self.child(name)
        return "" if found is None else found.text.strip()


class _Refused(Exception):
    """The document asks for more than plain elements."""


def parse(content: bytes, *, path: Path | None = None) -> Element:
    """Return the root element.

    Args:
        path: for the sentence of the error.

    Raises:
        FileError: `file.unparsable`, where it is no XML, is nested absurdly deep, or declares anything.
    """
    from xml.parsers import expat  # only where there is such a file

    try:
        return _read(content)
    except (expat.ExpatError, ValueError, LookupError) as error:  # also an encoding that nobody knows
        raise failures.unparsable(path, _("It is not XML that can be read.")) from error
    except _Refused as error:
        raise _too_much(path) from error


def _too_much(path: Path | None) -> FileError:
    return failures.unparsable(path, _("It declares or nests what no backup program writes, so it was not read."))


def _read(content: bytes) -> Element:
    from xml.parsers import expat

    top = Element("", {}, 0)
    open_ones = [top]
    texts: list[list[str]] = [[]]
    parser = expat.ParserCreate()

    def start(name: str, attributes: Mapping[str, str]) -> None:
        if len(open_ones) > _DEEPEST:
            raise _Refused
        element = Element(name, dict(attributes), parser.CurrentLineNumber)
        open_ones[-1].children.append(element)
        open_ones.append(element)
        texts.append([])

    def end(_name: str) -> None:
        open_ones.pop().text = "".join(texts.pop())

    def data(text: str) -> None:
        texts[-1].append(text)

    def refuse(*_declared: object) -> None:
        raise _Refused

    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = data
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.Parse(content, True)
    return top.children[0]
