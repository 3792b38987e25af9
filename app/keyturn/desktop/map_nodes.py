"""A card of the key map, how it stands, and what a press on it leads to; without Qt."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TypeAlias

from keyturn.desktop.look import ColorTone
from keyturn.model.keys import AccessKeyId
from keyturn.model.text import _, in_widget


class LineState(Enum):
    """How a program stands with its key, and so how its lines are drawn: each has a colour and a shape of its own."""

    OLD = "old"  # it uses a key that needs to be replaced
    NEW = "new"  # it has the new key, not proved yet
    PROVED = "proved"  # seen to reach its bucket
    FINE = "fine"  # its key needs nothing; not proved in this window
    WAITING = "waiting"  # something has to be done by hand
    UNKNOWN = "unknown"  # nobody could look, or nobody has said
    RETIRED = "retired"  # turned off or deleted, as it should be
    BROKEN = "broken"  # its key does not work

    @property
    def tone(self) -> ColorTone:
        """Its colour."""
        return _TONES[self]

    @property
    def word(self) -> str:
        """Its name, for the list and for a screen reader."""
        return {
            LineState.OLD: _("old key"),
            LineState.NEW: _("new key"),
            LineState.PROVED: _("proved"),
            LineState.FINE: _("fine"),
            LineState.WAITING: _("waiting"),
            LineState.UNKNOWN: _("not known"),
            LineState.RETIRED: _("off"),
            LineState.BROKEN: _("does not work"),
        }[self]


_TONES = {
    LineState.OLD: ColorTone.ATTENTION,
    LineState.NEW: ColorTone.ACCENT,
    LineState.PROVED: ColorTone.GOOD,
    LineState.FINE: ColorTone.GOOD,
    LineState.WAITING: ColorTone.NEUTRAL,
    LineState.UNKNOWN: ColorTone.NEUTRAL,
    LineState.RETIRED: ColorTone.NEUTRAL,
    LineState.BROKEN: ColorTone.BAD,
}


@dataclass(frozen=True, slots=True)
class PlaceGoal:
    """The page of a place, by its identity, is wanted."""

    identity: str


@dataclass(frozen=True, slots=True)
class BucketGoal:
    """The page of a bucket is wanted."""

    name: str


Goal: TypeAlias = AccessKeyId | PlaceGoal | BucketGoal


class Opens(Enum):
    """What a press on a card leads to."""

    KEY = "key"  # the page of its key
    PLACE = "place"  # the page of the place itself
    BUCKET = "bucket"  # the page of the bucket
    LIST = "list"  # the list, for what is not drawn
    UNREAD = "unread"  # what could not be read, and what can be done about it
    QUESTION = "question"  # the question about buckets, on the way to the plan


class CardAct(Enum):
    """What a button on a card does."""

    LEAVE_OUT = "leave-out"  # replace the key without the file that could not be read
    TRY_AGAIN = "try-again"  # look once more whether it can be read
    UNLOCK = "unlock"  # ask for its password
    ANSWER = "answer"  # the question about buckets

    @property
    def word(self) -> str:
        """What stands on the button."""
        return {
            CardAct.LEAVE_OUT: _("Leave it out…"),
            CardAct.TRY_AGAIN: _("Try again"),
            CardAct.UNLOCK: _("Open it…"),
            CardAct.ANSWER: _("Answer…"),
        }[self]

    def about(self, thing: str) -> str:
        """The same with what it is about, for a screen reader."""
        return {
            CardAct.LEAVE_OUT: _("{path}: leave it out").format(path=thing),
            CardAct.TRY_AGAIN: _("{path}: try again").format(path=thing),
            CardAct.UNLOCK: _("{path}: open it").format(path=thing),
            CardAct.ANSWER: _("{what}: answer").format(what=thing),
        }[self]


@dataclass(frozen=True, slots=True)
class Node:
    """One card.

    Attributes:
        opens: what a press leads to.
        pill: its state in a word; may be empty. `pill_tone`: where the word says something else than the state does.
        facts: all that is known of it in sentences, told at hover and focus.
        key: the key that it has, or is; None for a card that stands for several.
        path: the file that could not be read, and `thing`, as people see it; None for every other card.
        acts: what its own buttons do.
    """

    identity: str
    title: str
    detail: str
    state: LineState
    facts: str
    pill: str = ""
    key: AccessKeyId | None = None
    pill_tone: ColorTone | None = None
    opens: Opens = Opens.KEY
    path: Path | None = None
    thing: str = ""
    acts: tuple[CardAct, ...] = ()

    @property
    def goal(self) -> Goal | None:
        """The page that a press opens; None where it opens no page of one thing."""
        match self.opens:
            case Opens.KEY:
                return self.key
            case Opens.PLACE:
                return PlaceGoal(self.identity)
            case Opens.BUCKET:
                return BucketGoal(self.identity.removeprefix("bucket:"))
        return None

    @property
    def is_known(self) -> bool:
        """False where the card is dashed: something is there, and what it is could not be seen."""
        return self.state is not LineState.UNKNOWN

    def __post_init__(self) -> None:
        for name in ("title", "detail", "facts", "thing"):
            object.__setattr__(self, name, in_widget(getattr(self, name)))
