"""launchd: keys in the variables of macOS's jobs (facts/clients.md section 3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.clients.findings import Discovery
from keyturn.clients.interface import AfterChange, Client, CredentialSpans
from keyturn.clients.listing import Listing
from keyturn.clients.variables.script_paths import on_disk
from keyturn.clients.variables.variable_places import Variables, spots_of, take_from
from keyturn.computer.computer import Platform
from keyturn.computer.shells import quoted
from keyturn.edits import plists, shell
from keyturn.edits.commands import Argument, LetterRun, ShellCommand
from keyturn.edits.files import FileContent
from keyturn.edits.shell import Assignment, Quoting
from keyturn.edits.spans import Span
from keyturn.model.places import Place
from keyturn.model.text import _

if TYPE_CHECKING:
    from keyturn.clients.readings import Readings
    from keyturn.computer.computer import Computer

_SYSTEM_FOLDERS = (("Library", "LaunchAgents"), ("Library", "LaunchDaemons"))
_ENVIRONMENT = "EnvironmentVariables"


class Launchd(Client):
    """`EnvironmentVariables` of launch agents and daemons."""

    name = "launchd"
    title = "launchd jobs"

    def look_through(self, computer: Computer, look: Discovery) -> None:
        """Take a place for each key in a job of the person or of the system."""

        def read(content: FileContent) -> list[Variables]:
            return [replace(one, folder=_folder_of(computer, content)) for one in _read(content)]

        take_from(look, _jobs(computer, look.listing), read, all_of_them=True)

    def spots(self, content: FileContent) -> Mapping[str, CredentialSpans]:
        """Return the pair of the variables; see `Client.spots`."""
        return spots_of(content, _read(content))

    def after_change(self, computer: Computer, place: Place, readings: Readings | None = None) -> AfterChange | None:
        """Return how launchd reads the job anew; it keeps what it loaded (launchctl(1))."""
        launchctl = "sudo launchctl" if "LaunchDaemons" in place.path.parts else "launchctl"
        job = quoted(str(place.path), computer.platform)
        return AfterChange(
            _("Let launchd load {name} anew").format(name=place.path.name),
            (
                _("Run “{launchctl} unload {job}”.").format(launchctl=launchctl, job=job),
                _("Run “{launchctl} load {job}”.").format(launchctl=launchctl, job=job),
            ),
        )


def _jobs(computer: Computer, listing: Listing) -> Iterator[Path]:
    if computer.platform is not Platform.MACOS:
        return
    system = (computer.system_folder(*parts) for parts in _SYSTEM_FOLDERS)
    for folder in (computer.home / "Library" / "LaunchAgents", *(one for one in system if one is not None)):
        yield from listing.files_in(folder, ".plist")


def _folder_of(computer: Computer, job: FileContent) -> Path | None:
    """Where what the job starts begins: `WorkingDirectory` (launchd.plist(5))."""
    said = plists.member(plists.parse(job.content, path=job.path), "WorkingDirectory")
    return (
        on_disk(computer, said.value).path
        if isinstance(said, plists.PlistString) and said.value.startswith("/")
        else None
    )


def _read(content: FileContent) -> list[Variables]:
    root = plists.parse(content.content, path=content.path)
    found = [
        # A text that is written differently than it reads has no span; no key is such a text.
        Assignment(name, text.value, text.span or Span(0, 0), True, text.line, text.span is None, Quoting.BARE)
        for name, text in plists.texts(plists.member(root, _ENVIRONMENT)).items()
    ]
    arguments = plists.member(root, "ProgramArguments")
    words = (
        [_argument(one) for one in arguments if isinstance(one, plists.PlistString)]
        if isinstance(arguments, list)
        else []
    )
    command = ShellCommand(tuple(words))
    inner = shell.commands_of(command)
    return [Variables([*found, *inner.assignments], commands=[command, *inner.commands])]


def _argument(text: plists.PlistString) -> Argument:
    value = text.value.encode()
    runs = () if text.span is None else (LetterRun(0, text.span.start, len(value), Quoting.BARE),)
    return Argument(value, value, True, runs, text.line)
