"""What a program with a guide tells of its own backups: whether it took the new key shows in its next run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from keyturn.model.places import Place

if TYPE_CHECKING:
    from keyturn.computer.computer import Computer


@dataclass(frozen=True, slots=True)
class BackupRun:
    """One run of a backup. What is None is not known.

    Attributes:
        began, finished: in UTC; `finished` is None while it is going on, too.
        going_on: True until it has ended.
        aborted: it ended before its end.
        errors: how many; also of single files that have nothing to do with the storage.
    """

    began: datetime | None
    finished: datetime | None
    going_on: bool
    aborted: bool | None
    errors: int | None

    @property
    def ended_well(self) -> bool | None:
        """True where it ended without an error, False where it was cut short, None where that cannot be told.

        Errors of single files count like others, so a run with errors proves nothing (facts/arq.md 3).
        """
        if self.finished is None:
            return None
        if self.aborted is False and self.errors == 0:
            return True
        return False if self.aborted else None


@dataclass(frozen=True, slots=True)
class PlanRun:
    """The newest run of one backup plan; None where the program does not tell."""

    plan: str
    run: BackupRun | None


class OwnRuns(Protocol):
    """A program's own account of its backups."""

    def newest(self, computer: Computer, places: Sequence[Place]) -> tuple[PlanRun, ...]:
        """Return the newest run of each plan that backs up by one of the places; nothing where no plan is known."""
        ...

    def at_hand(self, computer: Computer) -> bool:
        """Return whether the program can be told to start and to hold its backups."""
        ...

    def start(self, computer: Computer, places: Sequence[Place]) -> tuple[str, ...]:
        """Start those plans, and return the names of the ones that the program took on. Nobody waits for their end."""
        ...

    def hold(self, computer: Computer, minutes: int) -> bool:
        """Let no backup begin for some minutes, after which they go on by themselves; True where that was taken on."""
        ...

    def let_go(self, computer: Computer) -> None:
        """Let backups begin again at once."""
        ...
