"""How it stands, for anyone who looks in passing: one of five states, a sentence, and what is due."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from keyturn.model.keys import KeyStatus
from keyturn.model.text import _, plural
from keyturn.reminders.due import Due, DueKind, Standing, foreseen, too_old_from
from keyturn.reminders.renewal_standing import RenewalStanding, readable_standings
from keyturn.rotation import labels
from keyturn.rotation.carrying_out.awaiting import awaited_before_turn_off
from keyturn.rotation.record import Rotation
from keyturn.rotation.steps import State, Step
from keyturn.rotation.workplace import Workplace
from keyturn.state import reminding, seen_keys
from keyturn.state.reminding import Reminding
from keyturn.state.seen_keys import SeenKey, SeenKeys
from keyturn.state.settings import Settings

# After this, what was seen of the keys says little about what is on the computer now.
_STALE = timedelta(days=35)


class Overall(StrEnum):
    """How it stands, all in all. A face shows each by a shape of its own."""

    OK = "ok"
    ATTENTION = "attention"  # something is due
    URGENT = "urgent"  # a rotation stands in the middle of a step
    WORKING = "working"  # a Keyturn is at work now
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Known:
    """Everything that an outlook goes by.

    Attributes:
        working: another Keyturn is at work now, so that nothing is interrupted.
    """

    sighting: SeenKeys = field(default_factory=SeenKeys)
    rotations: tuple[Standing, ...] = ()
    renewals: tuple[RenewalStanding, ...] = ()
    settings: Settings = field(default_factory=Settings)
    reminding: Reminding = field(default_factory=Reminding)
    working: bool = False


@dataclass(frozen=True, slots=True)
class Outlook:
    """How it stands.

    Attributes:
        sentence: the state for people, with a full stop.
        due: what is due, the most urgent first; also while reminders are snoozed.
        next_due: when something else will be due; None where nothing is foreseen.
        snoozed_until: no notification is shown before; None where none is held back.
        checked: since when all is known that this goes by: the oldest answer of AWS about a key that a program uses,
            or the last look where there is no such key; None where something was never told.
    """

    state: Overall
    sentence: str
    due: tuple[Due, ...]
    next_due: datetime | None
    snoozed_until: datetime | None
    checked: datetime | None


def look_ahead(workplace: Workplace) -> Outlook:
    """How it stands, from Keyturn's memory and from this computer alone: no network.

    Args:
        workplace: an offline one will do.

    Raises:
        StoreError: where Keyturn's memory cannot be read.
    """
    return outlook(known(workplace), workplace.clock.now())


def known(workplace: Workplace) -> Known:
    """Read what an outlook goes by.

    Raises:
        StoreError: where Keyturn's memory cannot be read.
    """
    return Known(
        seen_keys.load(workplace.folder, workplace.computer.home),
        tuple(_standing(workplace, one) for one in workplace.rotations()),
        readable_standings(workplace),
        workplace.settings,
        reminding.load(workplace.folder),
        workplace.another_is_working(),
    )


def _standing(workplace: Workplace, rotation: Rotation) -> Standing:
    if rotation.state is not State.WAITING or rotation.step is not Step.WATCH:
        return Standing(rotation)
    awaited = awaited_before_turn_off(workplace.context(), rotation)
    return Standing(rotation, tuple(one for one in awaited if one.tickable))


def outlook(facts: Known, now: datetime) -> Outlook:
    """How it stands at `now`."""
    all_of_it = foreseen(facts.sighting.keys, facts.rotations, facts.settings, now, facts.renewals)
    if facts.working:
        # What another Keyturn is doing now is neither interrupted nor anybody's to continue.
        all_of_it = tuple(one for one in all_of_it if one.kind is not DueKind.INTERRUPTED)
    due = tuple(one for one in all_of_it if one.since <= now)
    next_due = min((one.since for one in all_of_it if one.since > now), default=None)
    snoozed = facts.reminding.snoozed_until
    state, sentence = _overall(facts, due, next_due, now)
    return Outlook(
        state,
        sentence,
        due,
        next_due,
        snoozed if snoozed is not None and snoozed > now else None,
        _checked(facts.sighting),
    )


def _overall(facts: Known, due: Sequence[Due], next_due: datetime | None, now: datetime) -> tuple[Overall, str]:
    if facts.working:
        return Overall.WORKING, _("Keyturn is working.")
    if due:
        state = Overall.URGENT if due[0].kind.is_urgent else Overall.ATTENTION
        if len(due) == 1:
            return state, f"{due[0].title}."
        text = plural("{first}, and {count} thing more.", "{first}, and {count} things more.", len(due) - 1)
        return state, text.format(first=due[0].title, count=labels.count_word(len(due) - 1))
    unknown = _what_is_unknown(facts, now)
    if unknown is not None:
        return Overall.UNKNOWN, unknown
    if next_due is not None:
        text = _("Nothing is due. The next thing will be on {date}.")
        return Overall.OK, text.format(date=labels.day(next_due))
    if not facts.sighting.keys:
        return Overall.OK, _("No AWS access key was found where Keyturn looked.")
    return Overall.OK, _("Nothing is due.")


def _what_is_unknown(facts: Known, now: datetime) -> str | None:
    looked = facts.sighting.looked
    if looked is None:
        return _("Keyturn has not looked at the keys of this computer yet.")
    if now - looked > _STALE:
        return _("Keyturn last looked at the keys on {date}; much may have changed since.").format(
            date=labels.day(looked)
        )
    unchecked = [one for one in _used(facts.sighting.keys) if one.checked is None]
    if unchecked:
        return _("AWS could not be asked about {keys}.").format(keys=_names(unchecked))
    ageless = [one for one in _used(facts.sighting.keys) if _is_ageless(one, facts.settings)]
    if ageless:
        return _("AWS does not tell how old {keys} is.").format(keys=_names(ageless))
    return None


def _is_ageless(seen: SeenKey, settings: Settings) -> bool:
    """True where a limit would apply if AWS told whose the key is and how old."""
    if seen.key.status is not KeyStatus.ACTIVE or too_old_from(seen.key, settings) is not None:
        return False
    limited = settings.root_limit_days is not None or settings.user_limit_days is not None
    return limited and (seen.key.created is None or seen.key.owner is None)


def _checked(sighting: SeenKeys) -> datetime | None:
    moments = [one.checked for one in _used(sighting.keys)]
    if any(moment is None for moment in moments):
        return None
    return min((moment for moment in moments if moment is not None), default=sighting.looked)


def _used(keys: Iterable[SeenKey]) -> tuple[SeenKey, ...]:
    """The keys that a program reads; an ID in a note or an example says nothing about anybody's backups."""
    return tuple(one for one in keys if one.used)


def _names(keys: Iterable[SeenKey]) -> str:
    return ", ".join(one.key.access_key_id.masked for one in keys)
