"""A claim is a spot, not a file: where a claimed key ID stands once more in the same file, that is told, too."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from keyturn.clients.default_locations import mention_of
from keyturn.clients.interface import Client
from keyturn.clients.occurrences import Occurrence, occurrences_in
from keyturn.clients.readings import Readings
from keyturn.edits.files import FileContent
from keyturn.model.errors import FileError
from keyturn.model.keys import AccessKeyId
from keyturn.model.places import Place


def with_further_spots(
    places: Sequence[Place], readings: Readings, client_named: Callable[[str], Client]
) -> tuple[Place, ...]:
    """Return the places, each with the further lines on which its ID stands, and a mention for those of each file.

    Args:
        client_named: returns the client of a place by its name.
    """
    by_file: dict[str, list[Place]] = {}
    for place in places:
        by_file.setdefault(readings.real_path(place.path), []).append(place)
    found: dict[int, Place] = {id(place): place for place in places}
    mentions: list[Place] = []
    for group in by_file.values():
        content = _content(group[0].path, readings)
        every = [] if content is None else list(occurrences_in(content.content))
        if content is None or len(every) <= 1:
            continue
        by_key: dict[AccessKeyId, list[Occurrence]] = {}
        for one in every:
            by_key.setdefault(one.key, []).append(one)
        spots = _Spots(content, client_named)
        for key, own in _by_key(group).items():
            rest = _unclaimed(spots, own, by_key.get(key, []))
            if rest:
                lines = tuple(dict.fromkeys(one.line for one in rest))
                found |= {id(place): replace(place, also_at=lines) for place in own}
                mentions.append(mention_of(group[0].path, rest))
    return (*found.values(), *mentions)


def _by_key(places: Iterable[Place]) -> Mapping[AccessKeyId, list[Place]]:
    found: dict[AccessKeyId, list[Place]] = {}
    for place in places:
        found.setdefault(place.access_key_id, []).append(place)
    return found


def _content(path: Path, readings: Readings) -> FileContent | None:
    try:
        return readings.file(path)
    except FileError:
        return None


def _unclaimed(spots: _Spots, places: Sequence[Place], every: Sequence[Occurrence]) -> list[Occurrence]:
    """The spots of an ID of which no place of the file tells."""
    if len(every) <= 1:
        return []
    offsets = frozenset[int]().union(*(spots.of(client) for client in {place.client for place in places}))
    lines = {place.line for place in places if not place.editable}
    rest = [one for one in every if one.offset not in offsets and one.line not in lines]
    # A place that does not tell its line stands for one of the spots, and for which one is not known.
    unplaced = sum(not place.line and not place.editable for place in places)
    return rest[unplaced:]


class _Spots:
    """Where the IDs stand that clients edit in a file, which each of them reads once, however many keys it has."""

    def __init__(self, content: FileContent, client_named: Callable[[str], Client]) -> None:
        self._content = content
        self._client_named = client_named
        self._known: dict[str, frozenset[int]] = {}

    def of(self, client: str) -> frozenset[int]:
        """Return where those of one client begin; nothing if it does not understand the file."""
        if client not in self._known:
            try:
                spots = self._client_named(client).spots(self._content)
            except FileError:
                spots = {}
            self._known[client] = frozenset(spot.access_key_id.span.start for spot in spots.values())
        return self._known[client]
