"""All clients, and one look through the whole computer."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from functools import cache, partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.clients.default_locations import is_a_copy, makes_another, mentions
from keyturn.clients.described.described_program import described_programs
from keyturn.clients.described.description import descriptions
from keyturn.clients.described.guide import Guide, guides
from keyturn.clients.described.guided import Finder, Guided, Reader, running_unseen, usual_traces
from keyturn.clients.discovery import discovered
from keyturn.clients.entries import PROGRAMS, SYSTEMS_AND_TEXTS, ClientEntry
from keyturn.clients.findings import Discovery, key_id, no_key_id_at
from keyturn.clients.further_spots import with_further_spots
from keyturn.clients.interface import Client
from keyturn.clients.listing import Listing
from keyturn.clients.other_systems import other_systems
from keyturn.clients.programs.duplicacy_keychain import repositories_and_program
from keyturn.clients.programs.remotely_save import vaults_with_it
from keyturn.clients.readings import Readings
from keyturn.clients.unreadable import closed_ones_together, each_file_once
from keyturn.clients.variables.crediting import credited
from keyturn.clients.variables.following import Followed, Following
from keyturn.clients.variables.script_kinds import is_script
from keyturn.clients.variables.shell_reading import all_texts
from keyturn.edits.failures import unreadable
from keyturn.edits.files import FileContent
from keyturn.model.errors import UsageError
from keyturn.model.keys import AccessKeyId
from keyturn.model.known_secrets import may_be_kept
from keyturn.model.places import Findings, Place
from keyturn.model.text import _

if TYPE_CHECKING:
    from keyturn.clients.own_runs import OwnRuns
    from keyturn.computer.computer import Computer

_WORD = re.compile(r"\w+")


def _read(  # one that is imported once it has something to read
    module: str, name: str, computer: Computer, guide: Guide, found: Collection[Path], look: Discovery
) -> None:
    getattr(import_module(f"keyturn.clients.{module}"), name)(computer, guide, found, look)


def _reader(module: str, name: str) -> Reader:
    return partial(_read, module, name)


def _runs_of_arq() -> OwnRuns:
    from keyturn.clients.programs.arq_runs import ArqRuns

    return ArqRuns()


# What Keyturn can read of the products with a guide, by their names; the others are blind spots.
_READERS: Mapping[str, Reader] = {
    "arq-5": _reader("programs.arq", "read_target_places"),
    "arq-6": _reader("programs.arq", "read_agent_places"),
    "arq-7": _reader("programs.arq", "read_agent_places"),
    "cyberduck": _reader("programs.cyberduck", "read_bookmarks"),
    "duplicacy-keychain": _reader("programs.duplicacy_keychain", "read_keychain"),
    "duplicati": _reader("programs.duplicati", "read_databases"),
    "expandrive": _reader("described.visible_ids", "read_visible_ids"),
    "filezilla-pro": _reader("programs.filezilla", "read_sites"),
    "home-assistant": _reader("programs.home_assistant", "read_entries"),
    "joplin": _reader("programs.joplin", "read_settings"),
    "obsidian-remotely-save": _reader("programs.remotely_save", "read_vaults"),
    "proxmox-backup-server": _reader("described.visible_ids", "read_visible_ids"),
    "s3-browser": _reader("described.visible_ids", "read_visible_ids"),
    "transmit": _reader("described.visible_ids", "read_visible_ids"),
}

# Those whose traces are in folders that no pattern names.
_FINDERS: Mapping[str, Finder] = {
    "duplicacy-keychain": repositories_and_program,
    "obsidian-remotely-save": vaults_with_it,
}

# Those that tell how their own backups went.
_RUNS: Mapping[str, Callable[[], OwnRuns]] = {"arq-6": _runs_of_arq, "arq-7": _runs_of_arq}


@cache
def every_entry() -> tuple[ClientEntry, ...]:
    """Return those whose files Keyturn edits, in the order in which places are listed."""
    return (*PROGRAMS, *(one.entry for one in described_programs()), *SYSTEMS_AND_TEXTS)


def every_client() -> tuple[Client, ...]:
    """Return the clients of all entries; anyone who only looks needs few of them."""
    return tuple(entry.load() for entry in every_entry())


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
    for entry in every_entry():
        if entry.name == name:
            return entry.load()
    for client in guided_clients():
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
    every = (*every_client(), *guided_clients())
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
        places = _nameable(place for place in every if not _is_for_nobody(place))
        findings += Findings((), tuple(no_key_id_at(place) for place in every if _is_for_nobody(place)))
    places = with_further_spots(places, readings, client_named)
    findings = Findings(
        places, (*findings.problems, *running_unseen(computer, guided_clients()), *other_systems(computer))
    )
    if corners:
        findings += mentions(computer, claims(findings.places, readings.real_path), readings)
    problems = closed_ones_together(each_file_once(findings.problems), computer)
    return Findings(findings.places, tuple(problems))


def look_of_each(computer: Computer, readings: Readings) -> tuple[Mapping[str, Discovery], Followed]:
    """What each program's look gave, in the order in which places are listed, and what was named and followed.

    First each takes the files where it keeps them, then what lies elsewhere and is plainly its own, then what scripts,
    units, jobs and services name. Scripts and files of variables, which may belong to anybody, come last.
    """
    entries = every_entry()
    looks = {entry.name: _look_of(entry, computer, readings) for entry in entries if not entry.looks_last}
    looks |= {one.name: _looked(one.name, _itself(one), computer, readings) for one in guided_clients()}
    for content in discovered(computer, readings).texts:
        path = content.path
        if content.real_path in readings.taken or is_a_copy(path) or makes_another(path):
            continue
        owner = _owner(content)
        if owner is not None:
            owner.load().take_file(computer, looks[owner.name], path)
            readings.taken |= looks[owner.name].seen
    texts = all_texts(computer, readings)
    followed = Following(computer, readings, texts, entries, looks, _owner).everything()
    looks |= {entry.name: _look_of(entry, computer, readings) for entry in entries if entry.looks_last}
    order = (*(entry.name for entry in entries), *(client.name for client in guided_clients()))
    return {name: looks[name] for name in order}, followed


def _look_of(entry: ClientEntry, computer: Computer, readings: Readings) -> Discovery:
    if not entry.may_be_here(computer):
        return Discovery(entry.name, listing=Listing(readings=readings))
    return _looked(entry.name, entry.load, computer, readings)


def _looked(name: str, load: Callable[[], Client], computer: Computer, readings: Readings) -> Discovery:
    try:
        look = load().look(computer, readings)
    except OSError as error:  # at a question that a path is asked on the way; what it hides is not known
        path = computer.home if error.filename is None else Path(os.fsdecode(error.filename))
        look = Discovery(name)
        look.report(path, unreadable(path, error))
    readings.taken |= look.seen
    return look


def _itself(client: Client) -> Callable[[], Client]:
    return lambda: client


def _owner(content: FileContent) -> ClientEntry | None:
    # A script may write any program's file, which stands in it then and is none.
    counts = not is_script(content)
    return next((one for one in every_entry() if one.own_file.is_like(content, by_signature=counts)), None)


def claims(
    places: tuple[Place, ...], real_path: Callable[[Path], str] = os.path.realpath
) -> frozenset[tuple[str, AccessKeyId]]:
    """Return the real paths of the places, each with the key ID that is known to stand there.

    Args:
        real_path: follows links.
    """
    real = {path: real_path(path) for path in {place.path for place in places}}
    return frozenset((real[place.path], place.access_key_id) for place in places)


def _is_for_nobody(place: Place) -> bool:
    """Whether its ID has a shape that only a store's has, and it belongs to none."""
    return key_id(place.access_key_id.value, place.endpoint) is None


def _nameable(places: Iterable[Place]) -> tuple[Place, ...]:
    """The places; those whose own name holds a secret are not to be edited: the journal could not name them."""
    every = tuple(places)
    # Nearly always no name holds one, and what holds of all of them in one text holds of each.
    if may_be_kept("\n".join(place.identity for place in every if place.editable)):
        return every
    return tuple(
        place if not place.editable or may_be_kept(place.identity) else _not_to_be_edited(place) for place in every
    )


def _not_to_be_edited(place: Place) -> Place:
    note = _(
        "Its own name holds a secret, which Keyturn writes down nowhere, so it cannot edit this place. Give it another "
        "name, then look again."
    )
    return replace(place, editable=False, note=f"{place.note} {note}".strip())
