"""Files that cannot be read: places of which nobody knows whether the key stands there.

Each is counted, told, and asked about: put it right and look again, or leave it out. What is left out is looked at by a
person before the old key is turned off.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.clients.described.guided import BLIND_SPOT
from keyturn.clients.walking import listed
from keyturn.model.keys import AccessKeyId
from keyturn.model.places import Place, PlaceKind, Problem
from keyturn.model.text import _, plural
from keyturn.rotation.finding.blind_spots import blind_spots

if TYPE_CHECKING:
    from keyturn.rotation.finding.survey import FoundKey

# A file with one of these says that its content is not known, so any key may stand in it.
_CONTENT_UNKNOWN = frozenset(
    {
        *("file.not-a-file", "file.too-big", "file.closed", "file.unreadable", "file.busy", "file.denied"),
        *("file.locked", "file.link", "client.encrypted"),
    }
)
_DAMAGED = "file.unparsable"


def unread_places(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Return what is said of each program's file that cannot be read or understood.

    A program with a guide is asked about as a whole, so what it keeps is not among them.
    """
    return tuple(one for one in problems if one.clients and one.path is not None and _is_unread(one))


def where_it_may_stand(found: FoundKey, problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Return those in which this key may stand: of a damaged file all is known but what it means, see `Discovery`."""
    stands_in = {place.path for place in found.places if not place.editable}
    return tuple(one for one in unread_places(problems) if one.code in _CONTENT_UNKNOWN or one.path in stands_in)


def is_left_out(unread: Problem, only: Collection[str], left_out: Iterable[Path]) -> bool:
    """Return whether the person said that a rotation goes on without it.

    Args:
        only: the programs to touch; empty means all.
        left_out: files that stay as they are.
    """
    if only and not any(client in only for client in unread.clients):
        return True
    return unread.path is not None and is_among(unread.path, left_out)


def is_among(path: Path, paths: Iterable[Path]) -> bool:
    """Return whether one of the paths leads to the same file."""
    return os.path.realpath(path.expanduser()) in {os.path.realpath(one.expanduser()) for one in paths}


def left_to_the_person(
    unread: Iterable[Problem], key: AccessKeyId, mentions: Iterable[Place] = ()
) -> tuple[Place, ...]:
    """Return, as places, the files in which the key may stand and that a rotation leaves out.

    Args:
        mentions: places that are looked at anyway: of a damaged file, the lines with the key's ID.
    """
    looked_at = {place.path for place in mentions}
    return tuple(
        Place(
            client=one.client,
            name=one.path.name,
            path=one.path,
            locator="",
            kind=PlaceKind.UNREAD,
            access_key_id=key,
            note=str(one),
        )
        for one in unread
        if one.path is not None and one.path not in looked_at
    )


def what_to_do(unread: Problem) -> str:
    """Return how a person puts it right, in a sentence."""
    return next((spot.do for spot in blind_spots([unread])), "")


def counted(found: FoundKey, unread: Sequence[Problem], left_out: Sequence[Problem] = ()) -> str:
    """Say in how many places the key stands at least, and in which files nobody can see whether it does.

    Args:
        left_out: those of them that the rotation goes on without.
    """
    from keyturn.rotation import labels  # where a plan says it

    places = len({place.path for place in found.places} - {one.path for one in unread})
    here = plural("{key} stands in at least {count} place.", "{key} stands in at least {count} places.", places)
    more = plural(
        "{count} more could not be read, and it may stand there, too: {paths}.",
        "{count} more could not be read, and it may stand there, too: {paths}.",
        len(unread),
    )
    said = [
        here.format(key=found.key.access_key_id.masked, count=labels.count_word(places)),
        more.format(count=labels.count_word(len(unread)).capitalize(), paths=_paths(unread)),
    ]
    if left_out:
        text = _("Left out, so you look there before the old key is turned off: {paths}.")
        said.append(text.format(paths=_paths(left_out)))
    return " ".join(said)


def _paths(unread: Iterable[Problem]) -> str:
    return listed([one.path for one in unread if one.path is not None])


def _is_unread(problem: Problem) -> bool:
    return problem.code != BLIND_SPOT and (problem.code in _CONTENT_UNKNOWN or problem.code == _DAMAGED)
