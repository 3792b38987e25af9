"""Running programs that still hold the old key in memory after their file was changed (facts/clients.md 0.4)."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.clients.interface import Client
from keyturn.clients.registry import every_client
from keyturn.computer.programs import running_programs
from keyturn.model.keys import AccessKeyId
from keyturn.model.places import Place
from keyturn.model.text import _

if TYPE_CHECKING:
    from keyturn.computer.computer import Computer
    from keyturn.computer.programs import RunningProgram

# What to ask `running_programs` for.
PROGRAM_NAMES: tuple[str, ...] = tuple(
    dict.fromkeys(name for client in every_client() for name in client.program_names)
)


@dataclass(frozen=True, slots=True)
class Holder:
    """A running program that took the old key when it started.

    Attributes:
        certain: True where its variables hold the key or it read an edited file; False where that cannot be seen.
        lasting: it serves or mounts, and would go on with the old key for days.
        sentence: what it is and what to do, for people.
    """

    program: RunningProgram
    certain: bool
    lasting: bool
    sentence: str


def holders(
    computer: Computer,
    places: Sequence[Place],
    programs: Sequence[RunningProgram],
    *,
    old: AccessKeyId,
    edited_at: datetime | None = None,
) -> tuple[Holder, ...]:
    """Return which of the running programs hold the old key.

    Args:
        places: the places that are or were edited.
        programs: what `running_programs(PROGRAM_NAMES)` gave.
        edited_at: when the files were changed, in UTC: what started later has read the new key. None: not yet.
    """
    edited = {os.path.realpath(place.path) for place in places}
    concerned = {place.client for place in places}
    found = []
    for program in programs:
        client = next((client for client in every_client() if program.name in client.program_names), None)
        if client is None:
            continue
        certain = _holds(computer, client, program, edited, old, edited_at)
        if certain or (certain is None and client.name in concerned):
            lasting = client.keeps_key(program)
            found.append(Holder(program, bool(certain), lasting, _sentence(client, program, bool(certain), lasting)))
    return tuple(found)


def overwriters(computer: Computer, places: Sequence[Place]) -> tuple[str, ...]:
    """Return which running programs would write their own copy over a change at the places, and what to do first.

    A program whose file cannot be seen counts, unless another computer's disk is looked at.

    Raises:
        ClientError: `program.unseen`, where the system does not tell which programs run.
    """
    clients = [
        client
        for client in every_client()
        if client.remembers_its_file and any(client.name == p.client for p in places)
    ]
    if not clients:
        return ()
    sentences = []
    for program in running_programs([name for client in clients for name in client.program_names]):
        client = next(client for client in clients if program.name in client.program_names)
        reason = client.must_be_stopped(program)
        edited = {os.path.realpath(place.path) for place in places if place.client == client.name}
        files = client.config_files(computer, program)
        concerned = computer.is_this_one if files is None else any(os.path.realpath(path) in edited for path in files)
        if reason is not None and concerned:
            text = _("{program} (process {pid}) is running. {reason} Then go on.")
            sentences.append(text.format(program=client.title, pid=program.pid, reason=reason))
    return tuple(sentences)


def _holds(
    computer: Computer,
    client: Client,
    program: RunningProgram,
    edited: set[str],
    old: AccessKeyId,
    edited_at: datetime | None,
) -> bool | None:
    """Whether the program holds the old key; None where its files and variables cannot be seen."""
    if program.environment is not None and old.value in program.environment.values():
        return True  # whenever it started: the variables of the session that started it are old
    if edited_at is not None and program.started is not None and program.started > edited_at:
        return False
    if _is_of_another_home(computer, program, edited):
        return False
    files = client.config_files(computer, program)
    if files is None:
        return None
    return any(os.path.realpath(path) in edited for path in files)


def _is_of_another_home(computer: Computer, program: RunningProgram, edited: set[str]) -> bool:
    """Whether the program's home is another one, none of the edited files lies there, and none was named to it.

    So it is with the programs of the person who rehearses: the sample computer's files are nothing to them.
    """
    variables = program.environment or {}
    told = variables.get("HOME") or variables.get("USERPROFILE")
    if not told:
        return False
    home, own = Path(os.path.realpath(told)), Path(os.path.realpath(computer.home))
    if home.is_relative_to(own) or any(Path(path).is_relative_to(home) for path in edited):
        return False
    words = (*program.arguments, *variables.values())
    return not any(path in word for word in words for path in edited)


def _sentence(client: Client, program: RunningProgram, certain: bool, lasting: bool) -> str:
    if lasting and certain:
        text = _("{program} (process {pid}) still works with the old key: it read it when it started. {remedy}")
    elif lasting:
        text = _("{program} (process {pid}) may still work with the old key: Keyturn cannot see its file. {remedy}")
    elif certain:
        text = _("A run of {program} (process {pid}) is going on: it read the old key when it started. {remedy}")
    else:
        text = _("A run of {program} (process {pid}) is going on and may have read the old key. {remedy}")
    return text.format(program=client.title, pid=program.pid, remedy=client.how_to_restart(program))
