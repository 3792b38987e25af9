"""All that the main window shows, taken in one look: the keys, the rotations, and the proofs there are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.desktop.old_key_use import OldKeyUse, look_at_old_key, told_before, told_by_the_way
from keyturn.desktop.place_check import PlaceCheck
from keyturn.desktop.runner import Desk
from keyturn.desktop.waiting_words import situation_at_the_end, situation_while_waiting, waits_for_days_alone
from keyturn.model.errors import AnotherKeyturnError, StoreError
from keyturn.model.keys import KeyStatus, PrincipalKind
from keyturn.model.text import _, plural
from keyturn.reminders.calling_back import CalledBack
from keyturn.rotation import labels
from keyturn.rotation.finding.situation import TO_DO, Mood, Situation, no_answer, of_rotation, of_survey, urgent_first
from keyturn.rotation.steps import Result

if TYPE_CHECKING:
    # These take their time, and the window opens before anybody asks for them.
    from keyturn.model.places import Place
    from keyturn.rotation.carrying_out.proving import DestinationProof
    from keyturn.rotation.context import Context
    from keyturn.rotation.finding.survey import FoundKey, Survey
    from keyturn.rotation.finding.whole_search import Search
    from keyturn.rotation.record import Rotation


@dataclass(frozen=True, slots=True)
class Overview:
    """One look.

    Attributes:
        rotations: each with how it stands, oldest first.
        proofs: of the latest check in this window; empty before the first one.
        uses: what is known of the old key's use, by the name of each rotation that waits.
        reminds: what tells the person when something is due.
        store_problems: what of Keyturn's memory cannot be read, and why no secret could be kept on this computer.
        own_uses: when Keyturn itself used each key, by its ID.
        checked: the newest check of each place in this window, by the place's identity.
        for_trash: files with the key that was deleted last, in which nothing else stands.
    """

    survey: Survey
    rotations: tuple[tuple[Rotation, Result], ...]
    proofs: tuple[DestinationProof, ...]
    looked_at: datetime
    home: Path
    own_uses: dict[str, tuple[datetime, ...]]
    store_problems: tuple[StoreError, ...] = ()
    reminds: CalledBack = CalledBack.UNKNOWN
    uses: Mapping[str, OldKeyUse] = field(default_factory=dict)
    checked: Mapping[str, PlaceCheck] = field(default_factory=dict)
    for_trash: tuple[Path, ...] = ()

    @property
    def all_are_proved(self) -> bool:
        """True where the proofs are of every place, and not of one that was checked by itself."""
        return {place.identity for found in self.survey.keys for place in found.destinations} <= {
            proof.place for proof in self.proofs
        }

    def place(self, identity: str) -> tuple[FoundKey, Place] | None:
        """The destination of this identity, and the key that it has; None where there is none."""
        pairs = ((found, place) for found in self.survey.keys for place in found.destinations)
        return next((pair for pair in pairs if pair[1].identity == identity), None)

    def with_check(self, identity: str, check: PlaceCheck) -> Overview:
        """The same, after one place was checked by itself."""
        others = tuple(proof for proof in self.proofs if proof.place != identity)
        return replace(self, proofs=(*others, *check.proofs), checked={**self.checked, identity: check})

    @property
    def under_way(self) -> tuple[tuple[Rotation, Result], ...]:
        """The rotations that are not over, the most urgent first."""
        return urgent_first(self.rotations)

    @property
    def failed(self) -> tuple[DestinationProof, ...]:
        """The backups that do not reach their buckets."""
        return tuple(proof for proof in self.proofs if proof.first_failure is not None)

    @property
    def situation(self) -> Situation:
        """What the header says."""
        if self.under_way:
            rotation, result = self.under_way[0]
            waits = situation_while_waiting(rotation, result, self.uses.get(rotation.name))
            return self._with_reminder(waits or of_rotation(rotation, result))
        unreached = no_answer(self.survey)
        ended = situation_at_the_end(self.rotations[-1][0], self.looked_at) if self.rotations else None
        if unreached is not None and unreached.failure is not None:
            return Situation(Mood.UNKNOWN, f"{unreached.failure.title}.", (unreached.failure.message,))
        if not self.present.keys and self.survey.keys:
            return ended or Situation(Mood.FINE, _("The old key is off, and no other key needs anything."))
        found = of_survey(self.present, self.looked_at, self.home)
        if ended is not None and found.mood is Mood.FINE:
            return replace(ended, sentences=(*ended.sentences, *found.sentences))
        return self._with_open_buckets(found)

    @property
    def ended(self) -> Rotation | None:
        """The rotation of whose end the header speaks."""
        if self.under_way or not self.rotations:
            return None
        last = self.rotations[-1][0]
        return last if situation_at_the_end(last, self.looked_at) is not None else None

    @property
    def to_renew(self) -> FoundKey | None:
        """The key that one would have renew itself: the newest that a rotation brought, else the first of a user."""
        keys = self.present.keys
        new = [rotation.new_key for rotation, _result in reversed(self.rotations)]
        brought = [one for key in new for one in keys if one.key.access_key_id == key]
        of_users = [one for one in keys if one.key.owner is not None and one.key.owner.kind is PrincipalKind.USER]
        return next(iter((*brought, *of_users, *keys)), None)

    @property
    def waiting(self) -> Rotation | None:
        """The rotation that the header speaks of, where it only waits for its days."""
        if not self.under_way:
            return None
        rotation, result = self.under_way[0]
        return rotation if waits_for_days_alone(rotation, result) else None

    @property
    def present(self) -> Survey:
        """What was found, without the keys that a rotation turned off or deleted: they are past, and need nothing."""
        return replace(self.survey, keys=tuple(one for one in self.survey.keys if self.retired(one) is None))

    def retired(self, found: FoundKey) -> Rotation | None:
        """The rotation that turned this key off, and after which it is still off; None for every other key."""
        mine = (one for one, _result in reversed(self.rotations) if one.decision.key == found.key.access_key_id)
        last = next(mine, None)
        refused = found.key.status in {KeyStatus.INACTIVE, KeyStatus.REJECTED}
        return last if last is not None and refused and last.off_at is not None else None

    def _with_open_buckets(self, situation: Situation) -> Situation:
        """A bucket of which nobody said anything counts in what the headline promises."""
        accounts = {one.key.owner.account for one in self.present.keys if one.key.owner and one.advice in TO_DO}
        count = sum(len(reach.open) for reach in self.survey.reaches if reach.account in accounts)
        if situation.mood is not Mood.NEEDS_YOU or not count:
            return situation
        text = plural(
            "Nobody said yet whether anything uses {count} more bucket.",
            "Nobody said yet whether anything uses {count} more buckets.",
            count,
        )
        return replace(situation, sentences=(*situation.sentences, text.format(count=labels.count_word(count))))

    def _with_reminder(self, situation: Situation) -> Situation:
        """A person who is sent away and not called back is told so."""
        # Where the days stand on a line, the box for it does, too.
        if situation.mood is not Mood.WAITS or self.reminds is not CalledBack.NOBODY:
            return situation
        nobody = _("Nobody will remind you of the next step; “Settings” can change that.")
        return replace(situation, sentences=(*situation.sentences, nobody))

    def rotation_of(self, found: FoundKey) -> Rotation | None:
        """The rotation under way that takes this key away or brings it."""
        key = found.key.access_key_id
        for rotation, _result in self.under_way:
            if key in (rotation.decision.key, rotation.new_key):
                return rotation
        return None


def look(desk: Desk, asked: str | None = None, folder: Path | None = None) -> Overview:
    """Look through the computer, and ask AWS whose the keys are. Changes nothing at AWS and in no program's file.

    Args:
        asked: the rotation of which AWS is asked, too, whether anybody uses its old key. Not by itself at each look:
            where the old key has to ask, AWS remembers that as its last use (facts/aws.md A3).
        folder: every file in it is searched for the keys, too.
    """
    from keyturn.rotation.finding.reach import with_reaches
    from keyturn.rotation.finding.survey import take_survey

    desk.workplace.clear_away()
    context = desk.context()
    if folder is None:
        survey = take_survey(context)
    else:
        with _searching(desk, folder) as search:
            survey = take_survey(context, search=search)
    desk.cancel.check()
    survey = with_reaches(context, survey)
    if not desk.cancel.asked:
        _remember(context, survey)
        if asked is not None:
            _look_at_backups(desk, asked)
    return _seen(desk, survey, (), asked)


def _look_at_backups(desk: Desk, rotation: str) -> None:
    """Write down which places backed up with the new key; another Keyturn that works now does so itself."""
    from keyturn.rotation import rotation_service

    with suppress(AnotherKeyturnError), desk.workplace.alone():
        rotation_service.look_at_backups(desk.context(), rotation)


@contextmanager
def _searching(desk: Desk, folder: Path) -> Iterator[Search]:
    from keyturn.clients.search.search_rows import named
    from keyturn.clients.search.worker_pool import WorkerPool
    from keyturn.rotation.finding.whole_search import Search

    with WorkerPool(named([folder], left_out=[desk.workplace.folder]), lambda: desk.cancel.asked) as pool:
        pool.walk_ahead()
        yield Search(pool)


def look_and_prove(desk: Desk) -> Overview:
    """As `look`, and prove that every backup reaches its bucket."""
    from keyturn.rotation.carrying_out.verifying import verify
    from keyturn.rotation.finding.reach import with_reaches

    context = desk.context()
    survey, proofs = verify(context)
    now = context.clock.now()
    by_place: dict[str, list[DestinationProof]] = {}
    for one in proofs:
        by_place.setdefault(one.place, []).append(one)
    seen = _seen(desk, with_reaches(context, survey), proofs)
    return replace(seen, checked={name: PlaceCheck(now, tuple(of_place)) for name, of_place in by_place.items()})


def _seen(desk: Desk, survey: Survey, proofs: tuple[DestinationProof, ...], asked: str | None = None) -> Overview:
    from keyturn.reminders.calling_back import called_back
    from keyturn.rotation.carrying_out.standing import standing

    context, workplace = desk.context(), desk.workplace
    desk.cancel.check()
    rotations = tuple((one, standing(context, one)) for one in workplace.rotations())
    return Overview(
        survey=survey,
        rotations=rotations,
        for_trash=_for_trash(context, rotations),
        uses=_uses(context, survey, rotations, asked),
        proofs=proofs,
        looked_at=workplace.clock.now(),
        home=workplace.computer.home,
        own_uses={
            found.key.access_key_id.value: tuple(at for at, _service in journal_uses)
            for found in survey.keys
            if (journal_uses := workplace.journal.own_uses(found.key.access_key_id))
        },
        reminds=called_back(workplace),
        store_problems=(*workplace.memory_problems(), *_store_problem(context)),
    )


def _uses(
    context: Context, survey: Survey, rotations: Sequence[tuple[Rotation, Result]], asked: str | None
) -> dict[str, OldKeyUse]:
    """What is known of the old keys of those that wait."""
    uses: dict[str, OldKeyUse] = {}
    here = {one.key.access_key_id: one.key for one in survey.keys}
    for rotation, result in rotations:
        if rotation.off_at is not None or not waits_for_days_alone(rotation, result):
            continue
        key = here.get(rotation.decision.key)
        if rotation.name == asked:
            uses[rotation.name] = look_at_old_key(context, rotation)
        elif key is not None and (told := told_by_the_way(key, rotation, context.clock.now())) is not None:
            uses[rotation.name] = told
        elif (known := told_before(rotation)) is not None:
            uses[rotation.name] = known
    return uses


def _for_trash(context: Context, rotations: Sequence[tuple[Rotation, Result]]) -> tuple[Path, ...]:
    from keyturn.desktop.leftover_files import offered_for_trash

    return offered_for_trash(context.computer, rotations[-1][0]) if rotations else ()


def _remember(context: Context, survey: Survey) -> None:
    """Let reminders go by what was seen; where that cannot be kept, they go by what was known before."""
    from keyturn.reminders.checking import remember

    with suppress(StoreError):
        remember(context, survey)


def _store_problem(context: Context) -> tuple[StoreError, ...]:
    try:
        context.secrets.find()
    except StoreError as error:
        return (error,)
    return ()
