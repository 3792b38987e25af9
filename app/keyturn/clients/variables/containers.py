"""Containers and mounts that go on with the old content of a file after it was replaced, and what brings it back.

A container has the variables that it was made with, and a file that is mounted by itself stays the old one in it: the
mount is of the file, and the new file is another one of the same name (facts/field-reports.md, moby/moby#22627).
"""

from __future__ import annotations

import os
import re
from collections import deque
from collections.abc import Collection, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.clients.interface import AfterChange
from keyturn.clients.listing import Listing
from keyturn.clients.readings import Readings
from keyturn.clients.text_files import maker_of
from keyturn.clients.variables.command_folders import in_their_folders, joined
from keyturn.clients.variables.compose import compose_files, projects_in
from keyturn.clients.variables.compose_projects import COMPOSE
from keyturn.clients.variables.job_variables import JobVariables
from keyturn.clients.variables.jobs import Job, Reads
from keyturn.clients.variables.named_files import filling_containers
from keyturn.clients.variables.script_paths import Whereabouts, path_of
from keyturn.clients.variables.shell_reading import all_texts
from keyturn.clients.variables.variable_readers import is_compose_file
from keyturn.computer.shells import command_line
from keyturn.edits.files import LIMIT, read_file
from keyturn.model.errors import FileError
from keyturn.model.text import _

if TYPE_CHECKING:
    from keyturn.computer.computer import Computer

_ESCAPED = re.compile(r"\\([0-7]{3})")


class Containers:
    """The containers and mounts of a computer, for any number of questions about its files."""

    def __init__(self, computer: Computer) -> None:
        self._computer = computer
        self._known: dict[Path, tuple[AfterChange, ...]] = {}

    @cached_property
    def _files(self) -> Mapping[Path, Path]:
        """The compose files and what they include, each with the folder in which Compose is run."""
        found = {compose: compose.parent for compose in compose_files(self._computer, Listing())}
        waiting = deque(found)
        while waiting:
            compose = waiting.popleft()
            for path in _included_by(self._computer, compose):
                if path not in found:
                    found[path] = found[compose]
                    waiting.append(path)
        return found

    @cached_property
    def _filled(self) -> Mapping[Path, Collection[Path]]:
        """The scripts that fill lasting containers from files of variables, by the real path of each file."""
        jobs = all_texts(self._computer, Readings()).jobs()
        variables = JobVariables(jobs, self._computer)
        found: dict[Path, dict[Path, None]] = {}
        for job in jobs:
            for command, folder in in_their_folders(job.variables.commands):
                is_made_each_time = any(word.decoded == "--rm" for word in command.words)
                for named in () if is_made_each_time else filling_containers(command):
                    path = variables.found(job, joined(folder, named.written))
                    if path is not None:
                        found.setdefault(path, {})[job.path] = None
        return found

    def after_change(self, path: Path) -> tuple[AfterChange, ...]:
        """Return what a person does so that a file that was replaced is seen by containers and mounts, and stays."""
        real = Path(os.path.realpath(path))
        if real not in self._known:
            self._known[real] = tuple(self._after_change(real))
        return self._known[real]

    def _after_change(self, real: Path) -> Iterator[AfterChange]:
        yield from _made_anew(real)
        for compose, folder in self._files.items():
            if _is_seen_in(self._computer, compose, real):
                yield containers_made_anew(self._computer, folder)
        for script in self._filled.get(real, ()):
            yield AfterChange(
                _("Make the containers anew that {script} fills with the variables of {path}").format(
                    script=script, path=real
                ),
                (_("Stop and remove each container that it made, then run {script} again.").format(script=script),),
            )
        for mounted in _mounted_at(real) if self._computer.is_this_one else ():
            unmount = command_line(("umount", str(mounted)), self._computer.platform)
            yield AfterChange(
                _("Mount {path} anew: it is mounted by itself, and there the old file stays").format(path=real),
                (_("Unmount it, and mount it again as before: “{command}”.").format(command=unmount),),
            )


def _made_anew(real: Path) -> Iterator[AfterChange]:
    """What a person does about a program that makes the file itself, and would bring the old key back."""
    try:
        maker = maker_of(read_file(real, limit=LIMIT))
    except FileError:
        return  # told where it is edited
    if maker:
        yield AfterChange(
            _("Change the key at {maker}, too: it makes {path}, and would bring the old key back").format(
                maker=maker, path=real
            ),
            (_("Put the new key in the place of the old one where {maker} has it from.").format(maker=maker),),
        )


def containers_made_anew(computer: Computer, folder: Path) -> AfterChange:
    """Return how the containers that the compose file in `folder` describes see a file that was replaced."""
    command = ("docker", "compose", "up", "-d", "--force-recreate")
    return AfterChange(
        _("Make the containers of {folder} anew, which see the old file").format(folder=folder),
        (_("In {folder}, run “{command}”.").format(folder=folder, command=command_line(command, computer.platform)),),
    )


def _included_by(computer: Computer, compose: Path) -> Iterator[Path]:
    try:
        content = read_file(compose, limit=LIMIT)
        described = projects_in(content) if b"include" in content.content else []
    except FileError:
        return
    for variables in described:
        where = Whereabouts(computer, Job(content.real_path, variables))
        found = (path_of(one.written, where).path for one in variables.files if one.reads == COMPOSE)
        yield from (path for path in found if path is not None)


def _is_seen_in(computer: Computer, compose: Path, real: Path) -> bool:
    """Whether a service is given the file: as variables, by itself, or in a folder that is mounted."""
    if real == Path(os.path.realpath(compose.parent / ".env")) and not is_compose_file(compose.name):
        return True  # beside any other, it is told of the file itself
    try:
        content = read_file(compose, limit=LIMIT)
        if not any(name.encode() in content.content for name in _names_on_the_way(real, compose.parent)):
            return False
        described = projects_in(content)
    except FileError:
        return False
    for variables in described:
        where = Whereabouts(computer, Job(content.real_path, variables)).outside
        for named in variables.files:
            found = path_of(named.written, where).path
            if found is None or named.reads == COMPOSE or named.written == ".env":  # told of the file itself
                continue
            seen = Path(os.path.realpath(found))
            if seen == real or (named.reads == Reads.FOLDER and real.is_relative_to(seen)):
                return True
        for _inside, host in variables.mounts or ():
            found = path_of(host, where).path
            if found is not None and Path(os.path.realpath(found)) == real:
                return True
    return False


def _names_on_the_way(real: Path, folder: Path) -> list[str]:
    """One of these stands in each compose file that names the file or a folder above it."""
    names = [real.name, *(parent.name for parent in real.parents if parent.name)]
    return [*names, *(["./"] if real.is_relative_to(folder) else [])]


def _mounted_at(real: Path) -> list[Path]:
    """Where else a file is mounted by itself on this computer (proc(5), `mountinfo`)."""
    try:
        lines = Path("/proc/self/mountinfo").read_bytes().decode(errors="surrogateescape").splitlines()
        device = real.stat().st_dev
    except OSError:
        return []
    wanted = f"{os.major(device)}:{os.minor(device)}"
    mounts = [
        (_unescaped(fields[3]), Path(_unescaped(fields[4])))
        for line in lines
        if len(fields := line.split(" ")) > 5 and fields[2] == wanted
    ]
    inside = {
        os.path.normpath(f"{root.rstrip('/')}/{real.relative_to(point)}")
        for root, point in mounts
        if point != real and real.is_relative_to(point)
    }
    return [point for root, point in mounts if root != "/" and root in inside and point != real]


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda match: chr(int(match[1], 8)), text)
