"""The words of a rotation: its routes, its steps, and how a command on it ended."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # The parser of commands knows these words, and the window opens before anybody asks for a key.
    from keyturn.model.errors import AppError
    from keyturn.model.keys import AccessKeyId


class Route(StrEnum):
    """Which way out of an old key."""

    SCOPED_USER = "scoped-user"
    NEW_ROOT_KEY = "new-root-key"
    SAME_USER = "same-user"
    GIVEN_PAIR = "given-pair"
    RETIRE = "retire"

    @property
    def makes_a_key(self) -> bool:
        """True where a new key takes the old one's place; False where nothing uses the old key."""
        return self is not Route.RETIRE

    @property
    def same_owner(self) -> bool:
        """True where the new key belongs to the old key's owner, and so can turn the old key off and on."""
        return self in {Route.NEW_ROOT_KEY, Route.SAME_USER}


class Step(StrEnum):
    """A step of a rotation, in the order in which they are taken; `turn-on` and `undo` lead back, `end` out of it."""

    CHECK = "check"
    CREATE = "create"
    PROVE = "prove"
    SWITCH = "switch"
    PROVE_AGAIN = "prove-again"
    WATCH = "watch"
    TURN_OFF = "turn-off"
    PROVE_OFF = "prove-off"
    DELETE = "delete"
    TURN_ON = "turn-on"
    UNDO = "undo"
    END = "end"


class By(StrEnum):
    """Who turns the old key off."""

    KEY = "key"
    CONSOLE = "console"
    SIGNER = "signer"  # another identity, see `signers`


class BegunBy(StrEnum):
    """Who began a rotation."""

    PERSON = "person"
    RENEWAL = "renewal"  # it was due, as a person had set it


class Why(StrEnum):
    """Why a person has to decide about a key or a user at AWS."""

    NO_ANSWER = "no-answer"  # it appeared when Keyturn asked for a key and AWS did not answer
    ADDED = "added"  # somebody added it to the user that Keyturn made
    IN_PLACE = "in-place"  # it stands where Keyturn put another key, and nothing says that Keyturn made it
    MAY_NOT = "may-not"  # Keyturn made it, and may not remove it


class OldKey(StrEnum):
    """How the old key stands at AWS. IAM lists at once what STS and S3 hear of seconds later (facts/aws.md A4)."""

    ON = "on"  # AWS accepts it, and will go on to
    COMING = "coming"  # IAM lists it as active, and STS has not heard of that
    OFF = "off"  # inactive, or about to be everywhere
    GONE = "gone"  # its owner has no such key any more
    REFUSED = "refused"  # off or gone: AWS tells only another key of its owner which
    UNKNOWN = "unknown"  # its secret is not at hand, and no other key may ask

    @property
    def is_off(self) -> bool:
        """True where backups with it fail, now or in a moment."""
        return self in {OldKey.OFF, OldKey.GONE, OldKey.REFUSED}


# The item by whose name a person has the new key put in where the old one stands again.
PUT_IN_AGAIN = "put-in-again"


class State(StrEnum):
    """How a rotation stands."""

    INTERRUPTED = "interrupted"  # a step began and did not end: `continue` or `undo`
    WAITING = "waiting"
    STOPPED = "stopped"  # something for a person to look at
    DONE = "done"
    UNDONE = "undone"
    ENDED = "ended"  # closed as it stood


class Ending(StrEnum):
    """How a command on a rotation ended."""

    DONE = "done"
    PUT_BACK = "put-back"  # it failed, and everything is as it was
    WAITING = "waiting"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Awaited:
    """A thing that a rotation waits for.

    Attributes:
        item: its name for `keyturn done`.
        title: what it is, in a sentence.
        steps: how to do it, click by click or command by command.
        notes: what to know while doing it: what would do harm, how one sees that it worked.
        tickable: a person can say that it is done; False where only time or AWS can tell.
        said: a person says that it is done, and nobody saw it.
    """

    item: str
    title: str
    steps: tuple[str, ...] = ()
    tickable: bool = True
    notes: tuple[str, ...] = ()
    said: bool = False


@dataclass(frozen=True, slots=True)
class Stands:
    """How the backups stand, as a look just found it.

    Attributes:
        as_before: everything is as it was before the rotation.
    """

    text: str
    as_before: bool


@dataclass(frozen=True, slots=True)
class Result:
    """How a command on a rotation ended, and how the rotation stands now.

    Attributes:
        rotation: its name; None where it did not begin.
        leftovers: files that hold the deleted key still and can go to the trash.
        said: what a person said was done, and nobody saw.
        stands: how the backups stand where that was looked at, which it is where something ended badly or was undone.
    """

    ending: Ending
    rotation: str | None
    state: State
    step: Step
    new_access_key_id: AccessKeyId | None
    awaiting: tuple[Awaited, ...] = ()
    problem: AppError | None = None
    leftovers: tuple[Path, ...] = ()
    said: tuple[Awaited, ...] = ()
    stands: Stands | None = None
