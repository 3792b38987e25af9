"""A claim is a spot, not a file: where a claimed key ID stands once more in the same file, that is told, too."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
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
        by_file.setdefault(os.path.realpath(place.path), []).append(place)
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
        for key in dict.fromkeys(place.access_key_id for place in group):
            own = [place for place in group if place.access_key_id == key]
            rest = _unclaimed(content, own, by_key.get(key, []), client_named)
            if rest:
                lines = tuple(dict.fromkeys(one.line for one in rest))
                found |= {id(place): replace(place, also_at=lines) for place in own}
                mentions.append(mention_of(group[0].path, rest))
    return (*found.values(), *mentions)


def _content(path: Path, readings: Readings) -> FileContent | None:
    try:
        return readings.file(path)
    except FileError:
        return None


def _unclaimed(
    content: FileContent, places: Sequence[Place], every: Sequence[Occurrence], client_named: Callable[[str], Client]
) -> list[Occurrence]:
    """The spots of an ID of which no place of the file tells."""
    if len(every) <= 1:
        return []
    offsets = set(_offsets(content, {place.client for place in places}, client_named))
    lines = {place.line for place in places if not place.editable}
    rest = [one for one in every if one.offset not in offsets and one.line not in lines]
    # A place that does not tell its line stands for one of the spots, and for which one is not known.
    unplaced = sum(not place.line and not place.editable for place in places)
    return rest[unplaced:]


def _offsets(content: FileContent, clients: Iterable[str], client_named: Callable[[str], Client]) -> Iterable[int]:
    for name in clients:
        try:
            spots = client_named(name).spots(content)
        except FileError:
            continue
        yield from (spot.access_key_id.span.start for spot in spots.values())
