"""Finding which of many short texts stand in a long one, in one walk through it, however many they are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar

Thing = TypeVar("Thing")


class ManyTexts(Generic[Thing]):
    """Texts, each with what it stands for.

    Each is filed under one piece of it, the one under which the fewest are filed, so that also those that begin or end
    alike are told apart at once.

    Args:
        piece: how many characters that has; no text is shorter.
    """

    def __init__(self, piece: int) -> None:
        self._piece = piece
        self._by_piece: dict[str, list[tuple[str, int, Thing]]] = {}

    def add_one(self, texts: Iterable[tuple[str, Thing]]) -> None:
        """Look for one of these, too: for the one that is told apart best."""
        chosen: tuple[list[tuple[str, int, Thing]], str, int, Thing] | None = None
        for text, thing in texts:
            for at in range(len(text) - self._piece + 1):
                filed = self._by_piece.setdefault(text[at : at + self._piece], [])
                if chosen is None or len(filed) < len(chosen[0]):
                    chosen = filed, text, at, thing
                if not filed:
                    break
        if chosen is not None:
            chosen[0].append(chosen[1:])

    @property
    def holds_any(self) -> bool:
        """False as long as there is nothing to look for."""
        return bool(self._by_piece)

    def found_in(self, text: str) -> Iterator[tuple[int, Thing]]:
        """Each place where one of them stands, and what it stands for."""
        # Most texts hold none of them: that is told without a step of Python for each character.
        pieces = map("".join, zip(*(text[begin:] for begin in range(self._piece)), strict=False))
        if self._by_piece.keys().isdisjoint(pieces):
            return
        for at in range(len(text) - self._piece + 1):
            for one, before, thing in self._by_piece.get(text[at : at + self._piece], ()):
                if at >= before and text.startswith(one, at - before):
                    yield at - before, thing
