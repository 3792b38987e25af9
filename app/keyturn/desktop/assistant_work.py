"""The pages of the assistant, and the work that is done for them away from the window's thread."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from keyturn.model.text import _
from keyturn.rotation.steps import By


class Page(StrEnum):
    """A page of the assistant."""

    LOOKING = "looking"
    FOUND = "found"
    CHOOSE = "choose"
    PAIR = "pair"
    PLAN = "plan"
    PROGRESS = "progress"
    PROOF = "proof"
    BY_HAND = "by-hand"
    WATCH = "watch"
    TURN_OFF = "turn-off"
    OFF = "off"
    DELETE = "delete"
    DELETED = "deleted"
    UNDONE = "undone"
    STOPPED = "stopped"
    DECIDE = "decide"
    LOST = "lost-secret"
    WAYS_OUT = "ways-out"
    BACK = "back"
    END = "end"

    @property
    def asks(self) -> bool:
        """True where it only asks whether to leave the way; a person who does not wants to be where they were."""
        return self in {Page.BACK, Page.END}


class Work(StrEnum):
    """What is done away from the window's thread."""

    LOOK = "look"
    PLAN = "plan"
    BEGIN = "begin"
    CARRY_ON = "carry-on"
    TICK = "tick"
    ADD = "add"
    TURN_OFF = "turn-off"
    TURN_ON = "turn-on"
    DELETE = "delete"
    UNDO = "undo"
    DECIDE = "decide"
    GIVE_AGAIN = "give-again"
    END = "end"
    TAKE_BACK = "take-back"
    LOOK_BACK = "look-back"
    LOOK_AROUND = "look-around"

    @property
    def changes(self) -> bool:
        """False where it only reads."""
        return self not in {Work.LOOK, Work.PLAN, Work.LOOK_BACK, Work.LOOK_AROUND}

    @property
    def doing(self) -> str:
        """What is being done, as it follows a colon in a sentence."""
        return {
            Work.LOOK: _("looking how it stands"),
            Work.PLAN: _("making the plan"),
            Work.BEGIN: _("replacing the key"),
            Work.CARRY_ON: _("carrying on"),
            Work.TICK: _("writing down what is done"),
            Work.ADD: _("writing down what else uses the key"),
            Work.TURN_OFF: _("turning the old key off"),
            Work.TURN_ON: _("turning the old key on again"),
            Work.DELETE: _("deleting the old key"),
            Work.UNDO: _("putting everything back"),
            Work.DECIDE: _("doing what you decided"),
            Work.GIVE_AGAIN: _("trying the secret"),
            Work.END: _("closing it as it stands"),
            Work.TAKE_BACK: _("taking back what was said"),
            Work.LOOK_BACK: _("looking what would be put back"),
            Work.LOOK_AROUND: _("looking what is known"),
        }[self]


@dataclass(frozen=True, slots=True)
class WindowJob:
    """One piece of work with what it has to know.

    Attributes:
        item: what to tick.
        items: all that was decided; of turning off, the places to which the person said yes.
        then: what goes on with the secret that is given.
        also: what else uses the key, by the names of guides.
        by: who turns the key off; None is the usual way.
        wait: seconds to wait for the person in the console.
        confirm: the end of the key's ID, as typed.
    """

    work: Work
    item: str = ""
    items: tuple[str, ...] = ()
    then: Work | None = None
    also: tuple[str, ...] = ()
    by: By | None = None
    wait: float = 0.0
    confirm: str = ""

    @property
    def doing(self) -> str:
        """What is being done, as it follows a colon in a sentence; where a person does it, that they are waited for."""
        return _("waiting until you turned it off") if self.wait else self.work.doing
