"""Windows' scripts: keys in the variables that batch files and PowerShell set (facts/clients.md section 3)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.clients.findings import Discovery
from keyturn.clients.interface import AfterChange, Client, CredentialSpans
from keyturn.clients.listing import Listing
from keyturn.clients.variables.shell_files import SCRIPT_LIMIT
from keyturn.clients.variables.variable_places import Variables, spots_of, take_from
from keyturn.clients.walking import Walk, personal_folders
from keyturn.computer.computer import Platform
from keyturn.edits import windows_scripts
from keyturn.edits.encodings import decoded
from keyturn.edits.files import FileContent, read_file
from keyturn.model.errors import FileError
from keyturn.model.places import Place
from keyturn.model.text import _

if TYPE_CHECKING:
    from keyturn.clients.readings import Readings
    from keyturn.computer.computer import Computer

_ENDINGS = (*windows_scripts.BATCH_ENDINGS, *windows_scripts.POWERSHELL_ENDINGS)
_FOLDERS = ("bin", "scripts", "Scripts", "restic", "backup", "Backup")
_SETX = re.compile(r"\bsetx\b|SetEnvironmentVariable", re.IGNORECASE)
_BUDGET = 4000


class WindowsScripts(Client):
    """Batch files and PowerShell scripts in a person's folders, and PowerShell's profiles."""

    name = "windows-script"
    title = "Windows scripts"

    def look_through(self, computer: Computer, look: Discovery) -> None:
        """Take a place for each key in a script."""
        take_from(look, _scripts(computer, look.listing), _read)

    def take_file(self, computer: Computer, look: Discovery, path: Path) -> None:
        """Take a place for each key in a script that lies elsewhere, or that a task or another script runs."""
        if computer.platform is Platform.WINDOWS:
            take_from(look, [path], _read, all_of_them=True)

    def spots(self, content: FileContent) -> Mapping[str, CredentialSpans]:
        """Return each complete pair of variables; see `Client.spots`."""
        return spots_of(content, _read(content), decoded(content.content).encoding)

    def after_change(self, computer: Computer, place: Place, readings: Readings | None = None) -> AfterChange | None:
        """Return how variables that a script sets for good are set anew (`setx`, which programs read as they start)."""
        try:
            sets_for_good = _SETX.search(decoded(read_file(place.path).content).text) is not None
        except FileError:
            sets_for_good = True
        if not sets_for_good:
            return None
        return AfterChange(
            _("Run {path} once: it sets variables for good").format(path=place.path),
            (_("Run {path}, then sign out of Windows and in again.").format(path=place.path),),
        )


def _scripts(computer: Computer, listing: Listing) -> Iterator[Path]:
    if computer.platform is not Platform.WINDOWS:
        return
    walk = Walk.beside(listing, _BUDGET)
    folders = [(computer.home, 0), *((folder, 2) for folder in personal_folders(computer, listing))]
    folders += [(computer.home / name, 2) for name in _FOLDERS]
    folders.append((computer.application_support / "Microsoft/Windows/Start Menu/Programs/Startup", 0))
    for folder, depth in folders:
        for entry in walk.files(folder, depth):
            if entry.name.lower().endswith(_ENDINGS) and walk.is_at_most(entry, SCRIPT_LIMIT):
                yield Path(entry.path)


def _read(content: FileContent) -> list[Variables]:
    found = windows_scripts.assignments(content.content, path=content.path)
    commands = windows_scripts.commands(content.content, windows_scripts.notation_of(content.path))
    return [Variables(found, commands=commands, folder=content.path.parent)]
