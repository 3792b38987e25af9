"""Following what scripts, units, jobs and compose files name, to files that are then read by their own grammar."""

from __future__ import annotations

import os
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from keyturn.clients.credential_names import key_name
from keyturn.clients.described.guide import PASSWORD_MANAGER
from keyturn.clients.described.guided import BLIND_SPOT
from keyturn.clients.discovery import SIZE_LIMIT, beginning_of
from keyturn.clients.listing import Listing
from keyturn.clients.readings import Readings
from keyturn.clients.usual_locations import is_telling
from keyturn.clients.variables.fetched_keys import asks_for_s3, keepers_in
from keyturn.clients.variables.job_variables import JobVariables
from keyturn.clients.variables.jobs import Job, NamedFile, Reads
from keyturn.clients.variables.named_files import named_in
from keyturn.clients.variables.script_kinds import may_set_variables
from keyturn.clients.variables.script_paths import IN_UNITS, IN_VARIABLES, Whereabouts, on_disk, path_of
from keyturn.clients.variables.shell_files import SCRIPT_LIMIT
from keyturn.clients.variables.unit_files import MATCHES, names_of_instances
from keyturn.clients.variables.value_files import FileValues
from keyturn.clients.variables.variable_facts import endpoint_in
from keyturn.clients.walking import SKIPPED_FOLDERS, unfinished
from keyturn.edits.expansion import UNKNOWN
from keyturn.edits.files import LIMIT, FileContent
from keyturn.model.errors import FileError
from keyturn.model.late_patterns import pattern
from keyturn.model.places import Place, Problem
from keyturn.model.text import _

if TYPE_CHECKING:
    from keyturn.clients.entries import ClientEntry
    from keyturn.clients.findings import Discovery
    from keyturn.clients.variables.shell_reading import Texts
    from keyturn.computer.computer import Computer
    from keyturn.edits.commands import Argument
    from keyturn.edits.shell import Assignment
    from keyturn.model.keys import AccessKeyId

# What is followed in one look; a server with many jobs names a hundred files.
_LIMIT = 2000
# Images that keep what they are told in folders of a mounted one: `/config/rclone/rclone.conf`.
_DEPTH_OF_A_VOLUME, _FOLDERS_OF_A_VOLUME = 2, 30
_T = TypeVar("_T")
_ALONE = pattern(r'"?\$\{?(?P<name>[A-Za-z_]\w*)\}?"?')
_WILD = frozenset("*?[")
_OF_S3 = pattern(r"aws|s3|restic|rclone|access.?key", re.IGNORECASE)


@dataclass(slots=True)
class Followed:
    """What following gave, beside what the programs' looks took."""

    places: list[Place] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def take(self, found: Iterable[Place | Problem]) -> None:
        """Remember what files of values held, each once: several scripts may take a value from the same file."""
        for one in found:
            if not isinstance(one, Place):
                self.problems.append(one)
                continue
            same = [known for known in self.places if _spot(known) == _spot(one)]
            if not same:
                self.places.append(one)
            elif same[0].secret is None and one.secret is not None:
                self.places[self.places.index(same[0])] = one


