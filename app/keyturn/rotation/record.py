"""How a rotation stands, read from its journal: the entries are the only state there is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from keyturn.model.keys import AccessKeyId, KeyUse
from keyturn.model.places import Place
from keyturn.rotation.claims import ITEM, Claim
from keyturn.rotation.course import Course
from keyturn.rotation.decision import ByHand, Decision
from keyturn.rotation.decision_format import FORMAT
from keyturn.rotation.events.entry import Entry
from keyturn.rotation.events.every_event import entry_of
from keyturn.rotation.events.key_events import DoneBy, KeyMade, TakenBack, Ticked
from keyturn.rotation.events.rotation_events import (
    ClaimsHeard,
    Extent,
    Failed,
    KeysToRemove,
    LetBe,
    NewKeyFails,
    NewKeyUsed,
    OldKeyHeld,
    OldKeyLooked,
    PlacesProved,
    ProgramNamed,
    Proved,
    Proving,
    SearchMade,
    SignedBy,
    ToldDone,
    UsesElsewhere,
)
from keyturn.rotation.steps import By, Route, State, Step
from keyturn.rotation.undecided import Undecided
from keyturn.state.journal import Mark, RecordedRotation
from keyturn.state.written import NotUnderstood, moment, parsed

_WAY_OUT = (Step.CREATE, Step.PROVE, Step.SWITCH, Step.PROVE_AGAIN)


@dataclass(frozen=True, slots=True)
class Rotation(Course):
    """One key's way, as far as it has come."""

    decision: Decision
    started: datetime
    entries: tuple[Entry, ...]

    @classmethod
    def from_record(cls, record: RecordedRotation) -> Rotation:
        """Read what the journal has.

        Raises:
            NotUnderstood: where a newer Keyturn wrote it, or it is damaged.
        """
        decision = FORMAT.load(parsed(record.decision))
        if decision.rotation != record.name:
            raise NotUnderstood("rotation")
        return cls(decision, moment(record.started), tuple(map(entry_of, record.entries)))

    @property
    def name(self) -> str:
        """The rotation's name in the command line."""
        return self.decision.rotation

    @property
    def updated(self) -> datetime:
        """When the last entry was written."""
        return self.entries[-1].at if self.entries else self.started

    @property
    def proof_was_cut_short(self) -> bool:
        """True where a proof that was no step of its own failed, or Keyturn was killed in it."""
        noted = self.newest(Proving)
        return noted is not None and noted.proving

    @property
    def may_be_on(self) -> bool:
        """True where turning the old key on began since it was off, and how that ended is not known."""
        began = self.latest(Step.TURN_ON, Mark.INTENT)
        off = self.latest(Step.TURN_OFF, Mark.DONE)
        since = began is not None and off is not None and self.is_before(off, began)
        return since and self.ended_badly(Step.TURN_ON)

    @property
    def new_key_was_found(self) -> bool:
        """True where the new key was found in the destinations, and nothing proves that this rotation made it."""
        made = self.said(KeyMade, Step.CREATE, Mark.DONE)
        return made is not None and made.found

    @property
    def created_at(self) -> datetime | None:
        """When the new key was made."""
        noted = self.latest(Step.CREATE, Mark.DONE)
        return None if noted is None else noted.at

    @property
    def noted_keys(self) -> tuple[AccessKeyId, ...]:
        """Keys that it made and that were to be removed, whose secrets may be kept still."""
        return tuple(dict.fromkeys(key for noted in self.every(KeysToRemove) for key in noted.made))

    @property
    def appeared(self) -> tuple[AccessKeyId, ...]:
        """Keys of the old key's owner that an undo saw and let be: they came since the plan, and nobody says whose."""
        left = self.said(LetBe, Step.UNDO, Mark.NOTED)
        return () if left is None else left.appeared

    @property
    def left_unseen(self) -> bool:
        """True where a key that was asked for may be there, and the undo was not allowed to look."""
        left = self.said(LetBe, Step.UNDO, Mark.NOTED)
        return left is not None and left.unseen

    @property
    def switched_at(self) -> datetime | None:
        """When the last destination got the new key; for a key that is retired, when the rotation began."""
        if self.decision.route is Route.RETIRE:
            return self.started
        done = self.latest(Step.SWITCH, Mark.DONE)
        return None if done is None else done.at

    def proved(self, step: Step) -> tuple[Proved, ...]:
        """What the newest proof of this step found, for each bucket of each destination."""
        places = self.said(PlacesProved, step, Mark.DONE)
        return () if places is None else places.proved

    def counts_from(self, now: datetime) -> datetime | None:
        """From when on a use of the old key shows that something needs it; None where nothing is in place yet.

        Of a key that is not on this computer, every use in the days for which it is to be watched.
        """
        return now - timedelta(days=self.decision.watch_days) if self.decision.elsewhere else self.watched_since

    @property
    def watched_since(self) -> datetime | None:
        """From when on nothing should use the old key; None where nothing is in place yet.

        It begins anew where another computer was done with the old key since the switch: until then that one's uses
        hid what else used it.
        """
        since, others = self.switched_at, self.others_done_at
        return since if since is None or others is None else max(since, others)

    @property
    def claims(self) -> tuple[Claim, ...]:
        """What other computers said of the old key when their tags were read last."""
        heard = self.newest(ClaimsHeard)
        return () if heard is None else heard.claims

    @property
    def claims_unread(self) -> bool:
        """True where these tags could not be read the last time, so that nobody knows whether another one waits."""
        heard = self.newest(ClaimsHeard)
        return heard is not None and heard.unread

    @property
    def told_done(self) -> bool:
        """True where other computers may have been told that this one needs the old key no more."""
        told = self.newest(ToldDone)
        return told is not None and told.told_done

    @property
    def others_done_at(self) -> datetime | None:
        """When the last of the other computers was done with the old key, as it says itself, or as a person said."""
        told = [one.since for one in self.claims if not one.is_open and one.since is not None]
        ticks = ((entry.at, entry.get(Ticked)) for entry in self.entries)
        said = [at for at, tick in ticks if tick is not None and tick.item.startswith(ITEM)]
        return max((*told, *said), default=None)

    @property
    def begun_as(self) -> str | None:
        """Who signed when it began, as `--as` takes it; None where the rotation's own keys did."""
        return self.began_as(Step.CHECK)

    def began_as(self, step: Step) -> str | None:
        """The same of the newest beginning of `step`."""
        signed = self.said(SignedBy, step, Mark.INTENT)
        return None if signed is None else signed.signer

    @property
    def watched_until(self) -> datetime | None:
        """When enough was watched; None where nothing is in place yet that could be watched."""
        since = self.watched_since
        if self.decision.elsewhere:
            return since  # AWS recorded its uses before, see `counts_from`
        return None if since is None else since + timedelta(days=self.decision.watch_days)

    @property
    def deletable_from(self) -> datetime | None:
        """When the old key will have been off for long enough; None while it is on."""
        since = self.off_at
        return None if since is None else since + timedelta(days=self.decision.off_days)

    @property
    def off_by(self) -> By | None:
        """Who turned it off."""
        done = self.said(DoneBy, Step.TURN_OFF, Mark.DONE)
        return None if done is None or not self.is_done(Step.TURN_OFF) else done.by

    @property
    def new_key_used(self) -> datetime | None:
        """When AWS saw the new key used by somebody else than Keyturn; None where that is not known."""
        used = self.newest(NewKeyUsed)
        return None if used is None else used.new_key_used

    @property
    def last_look(self) -> tuple[datetime, OldKeyLooked] | None:
        """When AWS was asked last who uses the old key, and what it told; None if it was not since the switch."""
        looks = ((entry.at, entry.get(OldKeyLooked)) for entry in reversed(self.entries))
        newest = next(((at, told) for at, told in looks if told is not None), None)
        since = self.switched_at
        return newest if newest is not None and since is not None and newest[0] >= since else None

    @property
    def new_key_fails(self) -> str:
        """Why AWS refused the new key when it was tried last, as a fault's name; empty where it works."""
        tried = self.newest(NewKeyFails)
        return "" if tried is None else tried.new_key_fails

    @property
    def old_again(self) -> tuple[str, ...]:
        """The places that had the new key and held the old one again when they were read last, by their identity."""
        for entry in reversed(self.entries):
            seen = entry.get(OldKeyHeld)
            if seen is not None:
                return seen.old_again
            if entry.mark is Mark.DONE and entry.step in {Step.PROVE_AGAIN, Step.PROVE_OFF}:
                break
        return ()

    @property
    def used_elsewhere(self) -> tuple[KeyUse, ...]:
        """Who used the old key before the switch from elsewhere, as AWS's event history had it; the newest first."""
        uses = self.said(UsesElsewhere, Step.CHECK, Mark.DONE)
        return () if uses is None else uses.used_elsewhere

    @property
    def began_off_by(self) -> By | None:
        """By.KEY where Keyturn itself began to turn the old key off since it was last on, however that ended."""
        began = self.latest(Step.TURN_OFF, Mark.NOTED)
        on = self.latest(Step.TURN_ON, Mark.DONE)
        since = began is not None and (on is None or self.is_before(on, began))
        by = began.get(DoneBy) if began is not None and since else None
        return None if by is None else by.by

    @property
    def ticked(self) -> frozenset[str]:
        """The things that a person said were done, and has not said since that they are not, or no longer."""
        said: set[str] = set()
        for entry in self.entries:
            for one in entry.events:
                if isinstance(one, Ticked):
                    said.add(one.item)
                elif isinstance(one, TakenBack) and one.opposite is not None:
                    said.discard(one.opposite)
        return frozenset(said)

    def said_done_at(self, item: str) -> datetime | None:
        """When a person said last that this was done; None where they did not, or took it back."""
        ticks = ((entry.at, entry.get(Ticked)) for entry in self.entries)
        said = [at for at, tick in ticks if tick is not None and tick.item == item]
        return said[-1] if said and item in self.ticked else None

    @property
    def searched(self) -> Extent | None:
        """What the newest search for the old key looked into since the switch; None where there was none."""
        made = self.newest(SearchMade)
        return None if made is None else made.searched

    @property
    def found_since(self) -> tuple[Place, ...]:
        """The places of the old key that a search found since the plan, in the order in which they were found."""
        found: dict[str, Place] = {}
        for search in self.every(SearchMade):
            for place in search.holding:
                found.setdefault(place.identity, place)
        return tuple(found.values())

    @property
    def still_holding(self) -> tuple[Place, ...]:
        """Those of them that held the old key when the newest search looked."""
        made = self.newest(SearchMade)
        return () if made is None else made.holding

    @property
    def by_hand(self) -> tuple[ByHand, ...]:
        """The programs that a person changes: those that were decided, and those that were named since."""
        known = {one.identity for one in self.decision.by_hand if one.known}
        named = {one.identity: one for one in (ByHand.named(event.also) for event in self.every(ProgramNamed))}
        since = [one for name, one in named.items() if name not in known]
        asked = {one.client for one in named.values()}
        return (*(one for one in self.decision.by_hand if one.known or one.client not in asked), *since)

    def failure_of(self, step: Step) -> Failed | None:
        """Why `step` failed, where that is the last that was written of it."""
        last = self.latest(step, Mark.INTENT, Mark.DONE, Mark.FAILED)
        return None if last is None else last.get(Failed)

    def undecided_in(self, step: Step) -> tuple[Undecided, ...]:
        """What a person has to decide about before `step` goes on."""
        failed = self.failure_of(step)
        return () if failed is None else failed.undecided

    @property
    def is_interrupted(self) -> bool:
        """True where a step began and did not end."""
        return self.state is State.INTERRUPTED

    @property
    def is_over(self) -> bool:
        """True where nothing is left to do."""
        return self.is_done(Step.DELETE) or self.is_done(Step.UNDO) or self.is_done(Step.END)

    @property
    def is_undoing(self) -> bool:
        """True where an undo began and did not end: from there, the only way is to end it."""
        return self.undo_began is not None and not self.is_done(Step.UNDO) and not self.is_done(Step.END)

    @property
    def step(self) -> Step:
        """The step that it is at: the one that was interrupted, or the one that comes next."""
        if self.is_done(Step.END):
            return Step.END
        if self.is_undoing or self.is_done(Step.UNDO):
            return Step.UNDO
        if self.is_done(Step.DELETE):
            return Step.DELETE
        if self.decision.route.makes_a_key:
            for step in _WAY_OUT:
                if not self.is_done(step):
                    return step
        if not self.is_done(Step.TURN_OFF):
            return Step.TURN_OFF if self._is_open(Step.TURN_OFF) else Step.WATCH
        if not self.is_done(Step.PROVE_OFF):
            return Step.PROVE_OFF
        return Step.DELETE

    @property
    def state(self) -> State:
        """How it stands."""
        if self.is_done(Step.END):
            return State.ENDED
        if self.is_done(Step.UNDO):
            return State.UNDONE
        if self.is_done(Step.DELETE):
            return State.DONE
        if self.step in {Step.WATCH, Step.DELETE} and not self._is_open(self.step):
            return State.WAITING
        last = self.latest(self.step, Mark.INTENT, Mark.FAILED)
        if last is None or last.mark is not Mark.FAILED:
            return State.INTERRUPTED
        return State.WAITING if _waits(last) else State.STOPPED

    def _is_open(self, step: Step) -> bool:
        last = self.latest(step, Mark.INTENT, Mark.FAILED, Mark.DONE)
        return last is not None and last.mark is not Mark.DONE and not _waits(last)


def _waits(entry: Entry) -> bool:
    failed = entry.get(Failed)
    return failed is not None and failed.waits
