"""What starts the programs that take a profile's key: a person who is signed in, or something else.

Timetables, units and containers start programs that nobody's session lends its keychain to (facts/credential-helper.md
4.1). Which of them use a profile is told by their commands and by those of the scripts that they start; where that
cannot be told, the reason is.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.clients.findings import Discovery
from keyturn.clients.readings import Readings
from keyturn.clients.registry import look_of_each
from keyturn.clients.variables.crediting import starting
from keyturn.clients.variables.jobs import Job
from keyturn.clients.variables.shell_reading import all_texts
from keyturn.edits.files import FileContent
from keyturn.model.errors import FileError
from keyturn.model.places import Place
from keyturn.model.text import _

if TYPE_CHECKING:
    from keyturn.computer.computer import Computer

_TIMETABLES = ("cron", "systemd", "launchd", "task-scheduler")
_CONTAINERS = "compose"
_RUNS_CONTAINERS = re.compile(rb"\b(?:docker|podman|nerdctl)\b")
_AS_SOMEBODY_ELSE = re.compile(rb"\b(?:sudo|doas|pkexec|runuser|su\s+-)")
# What lies there the system starts: cron.daily, init.d, what follows a network.
_OF_THE_SYSTEM = Path("/etc")
_FILES_OF_AWS = re.compile(rb"\.aws\b|AWS_SHARED_CREDENTIALS_FILE|AWS_CONFIG_FILE")
_USUAL_PROFILE = "default"
_RCLONE = "rclone"
_RUNS_RCLONE = re.compile(rb"\brclone\b")


@dataclass(frozen=True, slots=True)
class ProfileStarts:
    """What starts a profile's programs beside a person who is signed in.

    Attributes:
        timetables: the timetables and units that do.
        containers: the descriptions of containers that do; they see none of this computer's programs.
        unsure: why something else may, each in a sentence; empty where everything could be seen.
    """

    timetables: tuple[Path, ...] = ()
    containers: tuple[Path, ...] = ()
    unsure: tuple[str, ...] = ()


def what_starts(
    computer: Computer, places: Sequence[Place], leave_out: Collection[Path] = ()
) -> Mapping[str, ProfileStarts]:
    """What starts the programs of each place, by its identity.

    Args:
        places: profiles of the AWS files, and remotes of rclone's.
        leave_out: as `find_everything` has it.
    """
    readings = Readings(leave_out)
    looks, _followed = look_of_each(computer, readings)
    jobs = [*(job for look in looks.values() for job in look.jobs), *all_texts(computer, readings).jobs()]
    loans = [loan for look in looks.values() for loan in look.loans]
    files = starting(places, jobs, loans, computer)
    sight = _Sight(computer, readings, looks, jobs)
    return {place.identity: sight.of(place, files.get(place.identity, frozenset())) for place in places}


class _Sight:
    """What is seen of jobs that nobody who is signed in starts."""

    def __init__(
        self, computer: Computer, readings: Readings, looks: Mapping[str, Discovery], jobs: Sequence[Job]
    ) -> None:
        self._computer = computer
        self._readings = readings
        self._jobs = jobs
        self._timetables = _paths(looks[name] for name in _TIMETABLES)
        self._containers = _paths([looks[_CONTAINERS]])
        self._unseen = tuple(_unseen(computer, [looks[name] for name in (*_TIMETABLES, _CONTAINERS)]))

    def of(self, place: Place, files: Collection[Path]) -> ProfileStarts:
        of_system = {path for path in files if path.is_relative_to(_OF_THE_SYSTEM)}
        timetables = sorted(self._timetables.intersection(files) | of_system)
        containers = sorted(self._containers.intersection(files))
        unsure = list(self._unseen)
        for content in self._texts():
            if content.real_path in files:
                if _AS_SOMEBODY_ELSE.search(content.content):
                    unsure.append(_("{path} may start it as somebody else.").format(path=content.path))
                continue
            if _RUNS_CONTAINERS.search(content.content) and _FILES_OF_AWS.search(content.content):
                unsure.append(_("{path} may lend it to a container.").format(path=content.path))
            elif place.client == _RCLONE and _RUNS_RCLONE.search(content.content):
                # It may name a remote that wraps this one.
                unsure.append(_("{path} may start rclone with it.").format(path=content.path))
            elif content.real_path in self._timetables | self._of_nobody and self._may_use(content, place):
                unsure.append(_("{path} may start a program with it.").format(path=content.path))
        return ProfileStarts(tuple(timetables), tuple(containers), tuple(dict.fromkeys(unsure)))

    @property
    def _of_nobody(self) -> frozenset[Path]:
        """Programs in languages that nobody here reads, which some job runs."""
        return frozenset(one.real_path for one in self._readings.named)

    def _texts(self) -> Iterator[FileContent]:
        """Every job, and every program that some job runs, each once."""
        seen: set[Path] = set()
        for path in (*(job.path for job in self._jobs), *(one.path for one in self._readings.named)):
            try:
                content = self._readings.file(path)
            except FileError:
                continue  # told by the reader of it
            if content.real_path not in seen:
                seen.add(content.real_path)
                yield content

    def _may_use(self, content: FileContent, place: Place) -> bool:
        """Whether the profile is named there; the usual one is taken without a name by whatever runs as the person."""
        if re.search(rb"(?<![\w-])" + re.escape(place.name.encode()) + rb"(?![\w-])", content.content):
            return True
        home = str(self._computer.home).encode()
        own = content.real_path.is_relative_to(self._computer.home) or home in content.content
        return place.name == _USUAL_PROFILE and own


def _paths(looks: Iterator[Discovery] | Sequence[Discovery]) -> frozenset[Path]:
    return frozenset(job.path for look in looks for job in look.jobs)


def _unseen(computer: Computer, looks: Sequence[Discovery]) -> Iterator[str]:
    """What may start programs and could not be looked at."""
    if not computer.is_this_one:
        yield _("What starts programs on a computer with another home is not looked at outside of that home.")
    for look in looks:
        for problem in look.findings().problems:
            yield _("{title}: what it starts is not known.").format(title=problem.title)
