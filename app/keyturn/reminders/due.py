"""What is due, and what will be: pure functions of what is known and of the time."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from keyturn.model.keys import AccessKey, AccessKeyId, KeyStatus, PrincipalKind
from keyturn.model.text import _
from keyturn.reminders.renewal_standing import RenewalStanding
from keyturn.rotation import labels
from keyturn.rotation.record import Rotation
from keyturn.rotation.steps import Awaited, State, Step
from keyturn.state.seen_keys import SeenKey
from keyturn.state.settings import Settings

# A run that was missed is made up at the next sign-in, which may be after a weekend.
_MISSED = timedelta(days=3)


class DueKind(StrEnum):
    """What kind of thing is due; the most urgent first."""

    INTERRUPTED = "interrupted"  # a rotation began a step and did not end it
    STOPPED = "stopped"  # a rotation cannot go on without a person
    RENEWAL = "renewal"  # something stands in the way of a key that renews itself
    DELETION = "deletion"
    TURNING_OFF = "turning-off"
    BY_HAND = "by-hand"  # a rotation waits for things that a person does
    OLD_KEY = "old-key"

    @property
    def is_urgent(self) -> bool:
        """True where a rotation stands in the middle of a step."""
        return self in {DueKind.INTERRUPTED, DueKind.STOPPED}


@dataclass(frozen=True, slots=True)
class Due:
    """One thing that is due, or will be.

    Attributes:
        title: what it is, in a few words, without a full stop.
        message: what it means for the backups, and what to do.
        since: from when on it is due; may lie ahead.
        command: the words after `keyturn` that carry on.
        rotation: its name; None for a key that is in no rotation.
    """

    kind: DueKind
    title: str
    message: str
    since: datetime
    command: tuple[str, ...]
    key: AccessKeyId
    rotation: str | None = None

    @property
    def identity(self) -> str:
        """A name that stays the same as long as it is the same thing."""
        return f"{self.kind.value}:{self.rotation or self.key.value}"


@dataclass(frozen=True, slots=True)
class Standing:
    """A rotation, and what a person has to do by hand before it goes on."""

    rotation: Rotation
    by_hand: tuple[Awaited, ...] = ()


def foreseen(
    keys: Sequence[SeenKey],
    rotations: Sequence[Standing],
    settings: Settings,
    now: datetime,
    renewals: Sequence[RenewalStanding] = (),
) -> tuple[Due, ...]:
    """Everything that is due now or will be: the most urgent kind first, within it the longest due first.

    What a renewal does by itself is due for nobody, unless no run did it for days.
    """
    under_way = [one for one in rotations if not one.rotation.is_over]
    # Of a key that was deleted since the last look at the keys, nothing is due.
    in_hand = {one.rotation.decision.key for one in rotations if not one.rotation.is_over or _deleted(one.rotation)}
    in_hand |= {one.renewal.key for one in renewals}
    by_itself = {one.rotation.name: one.kept_off is None for one in renewals if one.rotation is not None}
    found = [
        *_of_rotations(one for one in under_way if one.rotation.name not in by_itself),
        *_of_renewed(by_itself, under_way),
        *_of_renewals(renewals),
        *_of_keys(keys, settings, now, in_hand),
    ]
    order = list(DueKind)
    return tuple(sorted(found, key=lambda one: (order.index(one.kind), one.since)))


def _deleted(rotation: Rotation) -> bool:
    return rotation.is_done(Step.DELETE)


def too_old_from(key: AccessKey, settings: Settings) -> datetime | None:
    """When `key` is older than its limit; None where it has none, or AWS did not tell whose or how old it is."""
    if key.created is None or key.owner is None:
        return None
    limits = {PrincipalKind.ROOT: settings.root_limit_days, PrincipalKind.USER: settings.user_limit_days}
    limit = limits.get(key.owner.kind)
    return None if limit is None else key.created + timedelta(days=limit)


def _of_rotations(standings: Iterable[Standing]) -> Iterator[Due]:
    for one in standings:
        rotation = one.rotation
        match rotation.state:
            case State.INTERRUPTED:
                yield _interrupted(rotation)
            case State.STOPPED:
                yield _stopped(rotation)
            case State.WAITING if rotation.new_key_fails and rotation.step in {Step.WATCH, Step.DELETE}:
                yield _new_key_fails(rotation)
            case State.WAITING if rotation.step is Step.DELETE:
                yield from _deletion(rotation)
            case State.WAITING if rotation.step is Step.PROVE:
                yield _unaccepted(rotation)
            case State.WAITING if rotation.step in {Step.WATCH, Step.TURN_OFF}:
                yield from _watching(rotation, one.by_hand)
            case State.WAITING:
                yield _waits(rotation)


def _of_renewed(by_itself: Mapping[str, bool], under_way: Iterable[Standing]) -> Iterator[Due]:
    """Rotations that a renewal carries on: only what no run did for days.

    Args:
        by_itself: their names, and whether the renewal also deletes the old key.
    """
    for one in _of_rotations(standing for standing in under_way if standing.rotation.name in by_itself):
        if one.kind is DueKind.TURNING_OFF or (one.kind is DueKind.DELETION and by_itself[one.rotation or ""]):
            yield replace(one, since=one.since + _MISSED)
        elif one.kind.is_urgent:
            yield one


def _of_renewals(renewals: Iterable[RenewalStanding]) -> Iterator[Due]:
    for one in renewals:
        renewal, key, trouble = one.renewal, one.renewal.key, one.renewal.trouble
        now = ("renew", "--now", key.value)
        if trouble is not None:
            yield Due(DueKind.RENEWAL, trouble.title, trouble.message, trouble.at, now, key)
            continue
        yield Due(
            DueKind.RENEWAL,
            _("{key} was not renewed").format(key=key.masked),
            _(
                "It was due on {date}, and no run of Keyturn's came. Is what starts it there? `keyturn renew {last4} "
                "--every {days} --at {time}` sets it again; this renews the key now."
            ).format(date=labels.day(one.due), last4=key.last4, days=renewal.every_days, time=f"{renewal.at:%H:%M}"),
            one.due + _MISSED,
            now,
            key,
        )
        rotation = one.rotation
        if one.kept_off is not None and one.told_from is not None and rotation is not None:
            yield Due(
                DueKind.DELETION,
                _("{key} has to be deleted before {date}").format(key=one.kept_off.masked, date=labels.day(one.due)),
                _(
                    "It has been off since {off}. AWS allows two keys for each user, inactive ones included, so {key} "
                    "cannot be renewed before. Did every backup run since? A key that is deleted cannot be turned on "
                    "again."
                ).format(off=labels.day(rotation.off_at or rotation.updated), key=key.masked),
                one.told_from,
                ("delete", rotation.name),
                one.kept_off,
                rotation.name,
            )


def _interrupted(rotation: Rotation) -> Due:
    return _as_it_stands(
        rotation,
        DueKind.INTERRUPTED,
        _("Replacing {key} was interrupted"),
        _(
            "It was at: {step}. No program holds half a key: each file changes in one go. Carry on, or put "
            "everything back with `keyturn undo`."
        ).format(step=labels.step(rotation.step)),
        ("continue", rotation.name),
    )


def _stopped(rotation: Rotation) -> Due:
    return _as_it_stands(
        rotation,
        DueKind.STOPPED,
        _("Replacing {key} needs you"),
        _(
            "It stopped at: {step}. No program holds half a key: each file changes in one go. Trying again says "
            "what is in the way; `keyturn undo` puts everything back."
        ).format(step=labels.step(rotation.step)),
        ("continue", rotation.name),
    )


def _waits(rotation: Rotation) -> Due:
    return _as_it_stands(
        rotation,
        DueKind.STOPPED,
        _("Replacing {key} waits for you"),
        _(
            "It is at: {step}. No program holds half a key: each file changes in one go. `keyturn status` says what "
            "is awaited, and what is known of it."
        ).format(step=labels.step(rotation.step)),
        ("status",),
    )


def _new_key_fails(rotation: Rotation) -> Due:
    return _as_it_stands(
        rotation,
        DueKind.STOPPED,
        _("The new key in the place of {key} does not work"),
        _(
            "AWS, or a bucket, refused it when it was tried last, so backups with it may fail, and the old key is not "
            "to be turned off or deleted now. `keyturn status` names the ways out; `keyturn undo` puts the old key "
            "back."
        ),
        ("status",),
    )


def _unaccepted(rotation: Rotation) -> Due:
    return _as_it_stands(
        rotation,
        DueKind.INTERRUPTED,
        _("Replacing {key} waits to be carried on"),
        _(
            "AWS did not accept the new key everywhere within two minutes, so no program has it yet. Carry on: Keyturn "
            "looks again."
        ),
        ("continue", rotation.name),
    )


def _as_it_stands(rotation: Rotation, kind: DueKind, title: str, message: str, command: tuple[str, ...]) -> Due:
    """What has been due since the rotation's last entry. The title has a place for the old key."""
    key = rotation.decision.key
    return Due(kind, title.format(key=key.masked), message, rotation.updated, command, key, rotation.name)


