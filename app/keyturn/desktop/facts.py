"""What the assistant's pages show of a key, a plan and a rotation: taken from the heart's objects, without a secret."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from keyturn.clients.endpoints import is_aws, store_name
from keyturn.clients.guide import ANOTHER_PROGRAM
from keyturn.clients.replacement import preview
from keyturn.model.keys import AccessKey, PrincipalKind
from keyturn.model.places import TEXT, Place, PlaceKind, Problem
from keyturn.model.text import _, plural
from keyturn.rotation import words
from keyturn.rotation.decision import Decision
from keyturn.rotation.guided_items import program_title
from keyturn.rotation.open_buckets import described
from keyturn.rotation.plan import Call, Gate, Options, Plan
from keyturn.rotation.record import Rotation
from keyturn.rotation.routes import routes_for
from keyturn.rotation.steps import Awaited, Result, Route
from keyturn.rotation.survey import FoundKey


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
        name = words.program(place.client)
        return cls(place.identity, place.client, name, where, words.short_path(place.path, home), each)


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
class TextFile:
    """A file that no program's module knows, in which the key stands whole.

    Attributes:
        shown: the path as people see it.
        diff: what would change in it, with secrets hidden.
        edited: the person said that Keyturn puts the new key there.
    """

    path: Path
    shown: str
    diff: str
    edited: bool


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
    others = dict.fromkeys(words.short_path(one.path, home) for one in found.places if one not in ours)
    return KeyFacts(
        key=found.key,
        age=words.age(found.key, now),
        last_used=words.last_used(found.key.last_use, now),
        programs=programs,
        others=tuple(others),
        routes=routes_for(found),
        routes_if_used=routes_for(found, (ANOTHER_PROGRAM,)),
        store=store_name(ours[0]) if found.at_store else None,
        nothing_to_do=_nothing_to_do(found),
        troubles=tuple(troubles),
        unread=tuple(_unread_file(one, home, left_out=False) for one in unread),
        others_of_owner=others_of_owner,
    )


def others_of_owner(found: FoundKey, keys: Sequence[FoundKey]) -> tuple[str, ...]:
    """What uses each other key of the owner here, as far as it was seen: which of two may go is the person's to say."""
    here = {one.key.access_key_id: one for one in keys}
    said = []
    for sibling in found.siblings or ():
        key = sibling.access_key_id
        places = here[key].places if key in here else ()
        names = dict.fromkeys(f"{words.program(one.client)} {one.name}".strip() for one in places)
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


@dataclass(frozen=True, slots=True)
class FileChange:
    """One file that would change, with the change as a diff in which no secret can be seen."""

    path: str
    programs: tuple[str, ...]
    diff: str


class Question(StrEnum):
    """What the person is asked before there is a plan."""

    UNREAD = "unread"  # what becomes of files that cannot be read
    BUCKETS = "buckets"  # which ones programs use that name none
    OPEN_BUCKETS = "open-buckets"  # what each of the others is
    UNLISTED = "unlisted"  # whether there are others, where AWS lists none


@dataclass(frozen=True, slots=True)
class OpenBucket:
    """A bucket of the key's owner that nothing here names, with what is known of it in a few words."""

    name: str
    description: str


@dataclass(frozen=True, slots=True)
class PlanFacts:
    """A plan as its page shows it.

    Attributes:
        store: the host of the S3-compatible store that is asked; None for AWS.
        policy: what the new user may do, as AWS's JSON; empty where no user is made.
        closed: why it may not begin yet.
        command: the same in a terminal.
        open_buckets: those that nothing names and nobody answered for.
        answered: the other buckets of the account of which the person said something.
        unread: the files that could not be read, and in which the key may stand.
        texts: the files that no program's module knows and that can be edited as text.
    """

    route: Route
    user_name: str | None
    programs: tuple[Program, ...]
    programs_by_hand: tuple[Program, ...]
    changes: tuple[FileChange, ...]
    calls: tuple[Call, ...]
    by_hand: tuple[Awaited, ...]
    can: tuple[str, ...]
    cannot: tuple[str, ...]
    notes: tuple[str, ...]
    policy: str
    closed: tuple[Gate, ...]
    command: str
    store: str | None = None
    open_buckets: tuple[OpenBucket, ...] = ()
    answered: tuple[str, ...] = ()
    unread: tuple[UnreadFile, ...] = ()
    texts: tuple[TextFile, ...] = ()

    @property
    def edited_as_text(self) -> frozenset[Path]:
        """The files that this plan edits as text."""
        return frozenset(one.path for one in self.texts if one.edited)

    @property
    def needs_buckets(self) -> Gate | None:
        """The gate that asks for buckets which no configuration names, or which cannot be told from it."""
        return next((one for one in self.closed if one.code in {"bucket.unnamed", "bucket.incomplete"}), None)

    @property
    def question(self) -> Question | None:
        """What the person is asked before there can be a plan; one thing at a time."""
        if not all(one.left_out for one in self.unread):
            return Question.UNREAD
        if self.needs_buckets is not None:
            return Question.BUCKETS
        closed = {one.code for one in self.closed}
        if "bucket.open" in closed and self.open_buckets:
            return Question.OPEN_BUCKETS
        return Question.UNLISTED if "bucket.unlisted" in closed else None


