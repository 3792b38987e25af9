"""Spans of bytes, and changes to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Bytes `start` to `end` of a file, `end` not included.

    Raises:
        ValueError: where the span ends before it starts.
    """

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end:
            raise ValueError(f"no span: {self.start} to {self.end}")


@dataclass(frozen=True, slots=True)
class Change:
    """What shall stand in the place of a span. The replacement may be a secret and is not part of the repr.

    Attributes:
        is_open: neither what stood there nor what shall is a secret, so that both may be seen.
    """

    span: Span
    replacement: bytes = field(repr=False)
    is_open: bool = False


def in_order(content: bytes, changes: Sequence[Change]) -> list[Change]:
    """Return the changes from first to last.

    Raises:
        ValueError: where two overlap, or one lies outside of the content.
    """
    ordered = sorted(changes, key=lambda change: change.span)
    done = 0
    for number, change in enumerate(ordered):
        same_spot = number > 0 and change.span == ordered[number - 1].span
        if change.span.start < done or change.span.end > len(content) or same_spot:
            raise ValueError(f"changes overlap or leave the file at byte {change.span.start}")
        done = change.span.end
    return ordered


def apply_changes(content: bytes, changes: Sequence[Change]) -> bytes:
    """Return the content with each span replaced and every other byte as it was.

    Raises:
        ValueError: where two changes overlap, or one lies outside of the content.
    """
    pieces: list[bytes] = []
    done = 0
    for change in in_order(content, changes):
        pieces += [content[done : change.span.start], change.replacement]
        done = change.span.end
    return b"".join([*pieces, content[done:]])
