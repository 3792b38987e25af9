"""Programs that run here with a key that stands elsewhere: each is credited to the places whose key it takes.

A script without a key takes its variables from files that it reads (`. FILE`), or from the unit or timetable that
starts it; without any, its programs take the AWS profile. rclone's remotes, s3cmd's file and mc's aliases are named on
the command line. So a second bucket that stands in a script alone belongs to the place that holds the key.
Longer than other files, since each way in which a program comes to a key is asked for the same job, and all of them
share what was looked up of it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.clients.described.guide import FILE
from keyturn.clients.described.images import asked_in
from keyturn.clients.endpoints import is_aws_endpoint, same_server
from keyturn.clients.findings import ProfileReference
from keyturn.clients.variables.command_asks import Asked, Lender
from keyturn.clients.variables.command_folders import in_their_folders, joined
from keyturn.clients.variables.consumers import consumer_in
from keyturn.clients.variables.credited_places import at_server, reaches, with_programs
from keyturn.clients.variables.filled_in import asked_in_variables, references_in
from keyturn.clients.variables.inner_keys import alias_of
from keyturn.clients.variables.job_variables import PROFILE, JobVariables, home_of
from keyturn.clients.variables.jobs import Job, Reads
from keyturn.clients.variables.named_files import folders_of_values, values_named_in
from keyturn.clients.variables.script_kinds import several_values
from keyturn.clients.variables.script_paths import HANDED_OVER, IN_UNITS, Whereabouts, path_of
from keyturn.clients.variables.variable_facts import ENDPOINTS
from keyturn.edits.alternatives import with_each, with_one_value
from keyturn.edits.commands import program_name
from keyturn.edits.expansion import resolved
from keyturn.model.places import Consumer, Place

if TYPE_CHECKING:
    from keyturn.computer.computer import Computer

_TYPE_OF_A_REMOTE = re.compile(r"RCLONE_CONFIG_(.+)_TYPE")
_CREDENTIALS = "AWS_SHARED_CREDENTIALS_FILE"
_USUAL_PROFILE = "default"
# Whose places are profiles of the AWS files.
_OF_PROFILES = frozenset({"aws", "served"})
# Clients whose places are files of their own programs: no script reads them as variables.
_OWN_FORMAT = frozenset({"aws", "served", "rclone", "s3cmd", "s4cmd", "mc", "kopia", "leftovers"})


def credited(
    places: Sequence[Place], jobs: Iterable[Job], loans: Sequence[ProfileReference], computer: Computer
) -> list[Place]:
    """Return the places with all programs that take their keys.

    Args:
        loans: what configurations say that let a program take its key from an AWS profile.
    """
    return _Crediting(places, list(jobs), loans, computer).places()


def starting(
    places: Sequence[Place], jobs: Iterable[Job], loans: Sequence[ProfileReference], computer: Computer
) -> Mapping[str, frozenset[Path]]:
    """The files of the jobs that take each place's key, and of whatever starts those, by the place's identity.

    Args:
        loans: as `credited` has them.
    """
    return _Crediting(places, list(jobs), loans, computer).starting()


class _Crediting:
    def __init__(
        self, places: Sequence[Place], jobs: list[Job], loans: Sequence[ProfileReference], computer: Computer
    ) -> None:
        self._places = places
        self._jobs = jobs
        self._loans = loans
        self._computer = computer
        self._variables = JobVariables(jobs, computer)
        # A key that is only mentioned is none that a program could take.
        self._keys = [place for place in places if place.secret is not None]
        self._known_in_reach: dict[int, list[Place]] = {}
        self._known_by_service: dict[Path, Mapping[str, Sequence[Place]]] = {}
        # Of all that is asked, what was filled in: the reader of the file itself could not know it.
        self._filled_in: set[int] = set()
        self._known_references: dict[int, Mapping[str, Sequence[str]]] = {}
        self._real = {path: Path(os.path.realpath(path)) for path in {place.path for place in places}}

    def places(self) -> list[Place]:
        """The places, each with its own programs first."""
        borrowed: dict[str, dict[Consumer, str | None]] = {}
        every = [(job, asked) for job in self._jobs for asked in self._asked_by(job)]
        servers = self._servers_told_elsewhere(every)
        for job, asked in every:
            region = next((goal.region for goal in asked.goals if goal.region), None)
            for place, found in self._credits(job, asked, servers):
                borrowed.setdefault(place.identity, {}).setdefault(found, region)
        return [
            with_programs(at_server(place, servers), borrowed.get(place.identity, {}), self._loans_of(place))
            for place in self._places
        ]

    def _servers_told_elsewhere(self, every: Iterable[tuple[Job, Asked]]) -> Mapping[str, str]:
        """The store of each key whose own file names none, where all that takes it goes to that one.

        That is for keys in variables, and for profiles that are named: what names none may have its key from elsewhere.
        """
        said: dict[int, tuple[Job, set[str | None]]] = {}
        told: dict[str, set[str | None]] = {}
        for job, asked in every:
            endpoints = {goal.endpoint or None for goal in asked.goals}
            if asked.lender is Lender.VARIABLES and endpoints:
                said.setdefault(id(job), (job, set()))[1].update(endpoints)
            elif asked.lender is Lender.REMOTE and endpoints:
                for place in self._lenders(job, asked):
                    if self._has_no_server(job, place):
                        told.setdefault(place.identity, set()).update(endpoints)
            if endpoints and (profile := self._named_profile(job, asked)):
                usual = _usual_server(self._variables.values(job))
                for place in self._profile(job, profile):
                    if place.endpoint is None and not self._loans_of(place):
                        told.setdefault(place.identity, set()).update(one or usual for one in endpoints)
        for job, endpoints in said.values():
            usual = _usual_server(self._variables.own_values(job))
            for place in self._in_reach(job):
                if self._has_no_server(job, place):
                    told.setdefault(place.identity, set()).update(one or usual for one in endpoints)
        return {identity: one for identity, servers in told.items() if (one := _only_store(servers)) is not None}

    def starting(self) -> Mapping[str, frozenset[Path]]:
        """See the function of that name."""
        found: dict[str, frozenset[Path]] = {}
        every = [(job, asked) for job in self._jobs for asked in self._asked_by(job)]
        servers = self._servers_told_elsewhere(every)
        for job, asked in every:
            for place, _consumer in self._credits(job, asked, servers):
                known = found.get(place.identity, frozenset())
                found[place.identity] = known | self._variables.starters(job.path)
        return found

    def _named_profile(self, job: Job, asked: Asked) -> str | None:
        """The profile whose key a command takes, where the command or its job names one."""
        if asked.lender is Lender.PROFILE:
            return asked.name
        takes_variables = asked.lender is Lender.VARIABLES and not asked.variable and not self._in_reach(job)
        return self._variables.values(job).get(PROFILE) if takes_variables else None

    def _has_no_server(self, job: Job, place: Place) -> bool:
        """Whether a key in variables of another file may be for whatever server a job goes to."""
        is_elsewhere = place.client not in _OWN_FORMAT and self._real[place.path] != job.path
        return is_elsewhere and place.endpoint is None and not place.targets

    def _asked_by(self, job: Job) -> Iterator[Asked]:
        values = self._variables.values(job)
        remotes = _remotes(values)
        several = several_values(job.path, job.variables.commands, job.variables.assignments, values)
        single = with_one_value(values, several)
        for command, folder in in_their_folders(with_each(job.variables.commands, several)):
            for asked in asked_in(resolved(command, single), values, remotes):
                named = self._variables.found(job, joined(folder, asked.config)) if asked.config else None
                asked = asked if named is None else replace(asked, config=str(named))
                takes_profile = asked.lender is Lender.VARIABLES and not asked.variable and not self._in_reach(job)
                profile = dict(command.given).get(PROFILE) if takes_profile else None
                yield asked if profile is None else replace(asked, lender=Lender.PROFILE, name=profile)
        own = self._variables.own_values(job)
        for asked, is_filled_in in asked_in_variables(job, own, values, several):
            if is_filled_in:
                self._filled_in.add(id(asked))
            yield asked

    # --- whose key it is ---

    def _credits(self, job: Job, asked: Asked, servers: Mapping[str, str]) -> Iterator[tuple[Place, Consumer]]:
        """Each place whose key a command takes, with the command as a program that works with it."""
        found = consumer_in(job.path, asked)
        for place in self._lenders(job, asked):
            # What stands in the same file was read together with its key.
            is_read = self._real[place.path] == job.path and id(asked) not in self._filled_in
            if reaches(at_server(place, servers), asked) and (not is_read or place.client in _OWN_FORMAT):
                yield place, found
        for loan in self._loans if asked.lender is Lender.REMOTE else ():
            if loan.remote == asked.name:
                as_remote = replace(
                    found, additions=found.additions | loan.additions, manner=loan.manner | found.manner
                )
                yield from ((place, as_remote) for place in self._places if loan in self._loans_of(place))

    def _lenders(self, job: Job, asked: Asked) -> list[Place]:
        values = self._variables.values(job)
        match asked.lender:
            case Lender.PROFILE:
                return self._profile(job, asked.name)
            case Lender.REMOTE:
                prefix = f"RCLONE_CONFIG_{asked.name.upper()}_"
                in_variables = [
                    one for one in self._in_reach(job) if any(prefix in name.upper() for name in self._called(job, one))
                ]
                mounted = self._mounted(job, asked.name) if not asked.config else []
                in_files = self._in_file("rclone", self._handed(job, asked.config), self._usual_of_rclone, asked.name)
                beside = self._beside_program(job, asked.name) if not asked.config else []
                return in_variables or mounted or beside or in_files
            case Lender.FILE if asked.program == "s3fs":
                return self._passwords_of_s3fs(asked)
            case Lender.FILE:
                from keyturn.clients.programs.s3cmd import usual_paths  # most computers lack it, like the other two

                named = self._handed(job, asked.config or values.get("S3CMD_CONFIG", ""))
                usual = usual_paths(self._computer)
                return [one for client in ("s3cmd", "s4cmd") for one in self._in_file(client, named, usual)]
            case Lender.ALIAS:
                in_variables = [one for one in self._in_reach(job) if alias_of(_name_of(one)) == asked.name.lower()]
                return in_variables or [one for one in self._keys if one.client == "mc" and one.name == asked.name]
            case Lender.VARIABLES if asked.variable:
                called = ((one, self._called(job, one)) for one in self._in_reach(job))
                return [one for one, names in called if any(asked.variable in name for name in names)]
            case Lender.VARIABLES if asked.program == "s3fs":
                return self._in_reach(job) or self._passwords_of_s3fs(asked)
            case Lender.VARIABLES:
                return self._in_reach(job) or [one for name in self._profiles(job) for one in self._profile(job, name)]
        return []

    def _where(self, job: Job) -> Whereabouts:
        return Whereabouts(self._computer, job, self._variables.handed(job))

    def _handed(self, job: Job, named: str) -> str:
        """The file that a unit hands over, where one of those is named."""
        begins = next((one for one in (HANDED_OVER, f"{IN_UNITS}/") if named.startswith(one)), None)
        return named if begins is None else self._variables.handed(job).get(named.removeprefix(begins), named)

    def _mounted(self, job: Job, remote: str) -> list[Place]:
        """The remotes of that name in the files of rclone's that a container sees."""
        where = Whereabouts(self._computer, job).outside
        named = (path_of(host, where).path for _inside, host in job.variables.mounts or ())
        hosts = [Path(os.path.realpath(host)) for host in named if host is not None]
        rclone = [one for one in self._keys if one.client == "rclone" and one.name == remote] if hosts else []
        return [one for one in rclone if any(self._real[one.path].is_relative_to(host) for host in hosts)]

    @cached_property
    def _usual_of_rclone(self) -> Sequence[Path]:
        from keyturn.clients.programs.rclone import config_paths

        return config_paths(self._computer)

    def _beside_program(self, job: Job, remote: str) -> list[Place]:
        """The remotes of that name in a configuration that lies beside the rclone that the job runs."""
        where = Whereabouts(self._computer, job)
        programs = (
            path_of(word.written.decode(errors="replace"), where).path
            for command in job.variables.commands
            for word in command.words
            if program_name(word) == "rclone" and len(word.text) > len("rclone")
        )
        folders = {Path(os.path.realpath(path.parent)) for path in programs if path is not None}
        return [
            one
            for one in (self._keys if folders else ())
            if one.client == "rclone" and one.name == remote and self._real[one.path].parent in folders
        ]

    def _passwords_of_s3fs(self, asked: Asked) -> list[Place]:
        """The lines of its password file for these buckets, and those for all."""
        from keyturn.clients.programs.s3fs import usual_files

        buckets = {target.bucket for target in asked.targets}
        found = self._in_file("s3fs", asked.config, usual_files(self._computer))
        return [one for one in found if not one.targets or {target.bucket for target in one.targets} & buckets]

    def _in_file(self, client: str, named: str, usual: Sequence[Path], name: str = "") -> list[Place]:
        """The keys of a program's own file: of the one that is named, else of the usual ones."""
        paths = [self._computer.expanded(home_of(named, self._computer))] if named else usual
        real = {Path(os.path.realpath(path)) for path in paths}
        return [
            one
            for one in self._keys
            if one.client == client and self._real[one.path] in real and (not name or one.name == name)
        ]

    def _profiles(self, job: Job) -> Sequence[str]:
        """The profiles that the commands of a job take which are given none of their own.

        Where it chooses one after the other, each of them: in which order is for a run to tell.
        """
        own = {one.value: None for one in job.variables.assignments if one.name == PROFILE and not one.of_command}
        several = [name for name in own if name]
        return several if len(several) > 1 else [self._variables.values(job).get(PROFILE) or _USUAL_PROFILE]

    def _profile(self, job: Job, name: str) -> list[Place]:
        named = self._variables.values(job).get(_CREDENTIALS)
        found = None if named is None else path_of(named, self._where(job)).path
        path = None if named is None else Path(os.path.realpath(found or self._computer.expanded(named)))
        return [
            place
            for place in self._keys
            if place.client in _OF_PROFILES and place.name == name and (path is None or self._real[place.path] == path)
        ]

    def _in_reach(self, job: Job) -> list[Place]:
        """The keys among the variables that a job has: its own, those of the files it reads, and of what starts it."""
        known = self._known_in_reach.get(id(job))
        if known is None:
            if any(one.reads == Reads.FILLS_IN for one in job.variables.files):
                known = self._of_service(job)
            else:
                files = sorted(self._variables.files_in_reach(job.path))
                known = [place for path in files for place in self._in_variables.get(path, ())]
                known += self._in_value_files(
                    other for path in files for other in self._variables.by_path.get(path, ())
                )
            self._known_in_reach[id(job)] = known
        return known

    def _of_service(self, job: Job) -> list[Place]:
        """The keys that a service of a compose file is given: other services of the file have others."""
        given = {
            job.path,
            *(self._variables.path(job, one.written) for one in job.variables.files if one.reads == Reads.VARIABLES),
        }
        filled = {
            *(self._variables.path(job, one.written) for one in job.variables.files if one.reads == Reads.FILLS_IN),
            *self._variables.filled_by.get(job.path, ()),
        } - given
        within = job.variables.within
        parts = self._parts_of_services.get((_base_of(job.path), within), {job.path})
        found = [place for path in sorted(parts) for place in self._of_services_of(path).get(within, ())]
        found += [place for path in sorted(given - {job.path}) for place in self._in_variables.get(path, ())]
        found += self._in_value_files(
            other
            for path in sorted(parts)
            for other in self._variables.by_path.get(path, ())
            if other.variables.within == within
        )
        named = self._references(job)
        return [
            *found,
            *(
                place
                for path in sorted(filled)
                for place in self._in_variables.get(path, ())
                if _variable_of(place) in named
            ),
        ]

    def _in_value_files(self, jobs: Iterable[Job]) -> list[Place]:
        """The halves of keys in files that hold nothing else, which jobs take into their variables."""
        paths: dict[Path, None] = {}
        for job in jobs:
            where = self._where(job)
            named = (path_of(one.written, where).path for one in values_named_in(job.variables))
            paths.update((Path(os.path.realpath(path)), None) for path in named if path is not None)
            commands = job.variables.commands
            folders = (path_of(one.written, where).path for each in commands for one in folders_of_values(each))
            for folder in (Path(os.path.realpath(path)) for path in folders if path is not None):
                paths.update((path, None) for path in self._in_variables if path.parent == folder)
        return [place for path in paths for place in self._in_variables.get(path, ()) if place.client == FILE]

    @cached_property
    def _parts_of_services(self) -> Mapping[tuple[Path, str], set[Path]]:
        """A compose file and its `.override`, in which a service is described: Compose puts them together."""
        found: dict[tuple[Path, str], set[Path]] = {}
        for job in self._jobs:
            if any(one.reads == Reads.FILLS_IN for one in job.variables.files):
                found.setdefault((_base_of(job.path), job.variables.within), set()).add(job.path)
        return found

    def _of_services_of(self, path: Path) -> Mapping[str, Sequence[Place]]:
        """The keys that stand in a compose file itself, by the service."""
        known = self._known_by_service.get(path)
        if known is None:
            found: dict[str, list[Place]] = {}
            for place in self._in_variables.get(path, ()):
                found.setdefault(place.locator.rpartition(": ")[0], []).append(place)
            known = self._known_by_service[path] = found
        return known

    def _called(self, job: Job, place: Place) -> tuple[str, ...]:
        """What a key's ID is called for a job: as in its own file, and as what refers to that."""
        return (place.locator, *self._references(job).get(_variable_of(place), ()))

    def _references(self, job: Job) -> Mapping[str, Sequence[str]]:
        """The variables of a job that take the value of another one, by the name of that one."""
        known = self._known_references.get(id(job))
        if known is None:
            known = self._known_references[id(job)] = references_in(job)
        return known

    @cached_property
    def _in_variables(self) -> Mapping[Path, list[Place]]:
        found: dict[Path, list[Place]] = {}
        for place in self._keys:
            if place.client not in _OWN_FORMAT:
                found.setdefault(self._real[place.path], []).append(place)
        return found

    def _loans_of(self, place: Place) -> list[ProfileReference]:
        if place.client not in _OF_PROFILES:
            return []
        return [
            loan
            for loan in self._loans
            if loan.profile == place.name
            and loan.credentials in (None, place.path)
            and (is_aws_endpoint(loan.endpoint) or same_server(loan.endpoint, place.endpoint))
        ]


def _only_store(servers: Collection[str | None]) -> str | None:
    """The one store among servers as people write them, with `https://` or without; None for AWS, or for several."""
    one = max(servers, key=lambda server: server or "")
    alike = one is not None and all(server is not None and same_server(server, one) for server in servers)
    return one if alike and not is_aws_endpoint(one) else None


def _usual_server(values: Mapping[str, str]) -> str | None:
    return next((value for name in ENDPOINTS if (value := values.get(name))), None)


def _base_of(compose: Path) -> Path:
    """The compose file without its ending, of which this one may be the override."""
    return compose.with_name(compose.stem.removesuffix(".override"))


def _name_of(place: Place) -> str:
    """The variable as the place tells it, without the service in which it stands."""
    return place.locator.rpartition(": ")[2]


def _variable_of(place: Place) -> str:
    return place.locator.partition(" ")[0]


def _remotes(values: Mapping[str, str]) -> Mapping[str, str]:
    """rclone's remotes that variables define, with their endpoints."""
    names = (match[1] for name in values if (match := _TYPE_OF_A_REMOTE.fullmatch(name)))
    return {name.lower(): values.get(f"RCLONE_CONFIG_{name}_ENDPOINT", "") for name in names}
