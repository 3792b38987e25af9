"""Windows' Task Scheduler: what its tasks run, so that the scripts behind them are read wherever they lie.

A task is a file of XML below `System32\\Tasks` (learn.microsoft.com, Task Scheduler Schema: `Exec`). Windows keeps a
checksum of it in the registry, so nobody but the Task Scheduler may change it: a key that stands in a task itself is
shown, and changed there by a person.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.clients.findings import Discovery, mention
from keyturn.clients.interface import About, Client, CredentialSpans
from keyturn.clients.listing import Listing
from keyturn.clients.occurrences import key_ids_in
from keyturn.clients.variables.jobs import Job, Variables
from keyturn.clients.variables.script_paths import on_disk
from keyturn.clients.walking import Walk
from keyturn.computer.computer import Platform
from keyturn.edits import windows_scripts, xml_elements
from keyturn.edits.commands import ShellCommand, VariableNotation
from keyturn.edits.files import FileContent
from keyturn.edits.xml_elements import Element
from keyturn.model.errors import FileError
from keyturn.model.text import _

if TYPE_CHECKING:
    from keyturn.computer.computer import Computer

_FOLDER = ("Windows", "System32", "Tasks")
_BUDGET = 4000
_LIMIT = 256 * 1024
# Windows' own, some hundred.
_OF_WINDOWS = frozenset({"Microsoft"})


class TaskScheduler(Client):
    """Tasks, of all accounts of the computer as far as this one may read them."""

    name = "task-scheduler"
    title = "Windows Task Scheduler"
    about = About(edited=False)

    def look_through(self, computer: Computer, look: Discovery) -> None:
        """Take what each task runs, and a mention of each key in it."""
        for path in _tasks(computer, look.listing):
            content = look.read(path)
            if content is None:
                continue
            note = _("It is a task of Windows: change the key in the Task Scheduler, in the task's action.")
            for identifier, line in key_ids_in(content.content):
                look.places.append(mention(self.name, path, identifier, line, note))
            try:
                root = xml_elements.parse(content.content, path=path)
            except FileError:
                continue  # nothing that Windows would run
            for action in root.every("Exec"):
                look.jobs.append(Job(content.real_path, _variables(action, computer)))

    def spots(self, content: FileContent) -> Mapping[str, CredentialSpans]:
        """Return nothing: Windows alone writes its tasks."""
        return {}


def _tasks(computer: Computer, listing: Listing) -> Iterator[Path]:
    if computer.platform is not Platform.WINDOWS or computer.disk is None:
        return
    walk = Walk.beside(listing, _BUDGET)
    for entry in walk.files(computer.disk.joinpath(*_FOLDER), 3, lambda name: name not in _OF_WINDOWS):
        if walk.is_at_most(entry, _LIMIT):
            yield Path(entry.path)


def _variables(action: Element, computer: Computer) -> Variables:
    program, arguments = action.said("Command"), action.said("Arguments")
    quoted = program if program.startswith('"') else f'"{program}"'
    text = " ".join(f"{quoted} {arguments}".split("\n"))
    # Where the words stand in the file is not told: nothing is edited there.
    commands = [
        ShellCommand(tuple(replace(word, runs=(), line=action.line) for word in command.words))
        for command in windows_scripts.commands(text.encode(), VariableNotation.BATCH)
    ]
    folder = action.said("WorkingDirectory").strip('"').replace("\\", "/")
    begins_in = on_disk(computer, folder).path if folder and "%" not in folder else None
    return Variables((), commands=commands, folder=begins_in)
