"""systemd: keys in the variables of services, timers and Podman's containers (facts/clients.md 3 and 5)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.clients.findings import Discovery
from keyturn.clients.interface import AfterChange, Client, CredentialSpans
from keyturn.clients.variables.compose_commands import program_of
from keyturn.clients.variables.compose_mounts import split
from keyturn.clients.variables.fetched_keys import container_secret
from keyturn.clients.variables.jobs import NamedFile, Reads
from keyturn.clients.variables.mount_tables import mount_command, mount_of, mounting_jobs
from keyturn.clients.variables.script_paths import on_disk, with_folders
from keyturn.clients.variables.unit_files import (
    CONTAINER,
    MATCHES,
    commented_keys,
    is_users_own,
    names_meant,
    unit_files,
    unit_name,
    units_started,
)
from keyturn.clients.variables.variable_places import Variables, overruled, spots_of, take_from
from keyturn.clients.walking import unfinished
from keyturn.computer.shells import quoted
from keyturn.edits import shell, units
from keyturn.edits.commands import Argument, ShellCommand, with_single_marks
from keyturn.edits.files import FileContent
from keyturn.edits.shell import Assignment, ShellText
from keyturn.edits.units import Directive
from keyturn.model.places import Place, Problem
from keyturn.model.text import _

if TYPE_CHECKING:
    from keyturn.clients.readings import Readings
    from keyturn.computer.computer import Computer


# What these hand over is encrypted, or comes from where systemd alone looks (systemd.exec(5), Credentials).
_SEALED = frozenset({"LoadCredentialEncrypted", "SetCredentialEncrypted", "ImportCredential"})


class Systemd(Client):
    """`Environment=` in units and their drop-ins. What `EnvironmentFile=` names is read as a file of variables."""

    name = "systemd"
    title = "systemd units"

    def look_through(self, computer: Computer, look: Discovery) -> None:
        """Take a place for each key in a unit of the person or of the system."""

        def read(content: FileContent) -> list[Variables]:
            return [
                replace(one, files=_matched(computer, look, content, one), folder=_folder_of(computer, content))
                for one in _read(content)
            ]

        take_from(look, unit_files(computer, look.listing), read, all_of_them=True)
        look.jobs += mounting_jobs(computer, look.listing)  # units that systemd makes of a table
        look.take(_with_comment(*one) for one in commented_keys(computer, look.listing))

    def spots(self, content: FileContent) -> Mapping[str, CredentialSpans]:
        """Return the pair of the variables that count; see `Client.spots`."""
        return spots_of(content, _read(content))

    def after_change(self, computer: Computer, place: Place, readings: Readings | None = None) -> AfterChange | None:
        """Return how systemd reads the unit anew: until then it starts the service with the old key (systemctl(1))."""
        unit, typed = unit_name(place.path), quoted(units_started(place.path), computer.platform)
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


def _matched(computer: Computer, look: Discovery, unit: FileContent, variables: Variables) -> list[NamedFile]:
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


def _of_container(one: Directive, found: list[Directive]) -> Iterator[ShellCommand]:
    """What is run in a container belongs to the image's program (podman-systemd.unit(5), `Exec=`)."""
    image = next((other.value.decode(errors="replace") for other in found if other.name == "Image"), "")
    # Behind a program of its own, so that a first option is not taken for one of systemd's marks.
    behind = replace(one, value=b"x " + one.value, places=(*one.places[:1] * 2, *one.places))
    for command in units.commands(behind) if one.value else ():
        yield ShellCommand((*program_of(image), *command.words[1:]))


def _mounting(path: Path, found: list[Directive]) -> Iterator[ShellCommand]:
    """The command that a unit's mount stands for (systemd.mount(5))."""
    said = {one.name: one.value.decode(errors="replace") for one in found}
    options = said.get("Options", "").split(",")
    for one in mount_of(path, 1, said.get("What", ""), said.get("Type", ""), options):
        yield mount_command(one)


def _for_a_shell(word: Argument) -> Argument:
    """The word as a shell is handed it: what systemd fills in has the names that the shell's own variables have."""
    return replace(word, known=word.known or b"$" in word.text or b"%" in word.text)


def _read(content: FileContent) -> list[Variables]:
    found = units.directives(content.content, path=content.path)
    counting, mentions = overruled(Systemd.name, content.path, units.variables(found))
    commands = [command for one in found if one.name.startswith("Exec") for command in units.commands(one)]
    if content.path.suffix == CONTAINER:
        commands = [command for one in found if one.name == "Exec" for command in _of_container(one, found)]
    if content.path.suffix == ".mount":
        commands += _mounting(content.path, found)
    for_shells = [ShellCommand(tuple(map(_for_a_shell, command.words))) for command in commands]
    inner = [shell.commands_of(command) for command in for_shells]
    # Read as it is written for the places of values, and as a shell gets it for what it runs.
    run = [with_single_marks(command) for command in commands]
    doubled = [command for command in for_shells if any(b"$$" in word.text for word in command.words)]
    inner += [ShellText((), shell.commands_of(with_single_marks(command)).commands) for command in doubled]
    assigned = [assignment for text in inner for assignment in text.assignments]
    files = [NamedFile(path, Reads.VARIABLES, 1) for path in units.environment_files(found)]
    files += [NamedFile(path, Reads.VALUE, line, name) for name, path, line in units.credentials(found)]
    files += [
        NamedFile(one.value.decode(errors="replace"), Reads.SEALED, one.line) for one in found if one.name in _SEALED
    ]
    volumes = [
        parts for one in found if one.name == "Volume" and len(parts := split(one.value.decode(errors="replace"))) > 1
    ]
    files += [NamedFile(parts[0], Reads.FOLDER, 1) for parts in volumes if "/" in parts[0]]
    return [
        Variables(
            [*(_handed(one, found) for one in counting), *assigned],
            commands=[*run, *(command for text in inner for command in text.commands)],
            files=files,
            mounts=[(parts[1], parts[0]) for parts in volumes] if content.path.suffix == CONTAINER else None,
            mentions=mentions,
            kept=[container_secret(one.value.decode(errors="replace")) for one in found if one.name == "Secret"],
        )
    ]
