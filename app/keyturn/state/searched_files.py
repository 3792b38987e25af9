"""Which files were searched for which key IDs and hold none of them, so that the next search need not read them again.

A file is known by a mark: a number made of its device, inode, size and times, which is another one after any change
(clients/search/tree.py). Nothing here names a file, and losing it costs nothing but time.
"""

from __future__ import annotations

import json
from array import array
from base64 import b64decode, b64encode
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from keyturn.computer.private_files import read_private_file, replace_private_file
from keyturn.model.keys import AccessKeyId
from keyturn.state.written import Fields, Format, NotUnderstood, listed, parsed, text, whole_object

FILE_NAME = "searched-files.json"
# Key IDs are looked for in few combinations: all that are known here, and the one that is being rotated.
_MOST_COMBINATIONS = 4
_MOST_MARKS = 2_000_000  # 16 MB in memory


class Marks(Collection[int]):
    """Marks in order: eight bytes each, where a set of Python's takes some sixty."""

    def __init__(self, marks: Iterable[int] = ()) -> None:
        self._sorted = array("Q", sorted(marks))

    def __contains__(self, mark: object) -> bool:
        if not isinstance(mark, int):
            return False
        at = bisect_left(self._sorted, mark)
        return at < len(self._sorted) and self._sorted[at] == mark

    def __iter__(self) -> Iterator[int]:
        return iter(self._sorted)

    def __len__(self) -> int:
        return len(self._sorted)


def load(folder: Path, keys: Collection[AccessKeyId]) -> Marks:
    """Return the marks of the files in which none of these key IDs stands, as earlier searches saw.

    What cannot be read or understood, or was written by a newer Keyturn, is as nothing: every file is read then.
    """
    wanted = {key.value for key in keys}
    found: set[int] = set()
    for of_keys, marks in _combinations(folder):
        if wanted <= of_keys:
            found.update(marks)
    return Marks(found)


def add(folder: Path, keys: Collection[AccessKeyId], marks: Sequence[int]) -> None:
    """Remember that none of these key IDs stands in the files with these marks.

    A folder that cannot be written costs the next search its time, and is no reason to fail.
    """
    if not marks:
        return
    mine = frozenset(key.value for key in keys)
    try:
        before = _read_all(folder)
    except NotUnderstood as error:
        if error.newer:
            return  # a newer Keyturn's, which knows more
        before = ()
    except OSError:
        before = ()
    kept = [(of_keys, old) for of_keys, old in before if of_keys != mine]
    old = next((old for of_keys, old in before if of_keys == mine), array("Q"))
    together = array("Q", sorted({*old, *marks}))
    # Marks of files that changed are never met again. Where there are too many, those of this search are the best.
    if len(together) > _MOST_MARKS:
        together = array("Q", sorted(marks)[:_MOST_MARKS])
    newest_first = [(mine, together), *kept][:_MOST_COMBINATIONS]
    try:
        replace_private_file(folder / FILE_NAME, json.dumps(_FORMAT.dump(tuple(newest_first))))
    except OSError:
        return


_Combination = tuple[frozenset[str], "array[int]"]


def _combinations(folder: Path) -> tuple[_Combination, ...]:
    try:
        return _read_all(folder)
    except (OSError, NotUnderstood):
        return ()


def _read_all(folder: Path) -> tuple[_Combination, ...]:
    try:
        content = read_private_file(folder / FILE_NAME)
    except FileNotFoundError:
        return ()
    return _FORMAT.load(parsed(content))


def _combination(fields: Fields) -> _Combination:
    return frozenset(fields.get("keys", listed(text))), fields.get("marks", _marks)


def _marks(value: object) -> array[int]:
    marks = array("Q")
    try:
        marks.frombytes(b64decode(text(value)))
    except ValueError:
        raise NotUnderstood from None
    return marks


def _written(combinations: tuple[_Combination, ...]) -> dict[str, Any]:
    return {
        "searched": [
            {"keys": sorted(of_keys), "marks": b64encode(marks.tobytes()).decode()} for of_keys, marks in combinations
        ]
    }


_FORMAT = Format(1, lambda fields: fields.get("searched", listed(whole_object(_combination))), _written)
