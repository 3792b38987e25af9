"""Arq on this computer: its destinations (Arq 5) and storage locations (Arq 6 and 7) of S3, as far as they can be seen.

The secret is in the system's keychain and in files for root, so Keyturn never has it from here, and no supported way
leads a key into Arq but its own window (facts/arq.md 1.6). A person puts the new key in; Keyturn reads the state.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.clients.described.guided import blind_spot
from keyturn.clients.programs.arq_agent import AgentState, BackupPlan, StorageLocation, read_agent
from keyturn.clients.programs.arq_buckets import key_in_bucket_name
from keyturn.clients.programs.arq_targets import ArqTarget, read_target
from keyturn.computer.computer import Platform
from keyturn.edits import plists
from keyturn.edits.files import read_file
from keyturn.model.errors import FileError
from keyturn.model.places import Place, PlaceKind, Problem, Target
from keyturn.model.text import _, plural

if TYPE_CHECKING:
    from keyturn.clients.described.guide import Guide
    from keyturn.clients.findings import Discovery
    from keyturn.computer.computer import Computer

AGENT, DATABASE = "ArqAgent", "server.db"
ARQ_6 = "arq-6"
_APPLICATION = ("Applications", "Arq.app", "Contents", "Info.plist")
_TABLE = "storage_locations"  # before the row, as a place's locator; a journal keeps it, so it is never translated
_OLD_SETTINGS = "app_config.plist"
_RESTORER = "arq_restore"


def read_agent_places(computer: Computer, guide: Guide, found: Collection[Path], look: Discovery) -> None:
    """Read the database of Arq 6 and 7, which is in one place: the application that is there decides whose it is."""
    version = major_version(computer)
    path = next((path for path in found if path.name == DATABASE), None)
    if (version == 6) != (guide.name == ARQ_6) or (path is None and version is not None and version < 6):
        return
    if path is None:
        look.take([blind_spot(guide, next(iter(found)))])
        return
    try:
        state = read_agent(path)
    except FileError as error:
        look.take([blind_spot(guide, path, _("{title}.").format(title=error.title))])
        return
    if not state.known:
        reason = _("Its list of storage locations has a form that Keyturn does not know.")
        look.take([blind_spot(guide, path, reason)])
    plans = _plans_by_location(state)
    look.take(_from_location(guide, path, one, plans.get(one.row, ())) for one in state.locations)


def read_target_places(computer: Computer, guide: Guide, found: Collection[Path], look: Discovery) -> None:
    """Read the destinations of Arq 5, and of the vendor's own `arq_restore`, which keeps copies of them."""
    replaced = (major_version(computer) or 0) > 5
    targets = [path for path in found if path.suffix == ".target"]
    for path in targets:
        content = look.read(path)
        if content is None:
            continue
        try:
            target = read_target(content)
        except FileError as error:
            look.report_unparsable(content, error)
            continue
        if target is not None:
            look.take([_from_target(guide, path, target, replaced)])
    old = next((path for path in found if path.name == _OLD_SETTINGS), None)
    if old is not None and not targets:
        reason = _(
            "It seems to be Arq 3 or older, which makes the bucket's name from its key: with another key it would "
            "begin an empty backup. Update Arq first."
        )
        look.take([blind_spot(guide, old, reason)])
    elif not targets and not replaced:
        look.take([blind_spot(guide, next(iter(found)))])


def own_sets(computer: Computer) -> frozenset[str]:
    """Return the UUIDs, in capitals, under which this computer's own backups stand in buckets, as far as is known.

    Arq 6 and 7: those of the plans, and of computers taken over from Arq 5; Arq 3 and older: the computer's.
    """
    known: set[str] = set()
    shared = computer.shared_support
    if shared is not None:
        with suppress(FileError):
            state = read_agent(shared / AGENT / DATABASE)
            known |= {plan.uuid for plan in state.plans} | state.taken_over
    with suppress(FileError):
        settings = read_file(computer.home / "Library" / "Arq" / "config" / _OLD_SETTINGS)
        known.add(plists.top_texts(settings.content).get("localComputerUUID", ""))
    return frozenset(uuid.upper() for uuid in known)


