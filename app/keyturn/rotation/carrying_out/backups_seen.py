"""Which places were seen backing up with the new key since they have it, and how that was seen.

A proof shows that a place *can* reach its bucket. That its program does back up is seen by one of three things:

- something new lies where only this place writes, and it was not the old key: that one is off, or AWS tells that
  nobody used it since the switch, and that somebody else than Keyturn used the new one. AWS's record of uses is hours
  behind (facts/aws.md A3), so while the old key is on an object counts only once it is older than that;
- the program's own account has a run that ended well: of a time when the old key was off, or after which AWS saw the
  new key used (a good run alone does not tell which key it had, facts/arq.md 3);
- AWS saw the new key used by somebody else than Keyturn, and one place alone has it.

No log of a program is read. What was not seen keeps nothing from being done: a person is asked about each such place.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from keyturn.model.places import Target
from keyturn.model.text import _, plural
from keyturn.rotation import labels, taking_steps
from keyturn.rotation.events.key_events import SeenOrSaid, TakenBack, Ticked
from keyturn.rotation.events.rotation_events import BackupsLooked
from keyturn.rotation.planning.guided_items import item_of, own_runs, program_title
from keyturn.rotation.record import Rotation
from keyturn.rotation.sight import Sight, Sighting
from keyturn.rotation.steps import Step
from keyturn.rotation.taking_steps import write
from keyturn.state.journal import Mark

if TYPE_CHECKING:
    # Who only asks what was seen needs no way to AWS.
    from keyturn.clients.own_runs import OwnRuns
    from keyturn.model.keys import KeyPair
    from keyturn.rotation.context import Context
    from keyturn.rotation.decision import ByHand, Destination

_BEHIND = timedelta(hours=4)  # AWS's record of a key's last use (facts/aws.md A3)
_NAMED = 5  # of the places that were not seen, in one sentence


@dataclass(frozen=True, slots=True)
class BackupSeen:
    """One place that has the new key, or is to have it.

    Attributes:
        item: its name for `keyturn done`.
        title: what a person calls it.
        sight: how it was seen, or why it was not, when it was looked at last.
        at: when it backed up; or, of something new that does not count, when that was written. None if not known.
        said: a person says that the old key may go off all the same.
    """

    item: str
    title: str
    sight: Sight
    at: datetime | None = None
    said: bool = False

    @property
    def is_seen(self) -> bool:
        """True where it was seen backing up with the new key."""
        return self.sight.is_seen

    @property
    def sentence(self) -> str:
        """How it was seen, or why it was not, for people."""
        at = "" if self.at is None else labels.near_day(self.at)
        texts = {
            Sight.OBJECT: _("backed up: something new of {day} lies in its bucket"),
            Sight.RUN: _("backed up on {day}, as it tells itself"),
            Sight.USE: _("backed up: AWS saw the new key in use on {day}, and nothing else has it"),
            Sight.NOT_LOOKED: _("not looked at yet"),
            Sight.NOT_GIVEN: _("it does not have the new key yet"),
            Sight.NOTHING_NEW: _("nothing new in its bucket since it has the new key"),
            Sight.NOT_LISTED: _("whether something new lies in its bucket could not be seen"),
            Sight.NO_BUCKET: _("no bucket is named for it, so nobody can look there"),
            Sight.SHARED: _("something new lies in its bucket, and another place writes there, too"),
            Sight.NOT_TOLD: _("something new lies in its bucket, and AWS does not tell whether the new key wrote it"),
            Sight.TOO_NEW: _("something new of {day} lies in its bucket; AWS tells some hours later with which key"),
            Sight.NO_RUN: _("it tells of no backup since then that ended without an error"),
            Sight.AT_STORE: _("a store does not tell which key wrote what"),
        }
        return texts[self.sight].format(day=at)


@dataclass(frozen=True, slots=True)
class _Place:
    """A place with what is looked at.

    Attributes:
        since: from when on it has the new key; None before that.
    """

    identity: str
    item: str
    title: str
    targets: tuple[Target, ...]
    since: datetime | None
    by_hand: ByHand | None = None


def backups_of(rotation: Rotation) -> tuple[BackupSeen, ...]:
    """Every place that has the new key or is to have it, as it was seen last; none where no new key was put anywhere.

    From the journal alone: nobody is asked, and nothing is looked at.
    """
    if not rotation.decision.route.makes_a_key or rotation.switched_at is None:
        return ()
    seen = _last_looks(rotation)
    return tuple(_told(rotation, one, seen.get(one.identity)) for one in _places(rotation))


def unseen_of(rotation: Rotation) -> tuple[BackupSeen, ...]:
    """Those of them that were not seen backing up with the new key."""
    return tuple(one for one in backups_of(rotation) if not one.is_seen)


def headline(rotation: Rotation) -> str:
    """How the backups stand, in no more words than were seen; empty where no new key was put anywhere."""
    backups = backups_of(rotation)
    if not backups:
        return ""
    if all(one.is_seen for one in backups):
        return _("Your backups work")
    if any(one.sight is Sight.NOT_GIVEN for one in backups) or not rotation.decision.targets:
        return ""
    if rotation.off_at is not None:
        return _("Your backups can reach their buckets without the old key")
    return _("Your backups can reach their buckets")


def summary(rotation: Rotation) -> str:
    """How many places were seen, and which were not; empty where there is none."""
    backups = backups_of(rotation)
    unseen = [one for one in backups if not one.is_seen]
    if not backups:
        return ""
    if not unseen:
        text = plural(
            "The one place was seen backing up with the new key.",
            "{count} places were each seen backing up with the new key.",
            len(backups),
        )
        return text.format(count=labels.count_word(len(backups)).capitalize())
    names = ", ".join(one.title for one in unseen[:_NAMED])
    if len(unseen) > _NAMED:
        names = _("{names} and {count} more").format(names=names, count=len(unseen) - _NAMED)
    return _("Not seen yet backing up with the new key: {names}.").format(names=names)


def yes_to(one: BackupSeen) -> str:
    """What a person says yes to before the old key goes off although this place was not seen."""
    return _("{place} was not seen backing up with the new key: {why}. Turn the old key off all the same?").format(
        place=one.title, why=one.sentence
    )


def yes_in_short() -> str:
    """The same as the title of what they said."""
    return _("Turn the old key off although {place} was not seen backing up with the new one")


def note(context: Context, rotation: Rotation, new: KeyPair | None, *, old_is_quiet: bool) -> Rotation:
    """Look at each place that was not seen yet, and write down what is new; the rotation with what the journal has now.

    Ask before whether somebody used the new key (`program_runs.note_use_of_new_key`): looking is a use of it.

    Args:
        new: who lists the buckets; None where its secret is not at hand.
        old_is_quiet: AWS told that nobody used the old key since the switch.
    """
    if not rotation.decision.route.makes_a_key or rotation.switched_at is None:
        return rotation
    before, every = _last_looks(rotation), _places(rotation)
    places = [one for one in every if not _is_seen(before.get(one.identity))]
    newest = {} if new is None else _newest(context, rotation, new, places)
    look = _Look(context, rotation, newest, old_is_quiet, len(every) == 1, _writers(every))
    found = {one.identity: look.at(one) for one in places}
    changed = {identity: look for identity, look in found.items() if before.get(identity) != look}
    if not changed:
        return rotation
    return taking_steps.note(context, rotation, Step.WATCH, BackupsLooked(changed))


def say_yes(context: Context, rotation: Rotation, items: Collection[str]) -> Rotation:
    """Write down that the person wants the old key off although these places were not seen; others are passed over."""
    unseen = {one.item for one in unseen_of(rotation) if not one.said}
    for item in (item for item in dict.fromkeys(items) if item in unseen):
        rotation = write(context, rotation, Step.WATCH, Mark.TICKED, Ticked(item), TakenBack(None), SeenOrSaid(False))
    return rotation


# ── The places ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _places(rotation: Rotation) -> tuple[_Place, ...]:
    edited = [_of_destination(one, rotation.switched_at) for one in rotation.decision.destinations]
    by_hand = [_of_program(rotation, one) for one in rotation.by_hand if one.known]
    return tuple(
        _Place(one.identity, f"backup-{number}", one.title, one.targets, one.since, one.by_hand)
        for number, one in enumerate((*edited, *by_hand), start=1)
    )


def _of_destination(one: Destination, since: datetime | None) -> _Place:
    title = f"{labels.program(one.place.client)} {one.place.name}".strip()
    return _Place(one.place.identity, "", title, one.targets, since)


def _of_program(rotation: Rotation, one: ByHand) -> _Place:
    names = ", ".join(dict.fromkeys(place.name for place in one.places if place.name))
    title = f"{program_title(one)} {names}".strip()
    since = rotation.said_done_at(item_of(one))
    return _Place(f"by-hand {one.identity}", "", title, one.targets, since, one)


def _told(rotation: Rotation, one: _Place, look: Sighting | None) -> BackupSeen:
    said = one.item in rotation.ticked
    if one.since is None:
        return BackupSeen(one.item, one.title, Sight.NOT_GIVEN, None, said)
    if look is None:
        return BackupSeen(one.item, one.title, Sight.NOT_LOOKED, None, said)
    return BackupSeen(one.item, one.title, look.sight, look.at, said)


def _last_looks(rotation: Rotation) -> dict[str, Sighting]:
    looks: dict[str, Sighting] = {}
    for one in rotation.every(BackupsLooked):
        looks.update(one.backups)
    return looks


def _is_seen(look: Sighting | None) -> bool:
    return look is not None and look.sight.is_seen


# ── The look ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class _Newest:
    """What is newest below one target; `complete` is False where there may be something newer."""

    at: datetime | None
    complete: bool


def _newest(
    context: Context, rotation: Rotation, new: KeyPair, places: Sequence[_Place]
) -> dict[Target, _Newest | None]:
    """The newest object below each target; None where it could not be listed."""
    from keyturn.aws import bucket_contents
    from keyturn.aws.parallel import in_parallel
    from keyturn.model.errors import AwsError

    decision = rotation.decision
    if decision.account is None:
        return {}

    def ask(target: Target) -> _Newest | None:
        prefix = f"{target.prefix.strip('/')}/" if target.prefix.strip("/") else ""
        region = decision.regions.get(target.bucket)
        try:
            at, complete = bucket_contents.newest_object(
                context.aws, new, target.bucket, decision.account or "", prefix, region=region
            )
        except AwsError:
            return None
        return _Newest(at, complete)

    targets = [*dict.fromkeys(target for one in places if one.since is not None for target in one.targets)]
    return dict(zip(targets, in_parallel([partial(ask, target) for target in targets]), strict=True))


def _writers(places: Sequence[_Place]) -> Mapping[str, Sequence[tuple[str, Target]]]:
    """Who writes into each bucket, by its item, and where."""
    found: dict[str, list[tuple[str, Target]]] = {}
    for one in places:
        for target in one.targets:
            found.setdefault(target.bucket, []).append((one.item, target))
    return found


@dataclass(frozen=True, slots=True)
class _Look:
    """What is asked once for all places.

    Attributes:
        is_one_alone: only one place has the new key.
        writers: see `_writers`.
    """

    context: Context
    rotation: Rotation
    newest: Mapping[Target, _Newest | None]
    old_is_quiet: bool
    is_one_alone: bool
    writers: Mapping[str, Sequence[tuple[str, Target]]]

    def at(self, one: _Place) -> Sighting:
        """What is known of one place now."""
        if one.since is None:
            return Sighting(Sight.NOT_GIVEN)
        runs = None if one.by_hand is None else own_runs(one.by_hand)
        if runs is not None and one.by_hand is not None:
            ran = _ran(self.context, self.rotation, runs, one.by_hand, one.since)
            if ran is not None:
                return Sighting(Sight.RUN, ran)
        if self.rotation.new_key_used is not None and self.is_one_alone:
            return Sighting(Sight.USE, self.rotation.new_key_used)
        if runs is not None and not one.targets:
            return Sighting(Sight.NO_RUN)
        return self._in_buckets(one, one.since)

    def _in_buckets(self, one: _Place, since: datetime) -> Sighting:
        rotation = self.rotation
        if rotation.decision.store is not None:
            return Sighting(Sight.AT_STORE)
        if not one.targets:
            return Sighting(Sight.NO_BUCKET)
        looks = {target: self.newest.get(target) for target in one.targets}
        fresh = {
            target: look.at
            for target, look in looks.items()
            if look is not None and look.at is not None and look.at > since
        }
        if not fresh:
            complete = all(look is not None and look.complete for look in looks.values())
            return Sighting(Sight.NOTHING_NEW if complete else Sight.NOT_LISTED)
        alone = {target: at for target, at in fresh.items() if not self._is_shared(one, target)}
        if not alone:
            return Sighting(Sight.SHARED, max(fresh.values()))
        at = max(alone.values())
        if rotation.off_at is not None and at > rotation.off_at:
            return Sighting(Sight.OBJECT, at)
        told = [moment for moment in alone.values() if moment <= self.context.clock.now() - _BEHIND]
        if self.old_is_quiet and not told:
            return Sighting(Sight.TOO_NEW, at)
        if not self.old_is_quiet or rotation.new_key_used is None:
            return Sighting(Sight.NOT_TOLD, at)
        return Sighting(Sight.OBJECT, max(told))

    def _is_shared(self, one: _Place, target: Target) -> bool:
        return any(item != one.item and _overlap(target, other) for item, other in self.writers[target.bucket])


def _overlap(first: Target, second: Target) -> bool:
    """Whether what lies at one of them may lie at the other, too; both are of one bucket."""
    one, other = (f"{each.prefix.strip('/')}/".lstrip("/") for each in (first, second))
    return one.startswith(other) or other.startswith(one)


def _ran(context: Context, rotation: Rotation, runs: OwnRuns, program: ByHand, since: datetime) -> datetime | None:
    """When the oldest of the newest runs of its plans began, if each of them shows that it had the new key."""
    began = []
    for plan in runs.newest(context.computer, program.places):
        run, off, used = plan.run, rotation.off_at, rotation.new_key_used
        if run is None or run.began is None or not run.ended_well or run.began < since:
            return None
        if not ((off is not None and run.began >= off) or (used is not None and used >= run.began)):
            return None
        began.append(run.began)
    return min(began, default=None)
