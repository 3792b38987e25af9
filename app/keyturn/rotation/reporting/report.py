"""What was found and done, for the drawer or the accountant: the facts of a report, before they get any form."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from keyturn.model.errors import StateError
from keyturn.model.keys import KEY_ID_IN_TEXT, AccessKey, AccessKeyId
from keyturn.model.search_scope import SearchScope
from keyturn.model.text import _, plural, shown
from keyturn.rotation import labels
from keyturn.rotation.all_rotations import all_rotations
from keyturn.rotation.carrying_out import off_between
from keyturn.rotation.carrying_out.ended import what_was_known
from keyturn.rotation.carrying_out.said import is_deletion_seen, was_seen, yes_titles
from keyturn.rotation.carrying_out.standing import standing
from keyturn.rotation.context import Context
from keyturn.rotation.events.entry import Entry
from keyturn.rotation.events.key_events import ClosedAsItStood, DoneBy, KeyMade, Ticked
from keyturn.rotation.events.rotation_events import Failed, OffThroughout, Proved, SearchMade, SignedBy
from keyturn.rotation.finding.survey import Survey
from keyturn.rotation.planning import by_hand
from keyturn.rotation.record import Rotation
from keyturn.rotation.steps import By, Result, Step
from keyturn.state import seen_keys
from keyturn.state.journal import Mark
from keyturn.state.telling_queue import Told, read_told

_PROOFS = (Step.PROVE_AGAIN, Step.PROVE_OFF)


class HowItWent(StrEnum):
    """What became of a step."""

    WELL = "well"
    BADLY = "badly"
    BY_HAND = "by-hand"  # a person says so
    OPEN = "open"  # begun, and how it ended is not known


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened in a rotation, as the journal has it.

    Attributes:
        step: the journal's own word.
        title: what it was, for people.
        detail: what else the journal knows of it; may be empty.
        by_person: a person did it, or says so.
        seen: False where that is a person's word alone.
    """

    at: datetime
    step: str
    title: str
    went: HowItWent
    detail: str = ""
    by_person: bool = False
    seen: bool = True


@dataclass(frozen=True, slots=True)
class Proof:
    """What was proved of one bucket of a destination, in one step.

    Attributes:
        destination: what a person calls it.
        path: its file; None where the rotation does not know the destination any more.
    """

    at: datetime
    step: Step
    destination: str
    path: Path | None
    proved: Proved

    @property
    def ok(self) -> bool | None:
        """False where a check failed; None where none worked; else True."""
        results = [result for _check, result in self.proved.checks]
        return False if False in results else (True in results or None)


