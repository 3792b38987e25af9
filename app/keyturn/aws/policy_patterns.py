"""The patterns of policies: `*` stands for any characters, `?` for one (IAM's reference of policy elements)."""

from __future__ import annotations


def matches(pattern: str, text: str, *, ignore_case: bool = False) -> bool:
    """Return whether the pattern covers `text`, in which `*` and `?` are only themselves."""
    if ignore_case:
        pattern, text = pattern.lower(), text.lower()
    places = {0}  # how much of the text the pattern so far may have covered
    for letter in pattern:
        if letter == "*":
            places = set(range(min(places), len(text) + 1)) if places else places
        else:
            places = {at + 1 for at in places if at < len(text) and letter in ("?", text[at])}
    return len(text) in places


def overlap(one: str, other: str) -> bool:
    """Return whether some text is covered by both patterns."""
    places = _behind_stars(other, {0})  # where in `other` a text may stand that `one` so far covers
    for letter in one:
        if letter == "*":
            places = set(range(min(places), len(other) + 1)) if places else places
            continue
        here = {at for at in places if at < len(other)}
        moved = {at for at in here if other[at] == "*"}
        moved |= {at + 1 for at in here if other[at] != "*" and (letter == other[at] or "?" in (letter, other[at]))}
        places = _behind_stars(other, moved)
    return len(other) in places


def _behind_stars(pattern: str, places: set[int]) -> set[int]:
    """The same places, and those behind the stars there, each of which may stand for nothing."""
    found = set(places)
    for at in places:
        behind = at
        while behind < len(pattern) and pattern[behind] == "*":
            behind += 1
            found.add(behind)
    return found
