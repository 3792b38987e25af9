"""How a step writes what it did: the entries of a rotation's journal, each of which gives the next state."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from keyturn.model import diary
from keyturn.rotation.context import Context, Moment
from keyturn.rotation.events.codec import facts_of
from keyturn.rotation.events.every_event import Event, entry_of
from keyturn.rotation.events.rotation_events import (
    Failed,
    SignedBy,
)
from keyturn.rotation.record import Rotation
from keyturn.rotation.signers.the_key import TheKey
from keyturn.rotation.steps import Step
from keyturn.state.journal import Mark


def reload(context: Context, rotation: Rotation) -> Rotation:
    """The same rotation as the journal has it now, with what was written since `rotation` was read."""
    since = context.journal.entries(rotation.name, after=len(rotation.entries))
    return replace(rotation, entries=(*rotation.entries, *map(entry_of, since)))


def write(context: Context, rotation: Rotation, step: Step, mark: Mark, *events: Event) -> Rotation:
    """Append to the rotation's journal, and return the rotation as that has it then."""
    context.journal.write(rotation.name, context.clock.now(), step, mark, facts_of(events))
    diary.note(diary.DiaryEvent.STEP, step=step, mark=mark)
    return reload(context, rotation)


def note(context: Context, rotation: Rotation, step: Step, *events: Event) -> Rotation:
    """Append what happened in a step, which may go on, and return the rotation as the journal has it then."""
    return write(context, rotation, step, Mark.NOTED, *events)


class Outcome:
    """What a step found out, for the journal: later steps need it.

    Attributes:
        rotation: as the journal has it once the step has ended well; until then as it has it when the step began.
    """

    def __init__(self, rotation: Rotation) -> None:
        self.rotation = rotation
        self.events: list[Event] = []
        self.detail = ""

    def note(self, *events: Event) -> None:
        """Have this in the entry that says that the step is done."""
        self.events += events


def _how_it_failed(error: Exception) -> Failed:
    return Failed(
        code=getattr(error, "code", type(error).__name__),
        waits=getattr(error, "waits", False),
        refused=getattr(error, "refused", ""),
        undecided=getattr(error, "undecided", ()),
    )


def _who(context: Context) -> tuple[SignedBy, ...]:
    """Who makes the change, where that is not the rotation's own keys."""
    name = context.signer.name
    return () if name == TheKey.name else (SignedBy(name),)


@contextmanager
def taking(context: Context, rotation: Rotation, step: Step) -> Iterator[Outcome]:
    """Take a step: its intent is in the journal before the body runs, its outcome after, and both are told."""
    outcome = Outcome(write(context, rotation, step, Mark.INTENT, *_who(context)))
    context.tell(step, Moment.STARTED)
    try:
        yield outcome
    except Exception as error:
        failed = _how_it_failed(error)
        write(context, rotation, step, Mark.FAILED, failed)
        context.tell(step, Moment.WAITING if failed.waits else Moment.FAILED, getattr(error, "title", ""))
        raise
    outcome.rotation = write(context, rotation, step, Mark.DONE, *_who(context), *outcome.events)
    context.tell(step, Moment.DONE, outcome.detail)
