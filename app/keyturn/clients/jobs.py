"""Jobs: scripts, units, timetables and services, with what they set, what they run, and whose variables they take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from keyturn.edits.commands import Command
from keyturn.edits.shell import Assignment


@dataclass(frozen=True, slots=True)
class Variables:
    """What one job, service or script sets and runs.

    Attributes:
        assignments: in the order in which they count.
        within: what they belong to, such as a service in a compose file; empty where the file has one set of them.
        commands: what is run with them.
        sources: the files that it takes further variables from, as they are written.
    """

    assignments: Sequence[Assignment]
    within: str = ""
    commands: Sequence[Command] = ()
    sources: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Job:
    """One of them, and the file in which it stands."""

    path: Path
    variables: Variables
