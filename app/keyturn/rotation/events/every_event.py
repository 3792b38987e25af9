"""All that can happen, and how an entry of the journal is read as that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import TypeAlias, get_args

from keyturn.rotation.events.codec import by_member, events_in
from keyturn.rotation.events.entry import Entry
from keyturn.rotation.events.key_events import (
    Begun,
    ClosedAsItStood,
    DoneBy,
    KeyMade,
    PutInAgain,
    SeenOrSaid,
    TakenBack,
    Ticked,
)
from keyturn.rotation.events.rotation_events import (
    AllBack,
    BackupsLooked,
    BucketsWritten,
    ClaimsHeard,
    Failed,
    KeyRequest,
    KeysToRemove,
    LetBe,
    NewKeyFails,
    NewKeyUsed,
    OffThroughout,
    OldKeyHeld,
    OldKeyLooked,
    OwnChecksPassed,
    PlacesProved,
    ProgramNamed,
    Proving,
    RightsSimulated,
    SearchMade,
    SignedBy,
    ToldDone,
    UserMade,
    UserRequest,
    UsesElsewhere,
)
from keyturn.rotation.steps import Step
from keyturn.state.journal import Mark, RawEntry
from keyturn.state.written import Fields, NotUnderstood, choice, moment, parsed

Event: TypeAlias = (
    AllBack
    | BackupsLooked
    | Begun
    | BucketsWritten
    | ClaimsHeard
    | ClosedAsItStood
    | DoneBy
    | Failed
    | KeyMade
    | KeyRequest
    | KeysToRemove
    | LetBe
    | NewKeyFails
    | NewKeyUsed
    | OffThroughout
    | OldKeyHeld
    | OldKeyLooked
    | OwnChecksPassed
    | PlacesProved
    | ProgramNamed
    | Proving
    | PutInAgain
    | RightsSimulated
    | SearchMade
    | SeenOrSaid
    | SignedBy
    | TakenBack
    | Ticked
    | ToldDone
    | UserMade
    | UserRequest
    | UsesElsewhere
)
_OWNERS: Mapping[str, type[Event]] = by_member(get_args(Event))
# Without these their entries say nothing.
_NEEDED: Mapping[tuple[Step, Mark], type[Event]] = {
    **{(step, Mark.TICKED): Ticked for step in Step},
    (Step.TURN_OFF, Mark.NOTED): DoneBy,
    (Step.TURN_OFF, Mark.DONE): DoneBy,
    (Step.END, Mark.DONE): ClosedAsItStood,
}


def entry_of(raw: RawEntry) -> Entry:
    """Read one line of the journal.

    Raises:
        NotUnderstood: where a newer Keyturn wrote it, or it is damaged.
    """
    line = Fields({"at": raw.at, "step": raw.step, "mark": raw.mark, "facts": parsed(raw.facts)})
    step, mark = line.get("step", choice(Step)), line.get("mark", choice(Mark))
    entry = Entry(line.get("at", moment), step, mark, line.get("facts", _events))
    needed = _NEEDED.get((step, mark))
    if needed is not None and entry.get(needed) is None:
        raise NotUnderstood(f"facts.{fields(needed)[0].name}")
    return entry


def _events(facts: object) -> tuple[Event, ...]:
    members = Fields(facts)
    events = events_in(members, _OWNERS)
    members.end()
    return events
