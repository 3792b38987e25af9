"""Files that no program's module knows, and into which the new key may go as text where a person says so for each."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from keyturn.clients.default_locations import is_a_copy
from keyturn.clients.described.guide import FILE
from keyturn.clients.registry import client_named
from keyturn.model.errors import UsageError
from keyturn.model.keys import KeyPair
from keyturn.model.places import TEXT, Place, PlaceKind
from keyturn.model.text import _


@dataclass(frozen=True, slots=True)
class TextEdits:
    """What of the key's mentions is edited as text.

    Attributes:
        places: those that the person named, as places that can be edited.
        offered: the files that could be edited as well.
    """

    places: tuple[Place, ...]
    offered: tuple[Path, ...]


def text_edits(mentions: Sequence[Place], pair: KeyPair | None, named: Sequence[Path]) -> TextEdits:
    """Return which of the files that mention a key are edited as text.

    Args:
        pair: the key with its secret, as it has to stand there; None where that is not known.
        named: the files for which the person said so.

    Raises:
        UsageError: where a file was named that does not mention the key.
        ClientError: `text.refused`, where one was named that is not edited as text.
    """
    by_file: dict[str, Path] = {}
    known: dict[Path, Place] = {}
    for place in mentions:
        if may_be_text(place):
            file = by_file.setdefault(os.path.realpath(place.path), place.path)
            if place.targets or place.consumers:
                known.setdefault(file, place)
    wanted = {os.path.realpath(path.expanduser()) for path in named}
    for path in sorted(wanted - by_file.keys()):
        raise UsageError(
            _("{path} is no file that may be edited as text").format(path=path),
            _(
                "It does not hold this key, or a program's module edits it anyway. Nothing was changed. "
                "`keyturn scan` lists where the key stands."
            ),
            code="usage.edit-text",
        )
    if pair is None:
        return TextEdits((), ())
    from keyturn.clients.text_files import why_not

    refusals = {real: why_not(path, pair) for real, path in by_file.items()}
    for real in sorted(wanted):
        refusal = refusals[real]
        if refusal is not None:
            raise refusal
    named_files = [by_file[real] for real in by_file if real in wanted]
    places = [_with_uses(place, known.get(path)) for path in named_files for place in _places(path, pair)]
    offered = tuple(path for real, path in by_file.items() if refusals[real] is None and real not in wanted)
    return TextEdits(tuple(places), offered)


def as_text(paths: Sequence[Path], pair: KeyPair) -> tuple[Place, ...]:
    """Return the places of these files, as they would be edited as text."""
    return tuple(place for path in paths for place in _places(path, pair))


def may_be_text(place: Place) -> bool:
    """Return whether the place may be one that is edited as text: no program's module knows how it is written."""
    return place.kind is PlaceKind.MENTION or place.client == FILE


class EditedBy(StrEnum):
    """How a new key gets to a place.

    `program`: Keyturn replaces it there by the grammar of the program. `text`: Keyturn can replace the two strings, if
    a person says so. `by-hand`: only a person can. `none`: there is nothing to replace in a copy.
    """

    PROGRAM = "program"
    TEXT = "text"
    BY_HAND = "by-hand"
    NONE = "none"


def edited_by(place: Place, pair: KeyPair | None) -> EditedBy:
    """Return how a new key gets to a place.

    Args:
        pair: the key that stands there, where any place shows it complete.
    """
    if client_named(place.client).asks_keyturn:
        return EditedBy.NONE
    if place.editable:
        return EditedBy.PROGRAM
    if place.kind is PlaceKind.LEFTOVER or (place.kind is PlaceKind.MENTION and is_a_copy(place.path)):
        return EditedBy.NONE
    if may_be_text(place) and pair is not None:
        from keyturn.clients.text_files import why_not  # most places are a program's

        if why_not(place.path, pair) is None:
            return EditedBy.TEXT
    return EditedBy.BY_HAND


def _with_uses(place: Place, found: Place | None) -> Place:
    """The place with what a look found out about the key in its file: its buckets, and the programs that take it."""
    if found is None:
        return place
    return replace(
        place,
        targets=found.targets,
        region=found.region,
        endpoint=found.endpoint,
        additions=found.additions,
        manner=found.manner,
        consumers=found.consumers,
    )


def _places(path: Path, pair: KeyPair) -> list[Place]:
    from keyturn.clients.text_files import pairs_with

    found = [locator for locator, there in pairs_with(path, pair.access_key_id).items() if there == pair]
    blank = Place(
        client=TEXT,
        name=path.name,
        path=path,
        locator="",
        kind=PlaceKind.DESTINATION,
        access_key_id=pair.access_key_id,
        secret=pair.secret,
        editable=True,
    )
    return [replace(blank, locator=locator) for locator in found]
