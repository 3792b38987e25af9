"""Configuration that is a tree, whatever its grammar: what the readers of JSON, YAML and TOML have in common."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from keyturn.edits.spans import Span

_SAFE_VALUE = re.compile(r"[A-Za-z0-9/+][A-Za-z0-9/+=]*")


class Writing(StrEnum):
    """How a new value is written in the place of an old one.

    `plain`: as it is; letters, digits, `/`, `+` and `=` need no quoting in any of these grammars.
    `escaped-slash`: every `/` as `\\/`, as the old value has them (JSON).
    `fixed`: not at all. The value belongs to more than this spot (a YAML anchor), or has no spot of its own (a block).
    """

    PLAIN = "plain"
    ESCAPED_SLASH = "escaped-slash"
    FIXED = "fixed"


@dataclass(frozen=True, slots=True)
class Scalar:
    """A value that is no table and no list.

    Attributes:
        value: a text as the program reads it; anything else (numbers, switches, nothing) as it is written. It may be
            a secret and is not part of the repr.
        is_text: False for numbers, switches and nothing.
        span: the bytes of the value, inside its quotes.
        line: counted from 1.
    """

    value: str = field(repr=False)
    is_text: bool
    span: Span
    line: int
    writing: Writing = Writing.PLAIN


Node: TypeAlias = "Scalar | list[Node] | dict[str, Node]"


def encode(value: str, writing: Writing) -> bytes:
    """Return how a new value is written into the span of a scalar.

    Raises:
        ValueError: where it is not made of the characters of access keys, or the scalar is fixed.
    """
    if writing is Writing.FIXED or not _SAFE_VALUE.fullmatch(value):
        raise ValueError("not a value that can be written as it is")
    return (value.replace("/", "\\/") if writing is Writing.ESCAPED_SLASH else value).encode()


def at(node: Node | None, *path: str) -> Node | None:
    """Return what stands under the names of `path`, or None."""
    for name in path:
        if not isinstance(node, dict):
            return None
        node = node.get(name)
    return node


def scalar(node: Node | None, *path: str) -> Scalar | None:
    """Return the value under the names of `path`, or None where there is none."""
    found = at(node, *path)
    return found if isinstance(found, Scalar) else None


def text(node: Node | None, *path: str) -> str | None:
    """Return the text under the names of `path`; None where it is missing, empty, or no text."""
    found = scalar(node, *path)
    return found.value or None if found is not None and found.is_text else None


def is_on(node: Node | None, *path: str) -> bool:
    """Return whether the switch under the names of `path` is on."""
    found = scalar(node, *path)
    return found is not None and found.value.lower() in {"true", "yes", "on"}


def items(node: Node | None) -> list[Node]:
    """Return the items of a list; nothing where it is none."""
    return node if isinstance(node, list) else []


def members(node: Node | None) -> Iterator[tuple[str, Node]]:
    """Yield the members of a table with their names; nothing where it is none."""
    if isinstance(node, dict):
        yield from node.items()
