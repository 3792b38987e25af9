"""The picture of a change that a person may see: anyone who only looks makes none."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from keyturn.edits.masking import masked_id, masked_line, printable
from keyturn.edits.spans import Change, Span, in_order
from keyturn.model.known_secrets import HIDDEN

_CONTEXT = 2  # lines shown around a change
# A shorter text would turn up by chance in harmless words.
_SHORTEST_SECRET = 8
_CR = "\r"


def masked_diff(path: Path, before: bytes, changes: Sequence[Change], *, hide: Sequence[Span] = ()) -> str:
    """Return a unified diff that a person may see and pass on: no secret is in it, old or new.

    A changed value is shown only where it is shaped like a key ID, and then as `AKIA…7Q2P`, or where the change is
    open; every other one is `••••`, and so is whatever else looks like a secret in the lines around (see
    `masking.masked_line`).

    Args:
        path: for the head of the diff.
        hide: spans of `before` that are secrets whatever they look like; their bytes are hidden wherever they recur.

    Returns:
        Lines with their ends; empty where nothing changes.

    Raises:
        ValueError: as `apply_changes`.
    """
    picture = _Picture(before, in_order(before, changes), sorted(hide))
    name = printable(picture.without_secrets(str(path).encode(errors="replace")).decode())
    hunks = picture.hunks()
    return "".join([f"--- {name}\n+++ {name}\n", *hunks]) if hunks else ""


class _Picture:
    """The lines of a change, rendered without secrets."""

    def __init__(self, before: bytes, changes: Sequence[Change], hide: Sequence[Span]) -> None:
        self._before = before
        self._changes = [change for change in changes if _cut(before, change.span) != change.replacement]
        self._hide = _apart(hide)
        self._hide_ends = [span.end for span in self._hide]
        self._starts = [0, *(end.end() for end in re.finditer(b"\n", before))]
        if len(self._starts) > 1 and self._starts[-1] == len(before):
            self._starts.pop()
        texts = {_cut(before, span) for span in hide}
        secret = [change for change in changes if not change.is_open]
        texts |= {text for change in secret for text in (_cut(before, change.span), change.replacement)}
        # By their first bytes, for there may be thousands; the longest first, because one may be a part of another.
        self._secrets: dict[bytes, list[bytes]] = {}
        for text in sorted(texts, key=len, reverse=True):
            if len(text) >= _SHORTEST_SECRET and not _is_id(text):
                self._secrets.setdefault(text[:_SHORTEST_SECRET], []).append(text)

    def without_secrets(self, text: bytes) -> bytes:
        pieces: list[bytes] = []
        done = at = 0
        while at <= len(text) - _SHORTEST_SECRET:
            begun = self._secrets.get(text[at : at + _SHORTEST_SECRET], ())
            secret = next((one for one in begun if text.startswith(one, at)), None)
            if secret is None:
                at += 1
                continue
            pieces += [text[done:at], _hidden(secret)]
            done = at = at + len(secret)
        return b"".join([*pieces, text[done:]])

    def hunks(self) -> list[str]:
        groups: list[list[_Block]] = []
        for block in self._blocks():
            if groups and block.first - groups[-1][-1].last <= 2 * _CONTEXT + 1:
                groups[-1].append(block)
            else:
                groups.append([block])
        rendered: list[str] = []
        growth = 0  # lines that the hunks before have added
        for group in groups:
            hunk, added = self._hunk(group, growth)
            rendered.append(hunk)
            growth += added
        return rendered

    def _blocks(self) -> list[_Block]:
        """Touched lines that follow each other without a gap, each with its changes."""
        blocks: list[_Block] = []
        for change in self._changes:
            first, last = self._line_at(change.span.start), self._line_at(change.span.end)
            if blocks and first <= blocks[-1].last + 1:
                blocks[-1].last = max(last, blocks[-1].last)
                blocks[-1].changes.append(change)
            else:
                blocks.append(_Block(first, last, [change]))
        return blocks

    def _hunk(self, group: Sequence[_Block], growth: int) -> tuple[str, int]:
        top = max(0, group[0].first - _CONTEXT)
        bottom = min(len(self._starts) - 1, group[-1].last + _CONTEXT)
        lines: list[str] = []
        next_line = top
        for block in group:
            lines += self._rendered(" ", next_line, block.first - 1)
            lines += self._rendered("-", block.first, block.last, block.changes)
            lines += self._rendered("+", block.first, block.last, block.changes, after=True)
            next_line = block.last + 1
        lines += self._rendered(" ", next_line, bottom)
        old, new = (sum(line[0] in signs for line in lines) for signs in (" -", " +"))
        return f"@@ -{top + 1},{old} +{top + 1 + growth},{new} @@\n" + "".join(lines), new - old

    def _line_at(self, position: int) -> int:
        return bisect_right(self._starts, position) - 1

    def _rendered(
        self, sign: str, first: int, last: int, changes: Sequence[Change] = (), *, after: bool = False
    ) -> list[str]:
        if first > last:
            return []
        start = self._starts[first]
        end = self._starts[last + 1] if last + 1 < len(self._starts) else len(self._before)
        pieces: list[bytes] = []
        for change in changes:
            pieces.append(self._plain(start, change.span.start))
            pieces.append(self._value(change, change.replacement if after else _cut(self._before, change.span)))
            start = change.span.end
        pieces.append(self._plain(start, end))
        lines = b"".join(pieces).decode(errors="replace").split("\n")
        ended = lines[-1] == ""
        shown = [f"{sign}{masked_line(line.removesuffix(_CR))}\n" for line in (lines[:-1] if ended else lines)]
        return shown if ended else [*shown, "\\ No newline at end of file\n"]

    def _plain(self, start: int, end: int) -> bytes:
        pieces: list[bytes] = []
        for number in range(bisect_right(self._hide_ends, start), len(self._hide)):
            span = self._hide[number]
            if span.start >= end:
                break
            if span.end > start:
                pieces.append(self.without_secrets(self._before[start : max(start, span.start)]))
                pieces.append(_hidden(self._before[max(start, span.start) : min(end, span.end)]))
                start = min(end, span.end)
        return b"".join([*pieces, self.without_secrets(self._before[start:end])])

    def _value(self, change: Change, text: bytes) -> bytes:
        first = bisect_right(self._hide_ends, change.span.start)
        secret = first < len(self._hide) and self._hide[first].start < change.span.end
        if change.is_open and not secret and not _is_id(text):
            return self.without_secrets(text)
        return masked_id(text.decode()).encode() if _is_id(text) and not secret else _hidden(text)


@dataclass(slots=True)
class _Block:
    first: int
    last: int
    changes: list[Change]


def _apart(spans: Sequence[Span]) -> list[Span]:
    """The same bytes in spans that do not overlap; `spans` are in order."""
    apart: list[Span] = []
    for span in spans:
        if apart and span.start < apart[-1].end:
            apart[-1] = Span(apart[-1].start, max(span.end, apart[-1].end))
        else:
            apart.append(span)
    return apart


def _cut(content: bytes, span: Span) -> bytes:
    return content[span.start : span.end]


def _is_id(text: bytes) -> bool:
    return masked_id(text.decode(errors="replace")) != HIDDEN


def _hidden(text: bytes) -> bytes:
    """As many lines as the text has, and nothing else of it."""
    return b"\n".join([HIDDEN.encode() if part else b"" for part in text.split(b"\n")])
