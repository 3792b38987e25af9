"""restic: it has no store of its own, so its keys stand in environment files and scripts (facts/clients.md 5)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.clients.endpoints import is_aws_endpoint, reaches_the_same, region_in, speaks_plain_http
from keyturn.clients.findings import Discovery, ProfileReference
from keyturn.clients.interface import About, AfterChange, Client, CredentialSpans, OwnCheck
from keyturn.clients.programs.restic_addresses import Repository, repository
from keyturn.clients.variables.shell_files import Owner
from keyturn.clients.variables.shell_pairs import FileFacts, last_value, session_token
from keyturn.clients.variables.shell_reading import read_shell_files, shell_spots, variables_of
from keyturn.clients.variables.variable_places import places_of
from keyturn.clients.variables.variable_readers import after_change_of_variables
from keyturn.edits.files import FileContent, read_file
from keyturn.edits.shell import Assignment
from keyturn.model.errors import FileError
from keyturn.model.keys import Secret
from keyturn.model.places import Place, PlaceKind, Target
from keyturn.model.text import _

if TYPE_CHECKING:
    from keyturn.clients.readings import Readings
    from keyturn.computer.computer import Computer
    from keyturn.computer.programs import RunningProgram

_OPTION = re.compile(rb"""^[^#\n]*?\s(?:-r|--repo)(?:\s+|=)["']?(s3:[^\s"';|&]+)""", re.MULTILINE)
_FORGETS = re.compile(rb"^[^#\n]*?\b(?:forget|prune)\b", re.MULTILINE)


class Restic(Client):
    """restic's environment files and scripts: files that set both a key and something of restic's."""

    name = "restic"
    title = "restic"
    program_names = ("restic",)
    about = About(own_check="restic cat config --no-lock", proved_with_program=True)

    def look_through(self, computer: Computer, look: Discovery) -> None:
        """Take a place for each key in a file that also sets up restic."""
        for content, text in read_shell_files(look, computer, Owner.RESTIC):
            found = text.assignments
            repositories = _repositories(computer, content, found)
            places = places_of(self.name, content.path, text)
            facts = _facts_by_store(found, repositories) if places else {}
            look.take(_with(place, facts) for place in places)
            profile = last_value(found, "AWS_PROFILE")
            if profile is not None and not places:
                look.loans.append(_loan(computer, content.path, found, profile, repositories))

    def spots(self, content: FileContent) -> Mapping[str, CredentialSpans]:
        """Return each complete pair of variables; see `Client.spots`."""
        return shell_spots(content)

    def after_change(self, computer: Computer, place: Place, readings: Readings | None = None) -> AfterChange | None:
        """Return what keeps the old variables in memory."""
        return after_change_of_variables(computer, place.path, readings)

    def check(
        self, computer: Computer, place: Place, target: Target | None, *, endpoint_url: str | None = None
    ) -> OwnCheck | None:
        """Return `restic cat config --no-lock` (see `restic_check`).

        None where the file does not say how the repository's password is had: a command for it is never run.
        """
        from keyturn.clients.own_check import installed
        from keyturn.clients.programs.restic_check import is_reached_at, restic_check

        program = installed("restic", computer)
        if program is None or place.kind is not PlaceKind.DESTINATION or not reaches_the_same(place, endpoint_url):
            return None
        content = read_file(place.path)
        found = variables_of(content).assignments
        wanted = [
            item
            for item in _repositories(computer, content, found)
            if target in (None, item.target) and is_reached_at(item, endpoint_url)
        ]
        password = _password(computer, found)
        if not wanted or password is None:
            return None
        return restic_check(
            computer,
            program,
            wanted[0],
            pair=self.spot_in(content, place).pair,
            password=password,
            region=place.region,
        )

    def deletes(self, place: Place, target: Target) -> tuple[str, ...] | None:
        """Return the locks, which each run takes back; None where the file itself removes old backups."""
        if _FORGETS.search(read_file(place.path).content):
            return None
        return (f"{target.prefix}/locks".removeprefix("/"),)

    def stays_below(self, place: Place, target: Target) -> bool:
        """Return True: once a repository is there, restic lists and touches only what is in it."""
        return True

    def config_files(self, computer: Computer, program: RunningProgram) -> tuple[Path, ...] | None:
        """Return the shared credentials file of a running restic that has no key in its variables."""
        if program.environment is None:
            return None
        if program.environment.get("AWS_ACCESS_KEY_ID"):
            return ()
        named = program.environment.get("AWS_SHARED_CREDENTIALS_FILE")
        return (computer.expanded(named) if named else computer.home / ".aws" / "credentials",)


def _facts_by_store(found: Sequence[Assignment], repositories: Sequence[Repository]) -> Mapping[bool | None, FileFacts]:
    """What the repositories at AWS say, under True, those elsewhere, and under None all of them."""
    by_store: dict[bool | None, list[Repository]] = {None: list(repositories), True: [], False: []}
    for one in repositories:
        by_store[is_aws_endpoint(one.endpoint)].append(one)
    return {at_aws: _facts(found, those) for at_aws, those in by_store.items()}


def _with(place: Place, by_store: Mapping[bool | None, FileFacts]) -> Place:
    """The place with the repository, too, that stands in a file of its own; a key on a command line is for that one."""
    if place.locator.startswith("-"):
        return place
    facts = by_store[is_aws_endpoint(place.endpoint) if place.targets else None]
    return replace(
        place,
        targets=tuple(dict.fromkeys((*place.targets, *facts.targets))),
        region=place.region or facts.region,
        endpoint=place.endpoint or facts.endpoint,
        plain_http=place.plain_http or speaks_plain_http(facts.endpoint),
    )


def _facts(found: Sequence[Assignment], repositories: Sequence[Repository]) -> FileFacts:
    endpoint = repositories[0].endpoint if repositories else None
    return FileFacts(
        token=session_token(found),
        targets=tuple(dict.fromkeys(item.target for item in repositories)),
        region=last_value(found, "AWS_DEFAULT_REGION", "AWS_REGION") or region_in(endpoint),
        endpoint=endpoint,
    )


def _loan(
    computer: Computer, path: Path, found: Sequence[Assignment], profile: str, repositories: Sequence[Repository]
) -> ProfileReference:
    credentials = last_value(found, "AWS_SHARED_CREDENTIALS_FILE")
    facts = _facts(found, repositories)
    return ProfileReference(
        program=Restic.name,
        profile=profile,
        credentials=None if credentials is None else computer.expanded(credentials),
        targets=facts.targets,
        region=facts.region,
        endpoint=facts.endpoint,
        additions=frozenset(),
        plain_http=speaks_plain_http(facts.endpoint),
        note=_("{name} lets restic take its key from here.").format(name=path.name),
    )


def _repositories(computer: Computer, content: FileContent, found: Sequence[Assignment]) -> tuple[Repository, ...]:
    """The S3 repositories that a file names: in the variables, in the file that one of them names, or after `-r`."""
    addresses: list[str] = [item.value for item in found if item.name == "RESTIC_REPOSITORY" and item.value]
    named = last_value(found, "RESTIC_REPOSITORY_FILE")
    if named is not None:
        with suppress(FileError):  # the place is listed without its bucket then
            addresses.append(read_file(computer.expanded(named)).content.decode(errors="replace").strip())
    addresses += [match.decode(errors="replace") for match in _OPTION.findall(content.content)]
    return _distinct(repository(address) for address in addresses)


def _distinct(found: Iterable[Repository | None]) -> tuple[Repository, ...]:
    return tuple(dict.fromkeys(item for item in found if item is not None))


def _password(computer: Computer, found: Sequence[Assignment]) -> Secret | Path | None:
    """The repository's password, or the file that holds it."""
    named = last_value(found, "RESTIC_PASSWORD_FILE")
    if named is not None:
        return computer.expanded(named)
    password = last_value(found, "RESTIC_PASSWORD")
    return None if password is None else Secret(password)
