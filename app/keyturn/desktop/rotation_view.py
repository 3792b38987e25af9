"""What the assistant's pages show of a key and a rotation: taken from the heart's objects, without a secret."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from keyturn.clients.described.guide import ANOTHER_PROGRAM
from keyturn.clients.endpoints import is_aws, store_name
from keyturn.desktop.old_key_use import OldKeyUse
from keyturn.model.keys import AccessKey, PrincipalKind
from keyturn.model.places import Place, PlaceKind, Problem
from keyturn.model.text import _, plural
from keyturn.rotation import labels
from keyturn.rotation.decision import Decision
from keyturn.rotation.finding.survey import FoundKey
from keyturn.rotation.key_life.helper import Helper
from keyturn.rotation.planning.guided_items import program_title
from keyturn.rotation.planning.routes import routes_for
from keyturn.rotation.record import Rotation
from keyturn.rotation.steps import Result, Route


@dataclass(frozen=True, slots=True)
class Program:
    """One place that a program reads.

    Attributes:
        identity: as `Place.identity`.
        client: the program as the command line names it, such as `aws`.
        name: what people call it, such as `AWS CLI`.
        where: what a person calls the place, and the buckets it reaches.
        buckets: those that its settings, or the person, named.
    """

    identity: str
    client: str
    name: str
    where: str
    path: str
    buckets: tuple[str, ...]

    @classmethod
    def from_place(cls, place: Place, buckets: Sequence[str], home: Path) -> Program:
        """What a person has to know of a destination in order to recognise it."""
        each = tuple(dict.fromkeys(buckets))
        where = " · ".join([place.name, *each])
        name = labels.program(place.client)
        return cls(place.identity, place.client, name, where, labels.short_path(place.path, home), each)


@dataclass(frozen=True, slots=True)
class UnreadFile:
    """A program's file that could not be read, and in which the key may stand.

    Attributes:
        shown: the path as people see it.
        programs: whose file it is.
        why: what keeps it from being read, and what to do about it.
        code: the problem's stable name.
        left_out: the person said that the rotation goes on without it.
    """

    path: Path
    shown: str
    programs: str
    why: str
    code: str
    left_out: bool


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """What was found about one key.

    Attributes:
        others: files that hold the key and that no program is known to read.
        routes: to choose from, the recommended one first.
        routes_if_used: the same where the person says that something else uses it, too.
        store: the host of the S3-compatible store whose key it is; None for a key of AWS's.
        nothing_to_do: why there is nothing to do; empty where there is something.
        troubles: what went wrong while looking, in sentences.
        unread: the files that could not be read, and in which it may stand, too.
        others_of_owner: what is known here of each other key of its owner, in sentences.
        helper: what programs would ask for the key; None where none can.
        no_helper: why none can, in sentences.
    """

    key: AccessKey
    age: str
    last_used: str
    programs: tuple[Program, ...]
    others: tuple[str, ...]
    routes: tuple[Route, ...]
    routes_if_used: tuple[Route, ...]
    store: str | None = None
    nothing_to_do: str = ""
    troubles: tuple[str, ...] = ()
    unread: tuple[UnreadFile, ...] = ()
    others_of_owner: tuple[str, ...] = ()
    helper: Helper | None = None
    no_helper: str = ""

    @property
    def is_root(self) -> bool:
        """True for a key of the account's root user."""
        return self.key.owner is not None and self.key.owner.kind is PrincipalKind.ROOT


def facts_of(
    found: FoundKey,
    *,
    now: datetime,
    home: Path,
    endpoint_url: str | None,
    troubles: Sequence[str] = (),
    unread: Sequence[Problem] = (),
    others_of_owner: tuple[str, ...] = (),
) -> KeyFacts:
    """What the first pages show of a key."""
    used = [one for one in found.places if one.kind is PlaceKind.DESTINATION]
    ours = [one for one in used if is_aws(one, endpoint_url) is not found.at_store]
    programs = tuple(Program.from_place(one, [target.bucket for target in one.targets], home) for one in ours)
    others = dict.fromkeys(labels.short_path(one.path, home) for one in found.places if one not in ours)
    return KeyFacts(
        key=found.key,
        age="" if found.key.created is None else labels.span(now - found.key.created),
        last_used=labels.last_used(found.key.last_use, now),
        programs=programs,
        others=tuple(others),
        routes=routes_for(found),
        routes_if_used=routes_for(found, (ANOTHER_PROGRAM,)),
        store=store_name(ours[0]) if found.at_store else None,
        nothing_to_do=_nothing_to_do(found),
        troubles=tuple(troubles),
        unread=tuple(unread_file(one, home, left_out=False) for one in unread),
        others_of_owner=others_of_owner,
    )


def others_of_owner(found: FoundKey, keys: Sequence[FoundKey]) -> tuple[str, ...]:
    """What uses each other key of the owner here, as far as it was seen: which of two may go is the person's to say."""
    here = {one.key.access_key_id: one for one in keys}
    said = []
    for sibling in found.siblings or ():
        key = sibling.access_key_id
        places = here[key].places if key in here else ()
        names = dict.fromkeys(f"{labels.program(one.client)} {one.name}".strip() for one in places)
        if names:
            text = _("{key} stands on this computer: {names}.")
            said.append(text.format(key=key.masked, names=", ".join(names)))
        else:
            text = _("{key} was not found on this computer; what uses it elsewhere is not known.")
            said.append(text.format(key=key.masked))
    return tuple(said)


def _nothing_to_do(found: FoundKey) -> str:
    if found.key.access_key_id.is_temporary:
        return _("This is a temporary key: it expires by itself, and there is nothing to replace.")
    return ""


def unread_file(unread: Problem, home: Path, *, left_out: bool) -> UnreadFile:
    """A file that could not be read, as the pages show it."""
    path = unread.path or home
    programs = ", ".join(map(labels.program, unread.clients))
    return UnreadFile(path, labels.short_path(path, home), programs, str(unread), unread.code, left_out)


def programs_of(decision: Decision, home: Path) -> tuple[Program, ...]:
    """The destinations that a rotation changes."""
    return tuple(
        Program.from_place(one.place, [target.bucket for target in one.targets], home) for one in decision.destinations
    )


def programs_by_hand(decision: Decision) -> tuple[Program, ...]:
    """The programs that a person gives the new key."""
    return tuple(
        Program(
            one.identity,
            one.client,
            program_title(one),
            " · ".join(dict.fromkeys([*(place.name for place in one.places), *(each.bucket for each in one.targets)])),
            "",
            tuple(dict.fromkeys(each.bucket for each in one.targets)),
        )
        for one in decision.by_hand
        if one.known
    )


@dataclass(frozen=True, slots=True)
class RotationStanding:
    """How a rotation stands, as the journal has it.

    Attributes:
        home: of the computer that is looked at.
        for_trash: files with the deleted key that may go to the trash.
        use: what AWS told of the old key's use when it was asked last; None where it never was.
    """

    rotation: Rotation
    result: Result
    home: Path
    for_trash: tuple[Path, ...] = ()
    use: OldKeyUse | None = None

    @property
    def programs(self) -> tuple[Program, ...]:
        """The destinations that it changes."""
        return programs_of(self.rotation.decision, self.home)

    @property
    def programs_by_hand(self) -> tuple[Program, ...]:
        """The programs that a person gives the new key."""
        return programs_by_hand(self.rotation.decision)


def count_of_programs(places: Sequence[Program]) -> str:
    """`three programs`, however many places each of them has."""
    count = len({one.name for one in places})
    return plural("{count} program", "{count} programs", count).format(count=labels.count_word(count))
