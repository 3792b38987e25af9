"""Which variables a job has: its own, those of the files that it reads, and those of what starts it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.clients.variables.command_folders import in_their_folders, joined
from keyturn.clients.variables.compose_projects import COMPOSE, USUAL_NAMES, calls_in
from keyturn.clients.variables.jobs import Job, Reads
from keyturn.clients.variables.named_files import OF_DIRENV
from keyturn.clients.variables.script_paths import HANDED_OVER, IN_VARIABLES, Whereabouts, path_of, with_folders
from keyturn.clients.variables.unit_files import is_unit, is_users_own, unit_name
from keyturn.edits.commands import ShellCommand, program_name
from keyturn.edits.expansion import UNKNOWN, expanded
from keyturn.model.late_patterns import pattern

if TYPE_CHECKING:
    from keyturn.computer.computer import Computer

# `. FILE` and `source FILE`; cmd.exe's `call FILE`; direnv's own (direnv-stdlib(1)).
_READS = frozenset({".", "source", "call", *OF_DIRENV})
# `"$(dirname "$0")/…"`, `${0%/*}/…`, `%~dp0…`: beside the script itself.
_BESIDE_ITSELF = pattern(r"""^["']?(?:\$\(.*dirname.*\)|\$\{(?:0|BASH_SOURCE[^}]*)%/\*\}|%~dp0)""", re.IGNORECASE)
# Which profile one command is given says nothing of the others.
PROFILE = "AWS_PROFILE"
_INSTANCE = pattern(r"@[^.]+\.")
# How far a script's scripts are followed; each has its variables from the one that starts it.
_FAR = 4
# A path in a command that is computed.
_PATH = pattern(r"[\w.~${}-]*/[\w./-]+")