def _watching(rotation: Rotation, by_hand: Sequence[Awaited]) -> Iterator[Due]:
    since, until = rotation.switched_at, rotation.watched_until
    if since is None or until is None:
        return
    key = rotation.decision.key
    if by_hand:
        yield Due(
            DueKind.BY_HAND,
            _("Something waits for you before {key} can be turned off").format(key=key.masked),
            _("{first}. Your backups run meanwhile. `keyturn status` lists all of it.").format(first=by_hand[0].title),
            since,
            ("status",),
            key,
            rotation.name,
        )
        return
    if rotation.decision.route.makes_a_key:
        message = _(
            "The new key has been in place since {date}, and the time to watch is over. As long as the old key is on, "
            "anyone who has a copy of it can use it. It can be turned on again."
        )
    else:
        message = _(
            "Keyturn found no program that uses it, and the time to watch is over. As long as it is on, anyone who "
            "has a copy of it can use it. It can be turned on again."
        )
    yield Due(
        DueKind.TURNING_OFF,
        _("{key} can be turned off").format(key=key.masked),
        message.format(date=labels.day(since)),
        until,
        ("turn-off", rotation.name),
        key,
        rotation.name,
    )


def _deletion(rotation: Rotation) -> Iterator[Due]:
    off_at, since = rotation.off_at, rotation.deletable_from
    if off_at is None or since is None:
        return
    by_command = rotation.decision.route.same_owner
    yield Due(
        DueKind.DELETION,
        _("{key} can be deleted").format(key=rotation.decision.key.masked),
        _(
            "It has been off since {date}, and the waiting period is over. Did every backup run since? A key that is "
            "deleted cannot be turned on again."
        ).format(date=labels.day(off_at)),
        since,
        ("delete", rotation.name) if by_command else ("status",),
        rotation.decision.key,
        rotation.name,
    )


