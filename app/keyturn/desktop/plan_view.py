"""What the page of the plan shows: taken from the heart's plan, without a secret."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.clients.replacement import preview
from keyturn.desktop.rotation_view import Program, UnreadFile, programs_by_hand, programs_of, unread_file
from keyturn.model.places import TEXT, Place
from keyturn.rotation import labels
from keyturn.rotation.carrying_out.turning_off import default_way
from keyturn.rotation.key_life.move_words import asking_heading
from keyturn.rotation.planning.open_buckets import described
from keyturn.rotation.planning.plan import Call, Gate, Options, Plan
from keyturn.rotation.steps import Awaited, By, Route

if TYPE_CHECKING:
    from keyturn.rotation.signers.signer import Signer


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
class FileChange:
    """One file that would change, with the change as a diff in which no secret can be seen."""

    path: str
    programs: tuple[str, ...]
    diff: str


class PlanQuestion(StrEnum):
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
        buckets: those that a key of its own reaches; empty where the new key reaches as much as the old one.
        off_by: how the old key is turned off unless the person says otherwise; None where nothing is decided.
        asking: those of the programs whose pair leaves the file.
        asked_for: by which name they ask then, as a heading.
        staying: the places that keep theirs, each with the reason; empty where nobody asked for it.
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
    buckets: tuple[str, ...] = ()
    off_by: By | None = None
    asking: tuple[Program, ...] = ()
    asked_for: str = ""
    staying: tuple[str, ...] = ()

    @property
    def edited_as_text(self) -> frozenset[Path]:
        """The files that this plan edits as text."""
        return frozenset(one.path for one in self.texts if one.edited)

    @property
    def needs_buckets(self) -> Gate | None:
        """The gate that asks for buckets which no configuration names, or which cannot be told from it."""
        return next((one for one in self.closed if one.code in {"bucket.unnamed", "bucket.incomplete"}), None)

    @property
    def question(self) -> PlanQuestion | None:
        """What the person is asked before there can be a plan; one thing at a time."""
        if not all(one.left_out for one in self.unread):
            return PlanQuestion.UNREAD
        if self.needs_buckets is not None:
            return PlanQuestion.BUCKETS
        closed = {one.code for one in self.closed}
        if "bucket.open" in closed and self.open_buckets:
            return PlanQuestion.OPEN_BUCKETS
        return PlanQuestion.UNLISTED if "bucket.unlisted" in closed else None


def plan_facts(
    plan: Plan, options: Options, *, home: Path, location_options: Sequence[str], signer: Signer
) -> PlanFacts:
    """What the plan's page shows. Reads the files that would change.

    Raises:
        FileError: `file.changed`, where a file is not as it was planned.
    """
    decision = plan.decision
    signs = () if signer.identity is None else ("--as", signer.name)
    changes = tuple(
        FileChange(
            labels.short_path(edit.path, home),
            tuple(dict.fromkeys(place.client for place in edit.places)),
            _without_heads(preview(edit, None)),
        )
        for edit in plan.edits
    ) + tuple(
        FileChange(labels.short_path(one.change.path, home), (one.place.client,), _without_heads(one.change.diff))
        for one in plan.moving
    )
    handing = None if decision is None else decision.handing
    programs = () if decision is None else programs_of(decision, home)
    moving = {one.place.identity for one in plan.moving}
    return PlanFacts(
        route=plan.route,
        user_name=None if decision is None else decision.user_name,
        programs=programs,
        programs_by_hand=() if decision is None else programs_by_hand(decision),
        changes=changes,
        calls=plan.calls,
        by_hand=plan.by_hand,
        can=plan.can,
        cannot=plan.cannot,
        notes=plan.notes,
        policy="" if plan.policy is None else json.dumps(plan.policy.as_json(), indent=2),
        closed=plan.closed,
        command=labels.command(
            location_options, "rotate", plan.key.last4, *command_options(options, plan.route), *signs
        ),
        store=None if decision is None else decision.store,
        open_buckets=tuple(
            OpenBucket(one.name, described(one, () if decision is None else decision.computers))
            for one in plan.open_buckets
        ),
        answered=() if decision is None else (*(one.bucket for one in decision.others), *decision.left_out),
        unread=tuple(unread_file(one, home, left_out=left_out) for one, left_out in plan.unread),
        texts=tuple(_text_files(plan, home)),
        buckets=decision.buckets if decision is not None and plan.route is Route.SCOPED_USER else (),
        off_by=None if decision is None else default_way(decision, signer),
        asking=tuple(one for one in programs if one.identity in moving),
        asked_for="" if handing is None else asking_heading(handing.name),
        staying=tuple(f"{_named(one.place, home)}. {one.why}" for one in plan.staying),
    )


def _named(place: Place, home: Path) -> str:
    return f"{place.name} · {labels.short_path(place.path, home)}"


def _text_files(plan: Plan, home: Path) -> Iterator[TextFile]:
    edited = [edit for edit in plan.edits if any(place.client == TEXT for place in edit.places)]
    for edit in (*edited, *plan.offered_as_text):
        path = edit.places[0].path
        diff = _without_heads(preview(edit, None))
        yield TextFile(path, labels.short_path(path, home), diff, edit not in plan.offered_as_text)


def _without_heads(diff: str) -> str:
    return "\n".join(line for line in diff.splitlines() if not line.startswith(("---", "+++")))


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
    for one in options.also:
        said += ["--also", one]
    if options.user_name:
        said += ["--user-name", options.user_name]
    if options.into is not None:
        said += ["--into", "keychain", *(("--by-me",) if options.into.by_me else ())]
    usual = Options()
    if options.watch_days != usual.watch_days:
        said += ["--watch-days", f"{options.watch_days:g}"]
    if options.off_days != usual.off_days:
        said += ["--off-days", f"{options.off_days:g}"]
    return tuple(said)