class JobVariables:
    """The variables of every job."""

    def __init__(self, jobs: list[Job], computer: Computer) -> None:
        self._jobs = jobs
        self._computer = computer
        self._reach: dict[Path, frozenset[Path]] = {}
        self._known: dict[int, dict[str, str]] = {}
        self._known_names: dict[int, Mapping[str, str]] = {}
        self._known_where: dict[int, Whereabouts] = {}
        self._known_paths: dict[tuple[int, str], Path | None] = {}

    def files_in_reach(self, path: Path) -> frozenset[Path]:
        """The file itself, those that it reads, and those that start it, some steps far."""
        known = self._reach.get(path)
        if known is None:
            found = {path}
            for _step in range(_FAR):
                more = {other for one in found for other in (*self._reads.get(one, ()), *self._started_by.get(one, ()))}
                if more <= found:
                    break
                found |= more
            known = self._reach[path] = frozenset(found)
        return known

    def starters(self, path: Path) -> frozenset[Path]:
        """Return the job's own file, those of what starts it, and of what starts that."""
        found, new = frozenset[Path](), {path}
        while new:
            found |= new
            new = {one for path in new for one in self._started_by.get(path, ())} - found
        return found

    def values(self, job: Job) -> Mapping[str, str]:
        """Every variable that a job may have, as far as its value is known."""
        known = self._known.get(id(job))
        if known is None:
            known = {"HOME": str(self._computer.home)}
            if self.handed(job):
                known[IN_VARIABLES] = HANDED_OVER.rstrip("/")
            for path in sorted(self.files_in_reach(job.path) - {job.path}):
                for other in self.by_path.get(path, ()):
                    known |= _set_by(other)
            for path in self.filled_by.get(job.path, ()):
                for other in self.by_path.get(path, ()):
                    known |= _set_by(other)
            known |= _set_by(job)
            known |= {name: value for name, value in self.own_values(job, known).items() if name not in known}
            self._known[id(job)] = known
        return known

    def own_values(self, job: Job, known: Mapping[str, str] | None = None) -> Mapping[str, str]:
        """What a job sets itself and takes from files of variables, references filled in as far as they are known."""
        if known is None:
            known = self.values(job)
        own: dict[str, str] = {}
        for named in job.variables.files:
            for other in self.by_path.get(self.path(job, named.written), ()) if named.reads == Reads.VARIABLES else ():
                own |= _set_by(other)
        own |= self._set_by_itself(job, known)
        return own

    def _set_by_itself(self, job: Job, known: Mapping[str, str]) -> Mapping[str, str]:
        """What a job sets, references filled in."""
        own, every = dict[str, str](), dict(known)
        for one in job.variables.assignments:
            if one.of_command and one.name == PROFILE:
                continue
            said = one.value or ""
            if one.is_reference and is_unit(job.path):
                said = with_folders(said, self._computer, users_own=is_users_own(job.path))
                said = UNKNOWN if "%" in said else said
            elif one.is_reference:
                said = expanded(one.written.decode(errors="replace"), every)
            if said and UNKNOWN not in said:
                own[one.name] = every[one.name] = said
        return own

    def handed(self, job: Job) -> Mapping[str, str]:
        """Return the files that the units which start a job hand over to it, by name; not what two hand differently."""
        if not self._credentials:
            return {}
        every: dict[str, set[str]] = {}
        for path in self.starters(job.path):
            for name, file in self._credentials.get(unit_name(path), ()):
                every.setdefault(name, set()).add(file)
        return {name: next(iter(files)) for name, files in every.items() if len(files) == 1}

    @cached_property
    def _credentials(self) -> Mapping[str, Sequence[tuple[str, str]]]:
        """What each unit hands over, by its name and that of the file; its drop-ins do it, too."""
        found: dict[str, list[tuple[str, str]]] = {}
        for job in self._jobs:
            for named in job.variables.files if is_unit(job.path) else ():
                if named.reads == Reads.VALUE:
                    file = with_folders(named.written, self._computer, users_own=is_users_own(job.path))
                    found.setdefault(unit_name(job.path), []).append((named.name, file))
        return found

    @cached_property
    def by_path(self) -> Mapping[Path, list[Job]]:
        """The jobs of each file."""
        found: dict[Path, list[Job]] = {}
        for job in self._jobs:
            found.setdefault(job.path, []).append(job)
        return found

    @cached_property
    def filled_by(self) -> Mapping[Path, Sequence[Path]]:
        """The files that fill in the `$NAME` of a compose file beside its own `.env`, the last of which counts.

        They are named where the file is included, and where a command line has Compose take it.
        """
        found: dict[Path, dict[Path, None]] = {}
        includes: set[tuple[Path, Path]] = set()
        for job in self._jobs:
            files = [self.path(job, one.written) for one in job.variables.files if one.reads == COMPOSE]
            includes |= {(job.path, path) for path in files}
            for path in files:
                found.setdefault(path, {}).update((self.path(job, one), None) for one in job.variables.sources)
            for call in calls_in(job.variables.commands):
                names = [one.written for one in call.files] or [f"{call.folder}{name}" for name in USUAL_NAMES]
                filling = dict.fromkeys(self.path(job, one.written) for one in call.variables)
                for path in (self.path(job, name) for name in names):
                    if path in self.by_path and filling:
                        found.setdefault(path, {}).update(filling)
        for _step in range(_FAR):
            for by, path in sorted(includes):
                found.setdefault(path, {}).update(found.get(by, {}))
        return {path: tuple(files) for path, files in found.items()}

    @cached_property
    def _reads(self) -> Mapping[Path, set[Path]]:
        """The files whose variables each file takes."""
        found = {path: set(files) for path, files in self.filled_by.items()}
        for path, parts in self._parts_of_units:
            found.setdefault(path, set()).update(parts)
        for job in self._jobs:
            for source in job.variables.sources:
                found.setdefault(job.path, set()).add(self.path(job, source))
            for command, folder in in_their_folders(job.variables.commands):
                for number, word in enumerate(command.words[:-1]):
                    if word.decoded in _READS:
                        named = command.words[number + 1].written.decode(errors="replace")
                        found.setdefault(job.path, set()).add(self._source(job, self._meant(job, folder, named)))
                        break
                for word in command.words:
                    if any(mark in word.written for mark in (b"$(", b"<(", b"`")):
                        # `export $(grep … FILE | xargs)`, `eval "$(cat FILE)"`, `source <(sed … FILE)`
                        paths = (self.path(job, one) for one in _PATH.findall(word.written.decode(errors="replace")))
                        found.setdefault(job.path, set()).update(path for path in paths if path in self.by_path)
                for number, word in enumerate(command.words):
                    name, equals, named = word.written.decode(errors="replace").partition("=")
                    if name == "--env-file":
                        after = command.words[number + 1 : number + 2]
                        names = [named] if equals else [one.written.decode(errors="replace") for one in after]
                        there = (self._meant(job, folder, one) for one in names)
                        found.setdefault(job.path, set()).update(self.path(job, one) for one in there)
        return found

    @cached_property
    def _parts_of_units(self) -> Sequence[tuple[Path, set[Path]]]:
        """Each unit and each drop-in with all that systemd puts together with it; those of an instance with its
        template's (systemd.unit(5)).
        """
        parts: dict[tuple[bool, str], set[Path]] = {}
        for path in self.by_path:
            if is_unit(path):
                name = _INSTANCE.sub("@.", unit_name(path))
                parts.setdefault((is_users_own(path), name), set()).add(path)
        return [(path, files - {path}) for files in parts.values() if len(files) > 1 for path in files]

    def _meant(self, job: Job, folder: str, written: str) -> str:
        """What a command names, as a name from the folder to which those before it changed, where that is there."""
        there = joined(folder, written)
        return there if self.found(job, there) is not None else written

    def _source(self, job: Job, written: str) -> Path:
        """The file that a job reads, which may be one that its unit hands over."""
        handed = self.handed(job)
        if handed:
            folder = {IN_VARIABLES: HANDED_OVER.rstrip("/")}
            said = expanded(written, {**self._set_by_itself(job, folder), **folder})
            written = handed.get(said.removeprefix(HANDED_OVER), written) if said.startswith(HANDED_OVER) else written
        return self.path(job, written)

    @cached_property
    def _started_by(self) -> Mapping[Path, set[Path]]:
        """The files that start each script."""
        found: dict[Path, set[Path]] = {}
        for job in self._jobs:
            for command, folder in in_their_folders(job.variables.commands):
                for path in self._scripts_in(job, command, folder):
                    if path != job.path:
                        found.setdefault(path, set()).add(job.path)
        return found

    def _scripts_in(self, job: Job, command: ShellCommand, folder: str) -> Iterator[Path]:
        for word in command.words:
            if program_name(word) in self._names_of_files:
                path = self.path(job, self._meant(job, folder, word.written.decode(errors="replace")))
                if path in self.by_path:
                    yield path

    @cached_property
    def _names_of_files(self) -> set[str]:
        return {path.name for path in self.by_path}

    def _named(self, job: Job) -> Mapping[str, str]:
        """What a job sets itself, by which it may name files."""
        known = self._known_names.get(id(job))
        if known is None:
            known = self._known_names[id(job)] = self._set_by_itself(job, {"HOME": str(self._computer.home)})
        return known

    def path(self, job: Job, written: str) -> Path:
        """The file that a job names. What is relative is looked for beside the job, then in the home."""
        found = self.found(job, written)
        if found is not None:
            return found
        if is_unit(job.path):
            written = with_folders(written, self._computer, users_own=is_users_own(job.path))
        beside = _BESIDE_ITSELF.match(written)
        home = written[beside.end() :].strip("\"'/\\") if beside else home_of(written, self._computer, self._named(job))
        if beside is None and (Path(home).is_absolute() or home.startswith("~")):
            return Path(os.path.realpath(self._computer.expanded(home)))
        near = Path(os.path.realpath(job.path.parent / home))
        return near if beside or near in self.by_path else Path(os.path.realpath(self._computer.expanded(home)))

    def found(self, job: Job, written: str) -> Path | None:
        """Return the real path of the file that is there under a name.

        None where there is none, or where only a run would tell which that is.
        """
        where = self._known_where.get(id(job))
        if where is None:
            where = self._known_where[id(job)] = Whereabouts(self._computer, job).outside
        if (id(job), written) not in self._known_paths:
            path = path_of(written, where).path
            self._known_paths[id(job), written] = None if path is None else Path(os.path.realpath(path))
        return self._known_paths[id(job), written]


def home_of(written: str, computer: Computer, values: Mapping[str, str] | None = None) -> str:
    """A path with the home that a variable, or systemd's `%h`, stands for; as it is written where more is computed."""
    home = str(computer.home)
    path = expanded(written, {"HOME": home, "USERPROFILE": home, **(values or {})}).replace("%h", home)
    return written if UNKNOWN in path else path


def _set_by(job: Job) -> dict[str, str]:
    return {
        one.name: one.value
        for one in job.variables.assignments
        if one.value and not one.is_reference and not (one.of_command and one.name == PROFILE)
    }
