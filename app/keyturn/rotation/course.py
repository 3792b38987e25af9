"""What the entries of one rotation say of its steps. Who hands keys out has to know that, and no more, at once."""

from __future__ import annotations

from datetime import datetime

from keyturn.model.keys import AccessKeyId
from keyturn.rotation.events.entry import E, Entry
from keyturn.rotation.events.key_events import Begun, KeyMade, PutInAgain
from keyturn.rotation.steps import BegunBy, Step
from keyturn.state.journal import Mark


class Course:
    """How far a rotation has come.

    Attributes:
        entries: all that was written down, oldest first.
    """

    __slots__ = ()
    entries: tuple[Entry, ...]

    def latest(self, step: Step, *marks: Mark) -> Entry | None:
        """The newest entry of `step` that has one of `marks`."""
        return next((e for e in reversed(self.entries) if e.step is step and e.mark in marks), None)

    def every(self, kind: type[E]) -> tuple[E, ...]:
        """All events of this kind, oldest first."""
        said = (entry.get(kind) for entry in self.entries)
        return tuple(one for one in said if one is not None)

    def newest(self, kind: type[E]) -> E | None:
        """The newest event of this kind."""
        said = (entry.get(kind) for entry in reversed(self.entries))
        return next((one for one in said if one is not None), None)

    def said(self, kind: type[E], step: Step, mark: Mark) -> E | None:
        """What the newest entry of `step` with `mark` says of this kind."""
        entry = self.latest(step, mark)
        return None if entry is None else entry.get(kind)

    def is_before(self, first: Entry, second: Entry) -> bool:
        """True where `first` was written before `second`; both are entries of this rotation, and may look alike."""
        positions = {id(one): at for at, one in enumerate(self.entries)}
        return positions[id(first)] < positions[id(second)]

    def is_done(self, step: Step) -> bool:
        """True where the step ended well, and nothing since took it back."""
        done = self.latest(step, Mark.DONE)
        if done is None:
            return False
        match step:
            case Step.TURN_OFF | Step.PROVE_OFF:
                taken_back = self.latest(Step.TURN_ON, Mark.DONE)
            case Step.SWITCH | Step.PROVE_AGAIN:
                taken_back = self._put_in_again
            case _:
                return True
        return taken_back is None or self.is_before(taken_back, done)

    def began(self, step: Step) -> bool:
        """True where the step was begun, whether or not it ended."""
        return self.latest(step, Mark.INTENT) is not None

    def ended_badly(self, step: Step) -> bool:
        """True where the step began and did not end well: it failed, or Keyturn was killed in it."""
        last = self.latest(step, Mark.INTENT, Mark.DONE, Mark.FAILED)
        return last is not None and last.mark is not Mark.DONE

    @property
    def _put_in_again(self) -> Entry | None:
        """The newest entry that says that a person had the new key put in again."""
        return next((one for one in reversed(self.entries) if one.get(PutInAgain) is not None), None)

    @property
    def undo_began(self) -> Entry | None:
        """When an undo began, ended or not; None where none did, or the new key was put in again since."""
        again = self._put_in_again
        intents = (e for e in self.entries if e.step is Step.UNDO and e.mark is Mark.INTENT)
        return next((e for e in intents if again is None or self.is_before(again, e)), None)

    @property
    def new_key(self) -> AccessKeyId | None:
        """The key that AWS made for this rotation, once that is known."""
        made = self.said(KeyMade, Step.CREATE, Mark.DONE)
        return None if made is None else made.new_key

    @property
    def off_at(self) -> datetime | None:
        """When the old key was seen to be off; None while it is on."""
        done = self.latest(Step.TURN_OFF, Mark.DONE)
        return done.at if done is not None and self.is_done(Step.TURN_OFF) else None

    @property
    def begun_by(self) -> BegunBy:
        """Who began it."""
        begun = self.newest(Begun)
        return BegunBy.PERSON if begun is None else begun.begun_by
