"""duplicity: it stores nothing, so its keys stand in the scripts that run it (facts/clients.md section 13)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.clients.findings import Discovery, ProfileReference
from keyturn.clients.interface import About, AfterChange, Client, CredentialSpans
from keyturn.clients.programs.duplicity_targets import destinations_in
from keyturn.clients.variables.shell_files import Owner
from keyturn.clients.variables.shell_pairs import last_value
from keyturn.clients.variables.shell_reading import read_shell_files, shell_spots
from keyturn.clients.variables.variable_places import places_of
from keyturn.clients.variables.variable_readers import after_change_of_variables
from keyturn.edits.files import FileContent
from keyturn.edits.shell import Assignment
from keyturn.model.places import Place
from keyturn.model.text import _

if TYPE_CHECKING:
    from keyturn.clients.readings import Readings
    from keyturn.computer.computer import Computer
    from keyturn.computer.programs import RunningProgram


class Duplicity(Client):
    """Scripts that set a key and name a destination of duplicity's.

    It has no check of its own: `collection-status` writes its cache, and asks for the passphrase of GnuPG.
    """

    name = "duplicity"
    title = "duplicity"
    program_names = ("duplicity",)
    about = About(proved_with_program=True)

    def look_through(self, computer: Computer, look: Discovery) -> None:
        """Take a place for each key in such a script."""
        for content, text in read_shell_files(look, computer, Owner.DUPLICITY):
            found = text.assignments
            goes_to = destinations_in(content.content.decode(errors="replace"))
            places = places_of(self.name, content.path, text)
            look.take(
                replace(
                    place,
                    targets=goes_to.targets,
                    region=place.region or goes_to.region,
                    endpoint=goes_to.endpoint,
                    plain_http=goes_to.plain_http,
                )
                for place in places
            )
            profile = last_value(found, "AWS_PROFILE")
            if profile is not None and not places:
                look.loans.append(_loan(computer, content, found, profile))

    def spots(self, content: FileContent) -> Mapping[str, CredentialSpans]:
        """Return each complete pair of variables; see `Client.spots`."""
        return shell_spots(content)

    def after_change(self, computer: Computer, place: Place, readings: Readings | None = None) -> AfterChange | None:
        """Return what keeps the old variables in memory."""
        return after_change_of_variables(computer, place.path, readings)

    def config_files(self, computer: Computer, program: RunningProgram) -> tuple[Path, ...] | None:
        """Return the shared credentials file of a running duplicity that has no key in its variables."""
        if program.environment is None:
            return None
        if program.environment.get("AWS_ACCESS_KEY_ID"):
            return ()
        named = program.environment.get("AWS_SHARED_CREDENTIALS_FILE")
        return (computer.expanded(named) if named else computer.home / ".aws" / "credentials",)


def _loan(computer: Computer, content: FileContent, found: Sequence[Assignment], profile: str) -> ProfileReference:
    goes_to = destinations_in(content.content.decode(errors="replace"))
    credentials = last_value(found, "AWS_SHARED_CREDENTIALS_FILE")
    return ProfileReference(
        program=Duplicity.name,
        profile=profile,
        credentials=None if credentials is None else computer.expanded(credentials),
        targets=goes_to.targets,
        region=goes_to.region,
        endpoint=goes_to.endpoint,
        additions=frozenset(),
        plain_http=goes_to.plain_http,
        note=_("{name} lets duplicity take its key from here.").format(name=content.path.name),
    )
