"""systemd: keys in the variables of services and timers (facts/clients.md 3 and 5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.clients.client import AfterChange, Client, PairSpot
from keyturn.clients.jobs import Named, Reads
from keyturn.clients.looking import Look
from keyturn.clients.script_paths import on_disk, with_folders
from keyturn.clients.unit_files import MATCHES, commented_keys, is_users_own, names_meant, unit_files, unit_name
from keyturn.clients.variable_places import Variables, overruled, spots_of, take_from
from keyturn.clients.walking import unfinished
from keyturn.computer.shells import quoted
from keyturn.edits import shell, units
from keyturn.edits.files import FileContent
from keyturn.edits.shell import Assignment
from keyturn.edits.units import Directive
from keyturn.model.places import Place, Problem
from keyturn.model.text import _

if TYPE_CHECKING:
    from keyturn.clients.readings import Readings
    from keyturn.computer.computer import Computer


class Systemd(Client):
    """`Environment=` in units and their drop-ins. What `EnvironmentFile=` names is read as a file of variables."""

    name = "systemd"
    title = "systemd units"

    def look_through(self, computer: Computer, look: Look) -> None:
        """Take a place for each key in a unit of the person or of the system."""

        def read(content: FileContent) -> list[Variables]:
            return [
                replace(one, files=_matched(computer, look, content, one), folder=_folder_of(computer, content))
                for one in _read(content)
            ]

        take_from(look, unit_files(computer, look.listing), read, all_of_them=True)
        look.take(_with_comment(*one) for one in commented_keys(computer, look.listing))

    def spots(self, content: FileContent) -> Mapping[str, PairSpot]:
        """Return the pair of the variables that count; see `Client.spots`."""
        return spots_of(content, _read(content))

    def after_change(self, computer: Computer, place: Place, readings: Readings | None = None) -> AfterChange | None:
        """Return how systemd reads the unit anew: until then it starts the service with the old key (systemctl(1))."""
        unit, typed = unit_name(place.path), quoted(unit_name(place.path), computer.platform)
        systemctl = "systemctl --user" if is_users_own(place.path) else "systemctl"
        return AfterChange(
            _("Let systemd read {unit} anew").format(unit=unit),
            (
                _("Run “{systemctl} daemon-reload”.").format(systemctl=systemctl),
                _("If the service runs all the time, restart it: “{systemctl} restart {unit}”.").format(
                    systemctl=systemctl, unit=typed
                ),
            ),
        )


def _with_comment(path: Path, unit: Path, name: str) -> Problem:
    text = _(
        "{unit} takes it from there, and to systemd the comment is a part of the value: what it starts gets no valid "
        "key. Put the comment on a line of its own."
    )
    return Problem(
        path,
        _("A comment stands behind {name} in {file}").format(name=name, file=path.name),
        text.format(unit=unit_name(unit)),
        client=Systemd.name,
        code="place.comment",
    )


def _matched(computer: Computer, look: Look, unit: FileContent, variables: Variables) -> list[Named]:
    """What a unit names, with the files that names with wildcards stand for in their place."""
    found = []
    for one in variables.files:
        names = [one.written]
        if one.reads == Reads.VARIABLES:
            names = list(islice(names_meant(computer, unit.path, one.written, look.listing), MATCHES + 1))
        if len(names) > MATCHES:
            look.take(unfinished([Path(names.pop()).parent], Systemd.name))
        found += [replace(one, written=name) for name in names]
    return found


def _folder_of(computer: Computer, unit: FileContent) -> Path | None:
    """Where what the unit starts begins: `WorkingDirectory=`, of which the last one counts (systemd.exec(5))."""
    said = [one.value for one in units.directives(unit.content, path=unit.path) if one.name == "WorkingDirectory"]
    written = said[-1].decode(errors="replace").removeprefix("-") if said else ""
    users_own = is_users_own(unit.path)
    folder = with_folders("%h" if written == "~" else written, computer, users_own=users_own)
    return on_disk(computer, folder).path if folder.startswith("/") and "%" not in folder else None


def _handed(one: Assignment, found: list[Directive]) -> Assignment:
    """The variable with the file that `LoadCredential=` hands over in the place of `%d/NAME` (systemd.exec(5))."""
    named = one.value.removeprefix("%d/") if one.value is not None and one.value.startswith("%d/") else None
    file = next((path for name, path, _line in units.credentials(found) if name == named), None)
    return one if file is None else replace(one, value=file)


def _read(content: FileContent) -> list[Variables]:
    found = units.directives(content.content, path=content.path)
    counting, mentions = overruled(Systemd.name, content.path, units.variables(found))
    commands = [command for one in found if one.name.startswith("Exec") for command in units.commands(one)]
    inner = [shell.commands_of(command) for command in commands]
    assigned = [assignment for text in inner for assignment in text.assignments]
    files = [Named(path, Reads.VARIABLES, 1) for path in units.environment_files(found)]
    files += [Named(path, Reads.VALUE, line, name) for name, path, line in units.credentials(found)]
    return [
        Variables(
            [*(_handed(one, found) for one in counting), *assigned],
            commands=[*commands, *(command for text in inner for command in text.commands)],
            files=files,
            mentions=mentions,
        )
    ]
