"""duply: a profile's `conf`, which is a shell script (facts/clients.md section 13)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.clients.findings import Discovery
from keyturn.clients.interface import About, Client, CredentialSpans
from keyturn.clients.listing import Listing
from keyturn.clients.programs.duplicity_targets import destinations_in
from keyturn.clients.variables.command_asks import Asked, asked_by
from keyturn.clients.variables.variable_places import Variables, overruled, places_of, spots_of
from keyturn.computer.computer import Platform
from keyturn.edits import shell
from keyturn.edits.commands import Argument, ShellCommand
from keyturn.edits.expansion import UNKNOWN, expanded
from keyturn.edits.files import FileContent
from keyturn.edits.shell import Assignment
from keyturn.model.errors import FileError
from keyturn.model.manners import AS_USUAL
from keyturn.model.places import Place

if TYPE_CHECKING:
    from keyturn.computer.computer import Computer
    from keyturn.computer.programs import RunningProgram

_CONF = "conf"
_PARAMETERS = "DUPL_PARAMS"


class Duply(Client):
    """Profiles in `~/.duply` and `/etc/duply`: `AWS_…` variables, or `TARGET_USER` and `TARGET_PASS`.

    It has no check of its own, for duplicity's reasons.
    """

    name = "duply"
    title = "duply"
    program_names = ("duply",)
    about = About(proved_with_program=True)

    def look_through(self, computer: Computer, look: Discovery) -> None:
        """Take a place for each key of a profile; of two lines for one variable the last counts."""
        for path in _profiles(computer, look.listing):
            content = look.read(path)
            if content is None:
                continue
            try:
                look.take(_places(content))
            except FileError as error:
                look.report_unparsable(content, error)

    def spots(self, content: FileContent) -> Mapping[str, CredentialSpans]:
        """Return the pair of the variables that count; see `Client.spots`."""
        found = shell.assignments(content.content, path=content.path)
        return spots_of(content, [Variables(overruled(self.name, content.path, found)[0])])

    def config_files(self, computer: Computer, program: RunningProgram) -> tuple[Path, ...] | None:
        """Return the profile that a running duply was given: by name, or as a folder."""
        words = [word for word in program.arguments if not word.startswith("-")]
        at = next((number for number, word in enumerate(words) if Path(word).name == "duply"), None)
        if at is None or at + 1 >= len(words):
            return None
        named = words[at + 1]
        folder = Path(named) if "/" in named else computer.home / ".duply" / named
        return (folder / _CONF,) if folder.is_absolute() else None


def _profiles(computer: Computer, listing: Listing) -> Iterator[Path]:
    if computer.platform is Platform.WINDOWS:
        return
    system = computer.system_folder("etc", "duply")
    for folder in (computer.home / ".duply", *(() if system is None else (system,))):
        yield from (folder / one.name / _CONF for one in listing.entries(folder) if listing.is_folder(one))


def _places(content: FileContent) -> Iterator[Place]:
    counting, mentions = overruled(Duply.name, content.path, shell.assignments(content.content, path=content.path))
    goes_to = destinations_in(content.content.decode(errors="replace"))
    asked = _asked(shell.assignments(content.content, path=content.path))
    for place in places_of(Duply.name, content.path, Variables(counting)):
        yield replace(
            place,
            name=content.path.parent.name,
            targets=goes_to.targets,
            region=place.region or goes_to.region,
            endpoint=goes_to.endpoint,
            plain_http=goes_to.plain_http,
            additions=place.additions | (asked.additions if asked is not None else frozenset()),
            manner=place.manner | (asked.manner if asked is not None else AS_USUAL),
        )
    yield from mentions


def _asked(found: Sequence[Assignment]) -> Asked | None:
    """What the options ask that duply hands to duplicity: `DUPL_PARAMS`, which a profile makes longer line by line."""
    values: dict[str, str] = {_PARAMETERS: " "}
    for one in found:
        written = one.written.decode(errors="replace")
        values[one.name] = expanded(written, values) if one.is_reference else one.value or ""
    words = [word.encode() for word in values[_PARAMETERS].split()]
    command = ShellCommand(
        tuple(Argument(word, word, UNKNOWN.encode() not in word, (), 1) for word in (b"duplicity", *words))
    )
    return next(asked_by(command, {}, {}), None)