@dataclass(frozen=True, slots=True)
class RotationStory:
    """A rotation, how it stands, and what happened in it, oldest first."""

    rotation: Rotation
    result: Result
    happened: tuple[Happening, ...]
    proofs: tuple[Proof, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that a report says.

    Attributes:
        made: when, in UTC.
        computer: its name.
        asked_aws: False where AWS was not asked, so that whose the keys are and how old is not known.
        rotations: the newest first.
        told: who is told what happens, and how it stands with each.
    """

    made: datetime
    computer: str
    home: Path
    asked_aws: bool
    survey: Survey
    rotations: tuple[RotationStory, ...]
    told: tuple[Told, ...] = ()


def make_report(context: Context, survey: Survey, *, asked_aws: bool) -> Report:
    """Gather the facts: what `survey` found, and what the journal has. AWS is not asked here."""
    stories = tuple(_story(context, one) for one in reversed(all_rotations(context.journal)))
    computer = context.computer
    remembered = seen_keys.load(context.folder, computer.home)
    facts = {one.key.access_key_id: one.key for one in remembered.keys}
    owners = {story.rotation.decision.key: story.rotation.decision.owner for story in stories}
    keys = []
    for one in survey.keys:
        key = one.key.access_key_id
        completed = _completed(one.key, facts.get(key))
        keys.append(replace(one, key=replace(completed, owner=completed.owner or owners.get(key))))
    survey = replace(survey, keys=tuple(keys))
    told: tuple[Told, ...] = ()
    with suppress(StateError):  # which every command tells by itself
        told = read_told(context.folder)
    return Report(context.clock.now(), computer.name, computer.home, asked_aws, survey, stories, told)


def about(report: Report, keys: Collection[AccessKeyId]) -> Report:
    """The part of a report that is about these keys."""
    here = tuple(one for one in report.survey.keys if one.key.access_key_id in keys)
    survey = replace(report.survey, keys=here, accounts=())
    stories = tuple(
        one for one in report.rotations if not {one.rotation.decision.key, one.rotation.new_key}.isdisjoint(keys)
    )
    return replace(report, survey=survey, rotations=stories)


def _completed(key: AccessKey, remembered: AccessKey | None) -> AccessKey:
    """The key with what never changes, where AWS told it earlier: of a key that is off it tells nothing any more."""
    if remembered is None:
        return key
    return replace(key, owner=key.owner or remembered.owner, created=key.created or remembered.created)


def fit_to_print(text: str) -> str:
    """The text with each key ID masked, without secrets, and without what a stranger could have hidden in it."""
    return shown(KEY_ID_IN_TEXT.sub(lambda match: AccessKeyId(match[0]).masked, text))


def _story(context: Context, rotation: Rotation) -> RotationStory:
    titles = {one.item: one.title for one in by_hand.foreseen(context, rotation.decision)} | yes_titles(rotation)
    return RotationStory(
        rotation,
        standing(context, rotation),
        tuple(_happened(rotation, titles)),
        tuple(_proofs(rotation)),
    )


def _happened(rotation: Rotation, titles: Mapping[str, str]) -> Iterator[Happening]:
    for at, entry in enumerate(rotation.entries):
        step = labels.step(entry.step)
        match entry.mark:
            case Mark.DONE:
                by_person = _by(entry) is By.CONSOLE
                seen = was_seen(entry) or (entry.step is Step.DELETE and is_deletion_seen(rotation))
                went, detail = HowItWent.WELL, _detail(rotation, entry)
                if not seen:
                    went, detail = HowItWent.BY_HAND, labels.said_not_seen()
                if entry.step is Step.CHECK:
                    yield from _search(entry)
                yield Happening(entry.at, entry.step, step, went, detail, by_person, seen)
            case Mark.FAILED:
                failed = entry.get(Failed)
                code = "" if failed is None else failed.code
                yield Happening(entry.at, entry.step, step, HowItWent.BADLY, code)
            case Mark.TICKED:
                tick = entry.get(Ticked)
                item = "" if tick is None else tick.item
                seen = was_seen(entry)
                detail = _("said by a person, and seen") if seen else labels.said_not_seen()
                yield Happening(entry.at, item, titles.get(item, item), HowItWent.BY_HAND, detail, True, seen)
            case Mark.NOTED:
                yield from _search(entry)
            case Mark.INTENT if not _ended(rotation.entries[at + 1 :], entry.step):
                yield Happening(entry.at, entry.step, step, HowItWent.OPEN)
            case _:
                pass


def _search(entry: Entry) -> Iterator[Happening]:
    made = entry.get(SearchMade)
    if made is not None:
        title = _("Search of this computer for the old key")
        yield Happening(entry.at, "search", title, HowItWent.WELL, _searched(made))


def _searched(made: SearchMade) -> str:
    """How much was searched, and what holds the old key; a search that was left out is told as well."""
    seen = made.searched
    if seen.scope is SearchScope.NONE:
        return _("left out, as was asked")
    holding = [str(place.path) for place in made.holding]
    files = plural("{count} file searched", "{count} files searched", seen.files).format(count=f"{seen.files:,}")
    if not seen.finished:
        files = _("{files}, then ended early").format(files=files)
    if not holding:
        return files
    return _("{files}; it stands in {paths}").format(files=files, paths=", ".join(dict.fromkeys(holding)))


def _ended(after: tuple[Entry, ...], step: Step) -> bool:
    """True where the next thing that the journal has of this step is how it ended."""
    following = (one.mark for one in after if one.step is step and one.mark in {Mark.INTENT, Mark.DONE, Mark.FAILED})
    return next(following, None) in {Mark.DONE, Mark.FAILED}


def _detail(rotation: Rotation, entry: Entry) -> str:
    if entry.get(ClosedAsItStood) is not None:
        return " ".join(what_was_known(rotation))
    made = entry.get(KeyMade)
    if made is not None:
        return made.new_key.masked
    off = rotation.newest(OffThroughout)
    if entry.step is Step.DELETE and off is not None:
        return "; ".join(filter(None, (_who_did(entry), off_between.said_of(off))))
    return _who_did(entry)


def _who_did(entry: Entry) -> str:
    match _by(entry):
        case By.CONSOLE:
            return _("by a person in the AWS console")
        case By.SIGNER:
            signed = entry.get(SignedBy)
            return _("by Keyturn, as {signer}").format(signer="" if signed is None else signed.signer)
        case By.KEY:
            return _("by Keyturn, with a key that may do so")
        case None:
            return ""


def _by(entry: Entry) -> By | None:
    done = entry.get(DoneBy)
    return None if done is None else done.by


def _proofs(rotation: Rotation) -> Iterator[Proof]:
    known = {one.place.identity: one for one in rotation.decision.destinations}
    for step in _PROOFS:
        done = rotation.latest(step, Mark.DONE)
        # Two folders of one bucket are proved twice and look alike.
        for proved in dict.fromkeys(rotation.proved(step)) if done is not None else ():
            destination = known.get(proved.place)
            title = proved.place if destination is None else destination.title
            path = None if destination is None else destination.place.path
            if done is not None:
                yield Proof(done.at, step, title, path, proved)
