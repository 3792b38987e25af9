"""Which of the key's places a rotation edits, and which it leaves to a person."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.clients.endpoints import is_aws
from keyturn.model.errors import UsageError
from keyturn.model.places import Place, PlaceKind, Problem
from keyturn.model.text import _
from keyturn.rotation.finding.unread_places import is_among
from keyturn.rotation.planning.guided_programs import is_by_hand
from keyturn.rotation.planning.plan_question import Question
from keyturn.rotation.planning.text_edits import text_edits

if TYPE_CHECKING:
    from keyturn.rotation.finding.survey import FoundKey


@dataclass(frozen=True, slots=True)
class Scope:
    """The key's places, by what becomes of them.

    Attributes:
        destinations: those that are edited.
        guided: those that a person changes, as their program's guide says.
        mentions: those that stay as they are.
        offered_as_text: files that no program's module knows, and that are edited if the person names them.
    """

    destinations: tuple[Place, ...]
    guided: tuple[Place, ...]
    mentions: tuple[Place, ...]
    offered_as_text: tuple[Path, ...]


def scope_of(question: Question, unread: Sequence[Problem]) -> Scope:
    """Sort the key's places.

    Args:
        unread: files that could not be read although the key may stand in them.

    Raises:
        UsageError: where an option names a program or a file that has nothing to do with this key.
    """
    _expect_known_files(question, unread)
    _expect_known_programs(question, unread)
    found, options = question.found, question.options
    destinations: list[Place] = []
    guided: list[Place] = []
    mentions: list[Place] = []
    spoiled: list[Place] = []
    for place in found.places:
        if place.kind is PlaceKind.LEFTOVER:
            continue
        left_out = bool(options.only) and place.client not in options.only
        left_out = left_out or is_among(place.path, options.leave_out)
        at_aws = is_aws(place, question.context.endpoint_url)
        ours = place.kind is PlaceKind.DESTINATION and at_aws is not found.at_store
        if ours and place.spoiled:
            spoiled.append(place)
        elif not ours or left_out:
            mentions.append(place)
        else:
            (guided if is_by_hand(place) else destinations).append(place)
    # What a program's own editor changes is not edited as text besides.
    own = {os.path.realpath(place.path) for place in destinations}
    others = [place for place in (*mentions, *guided) if os.path.realpath(place.path) not in own]
    texts = text_edits(others, found.pair, options.edit_text)
    edited = {place.path for place in texts.places}
    mentions, guided = ([one for one in places if one.path not in edited] for places in (mentions, guided))
    # A person sets these right first, no matter who edits the rest of their file.
    return Scope((*destinations, *texts.places), tuple(guided), (*mentions, *spoiled), texts.offered)


def files_of(found: FoundKey, unread: Sequence[Problem]) -> tuple[Path, ...]:
    """Return the files in which the key stands, or may stand: any of them can be left out."""
    return *(place.path for place in found.places), *(one.path for one in unread if one.path is not None)


def _expect_known_programs(question: Question, unread: Sequence[Problem]) -> None:
    known = {place.client for place in question.found.places}.union(*(one.clients for one in unread))
    strange = set(question.options.only) - known
    if strange:
        raise UsageError(
            _("No such program holds this key"),
            _("--only names {unknown}, and this key stands in: {known}. Nothing was changed.").format(
                unknown=", ".join(sorted(strange)), known=", ".join(sorted(known))
            ),
            code="usage.only",
        )


def _expect_known_files(question: Question, unread: Sequence[Problem]) -> None:
    known = files_of(question.found, unread)
    strange = [path for path in question.options.leave_out if not is_among(path, known)]
    if strange:
        raise UsageError(
            _("{path} is no file that this rotation would touch").format(path=strange[0]),
            _(
                "It was read, and {key} does not stand in it; or no program is known to read it. Nothing was "
                "changed. `keyturn scan` lists where the key stands, and what could not be read."
            ).format(key=question.key.masked),
            code="usage.leave-out",
        )