class Following:
    """One round through everything that names files, until nothing new is named.

    Args:
        texts: the scripts and files of variables that were read; those that are named join them.
        looks: of each client, by its name.
        owner_of: returns whose a file is, by its name or by what it says.
    """

    def __init__(
        self,
        computer: Computer,
        readings: Readings,
        texts: Texts,
        entries: Sequence[ClientEntry],
        looks: Mapping[str, Discovery],
        owner_of: Callable[[FileContent], ClientEntry | None],
    ) -> None:
        self._computer = computer
        self._readings = readings
        self._texts = texts
        self._entries = {entry.name: entry for entry in entries}
        self._looks = looks
        self._owner_of = owner_of
        self._done: set[tuple[str, Path]] = set()
        self._followed = Followed()
        self._told: set[tuple[str, Path]] = set()
        self._unfinished: dict[Path, None] = {}

    def everything(self) -> Followed:
        """Follow all that is named so far, and what that names."""
        self._follow_all()
        self._followed.problems += unfinished(tuple(self._unfinished))
        return self._followed

    def _follow_all(self) -> None:
        waiting = deque([*(job for look in self._looks.values() for job in look.jobs), *self._texts.jobs()])
        entries = tuple(self._entries.values())
        left = _LIMIT
        while waiting:
            job = waiting.popleft()
            every = [one for named in named_in(job.variables, entries) for one in self._of_instances(job, named)]
            where = Whereabouts(self._computer, job, self._handed(job, every))
            every = [one for named in every for one in self._of_a_loop(where, named)]
            values = FileValues(endpoint_in(job.variables.assignments))
            for named in every:
                left -= 1
                if left < 0:
                    self._unfinished[job.path.parent] = None
                    return
                waiting += self._follow(where, named, values)
            self._followed.take(values.places(job.path))
            self._tell_fetched(job)

    def _of_instances(self, job: Job, named: NamedFile) -> Iterator[NamedFile]:
        names = names_of_instances(self._computer, job.path, named.written, Listing(readings=self._readings))
        names = self._up_to(MATCHES, names, lambda name: Path(name).parent)
        yield from (named if name == named.written else replace(named, written=name) for name in names)

    def _of_a_loop(self, where: Whereabouts, named: NamedFile) -> Iterator[NamedFile]:
        """The files of `for NAME in WORD…`, wildcards and all, in the place of a path that is `$NAME` and no more."""
        variable = _ALONE.fullmatch(named.written)
        words = [] if variable is None else list(_words_of_loops(where.job, variable["name"]))
        said = [where.said(word.written.decode(errors="replace"), where.values) for word in words]
        if not said or any(UNKNOWN in one for one in said):
            yield named
        for one in said:
            yield from (replace(named, written=str(path)) for path in self._matching(where.folder / one))

    def _matching(self, pattern: Path) -> Iterator[Path]:
        if UNKNOWN not in str(pattern):
            fixed = list(takewhile(lambda part: not _WILD & set(part), pattern.parent.parts))
            base = on_disk(self._computer, str(Path(*fixed))).path
            if base is not None:
                found = Listing(readings=self._readings).matching(base, pattern.parts[len(fixed) :])
                yield from self._up_to(MATCHES, found, lambda path: path.parent)

    def _up_to(self, number: int, every: Iterable[_T], folder_of: Callable[[_T], Path]) -> Iterator[_T]:
        """The first of them; where there are more, the folder of the next one is named as not read to its end."""
        for count, one in enumerate(every):
            if count == number:
                self._unfinished[folder_of(one)] = None
                return
            yield one

    def _handed(self, job: Job, every: Iterable[NamedFile]) -> Mapping[str, str]:
        """The files that a unit hands over to the job, by name, where something in it speaks of such."""
        said = [*(one.written for one in every), *(_written(one) for one in job.variables.assignments)]
        if not any(IN_VARIABLES in one or f"{IN_UNITS}/" in one for one in said):
            return {}
        jobs = [*(one for look in self._looks.values() for one in look.jobs), *self._texts.jobs()]
        return JobVariables(jobs, self._computer).handed(job)

    def _follow(self, where: Whereabouts, named: NamedFile, values: FileValues) -> Iterator[Job]:
        if named.reads == Reads.SEALED:
            if _OF_S3.search(named.written) or asks_for_s3(where.job.variables):
                self._tell(where.job.path, named, _("systemd alone can read it."))
            return
        is_of_file = named in where.job.variables.files  # as the file's own grammar has it: a path of the disk
        found = path_of(named.written, where.outside if is_of_file else where)
        if found.path is None:
            if found.reason and named.reads not in (Reads.SCRIPT, Reads.FOLDER):
                self._tell(where.job.path, named, found.reason)
            return
        path = found.path
        if named.reads == Reads.VALUE:
            self._value(path, named, values)
        elif named.reads == Reads.VALUES:
            for one in Listing(readings=self._readings).entries(path):
                if key_name(one.name) is not None:
                    self._value(Path(one.path), replace(named, name=one.name), values)
        elif named.reads == Reads.FOLDER:
            self._folder(path)
        elif named.reads == Reads.SCRIPT and path.is_dir():
            for inner in self._files_in(path):
                yield from self._text(inner, named, where.job)
        elif named.reads in (Reads.SCRIPT, Reads.VARIABLES, Reads.FILLS_IN):
            yield from self._text(path, named, where.job)
        else:
            known = len(self._looks[named.reads].jobs)
            self._program(path, self._entries[named.reads])
            yield from self._looks[named.reads].jobs[known:]

    def _program(self, path: Path, entry: ClientEntry) -> None:
        inside = entry.own_file.inside
        if inside and path.is_dir():
            path = path / inside
        if self._is_new(entry.name, path):
            entry.load().take_file(self._computer, self._looks[entry.name], path)

    def _text(self, path: Path, named: NamedFile, by: Job) -> Iterator[Job]:
        is_script = named.reads == Reads.SCRIPT
        try:
            content = self._readings.file(path, limit=SCRIPT_LIMIT if is_script else LIMIT)
        except FileError as error:
            is_known = error.code == "file.too-big" and is_script and self._is_known_or_program(path)
            if error.code not in {"file.missing", "file.not-a-file"} and not is_known:
                self._texts.report(path, error)
            return
        if is_script and b"\0" in content.content[:SIZE_LIMIT]:
            return  # a program, not a text
        started_in = self._folder_in_which(by) if is_script else None
        if started_in is not None:
            yield from self._texts.start(content.real_path, started_in)
        # What is asked whether it is there may be read for its variables next: `[ -f FILE ] && . FILE`.
        if not self._is_new(Reads.SCRIPT if is_script else Reads.VARIABLES, path):
            return
        owner = self._owner_of(content) if is_script else None
        if owner is not None:
            known = len(self._looks[owner.name].jobs)
            self._program(path, owner)
            yield from self._looks[owner.name].jobs[known:]
            return
        if is_script and not named.name and not may_set_variables(content):
            self._readings.named.append(content)  # in another language
        else:
            yield from self._texts.add(content, certain=not is_script, is_named=True)

    def _folder_in_which(self, job: Job) -> Path | None:
        """In which folder a job starts what it starts; None where that is not known."""
        if job.path in self._texts.texts:
            return job.variables.started_in
        return job.variables.folder if job.variables.mounts is None else None

    def _is_known_or_program(self, path: Path) -> bool:
        """Whether a large file that is run was read in its corner, or is a program and no text."""
        if self._readings.known(path) is not None:
            return True
        try:
            beginning = beginning_of(str(path))
        except OSError:
            return False
        return b"\0" in beginning and not beginning.startswith(b"#!")

    def _files_in(self, folder: Path, depth: int = 0) -> list[Path]:
        """The files of a folder that may tell something, and of some that lie so many levels further down in it."""
        listing = Listing(readings=self._readings)
        found: list[Path] = []
        folders = deque([(folder, depth)])
        left = _FOLDERS_OF_A_VOLUME
        while folders:
            if not left:
                self._unfinished[folders[0][0]] = None
                break
            left -= 1
            at, levels = folders.popleft()
            entries = listing.entries(at)
            every = (one for one in entries if is_telling(one.name) and listing.is_file(one))
            telling = self._up_to(MATCHES, every, lambda one: Path(one.path).parent)
            found += [Path(one.path) for one in telling if listing.is_at_most(one, SIZE_LIMIT)]
            for one in entries if levels else ():
                if one.name not in SKIPPED_FOLDERS and listing.is_folder(one, follow_symlinks=False):
                    folders.append((Path(one.path), levels - 1))
        return found

    def _folder(self, path: Path) -> None:
        for inner in self._files_in(path, _DEPTH_OF_A_VOLUME) if path.is_dir() else [path]:
            try:
                content = self._readings.file(inner, limit=SIZE_LIMIT)
            except FileError:
                continue
            owner = self._owner_of(content)
            if owner is not None and content.real_path not in self._readings.taken:
                self._program(inner, owner)

    def _value(self, path: Path, named: NamedFile, values: FileValues) -> None:
        try:
            content = self._readings.file_if_there(path, limit=SCRIPT_LIMIT)
        except FileError as error:
            self._texts.report(path, error)
            return
        if content is not None:
            values.take(named.name, content)

    def _is_new(self, reads: str, path: Path) -> bool:
        real = reads, Path(os.path.realpath(path))
        if real in self._done:
            return False
        self._done.add(real)
        return True

    def _tell(self, path: Path, named: NamedFile, reason: str) -> None:
        if (named.written, path) in self._told:
            return
        self._told.add((named.written, path))
        self._followed.problems.append(
            Problem(
                path,
                _("{name} names a file that Keyturn cannot follow").format(name=path.name),
                _(
                    "“{written}” in line {line}: {reason} If a key stands there, its backup would stop when the old "
                    "key is turned off."
                ).format(written=named.written, line=named.line, reason=reason),
                code="reference.unfollowed",
                do=_("Look into that file by hand before the old key is turned off."),
            )
        )

    def _tell_fetched(self, job: Job) -> None:
        keepers = keepers_in(job.variables)
        if keepers:
            self._followed.problems.append(
                Problem(
                    job.path,
                    _("{name} gets its key from {keeper}").format(name=job.path.name, keeper=", ".join(keepers)),
                    _(
                        "The key is kept there, where Keyturn cannot look: if it is the old one, change it there. The "
                        "backup would stop when that key is turned off. A rotation asks you about it."
                    ),
                    client=PASSWORD_MANAGER,
                    code=BLIND_SPOT,
                )
            )


def _words_of_loops(job: Job, name: str) -> Iterator[Argument]:
    for command in job.variables.commands:
        if [word.decoded for word in command.words[:3]] == ["for", name, "in"]:
            yield from command.words[3:]


def _written(one: Assignment) -> str:
    return one.written.decode(errors="replace")


def _spot(place: Place) -> tuple[Path, AccessKeyId, str | None]:
    return place.path, place.access_key_id, place.endpoint
