"""How a key that renews itself stands: pure functions of what was chosen, of the journal and of the time.

The journal is the only memory of what was made: whatever a person or a killed run did meanwhile is seen here as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum
from pathlib import Path

from keyturn.model.errors import StateError
from keyturn.model.keys import AccessKeyId
from keyturn.reminders.renewal_days import counted_from, due_at
from keyturn.rotation.record import Rotation
from keyturn.rotation.steps import BegunBy, State, Step
from keyturn.rotation.workplace import Workplace
from keyturn.state import renewals
from keyturn.state.journal import Mark
from keyturn.state.keeper import load as load_keeper
from keyturn.state.renewals import Renewal

TOLD_BEFORE = timedelta(days=14)  # that a person has to delete a key before the next renewal


class RenewalState(StrEnum):
    """How it stands."""

    SCHEDULED = "scheduled"  # nothing to do until the next one is due
    UNDER_WAY = "under-way"  # a new key is in place, and the days of the old one go by
    WAITING = "waiting"  # for a person, or until something is put right; each run tries again
    STOPPED = "stopped"  # somebody has to look at it


class LastResult(StrEnum):
    """What became of the newest renewal."""

    MADE = "made"  # the new key is in place and proved; the old one is on
    OFF = "off"  # the old key is off
    DELETED = "deleted"
    PUT_BACK = "put-back"
    UNFINISHED = "unfinished"
    ENDED = "ended"  # closed as it stood, by a person
    NOTHING = "nothing"  # it was tried, and nothing was made


@dataclass(frozen=True, slots=True)
class Last:
    """The newest renewal, or attempt at one."""

    at: datetime
    new_key: AccessKeyId | None
    result: LastResult


@dataclass(frozen=True, slots=True)
class RenewalStanding:
    """One renewal, as it stands now.

    Attributes:
        renewal: with the key that is in use now, and the day from which the next days are counted.
        due: when the next one is due.
        rotation: the newest one that a run began for this key; also where it is over.
        kept_off: the old key that stays off until a person deletes it, and counts to AWS's limit of two meanwhile.
        told_from: from when on people are told of that.
        of_keeper: it is the keeper's own key, which has no rotation.
    """

    renewal: Renewal
    due: datetime
    state: RenewalState
    last: Last | None
    rotation: Rotation | None
    kept_off: AccessKeyId | None
    told_from: datetime | None
    of_keeper: bool = False


def read_standings(workplace: Workplace) -> tuple[RenewalStanding, ...]:
    """How each renewal of this home stands, from Keyturn's memory alone: AWS is not asked.

    Raises:
        StoreError: where that cannot be read.
    """
    return _with_keeper(workplace, keeper_standing(workplace.folder, workplace.clock.now()))


def readable_standings(workplace: Workplace) -> tuple[RenewalStanding, ...]:
    """As `read_standings`, for who shows them and sets nothing: what is remembered of the keeper may be damaged, which
    `Workplace.memory_problems` tells, and hides no other.

    Raises:
        StoreError: where the others cannot be read.
    """
    return _with_keeper(workplace, readable_keeper_standing(workplace.folder, workplace.clock.now()))


def readable_keeper_standing(folder: Path, now: datetime) -> RenewalStanding | None:
    """As `keeper_standing`; None where that cannot be read, too."""
    try:
        return keeper_standing(folder, now)
    except StateError:
        return None


def _with_keeper(workplace: Workplace, own: RenewalStanding | None) -> tuple[RenewalStanding, ...]:
    rotations, now = workplace.rotations(), workplace.clock.now()
    known = renewals.load(workplace.folder, workplace.computer.home)
    return (*(stand(one, rotations, now) for one in known), *(() if own is None else (own,)))


def keeper_standing(folder: Path, now: datetime) -> RenewalStanding | None:
    """How the renewal of the keeper's own key stands; None where none is set.

    Raises:
        StateError: where what is remembered of the keeper cannot be read.
    """
    keeper = load_keeper(folder)
    if keeper is None or keeper.schedule is None or keeper.key is None or keeper.made is None or keeper.removing:
        return None
    chosen = keeper.schedule
    renewal = Renewal(
        key=keeper.key,
        first_key=chosen.first_key,
        account=keeper.account,
        since=keeper.made.astimezone().date(),
        every_days=chosen.every_days,
        at=chosen.at,
        watch_days=0,
        grace_days=0,
        deletes=True,
        signer=chosen.signer,
        trouble=chosen.trouble,
    )
    standing = stand(renewal, (), now)
    if standing.last is None and keeper.key != chosen.first_key:
        result = LastResult.DELETED if keeper.old_key is None else LastResult.MADE
        standing = replace(standing, last=Last(keeper.made, keeper.key, result))
    return replace(standing, of_keeper=True)


def stand(
    renewal: Renewal, rotations: Sequence[Rotation], now: datetime, zone: tzinfo | None = None
) -> RenewalStanding:
    """Return how it stands.

    Args:
        rotations: all that the journal has, oldest first.
        zone: the local zone; None is the system's own.
    """
    renewal = caught_up(renewal, rotations, zone)
    due = due_at(renewal.since, renewal.every_days, renewal.at, zone)
    own = next((one for one in reversed(rotations) if _is_own(one, renewal)), None)
    kept = _kept_off(renewal, own)
    grace_over = own is not None and own.deletable_from is not None and own.deletable_from <= now
    told_from = None
    if kept is not None and own is not None and own.off_at is not None:
        told_from = max(own.off_at, due - TOLD_BEFORE)
    return RenewalStanding(
        renewal,
        due,
        _state(renewal, own, waits_for_deletion=kept is not None and grace_over),
        _last(renewal, own),
        own,
        kept,
        told_from,
    )


def caught_up(renewal: Renewal, rotations: Sequence[Rotation], zone: tzinfo | None = None) -> Renewal:
    """Return the renewal of the key that took the place of the one that it names, no matter who replaced that.

    Where that was undone, it is the one before again; the days are counted on, for the one who undid it wants no new
    key the night after.
    """
    while (undone := _put_back(renewal.key, rotations)) is not None:
        renewal = replace(renewal, key=undone.decision.key, trouble=None)
    while True:
        key = renewal.key
        rotation = next((one for one in rotations if one.decision.key == key and _took_its_place(one)), None)
        if rotation is None or rotation.new_key is None or rotation.switched_at is None:
            return renewal
        due = due_at(renewal.since, renewal.every_days, renewal.at, zone)
        since = counted_from(due, rotation.switched_at, zone)
        # What stood in the way stood in the way of that one.
        old = renewal.trouble if renewal.trouble is not None and renewal.trouble.at > rotation.switched_at else None
        renewal = replace(renewal, key=rotation.new_key, since=since, trouble=old)


def _put_back(key: AccessKeyId, rotations: Sequence[Rotation]) -> Rotation | None:
    """The rotation that had made this key, and was undone."""
    return next((one for one in rotations if one.new_key == key and one.is_done(Step.UNDO)), None)


def _took_its_place(rotation: Rotation) -> bool:
    back = rotation.is_undoing or rotation.is_done(Step.UNDO)
    return rotation.decision.route.makes_a_key and rotation.is_done(Step.PROVE_AGAIN) and not back


def _is_own(rotation: Rotation, renewal: Renewal) -> bool:
    return rotation.begun_by is BegunBy.RENEWAL and renewal.key in {rotation.new_key, rotation.decision.key}


def begun_by_hand(renewal: Renewal, rotations: Sequence[Rotation]) -> Rotation | None:
    """The open rotation that a person began, and that has the second of the two keys that AWS allows the user."""
    for one in rotations:
        theirs = one.begun_by is not BegunBy.RENEWAL and one.decision.route.same_owner and not one.is_over
        if theirs and renewal.key in {one.new_key, one.decision.key}:
            return one
    return None


def _kept_off(renewal: Renewal, own: Rotation | None) -> AccessKeyId | None:
    if renewal.deletes or own is None or own.is_over or own.off_at is None:
        return None
    return own.decision.key


def _state(renewal: Renewal, own: Rotation | None, *, waits_for_deletion: bool) -> RenewalState:
    if renewal.trouble is not None:
        return RenewalState.WAITING if renewal.trouble.waits else RenewalState.STOPPED
    if own is None or own.is_over:
        return RenewalState.SCHEDULED
    if own.state in {State.INTERRUPTED, State.STOPPED}:
        return RenewalState.STOPPED
    return RenewalState.WAITING if waits_for_deletion else RenewalState.UNDER_WAY


def _last(renewal: Renewal, own: Rotation | None) -> Last | None:
    trouble = renewal.trouble
    if trouble is not None and (own is None or (own.is_over and own.updated < trouble.at)):
        return Last(trouble.at, None, LastResult.NOTHING)
    if own is None:
        return None
    return Last(own.switched_at or own.started, own.new_key, _result(own))


def _result(rotation: Rotation) -> LastResult:
    if rotation.is_done(Step.UNDO):
        return LastResult.PUT_BACK
    if rotation.is_done(Step.DELETE):
        return LastResult.DELETED
    if rotation.is_done(Step.END):
        return LastResult.ENDED
    if rotation.off_at is not None:
        return LastResult.OFF
    return LastResult.MADE if rotation.is_done(Step.PROVE_AGAIN) else LastResult.UNFINISHED


def was_turned_on_again(rotation: Rotation) -> bool:
    """Return whether the old key is on again although it was turned off: somebody wants it."""
    return rotation.off_at is None and rotation.latest(Step.TURN_OFF, Mark.DONE) is not None