def location_of(place: Place) -> int | None:
    """Return the row of a place's storage location, by which plans point at it; None for Arq 5's destinations."""
    table, _space, row = place.locator.partition(" ")
    return int(row) if table == _TABLE and row.isascii() and row.isdecimal() else None


def major_version(computer: Computer) -> int | None:
    """Return which Arq the application on a Mac is; None where there is none or it does not tell."""
    if computer.platform is not Platform.MACOS or computer.disk is None:
        return None
    with suppress(FileError, ValueError):
        written = plists.top_texts(read_file(computer.disk.joinpath(*_APPLICATION)).content)
        return int(written.get("CFBundleShortVersionString", "").partition(".")[0])
    return None


def _plans_by_location(state: AgentState) -> Mapping[int, Sequence[BackupPlan]]:
    found: dict[int, list[BackupPlan]] = {}
    for plan in state.plans:
        found.setdefault(plan.location, []).append(plan)
    return found


def _from_location(guide: Guide, path: Path, location: StorageLocation, plans: Sequence[BackupPlan]) -> Place | Problem:
    name = _with_plans(location.name, plans)
    if location.access_key_id is None:
        reason = _("Its storage location “{name}” is at Amazon S3, and the key's ID cannot be read there.")
        return blind_spot(guide, path, reason.format(name=name))
    put_aside = location.active is False
    notes = [_("Arq has put this storage location aside and does not back up to it.")] if put_aside else []
    return Place(
        client=guide.name,
        name=name,
        path=path,
        locator=f"{_TABLE} {location.row}",
        kind=PlaceKind.MENTION if put_aside else PlaceKind.DESTINATION,
        access_key_id=location.access_key_id,
        targets=() if location.target is None else (location.target,),
        region=location.region or None,
        endpoint=location.endpoint,
        additions=guide.asks,
        plain_http=location.plain_http,
        note=" ".join([*notes, *_on_the_name(location.target)]),
    )


def _with_plans(name: str, plans: Sequence[BackupPlan]) -> str:
    if not plans:
        return name
    text = plural("{name} (plan {plans})", "{name} (plans {plans})", len(plans))
    return text.format(name=name, plans=", ".join(f"“{plan.name}”" for plan in plans))


def _from_target(guide: Guide, path: Path, target: ArqTarget, replaced: bool) -> Place | Problem:
    if target.access_key_id is None:
        reason = _("Its destination “{name}” is at Amazon S3, and the key's ID cannot be read there.")
        return blind_spot(guide, path, reason.format(name=target.name))
    notes = list(_on_the_name(target.target))
    restorer = _RESTORER in path.parts
    if restorer:
        notes.insert(0, _("arq_restore keeps this copy for restoring: delete its target and add it anew there."))
    elif replaced:
        notes.insert(
            0,
            _(
                "These are the settings of Arq 5. The Arq that is installed now has its own, and reads these only when "
                "you import them."
            ),
        )
    return Place(
        client=guide.name,
        name=target.name,
        path=path,
        locator=target.uuid or path.stem,
        kind=PlaceKind.MENTION if restorer or replaced else PlaceKind.DESTINATION,
        access_key_id=target.access_key_id,
        targets=() if target.target is None else (target.target,),
        region=target.region,
        endpoint=target.endpoint,
        additions=guide.asks,
        plain_http=target.plain_http,
        note=" ".join(notes),
    )


def _on_the_name(target: Target | None) -> Iterator[str]:
    made_with = None if target is None else key_in_bucket_name(target.bucket)
    if made_with is not None:
        yield _(
            "The bucket's name shows the key that it was made with, {key}. That is only a name: keep it, and never "
            "make a new bucket."
        ).format(key=made_with.masked)
