"""Which key stands behind a name: the one that got it, then each one that a rotation put in its place.

Nothing is written down for that but the name itself. The journal says when a new key was proved, and that very entry
makes it the current one; where a rotation is undone, its first entry makes the old key the current one again. So
nobody who asks for the key of a name is ever told one that AWS does not accept: while a key is replaced, both work.

Only what that takes is read of a rotation: anyone who asks waits for the answer (`terminal/credentials_and_run.py`).
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.model.errors import StateError, UsageError
from keyturn.model.key_names import KeyName, flaw_of_key_name
from keyturn.model.keys import AccessKeyId
from keyturn.model.text import _
from keyturn.rotation.course import Course
from keyturn.rotation.events.codec import by_member, events_in
from keyturn.rotation.events.entry import Entry
from keyturn.rotation.events.key_events import (
    Begun,
    ClosedAsItStood,
    DoneBy,
    KeyMade,
    PutInAgain,
    SeenOrSaid,
    Ticked,
)
from keyturn.rotation.steps import BegunBy, By, Step
from keyturn.state import journal as journals
from keyturn.state import stored_key_names
from keyturn.state.journal import Journal, Mark, RawEntry, RecordedRotation
from keyturn.state.stored_key_names import FirstKey
from keyturn.state.written import Fields, NotUnderstood

if TYPE_CHECKING:
    from keyturn.rotation.events.every_event import Event

_EVENTS: Mapping[str, type[Event]] = by_member(
    (Begun, ClosedAsItStood, DoneBy, KeyMade, PutInAgain, SeenOrSaid, Ticked)
)


class VersionState(StrEnum):
    """How a version of a key stands."""

    CURRENT = "current"
    PREVIOUS = "previous"  # another one took its place; it may work still
    OFF = "off"
    DELETED = "deleted"


class Author(StrEnum):
    """Who brought a version into its state."""

    KEYTURN = "keyturn"
    PERSON = "person"
    RENEWAL = "renewal"  # Keyturn, on the day that a person had set


@dataclass(frozen=True, slots=True)
class Version:
    """One key of those that a name had.

    Attributes:
        until: when another one took its place; None while it is the current one.
        author: who brought it into its state; None where that is not known: who made the first key, say.
        seen: Keyturn saw that state at AWS; False where it is only said.
        rotation: the rotation that made it; None for the key that got the name.
    """

    number: int
    key: AccessKeyId
    since: datetime
    until: datetime | None
    state: VersionState
    author: Author | None
    seen: bool
    rotation: str | None = None


@dataclass(frozen=True, slots=True)
class NamedKey:
    """A name with all its versions, the oldest first."""

    name: KeyName
    versions: tuple[Version, ...]

    @property
    def current(self) -> Version:
        """The one that programs are to use now."""
        return next(one for one in self.versions if one.until is None)

    @property
    def keys(self) -> frozenset[AccessKeyId]:
        """Every key that it had."""
        return frozenset(one.key for one in self.versions)


def named_keys(folder: Path, journal: Journal | None = None) -> tuple[NamedKey, ...]:
    """Every name in Keyturn's folder, in order.

    Args:
        journal: where it is open already; None opens the one in the folder, and makes none.

    Raises:
        StateError: where names or journal cannot be read, or a rotation of one of the keys cannot.
    """
    names = stored_key_names.load(folder)
    if not names:
        return ()
    recorded = _recorded(folder, journal)
    return tuple(_named(name, first, recorded) for name, first in sorted(names.items()))


def key_named(folder: Path, text: str, journal: Journal | None = None) -> NamedKey:
    """The key that is called `text`.

    Raises:
        UsageError: where no key has this name.
        StateError: as `named_keys`.
    """
    names = stored_key_names.load(folder)
    wanted = text.strip()
    flaw = flaw_of_key_name(wanted)
    if flaw is not None:
        raise UsageError(
            _("“{text}” is not the name of a key").format(text=wanted),
            _("{flaw} Nothing was changed.").format(flaw=flaw),
            code="usage.name",
        )
    name = KeyName(wanted)
    if name not in names:
        known = ", ".join(one.value for one in sorted(names)) or _("none")
        raise UsageError(
            _("No key is called {name}").format(name=name),
            _("Names that are known: {known}. `keyturn name KEY {name}` gives one. Nothing was changed.").format(
                known=known, name=name
            ),
            code="usage.name",
        )
    return _named(name, names[name], _recorded(folder, journal))


def names_of_keys(folder: Path, journal: Journal | None = None) -> Mapping[AccessKeyId, KeyName]:
    """The name of every key that has one, its earlier versions included.

    Raises:
        StateError: where names or journal cannot be read.
    """
    return {key: one.name for one in named_keys(folder, journal) for key in one.keys}


def with_all_versions(folder: Path, key: AccessKeyId) -> frozenset[AccessKeyId]:
    """The key, and the keys that had its name before or after it.

    Raises:
        StateError: as `named_keys`.
    """
    return frozenset({key}).union(*(one.keys for one in named_keys(folder) if key in one.keys))


@dataclass(frozen=True, slots=True)
class _Replacement(Course):
    """A rotation, as far as versions go.

    Attributes:
        given: the person made the new key, so an undo leaves it at AWS.
    """

    rotation: str
    old: AccessKeyId
    given: bool
    entries: tuple[Entry, ...]

    @property
    def proved_at(self) -> datetime | None:
        """When its new key was proved."""
        done = self.latest(Step.PROVE, Mark.DONE)
        return None if done is None else done.at

    @property
    def taken_back_at(self) -> datetime | None:
        """When the old key took its place again; None where the new one has it."""
        ended = self.latest(Step.END, Mark.DONE)
        undone = self.undo_began
        if ended is None:
            return None if undone is None else undone.at
        # It was closed as it stood: a key that was known to be off then takes nobody's place.
        known, back = ended.get(ClosedAsItStood), undone is not None
        if known is not None:
            chosen, other = known.ended.old, known.ended.new
            if not back:
                chosen, other = other, chosen
            back = not back if chosen.is_off and not other.is_off else back
        return (undone or ended).at if back else None

    @property
    def removed_new(self) -> bool:
        """True where an undo removed the new key."""
        new = self.new_key
        stays = new is not None and Ticked(f"keep-{new.last4}") in self.every(Ticked)
        return self.is_done(Step.UNDO) and not self.given and not stays

    @property
    def author(self) -> Author:
        """Who made the new key."""
        return Author.RENEWAL if self.begun_by is BegunBy.RENEWAL else Author.KEYTURN

    def of_old(self) -> tuple[VersionState, Author, bool] | None:
        """How it brought the old key down; None where it did not."""
        for step, state in ((Step.DELETE, VersionState.DELETED), (Step.TURN_OFF, VersionState.OFF)):
            done = self.latest(step, Mark.DONE)
            if done is not None and self.is_done(step):
                by, seen = done.get(DoneBy), done.get(SeenOrSaid)
                by_keyturn = by is not None and by.by is not By.CONSOLE
                return state, Author.KEYTURN if by_keyturn else Author.PERSON, seen is None or seen.seen
        return None


def _recorded(folder: Path, journal: Journal | None) -> tuple[RecordedRotation, ...]:
    if journal is not None:
        return journal.rotations()
    if not os.path.lexists(folder / journals.FILE_NAME):
        return ()
    with closing(Journal(folder)) as opened:
        return opened.rotations()


def _named(name: KeyName, first: FirstKey, recorded: Sequence[RecordedRotation]) -> NamedKey:
    versions = [Version(1, first.key, first.since, None, VersionState.CURRENT, None, first.seen)]
    at = 0  # of the current one
    for record in recorded:
        if not any(record.mentions(one.key) for one in versions):
            continue
        one = _replacement(record)
        new, proved = one.new_key, one.proved_at
        if one.old == versions[at].key and new is not None and proved is not None:
            made = Version(len(versions) + 1, new, proved, None, VersionState.CURRENT, one.author, True, one.rotation)
            back = one.taken_back_at
            if back is None:
                versions[at] = replace(versions[at], until=proved, state=VersionState.PREVIOUS)
                at = len(versions)
            else:
                state = VersionState.DELETED if one.removed_new else VersionState.PREVIOUS
                made = replace(made, until=back, state=state)
            versions.append(made)
        brought = one.of_old()
        if brought is not None:
            state, author, seen = brought
            versions = [replace(v, state=state, author=author, seen=seen) if v.key == one.old else v for v in versions]
    return NamedKey(name, tuple(versions))


def _replacement(record: RecordedRotation) -> _Replacement:
    try:
        decision = json.loads(record.decision)
        entries = tuple(map(_entry, record.entries))
        return _Replacement(
            record.name, AccessKeyId.of_any_shape(decision["key"]), decision.get("given") is not None, entries
        )
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise StateError(
            _("Rotation {name} cannot be read").format(name=record.name),
            _("It is about a key with a name, so which key has the name now is not known. `keyturn status` says more."),
            code="journal.broken",
        ) from None


def _entry(raw: RawEntry) -> Entry:
    """What an entry says of these keys; what else a newer Keyturn says there does not keep a key from its programs."""
    events = events_in(Fields(json.loads(raw.facts)), _EVENTS, pass_over_newer=True)
    entry = Entry(datetime.fromisoformat(raw.at), Step(raw.step), Mark(raw.mark), events)
    if entry.step is Step.END and entry.mark is Mark.DONE and entry.get(ClosedAsItStood) is None:
        raise NotUnderstood
    return entry
