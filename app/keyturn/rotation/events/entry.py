"""One entry of a rotation's record, as Keyturn understands it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from keyturn.rotation.steps import Step
from keyturn.state.journal import Mark

if TYPE_CHECKING:
    # Who hands keys out needs few of them, and at once.
    from keyturn.rotation.events.every_event import Event

E = TypeVar("E")


@dataclass(frozen=True, slots=True)
class Entry:
    """That something happened in a step.

    Attributes:
        events: what it was beyond its mark.
    """

    at: datetime
    step: Step
    mark: Mark
    events: tuple[Event, ...] = ()

    def get(self, kind: type[E]) -> E | None:
        """What it says of this kind; None where it says nothing of it."""
        return next((one for one in self.events if isinstance(one, kind)), None)
