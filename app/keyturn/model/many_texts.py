"""Finding which of many short texts stand in a long one, in a few walks through it, however many they are."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from typing import Generic, TypeVar

Thing = TypeVar("Thing")

_LONG_STRIDES = (8, 4, 2)  # longer ones cost more to file than a walk gains


class ManyTexts(Generic[Thing]):
    """Texts, each with what it stands for.

    Each is filed under a row of pieces of it that begin one after the other, so many that a walk in strides of that
    number comes to one of them wherever the text stands. If other texts have a part in each such row, it is filed under
    the single piece under which the fewest are: so those that begin or end alike are told apart at once, too.

    Args:
        piece: how many characters a piece has; no text is shorter.
    """

    def __init__(self, piece: int) -> None:
        self._piece = piece
        # By the stride: each piece, with the text, where in it the piece begins, and what the text stands for.
        self._walks: dict[int, dict[str, list[tuple[str, int, Thing]]]] = {}

    def add_one(self, texts: Iterable[tuple[str, Thing]]) -> None:
        """Look for one of these, too: for the one that is told apart best."""
        among = [*texts]
        for stride in _LONG_STRIDES:
            filed = self._walks.get(stride, {})
            for text, thing in among:
                begin = self._new_row(text, filed, stride)
                if begin is not None:
                    self._file(text, range(begin, begin + stride), thing)
                    return
        fewest: tuple[int, str, int, Thing] | None = None
        filed = self._walks.get(1, {})
        for text, thing in among:
            for at in range(len(text) - self._piece + 1):
                others = len(filed.get(text[at : at + self._piece], ()))
                if fewest is None or others < fewest[0]:
                    fewest = others, text, at, thing
        if fewest is not None:
            _others, text, at, thing = fewest
            self._file(text, range(at, at + 1), thing)

    @property
    def holds_any(self) -> bool:
        """False as long as there is nothing to look for."""
        return bool(self._walks)

    def found_in(self, text: str) -> Iterator[tuple[int, Thing]]:
        """Each place where one of them stands, and what it stands for; those of one text from the first to the last."""
        for stride, filed in self._walks.items():
            # Most texts hold none of them: that is told without a step of Python for each piece.
            pieces = map("".join, zip(*(text[begin::stride] for begin in range(self._piece)), strict=False))
            if filed.keys().isdisjoint(pieces):
                continue
            for at in range(0, len(text) - self._piece + 1, stride):
                for one, before, thing in filed.get(text[at : at + self._piece], ()):
                    if at >= before and text.startswith(one, at - before):
                        yield at - before, thing

    def _file(self, text: str, row: range, thing: Thing) -> None:
        filed = self._walks.setdefault(len(row), {})
        for at in reversed(row):  # so that of two places of a text in itself the first is told first
            filed.setdefault(text[at : at + self._piece], []).append((text, at, thing))

    def _new_row(self, text: str, filed: Container[str], number: int) -> int | None:
        """Where so many pieces begin, one after the other, under which nothing is filed; None without such a row."""
        new = 0
        for at in range(len(text) - self._piece + 1):
            new = 0 if text[at : at + self._piece] in filed else new + 1
            if new == number:
                return at + 1 - number
        return None
