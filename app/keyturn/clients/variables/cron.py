"""cron: keys in the variables and commands of timetables (facts/clients.md section 3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.clients.findings import Discovery
from keyturn.clients.interface import AfterChange, Client, CredentialSpans
from keyturn.clients.listing import Listing
from keyturn.clients.variables.variable_places import Variables, spots_of, take_from
from keyturn.clients.walking import Walk
from keyturn.computer.computer import Platform
from keyturn.computer.shells import quoted
from keyturn.edits import crontabs
from keyturn.edits.files import FileContent
from keyturn.model.places import Place
from keyturn.model.text import _

if TYPE_CHECKING:
    from keyturn.clients.readings import Readings
    from keyturn.computer.computer import Computer

# People keep their timetable in a file and hand it to cron, which copies it.
_OWN_COPIES = (".crontab", "crontab", "crontab.txt", ".config/crontab", ".config/cron/crontab")
_SPOOLS = (("var", "spool", "cron"), ("usr", "lib", "cron", "tabs"), ("var", "at", "tabs"))
_BUDGET = 1000


class Cron(Client):
    """Timetables of the system, of every person where they may be read, and the copies that people keep at home."""

    name = "cron"
    title = "cron"

    def look_through(self, computer: Computer, look: Discovery) -> None:
        """Take a place for each key in a timetable."""
        take_from(look, _timetables(computer, look.listing), _read, all_of_them=True)

    def spots(self, content: FileContent) -> Mapping[str, CredentialSpans]:
        """Return each complete pair of variables; see `Client.spots`. A later line counts for the jobs below it."""
        return spots_of(content, _read(content))

    def after_change(self, computer: Computer, place: Place, readings: Readings | None = None) -> AfterChange | None:
        """Return how a timetable that is kept at home is handed to cron; cron's own files are read every minute."""
        if place.path not in _own_copies(computer):
            return None
        return AfterChange(
            _("Give {path} to cron, which works with a copy that it made of it").format(path=place.path),
            (_("Run “crontab {path}”.").format(path=quoted(str(place.path), computer.platform)),),
        )


def _timetables(computer: Computer, listing: Listing) -> Iterator[Path]:
    if computer.platform is Platform.WINDOWS:
        return
    yield from _own_copies(computer)
    etc = computer.system_folder("etc")
    if etc is not None:
        yield etc / "crontab"
        yield from (Path(entry.path) for entry in Walk.beside(listing, _BUDGET).files(etc / "cron.d", 0))
    for parts in _SPOOLS:
        folder = computer.system_folder(*parts)
        if folder is not None:
            yield from (Path(entry.path) for entry in Walk.beside(listing, _BUDGET).files(folder, 1))


def _own_copies(computer: Computer) -> tuple[Path, ...]:
    return tuple(computer.home / name for name in _OWN_COPIES)


def _names_person(path: Path) -> bool:
    return path.parent.name == "cron.d" or path.parts[-2:] == ("etc", "crontab")


def timetable(content: FileContent) -> crontabs.Timetable:
    """Read a timetable as cron does; raises FileError (`file.unparsable`)."""
    return crontabs.read(content.content, path=content.path, names_person=_names_person(content.path))


def person_of_spool(computer: Computer, path: Path) -> str | None:
    """Whose timetable it is, where it is one of cron's own copies; else None."""
    spools = (folder for parts in _SPOOLS if (folder := computer.system_folder(*parts)) is not None)
    return path.name if any(path.is_relative_to(folder) for folder in spools) else None


def _read(content: FileContent) -> list[Variables]:
    table = timetable(content)
    return [Variables(table.variables, commands=table.commands)]
