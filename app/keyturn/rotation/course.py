"""What the entries of one rotation say of its steps. Whoever hands keys out has to know that, and no more, at once."""

from __future__ import annotations

from datetime import datetime

from keyturn.model.keys import AccessKeyId
from keyturn.rotation.steps import BegunBy, Step
from keyturn.state.journal import Entry, Mark


class Course:
    """How far a rotation has come.

    Attributes:
        entries: all that was written down, oldest first.
    """

    __slots__ = ()
    entries: tuple[Entry, ...]

    def latest(self, step: Step, *marks: Mark) -> Entry | None:
        """The newest entry of `step` that has one of `marks`."""
        return next((e for e in reversed(self.entries) if e.step == step.value and e.mark in marks), None)

    def is_before(self, first: Entry, second: Entry) -> bool:
        """True where `first` was written before `second`; both are entries of this rotation, and may look alike."""
        positions = {id(one): at for at, one in enumerate(self.entries)}
        return positions[id(first)] < positions[id(second)]

    def is_done(self, step: Step) -> bool:
        """True where the step ended well, and nothing since took it back."""
        done = self.latest(step, Mark.DONE)
        if done is None:
            return False
        if step in {Step.TURN_OFF, Step.PROVE_OFF}:
            on = self.latest(Step.TURN_ON, Mark.DONE)
            return on is None or self.is_before(on, done)
        return True

    def began(self, step: Step) -> bool:
        """True where the step was begun, whether or not it ended."""
        return self.latest(step, Mark.INTENT) is not None

    def ended_badly(self, step: Step) -> bool:
        """True where the step began and did not end well: it failed, or Keyturn was killed in it."""
        last = self.latest(step, Mark.INTENT, Mark.DONE, Mark.FAILED)
        return last is not None and last.mark is not Mark.DONE

    @property
    def new_key(self) -> AccessKeyId | None:
        """The key that AWS made for this rotation, once that is known."""
        noted = self.latest(Step.CREATE, Mark.DONE)
        if noted is None or noted.facts.get("new_key") is None:
            return None
        return AccessKeyId.of_any_shape(noted.facts["new_key"])

    @property
    def off_at(self) -> datetime | None:
        """When the old key was seen to be off; None while it is on."""
        done = self.latest(Step.TURN_OFF, Mark.DONE)
        return done.at if done is not None and self.is_done(Step.TURN_OFF) else None

    @property
    def begun_by(self) -> BegunBy:
        """Who began it."""
        said = next((one.facts["begun_by"] for one in self.entries if "begun_by" in one.facts), None)
        return BegunBy.PERSON if said is None else BegunBy(said)