def _of_keys(
    keys: Sequence[SeenKey], settings: Settings, now: datetime, in_hand: Container[AccessKeyId]
) -> Iterator[Due]:
    endings = [one.key.access_key_id.last4 for one in keys]
    for seen in keys:
        key, since = seen.key, too_old_from(seen.key, settings)
        if key.access_key_id in in_hand or key.status is not KeyStatus.ACTIVE:
            continue
        if since is None or key.created is None or key.owner is None:
            continue
        last4 = key.access_key_id.last4
        name = last4 if endings.count(last4) == 1 else key.access_key_id.value
        if key.owner.kind is PrincipalKind.ROOT:
            title = _("Your AWS root key {key} is {age} old")
            message = _(
                "It can do anything in your AWS account, so AWS asks you to replace it. Nothing stops working "
                "meanwhile. See what Keyturn would do; that changes nothing."
            )
        else:
            title = _("Access key {key} of {user} is {age} old")
            message = _(
                "It works, and the older a key is, the more places may hold a copy of it. See what Keyturn would do; "
                "that changes nothing."
            )
        user = key.owner.user_name or key.owner.arn
        title = title.format(key=key.access_key_id.masked, user=user, age=labels.span(now - key.created))
        yield Due(DueKind.OLD_KEY, title, message, since, ("plan", name), key.access_key_id)
