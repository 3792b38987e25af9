"""Am I affected, and am I safe now? The answer in a title and a few sentences, the same in window and terminal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.clients.walking import listed
from keyturn.model.errors import AwsFault
from keyturn.model.keys import KeyStatus, PrincipalKind
from keyturn.model.places import PlaceKind
from keyturn.model.text import _, plural
from keyturn.rotation import labels
from keyturn.rotation.advice import Advice
from keyturn.rotation.finding.unread_places import where_it_may_stand
from keyturn.rotation.steps import Result, State, Step

if TYPE_CHECKING:
    from keyturn.rotation.finding.survey import FoundKey, Survey
    from keyturn.rotation.record import Rotation

TO_DO = (Advice.REPLACE, Advice.RENEW, Advice.RETIRE)


class Mood(StrEnum):
    """What a situation asks of the person."""

    FINE = "fine"
    NEEDS_YOU = "needs-you"
    WAITS = "waits"  # a rotation waits for time or for a thing done by hand
    STOPPED = "stopped"  # a rotation was interrupted, or somebody has to look at it
    UNKNOWN = "unknown"
    NOTHING = "nothing"  # no key was found


@dataclass(frozen=True, slots=True)
class Situation:
    """How it stands.

    Attributes:
        title: the answer in one sentence.
        sentences: what it means.
    """

    mood: Mood
    title: str
    sentences: tuple[str, ...] = ()


def of_survey(survey: Survey, now: datetime, home: Path) -> Situation:
    """What the keys on this computer need."""
    if not survey.keys:
        return Situation(Mood.NOTHING, _none_found(survey), (*_unread(survey), where_looked(survey, home)))
    first = survey.keys[0]
    if first.advice not in TO_DO:
        nothing = _nothing_to_do(survey)
        return replace(nothing, sentences=(*nothing.sentences, *_unread(survey)))
    sentences = [_users(first, survey), _why(first)]
    others = sum(found.advice in TO_DO for found in survey.keys[1:])
    if others:
        more = plural("One more key needs you; see below.", "{count} more keys need you; see below.", others)
        sentences.append(more.format(count=labels.count_word(others).capitalize()))
    return Situation(Mood.NEEDS_YOU, _age(first, now), tuple(sentences))


def not_asked(survey: Survey) -> Situation:
    """What an offline look can say."""
    count = len(survey.keys)
    if survey.unread:
        found = plural(
            "Keyturn found at least {count} access key on this computer.",
            "Keyturn found at least {count} access keys on this computer.",
            count,
        )
    else:
        found = plural(
            "Keyturn found {count} access key on this computer.",
            "Keyturn found {count} access keys on this computer.",
            count,
        )
    not_asked = _("AWS was not asked whose they are, how old, or whether they work.")
    return Situation(Mood.UNKNOWN, found.format(count=labels.count_word(count)), (not_asked, *_unread(survey)))


def of_rotation(rotation: Rotation, result: Result) -> Situation:
    """How a rotation that is under way stands.

    Args:
        result: what `rotation_service.standing` says of it.
    """
    key = rotation.decision.key.masked
    safe = _("Keyturn changes each file in one go, so no program holds half a key.")
    if result.state is State.INTERRUPTED:
        title = _("Replacing {key} was interrupted.").format(key=key)
        return Situation(Mood.STOPPED, title, (safe, _("Carry on from there, or put everything back.")))
    if result.state is State.STOPPED:
        title = _("Replacing {key} stopped at: {step}.").format(key=key, step=labels.step(result.step))
        return Situation(Mood.STOPPED, title, (safe, _("Look at what happened, then carry on or put everything back.")))
    from keyturn.rotation.carrying_out import backups_seen  # only who has a rotation under way waits for it

    # What a person can do now comes before what only takes its time.
    first = sorted(result.awaiting, key=lambda one: not one.tickable)[:2]
    awaited = tuple(f"{one.title}." for one in first)
    if result.step is Step.PROVE:
        title = _("The new key for {key} is made, and AWS does not accept it everywhere yet.").format(key=key)
    elif result.step is Step.DELETE:
        reach = backups_seen.headline(rotation)
        title = f"{reach}." if reach else _("{key} is off.").format(key=key)
    elif rotation.decision.route.makes_a_key:
        title = _("The new key is in place; {key} is still on.").format(key=key)
    else:
        title = _("Keyturn watches whether anything uses {key}.").format(key=key)
    return Situation(Mood.WAITS, title, awaited)


def where_looked(survey: Survey, home: Path) -> str:
    """Where was looked for keys, and the command that looks further."""
    looked = _(
        "Keyturn looked below {home}, and where the system keeps services and timetables: into the files of the "
        "programs that `keyturn clients` lists, scripts, service units, crontabs, compose files, and the small files "
        "of the usual folders, such as Downloads, Desktop and Documents."
    ).format(home=home)
    searched = survey.searched
    if searched is None or not searched.files:
        further = _("It did not look into every file: {command} does.")
        return f"{looked} {further.format(command=_search_of(home))}"
    from keyturn.clients.search.skipped import amount  # most looks search no folders

    every = (
        _("It searched {amount} in {folders}, too.") if searched.finished else _("It began to search {folders}, too.")
    )
    told = every.format(amount=amount(searched.files, searched.size), folders=listed(searched.folders))
    if searched.finished and any(home.is_relative_to(folder) for folder in searched.folders):
        return f"{looked} {told}"
    further = _("Your other files were not searched: {command} does that.").format(command=_search_of(home))
    return f"{looked} {told} {further}"


def _search_of(home: Path) -> str:
    return f"`{labels.command((), 'scan', '--search', str(home), '--any')}`"


def elsewhere() -> tuple[str, tuple[str, ...]]:
    """Where else a key may be, for the one who got the mail although nothing was found: a sentence and its endings."""
    return _("Did AWS write to you about an old key all the same? It may be"), (
        _("on another computer, a NAS or a web server: run Keyturn there, or look at its disk with --home DIR"),
        _("in a program that keeps its keys hidden, such as Arq or Duplicati: open its settings"),
    )


def _nothing_to_do(survey: Survey) -> Situation:
    if all(found.advice is Advice.OK for found in survey.keys):
        return Situation(Mood.FINE, _("Every access key on this computer is fine."))
    used = [found for found in survey.keys if any(place.kind is PlaceKind.DESTINATION for place in found.places)]
    if used and all(found.key.status is KeyStatus.ACTIVE for found in used):
        return Situation(
            Mood.FINE,
            _("AWS accepts every access key that a program on this computer uses."),
            (_("AWS does not tell everything about each of them; what is not known stays open."),),
        )
    if all(found.at_store for found in survey.keys if found.advice is Advice.UNKNOWN):
        return Situation(
            Mood.UNKNOWN,
            _("Keyturn cannot tell what keys of S3-compatible stores need."),
            (_("Such a store tells nothing about its keys. To replace one: `keyturn rotate KEY --pair`."),),
        )
    return Situation(
        Mood.UNKNOWN,
        _("Keyturn cannot tell yet what these keys need."),
        (_("AWS did not tell enough about them; the reasons are below."),),
    )


def no_answer(survey: Survey) -> FoundKey | None:
    """The first key about which nobody could be asked, where AWS was not reached at all; None where it was."""
    silent = {AwsFault.NO_NETWORK, AwsFault.NOT_AWS, AwsFault.UNTRUSTED, AwsFault.NO_ANSWER, AwsFault.CLOCK}
    if any(found.key.owner is not None for found in survey.keys):
        return None
    return next((one for one in survey.keys if one.failure is not None and one.failure.fault in silent), None)


def _age(found: FoundKey, now: datetime) -> str:
    key, owner = found.key, found.key.owner
    name = key.access_key_id.masked
    is_root = owner is not None and owner.kind is PrincipalKind.ROOT
    if key.created is None:
        text = _("Your AWS root key is of unknown age.") if is_root else _("Access key {key} is of unknown age.")
        return text.format(key=name)
    if is_root:
        return _("Your AWS root key is {age} old.").format(age=labels.span(now - key.created))
    return _("Access key {key} is {age} old.").format(key=name, age=labels.span(now - key.created))


def _none_found(survey: Survey) -> str:
    if survey.unread:
        return _("No AWS access key was found in what could be read on this computer.")
    return _("No AWS access key was found on this computer.")


def _unread(survey: Survey) -> tuple[str, ...]:
    """How many files could not be read; nothing where all could."""
    count = len(survey.unread)
    if not count:
        return ()
    text = plural(
        "{count} place could not be read, so whether a key stands there is not known.",
        "{count} places could not be read, so whether a key stands there is not known.",
        count,
    )
    return (text.format(count=labels.count_word(count).capitalize()),)


def _users(found: FoundKey, survey: Survey) -> str:
    """How many programs use a key, and in how many places nobody can see whether another one does."""
    programs = {place.client for place in found.places if place.kind is PlaceKind.DESTINATION}
    unread = len(where_it_may_stand(found, survey.problems))
    if not programs:
        known = _("Keyturn found no program on this computer that uses it.")
    elif not unread:
        text = plural(
            "{count} program on this computer uses it.", "{count} programs on this computer use it.", len(programs)
        )
        known = text.format(count=labels.count_word(len(programs)).capitalize())
    else:
        places = len({place.path for place in found.places if place.kind is PlaceKind.DESTINATION})
        text = plural(
            "Programs use it in at least {count} place on this computer.",
            "Programs use it in at least {count} places on this computer.",
            places,
        )
        known = text.format(count=labels.count_word(places))
    if not unread:
        return known
    more = plural(
        "{count} more place could not be read, and it may stand there, too.",
        "{count} more places could not be read, and it may stand there, too.",
        unread,
    )
    return f"{known} {more.format(count=labels.count_word(unread).capitalize())}"


def _why(found: FoundKey) -> str:
    if found.advice is Advice.REPLACE:
        return _(
            "It can do anything in your AWS account, so AWS asks you to replace it. Nothing stops working meanwhile."
        )
    if found.advice is Advice.RENEW:
        return _("It works, and the older a key is, the more places may hold a copy of it.")
    return _("A key that nobody uses is only a risk: turn it off, and delete it some days later.")


def urgent_first(rotations: Sequence[tuple[Rotation, Result]]) -> tuple[tuple[Rotation, Result], ...]:
    """Those under way, first the ones that somebody has to look at, then the oldest."""
    under_way = [pair for pair in rotations if not pair[0].is_over]
    return tuple(sorted(under_way, key=lambda pair: (pair[1].state is State.WAITING, pair[0].started)))