def plan_facts(plan: Plan, options: Options, *, home: Path, location_options: Sequence[str]) -> PlanFacts:
    """What the plan's page shows. Reads the files that would change.

    Raises:
        FileError: `file.changed`, where a file is not as it was planned.
    """
    decision = plan.decision
    changes = tuple(
        FileChange(
            words.short_path(edit.path, home),
            tuple(dict.fromkeys(place.client for place in edit.places)),
            _without_heads(preview(edit, None)),
        )
        for edit in plan.edits
    )
    return PlanFacts(
        route=plan.route,
        user_name=None if decision is None else decision.user_name,
        programs=() if decision is None else programs_of(decision, home),
        programs_by_hand=() if decision is None else programs_by_hand(decision),
        changes=changes,
        calls=plan.calls,
        by_hand=plan.by_hand,
        can=plan.can,
        cannot=plan.cannot,
        notes=plan.notes,
        policy="" if plan.policy is None else json.dumps(plan.policy.as_json(), indent=2),
        closed=plan.closed,
        command=words.command(location_options, "rotate", plan.key.last4, *command_options(options, plan.route)),
        store=None if decision is None else decision.store,
        open_buckets=tuple(
            OpenBucket(one.name, described(one, () if decision is None else decision.computers))
            for one in plan.open_buckets
        ),
        answered=() if decision is None else (*(one.bucket for one in decision.others), *decision.left_out),
        unread=tuple(_unread_file(one, home, left_out=left_out) for one, left_out in plan.unread),
        texts=tuple(_text_files(plan, home)),
    )


def _text_files(plan: Plan, home: Path) -> Iterator[TextFile]:
    edited = [edit for edit in plan.edits if any(place.client == TEXT for place in edit.places)]
    for edit in (*edited, *plan.offered_as_text):
        path = edit.places[0].path
        diff = _without_heads(preview(edit, None))
        yield TextFile(path, words.short_path(path, home), diff, edit not in plan.offered_as_text)


def _unread_file(unread: Problem, home: Path, *, left_out: bool) -> UnreadFile:
    path = unread.path or home
    programs = ", ".join(map(words.program, unread.clients))
    return UnreadFile(
        path, words.short_path(path, home), programs, f"{unread.title}. {unread.message}", unread.code, left_out
    )


def _without_heads(diff: str) -> str:
    return "\n".join(line for line in diff.splitlines() if not line.startswith(("---", "+++")))


def programs_of(decision: Decision, home: Path) -> tuple[Program, ...]:
    """The destinations that a rotation changes."""
    return tuple(
        Program.from_place(one.place, [target.bucket for target in one.targets], home) for one in decision.destinations
    )


def programs_by_hand(decision: Decision) -> tuple[Program, ...]:
    """The programs that a person gives the new key."""
    return tuple(
        Program(
            one.client,
            one.client,
            program_title(one),
            " · ".join(dict.fromkeys([*(place.name for place in one.places), *(each.bucket for each in one.targets)])),
            "",
            tuple(dict.fromkeys(each.bucket for each in one.targets)),
        )
        for one in decision.by_hand
        if one.known
    )


def command_options(options: Options, route: Route) -> tuple[str, ...]:
    """The options of `keyturn rotate` that say the same as these choices."""
    said = ["--pair"] if route is Route.GIVEN_PAIR else ["--route", route.value]
    if options.only:
        said += ["--only", *options.only]
    for bucket in options.buckets:
        said += ["--bucket", bucket]
    if options.other_buckets is not None:
        said += ["--other-buckets", options.other_buckets.value]
    for path in options.edit_text:
        said += ["--edit-text", str(path)]
    for path in options.leave_out:
        said += ["--leave-out", str(path)]
    if options.also:
        said += ["--also", *options.also]
    if options.user_name:
        said += ["--user-name", options.user_name]
    usual = Options()
    if options.watch_days != usual.watch_days:
        said += ["--watch-days", f"{options.watch_days:g}"]
    if options.off_days != usual.off_days:
        said += ["--off-days", f"{options.off_days:g}"]
    return tuple(said)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a rotation stands, as the journal has it.

    Attributes:
        home: of the computer that is looked at.
        for_trash: files with the deleted key that may go to the trash.
    """

    rotation: Rotation
    result: Result
    home: Path
    for_trash: tuple[Path, ...] = ()

    @property
    def programs(self) -> tuple[Program, ...]:
        """The destinations that it changes."""
        return programs_of(self.rotation.decision, self.home)

    @property
    def programs_by_hand(self) -> tuple[Program, ...]:
        """The programs that a person gives the new key."""
        return programs_by_hand(self.rotation.decision)


def count_of_programs(count: int) -> str:
    """`three programs`."""
    return plural("{count} program", "{count} programs", count).format(count=words.count_word(count))
