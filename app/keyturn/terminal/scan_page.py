"""The page of `scan`: am I affected, where are the keys, and what to type next."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.clients.described.guide import guide_named
from keyturn.model.places import Place, PlaceKind, Problem
from keyturn.model.text import _
from keyturn.rotation import labels
from keyturn.rotation.finding.situation import TO_DO, Mood, Situation, elsewhere, not_asked, of_rotation, of_survey
from keyturn.rotation.finding.survey import FoundKey, Survey
from keyturn.rotation.shared_key.replaced_elsewhere import sentences_on
from keyturn.terminal.account_lines import account_lines
from keyturn.terminal.key_lines import TONES, users_of_key
from keyturn.terminal.screen import BLANK, Line, Piece, Tone, bullet, columns, line

if TYPE_CHECKING:
    from keyturn.model.keys import AccessKeyId
    from keyturn.rotation.record import Rotation
    from keyturn.rotation.steps import Result


def scan_page(
    survey: Survey,
    *,
    now: datetime,
    home: Path,
    options: Sequence[str],
    offline: bool,
    under_way: Sequence[tuple[Rotation, Result]] = (),
) -> list[Line]:
    """The whole page.

    Args:
        options: what commands to type next need in order to reach the same computer and account.
        offline: AWS was not asked.
        under_way: the rotations that have not ended, those first that somebody has to look at.
    """
    if under_way:
        situation = of_rotation(*under_way[0])
    elif offline and survey.keys:
        situation = not_asked(survey)
    else:
        situation = of_survey(survey, now, home)
    if situation.mood is Mood.NOTHING and not survey.accounts:
        return [
            *_headline(situation),
            *_searched(survey),
            *_problems(survey.problems, home),
            *_when_empty(options),
        ]
    replaced = frozenset(rotation.decision.key for rotation, _result in under_way)
    page = (
        [*_headline(situation), BLANK, *_table(survey, now, home, replaced)] if survey.keys else [*_headline(situation)]
    )
    for account in survey.accounts:
        page += account_lines(account, now, survey.days)
    page += _other_buckets(survey)
    page += _searched(survey)
    page += _problems(survey.problems, home)
    if under_way:
        return [*page, *_command(_("See what is awaited, and what you can do:"), labels.command(options, "status"))]
    return page + _next(survey, options, offline)


def _headline(situation: Situation) -> list[Line]:
    first, *rest = situation.sentences or ("",)
    if situation.mood is Mood.NEEDS_YOU:
        return [line(f"{situation.title} {first}", Tone.HEADING), *(line(text) for text in rest)]
    return [line(situation.title, Tone.HEADING), *(line(text) for text in situation.sentences)]


def _table(survey: Survey, now: datetime, home: Path, replaced: Collection[AccessKeyId]) -> list[Line]:
    headings = (_("KEY"), _("OWNER"), _("AGE"), _("LAST USED"), _("ADVICE"))
    rows = [[Piece(heading, Tone.QUIET) for heading in headings]]
    rows += [
        [
            Piece(found.key.access_key_id.masked, Tone.HEADING),
            Piece(labels.kind(found.key)),
            Piece(labels.age(found.key, now)),
            Piece(labels.last_used(found.key.last_use, now)),
            Piece(_("being replaced"), Tone.QUIET)
            if found.key.access_key_id in replaced
            else Piece(labels.advice(found.advice), TONES[found.advice]),
        ]
        for found in survey.keys
    ]
    header, *keys = columns(rows)
    page = [header]
    named = [[_place_name(place) for place in found.places] for found in survey.keys]
    width = max((len(name.text) for names in named for name in names), default=0)
    for found, row, names in zip(survey.keys, keys, named, strict=True):
        page.append(row)
        page += _owner(found)
        for place, name in zip(found.places, names, strict=True):
            pieces = (Piece(name.text.ljust(width + 2), name.tone), Piece(labels.short_path(place.path, home)))
            reaches = ", ".join(sorted({target.bucket for target in place.targets}))
            arrow = (Piece(" → "), Piece(reaches, Tone.COMMAND)) if reaches else ()
            page.append(Line((*pieces, *arrow), indent=2, hanging=2))
            if place.note:
                page.append(line(place.note, Tone.QUIET, indent=4))
        page += users_of_key(found.history, survey.days)
        if found.replaced_elsewhere:
            for said in sentences_on(found.key.access_key_id, found.replaced_elsewhere):
                page.append(line(said, Tone.ATTENTION, indent=2))
        page.append(BLANK)
    return page[:-1]


def _owner(found: FoundKey) -> list[Line]:
    owner = found.key.owner
    if owner is None:
        hint = found.key.access_key_id.account_hint()
        text = _("account {account}, going by the key ID alone; AWS has not confirmed it")
        return [] if hint is None else [line(text.format(account=hint), Tone.QUIET, indent=2)]
    if owner.user_name is not None:
        text = _("IAM user {user}, account {account}").format(user=owner.user_name, account=owner.account)
    else:
        text = _("account {account}").format(account=owner.account)
    return [line(text, Tone.QUIET, indent=2)]


def _place_name(place: Place) -> Piece:
    if place.kind is PlaceKind.DESTINATION:
        guide = guide_named(place.client)
        return Piece(f"{place.client if guide is None else guide.title} {place.name}")
    if place.kind is PlaceKind.LEFTOVER:
        return Piece(_("leftover copy"), Tone.ATTENTION)
    return Piece(_("mentioned in"), Tone.QUIET)


def _other_buckets(survey: Survey) -> list[Line]:
    """The buckets that the keys reach and nothing here names, and where that is not known."""
    page = []
    unnamed = [one for reach in survey.reaches for one in reach.open]
    if unnamed:
        from keyturn.rotation.planning.open_buckets import described  # most computers have none

        page += [BLANK, line(_("Buckets that these keys reach and nothing found here names"), Tone.HEADING)]
        page += [bullet(f"{one.name}: {described(one)}", indent=2) for one in unnamed]
    for reach in survey.reaches:
        if reach.refusal is not None:
            text = _("Which buckets account {account} has is not known: {reason}.")
            page += [BLANK, line(text.format(account=reach.account, reason=reach.refusal.title), Tone.QUIET)]
    return page


def _searched(survey: Survey) -> list[Line]:
    if survey.searched is None or not survey.searched.files:
        return []
    from keyturn.clients.search.skipped import amount  # most scans search no folders

    looked = _("Searched {amount} in the folders that you named.")
    return [BLANK, line(looked.format(amount=amount(survey.searched.files, survey.searched.size)), Tone.QUIET)]


def _problems(problems: Sequence[Problem], home: Path) -> list[Line]:
    if not problems:
        return []
    page = [BLANK, line(_("What Keyturn could not see, or what looks wrong"), Tone.HEADING)]
    for problem in problems:
        page.append(bullet(problem.title))
        if problem.path is not None and str(problem.path) not in problem.title:
            page.append(line(labels.short_path(problem.path, home), indent=2))
        page.append(line(problem.message, Tone.QUIET, indent=2))
    return page


def _next(survey: Survey, options: Sequence[str], offline: bool) -> list[Line]:
    if offline:
        return _command(_("Ask AWS whose they are:"), labels.command(options, "scan"))
    if not survey.keys:
        return []
    first = survey.keys[0]
    if first.advice not in TO_DO:
        return _command(_("Prove that every backup reaches its bucket:"), labels.command(options, "verify"))
    ending = first.key.access_key_id.last4
    name = ending if len(survey.find(ending)) == 1 else first.key.access_key_id.value
    return _command(_("See what Keyturn would do (it changes nothing):"), labels.command(options, "plan", name))


def _command(sentence: str, command: str) -> list[Line]:
    return [BLANK, line(sentence), line(command, Tone.COMMAND, indent=2, wraps=False)]


def _when_empty(options: Sequence[str]) -> list[Line]:
    question, endings = elsewhere()
    return [
        BLANK,
        line(question),
        *(bullet(ending) for ending in endings),
        *_command(_("To see how a rotation goes, without touching anything:"), labels.command((), "practice")),
    ]
