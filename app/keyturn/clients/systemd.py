"""systemd: keys in the variables of services and timers (research/clients.md 3 and 5)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from keyturn.clients.client import Client, PairSpot
from keyturn.clients.looking import Look
from keyturn.clients.unit_files import is_users_own, unit_files
from keyturn.clients.variable_places import Variables, overruled, places_of, spots_of
from keyturn.edits import units
from keyturn.edits.files import FileContent
from keyturn.model.errors import FileError
from keyturn.model.places import Place
from keyturn.model.text import _

if TYPE_CHECKING:
    from keyturn.computer.computer import Computer

_REPOSITORY = re.compile(rb"""\s(?:-r|--repo)(?:\s+|=)["']?(s3:[^\s"';]+)""")


class Systemd(Client):
    """`Environment=` in units and their drop-ins. What `EnvironmentFile=` names is read as a file of variables."""

    name = "systemd"
    title = "systemd units"

    def look(self, computer: Computer) -> Look:
        """Return a place for each key in a unit of the person or of the system."""
        look = Look(self.name)
        for path in unit_files(computer):
            content = look.read(path)
            if content is None or b"ACCESS_KEY" not in content.content.replace(b"\0", b""):
                continue
            try:
                look.take(_places(content))
            except FileError as error:
                look.report_unparsable(content, error)
        return look

    def spots(self, content: FileContent) -> Mapping[str, PairSpot]:
        """Return the pair of the variables that count; see `Client.spots`."""
        return spots_of(content, [_variables(content)[0]])


def _variables(content: FileContent) -> tuple[Variables, list[Place]]:
    found = units.directives(content.content, path=content.path)
    counting, mentions = overruled(Systemd.name, content.path, units.variables(found))
    commands = [b" " + one.value for one in found if one.name.startswith("Exec")]
    addresses = [match.decode(errors="replace") for command in commands for match in _REPOSITORY.findall(command)]
    return Variables(counting, more_addresses=addresses), mentions


def _places(content: FileContent) -> list[Place]:
    variables, mentions = _variables(content)
    reload = "systemctl --user daemon-reload" if is_users_own(content.path) else "systemctl daemon-reload"
    note = _("systemd reads the unit anew only after “{command}”; restart the service if it runs all the time.")
    return [*places_of(Systemd.name, content.path, variables, note=note.format(command=reload)), *mentions]
