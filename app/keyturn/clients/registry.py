"""All clients, and one look through the whole computer."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.clients.arq import read_agent_places, read_target_places
from keyturn.clients.arq_runs import ArqRuns
from keyturn.clients.autorestic import Autorestic
from keyturn.clients.aws_files import AwsFiles
from keyturn.clients.backrest import Backrest
from keyturn.clients.client import Client
from keyturn.clients.closed import closed_ones_together, each_file_once
from keyturn.clients.compose import Compose
from keyturn.clients.corners import is_a_copy, makes_another, mentions
from keyturn.clients.crediting import credited
from keyturn.clients.crestic import Crestic
from keyturn.clients.cron import Cron
from keyturn.clients.cyberduck import read_bookmarks
from keyturn.clients.described import described_programs
from keyturn.clients.description import descriptions
from keyturn.clients.discovery import discovered
from keyturn.clients.duck import Duck
from keyturn.clients.duplicacy import Duplicacy
from keyturn.clients.duplicacy_keychain import read_keychain, repositories_and_program
from keyturn.clients.duplicati import read_databases
from keyturn.clients.duplicity import Duplicity
from keyturn.clients.duply import Duply
from keyturn.clients.environment import Environment
from keyturn.clients.filezilla import read_sites
from keyturn.clients.following import Followed, Following
from keyturn.clients.further_spots import with_further_spots
from keyturn.clients.git_annex import GitAnnex
from keyturn.clients.guide import guides
from keyturn.clients.guided import Finder, Guided, Reader, running_unseen, usual_traces
from keyturn.clients.hashbackup import HashBackup
from keyturn.clients.home_assistant import read_entries
from keyturn.clients.joplin import read_settings
from keyturn.clients.kopia import Kopia
from keyturn.clients.launchd import Launchd
from keyturn.clients.leftovers import Leftovers
from keyturn.clients.litestream import Litestream
from keyturn.clients.looking import Look, key_id, no_key_id_at
from keyturn.clients.mc import Mc
from keyturn.clients.other_systems import other_systems
from keyturn.clients.own_runs import OwnRuns
from keyturn.clients.pgbackrest import Pgbackrest
from keyturn.clients.rclone import Rclone
from keyturn.clients.readings import Readings
from keyturn.clients.remotely_save import read_vaults, vaults_with_it
from keyturn.clients.restic import Restic
from keyturn.clients.resticprofile import Resticprofile
from keyturn.clients.runrestic import Runrestic
from keyturn.clients.s3backer import S3backer
from keyturn.clients.s3cmd import S3cmd
from keyturn.clients.s3fs import S3fs
from keyturn.clients.s3ql import S3ql
from keyturn.clients.s4cmd import S4cmd
from keyturn.clients.served import Served
from keyturn.clients.shell_reading import all_texts
from keyturn.clients.systemd import Systemd
from keyturn.clients.task_scheduler import TaskScheduler
from keyturn.clients.text_files import TextFiles
from keyturn.clients.visible_ids import read_visible_ids
from keyturn.clients.windows_registry import WindowsRegistry
from keyturn.clients.windows_scripts import WindowsScripts
from keyturn.clients.winscp import WinScp
from keyturn.edits.failures import unreadable
from keyturn.edits.files import FileContent
from keyturn.model.errors import UsageError
from keyturn.model.keys import AccessKeyId
from keyturn.model.known_secrets import may_be_kept
from keyturn.model.places import Findings, Place
from keyturn.model.text import _

if TYPE_CHECKING:
    from keyturn.computer.computer import Computer

# Those whose files Keyturn edits, in the order in which places are listed. Explicit, so that a bundle has them all.
CLIENTS: tuple[Client, ...] = (
    AwsFiles(),
    Served(),
    Rclone(),
    S3cmd(),
    S4cmd(),
    Restic(),
    Backrest(),
    Resticprofile(),
    Autorestic(),
    Crestic(),
    Runrestic(),
    Kopia(),
    Mc(),
    GitAnnex(),
    Pgbackrest(),
    Litestream(),
    S3fs(),
    Duplicity(),
    Duply(),
    Duplicacy(),
    WinScp(),
    Duck(),
    S3backer(),
    S3ql(),
    HashBackup(),
    *described_programs(),
    Environment(),
    Systemd(),
    Cron(),
    Compose(),
    Launchd(),
    WindowsScripts(),
    TaskScheduler(),
    WindowsRegistry(),
    TextFiles(),
    Leftovers(),
)

_WORD = re.compile(r"\w+")
# What Keyturn can read of the products with a guide, by their names; the others are blind spots.
_READERS: Mapping[str, Reader] = {
    "arq-5": read_target_places,
    "arq-6": read_agent_places,
    "arq-7": read_agent_places,
    "cyberduck": read_bookmarks,
    "duplicacy-keychain": read_keychain,
    "duplicati": read_databases,
    "expandrive": read_visible_ids,
    "filezilla-pro": read_sites,
    "home-assistant": read_entries,
    "joplin": read_settings,
    "obsidian-remotely-save": read_vaults,
    "proxmox-backup-server": read_visible_ids,
    "s3-browser": read_visible_ids,
    "transmit": read_visible_ids,
}

# Those whose traces are in folders that no pattern names.
_FINDERS: Mapping[str, Finder] = {
    "duplicacy-keychain": repositories_and_program,
    "obsidian-remotely-save": vaults_with_it,
}

# Those that tell how their own backups went.
_RUNS: Mapping[str, OwnRuns] = {"arq-6": ArqRuns(), "arq-7": ArqRuns()}


@cache
def guided_clients() -> tuple[Guided, ...]:
    """Return the products whose key a person changes by hand, by name."""
    return tuple(
        Guided(guide, _READERS.get(name), _RUNS.get(name), _FINDERS.get(name, usual_traces))
        for name, guide in guides().by_name.items()
    )


def client_named(name: str) -> Client:
    """Return the client that the command line calls `name`.

    Raises:
        UsageError: `usage.client`, where no module has that name.
    """
    for client in (*CLIENTS, *guided_clients()):
        if client.name == name:
            return client
    raise UsageError(
        _("Keyturn knows no program “{name}”").format(name=name),
        _("`keyturn clients` lists the programs by their names. Nothing was changed."),
        code="usage.client",
    )


def clients_called(text: str) -> tuple[Client, ...]:
    """Return the clients that a person may mean: the one of that name, else those whose name or title has such words.

    Capitals do not count, and a word may be its beginning alone.
    """
    every = (*CLIENTS, *guided_clients())
    exact = tuple(one for one in every if one.name == text)
    wanted = _WORD.findall(text.lower())
    if exact or not wanted:
        return exact
    found = []
    for one in every:
        words = _WORD.findall(f"{one.name} {one.title}".lower())
        if all(any(word.startswith(part) for word in words) for part in wanted):
            found.append(one)
    return tuple(found)


def find_everything(
    computer: Computer,
    *,
    corners: bool = True,
    leave_out: Collection[Path] = (),
) -> Findings:
    """Return every place on the computer, those of clients first, then mentions in the usual corners.

    Args:
        corners: also search the small files of the usual corners (ARCHITECTURE.md, "Completeness").
        leave_out: folders that are not searched for mentions, such as the one in which Keyturn keeps its own memory.
    """
    readings = Readings(leave_out)
    looks, followed = look_of_each(computer, readings)
    unsure = [place for look in looks.values() for place in look.unsure]
    for look in looks.values():
        look.unsure = []
    findings = sum(
        (look.findings() for look in looks.values()), Findings((), (*guides().problems, *descriptions().problems))
    )
    findings += Findings(tuple(followed.places), tuple(followed.problems))
    places: tuple[Place, ...] = ()
    if findings.places or unsure:
        jobs = [*(job for look in looks.values() for job in look.jobs), *all_texts(computer, readings).jobs()]
        loans = [loan for look in looks.values() for loan in look.loans]
        every = credited((*findings.places, *unsure), jobs, loans, computer)
        places = tuple(_nameable(place) for place in every if not _is_for_nobody(place))
        findings += Findings((), tuple(no_key_id_at(place) for place in every if _is_for_nobody(place)))
    places = with_further_spots(places, readings, client_named)
    findings = Findings(
        places, (*findings.problems, *running_unseen(computer, guided_clients()), *other_systems(computer))
    )
    if corners:
        findings += mentions(computer, claims(findings.places), readings)
    problems = closed_ones_together(each_file_once(findings.problems), computer)
    return Findings(findings.places, tuple(problems))


def look_of_each(computer: Computer, readings: Readings) -> tuple[Mapping[str, Look], Followed]:
    """What each program's look gave, in the order in which places are listed, and what was named and followed.

    First each takes the files where it keeps them, then what lies elsewhere and is plainly its own, then what scripts,
    units, jobs and services name. Scripts and files of variables, which may belong to anybody, come last.
    """
    everybody = (*CLIENTS, *guided_clients())
    looks = {client.name: _looked(client, computer, readings) for client in everybody if not client.looks_last}
    for content in discovered(computer, readings).texts:
        path = content.path
        if content.real_path in readings.taken or is_a_copy(path) or makes_another(path):
            continue
        owner = _owner(content)
        if owner is not None:
            owner.take_file(computer, looks[owner.name], path)
            readings.taken |= looks[owner.name].seen
    texts = all_texts(computer, readings)
    followed = Following(computer, readings, texts, CLIENTS, looks, _owner).everything()
    looks |= {client.name: _looked(client, computer, readings) for client in everybody if client.looks_last}
    return {client.name: looks[client.name] for client in everybody}, followed


def _looked(client: Client, computer: Computer, readings: Readings) -> Look:
    try:
        look = client.look(computer, readings)
    except OSError as error:  # at a question that a path is asked on the way; what it hides is not known
        path = computer.home if error.filename is None else Path(os.fsdecode(error.filename))
        look = Look(client.name)
        look.report(path, unreadable(path, error))
    readings.taken |= look.seen
    return look


def _owner(content: FileContent) -> Client | None:
    return next((client for client in CLIENTS if client.own_file.is_like(content)), None)


def claims(places: tuple[Place, ...]) -> frozenset[tuple[str, AccessKeyId]]:
    """Return the real paths of the places, each with the key ID that is known to stand there."""
    real = {path: os.path.realpath(path) for path in {place.path for place in places}}
    return frozenset((real[place.path], place.access_key_id) for place in places)


def _is_for_nobody(place: Place) -> bool:
    """Whether its ID has a shape that only a store's has, and it belongs to none."""
    return key_id(place.access_key_id.value, place.endpoint) is None


def _nameable(place: Place) -> Place:
    """The place, not to be edited where its own name holds a secret: the journal could not name it."""
    if not place.editable or may_be_kept(place.identity):
        return place
    note = _(
        "Its own name holds a secret, which Keyturn writes down nowhere, so it cannot edit this place. Give it another "
        "name, then look again."
    )
    return replace(place, editable=False, note=f"{place.note} {note}".strip())
