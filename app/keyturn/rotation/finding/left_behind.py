"""The old key's ID in the files that were edited: each is read once more after *switch*, by the text itself.

A program's grammar tells where its key stands, and is right about that; what else stands in the same file it does not
say. So the file is searched for the ID as any other file is, and what is left there is awaited.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from keyturn.clients.default_locations import mention_of
from keyturn.clients.occurrences import spots_of
from keyturn.clients.registry import client_named
from keyturn.computer.computer import Computer
from keyturn.edits.files import read_file
from keyturn.model.errors import FileError
from keyturn.model.places import Place, PlaceKind
from keyturn.model.text import _, plural
from keyturn.rotation.decision import Decision, without_secret


def left_behind(computer: Computer, decision: Decision) -> tuple[Place, ...]:
    """Return where the old key's ID stands still in the edited files, each file once.

    A file of which the plan said already that the ID stands elsewhere in it is not among them: it is looked at anyway.
    One that cannot be read now is: what stands in it is not known.
    """
    looked_at = {place.path for place in decision.mentions if place.kind is not PlaceKind.UNREAD}
    files: dict[Path, list[Place]] = {}
    for one in decision.destinations:
        files.setdefault(one.file, []).append(one.place)
    found = (_left_in(computer, places) for places in files.values() if places[0].path not in looked_at)
    return tuple(place for place in found if place is not None)


def _left_in(computer: Computer, places: Sequence[Place]) -> Place | None:
    first = places[0]
    try:
        content = client_named(first.client).opened(computer, read_file(first.path)).content
    except FileError as error:
        return _not_read(first, error)
    every = list(spots_of(first.access_key_id, content))
    return without_secret(mention_of(first.path, every)) if every else None


def _not_read(place: Place, error: FileError) -> Place:
    return Place(
        client=place.client,
        name=place.path.name,
        path=place.path,
        locator="",
        kind=PlaceKind.UNREAD,
        access_key_id=place.access_key_id,
        note=str(error),
    )


def said_of(place: Place) -> str:
    """Say what is left in a file, with the lines."""
    if place.kind is PlaceKind.UNREAD:
        return _("{path} could not be read again: {reason}").format(path=place.path, reason=place.note)
    lines = (place.line, *place.also_at)
    text = plural(
        "{path}: the old key {key} stands there still, on line {lines}",
        "{path}: the old key {key} stands there still, on the lines {lines}",
        len(lines),
    )
    numbers = ", ".join(map(str, sorted(lines)))
    return text.format(path=place.path, key=place.access_key_id.masked, lines=numbers)
