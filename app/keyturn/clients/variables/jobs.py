"""Jobs: scripts, units, timetables and services, with what they set, what they run, and whose variables they take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from keyturn.edits.commands import ShellCommand
from keyturn.edits.shell import Assignment
from keyturn.model.places import Place


@dataclass(frozen=True, slots=True)
class Variables:
    """What one job, service or script sets and runs.

    Attributes:
        assignments: in the order in which they count.
        within: what they belong to, such as a service in a compose file; empty where the file has one set of them.
        commands: what is run with them.
        files: what it names in the grammar of the file itself, not in variables or on command lines.
        folder: where relative paths are taken from; None where that is not known.
        started_in: the folder in which something else starts it; None where that is not known.
        mounts: what of the disk the commands see elsewhere, as a container does: their path, then the disk's; None
            where they see the disk itself.
        mentions: what of the file counts for nothing, and holds a key nevertheless.
        kept: under which names a container is given what Docker or Podman keeps for it: of variables, or of files.
    """

    assignments: Sequence[Assignment]
    within: str = ""
    commands: Sequence[ShellCommand] = ()
    files: Sequence[NamedFile] = ()
    folder: Path | None = None
    started_in: Path | None = None
    mounts: Sequence[tuple[str, str]] | None = None
    mentions: Sequence[Place] = ()
    kept: Sequence[str] = ()

    @property
    def sources(self) -> tuple[str, ...]:
        """The files that it takes further variables from, as they are written."""
        return tuple(one.written for one in self.files if one.reads in (Reads.VARIABLES, Reads.FILLS_IN))


class Reads(StrEnum):
    """What a file is read for that belongs to no program with a module of its own.

    `variables`: what it sets is set for anyone who names it. `fills-in`: what it sets stands for the `$NAME` of the
    file that names it, and is set for nobody (Compose's `.env`). `script`: it is run. `folder`: files of programs lie
    in it. `value`: it holds one half of a key, and nothing else. `values`: a folder in which each file is the value of
    the variable that it is called after. `sealed`: only systemd can read it.
    """

    VARIABLES = "variables"
    FILLS_IN = "fills-in"
    SCRIPT = "script"
    FOLDER = "folder"
    VALUE = "value"
    VALUES = "values"
    SEALED = "sealed"


@dataclass(frozen=True, slots=True)
class NamedFile:
    """A file as another one names it.

    Attributes:
        written: as it stands there, quotes and variables included.
        reads: one of `Reads`, or the name of the client whose file it is.
        line: where it is named, counted from 1.
        name: the variable that the value in it is for, or the shell that runs the script; else empty.
    """

    written: str
    reads: str
    line: int
    name: str = ""


@dataclass(frozen=True, slots=True)
class Job:
    """One of them, and the file in which it stands."""

    path: Path
    variables: Variables
