"""The page of `scan`: am I affected, where are the keys, and what to type next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from keyturn.model.keys import KeyStatus, PrincipalKind
from keyturn.model.places import Place, PlaceKind, Problem
from keyturn.model.text import _, plural
from keyturn.rotation import words
from keyturn.rotation.advice import Advice
from keyturn.rotation.survey import FoundKey, Survey
from keyturn.terminal.screen import BLANK, Line, Piece, Tone, bullet, columns, line

_TONES = {
    Advice.REPLACE: Tone.ATTENTION,
    Advice.RENEW: Tone.ATTENTION,
    Advice.RETIRE: Tone.ATTENTION,
    Advice.OK: Tone.GOOD,
    Advice.UNKNOWN: Tone.QUIET,
}
_TO_DO = (Advice.REPLACE, Advice.RENEW, Advice.RETIRE)


def scan_page(survey: Survey, *, now: datetime, home: Path, options: Sequence[str], offline: bool) -> list[Line]:
    """The whole page.

    Args:
        options: what commands to type next need in order to reach the same computer and account.
        offline: AWS was not asked.
    """
    if not survey.keys:
        return [*_nothing(home), *_problems(survey.problems, home), *_when_empty(options)]
    page = [*_headline(survey, now, offline), BLANK, *_table(survey, now, home)]
    page += _problems(survey.problems, home)
    page += _next(survey, options, offline)
    return page


def _headline(survey: Survey, now: datetime, offline: bool) -> list[Line]:
    if offline:
        count = len(survey.keys)
        found = plural(
            "Keyturn found {count} access key on this computer.",
            "Keyturn found {count} access keys on this computer.",
            count,
        ).format(count=words.count_word(count))
        return [line(found, Tone.HEADING), line(_("AWS was not asked whose they are, how old, or whether they work."))]
    first = survey.keys[0]
    if first.advice not in _TO_DO:
        return _nothing_to_do(survey)
    heading = f"{_age_sentence(first, now)} {_users_sentence(first)}"
    lines = [line(heading, Tone.HEADING), line(_why(first))]
    others = sum(found.advice in _TO_DO for found in survey.keys[1:])
    if others:
        more = plural("One more key needs you; see below.", "{count} more keys need you; see below.", others)
        lines.append(line(more.format(count=words.count_word(others).capitalize())))
    return lines


def _nothing_to_do(survey: Survey) -> list[Line]:
    if all(found.advice is Advice.OK for found in survey.keys):
        return [line(_("Every access key on this computer is fine."), Tone.HEADING)]
    used = [found for found in survey.keys if any(place.kind is PlaceKind.DESTINATION for place in found.places)]
    if used and all(found.key.status is KeyStatus.ACTIVE for found in used):
        return [
            line(_("AWS accepts every access key that a program on this computer uses."), Tone.HEADING),
            line(_("AWS does not tell everything about each of them; what is not known stays open.")),
        ]
    return [
        line(_("Keyturn cannot tell yet what these keys need."), Tone.HEADING),
        line(_("AWS did not tell enough about them; the reasons are below.")),
    ]


def _age_sentence(found: FoundKey, now: datetime) -> str:
    key, owner = found.key, found.key.owner
    name = key.access_key_id.masked
    is_root = owner is not None and owner.kind is PrincipalKind.ROOT
    if key.created is None:
        text = _("Your AWS root key {key} is of unknown age.") if is_root else _("Access key {key} is of unknown age.")
        return text.format(key=name)
    if is_root:
        return _("Your AWS root key {key} is {age} old.").format(key=name, age=words.span(now - key.created))
    return _("Access key {key} is {age} old.").format(key=name, age=words.span(now - key.created))


def _users_sentence(found: FoundKey) -> str:
    programs = {place.client for place in found.places if place.kind is PlaceKind.DESTINATION}
    if not programs:
        return _("No program on this computer uses it.")
    text = plural(
        "{count} program on this computer uses it.", "{count} programs on this computer use it.", len(programs)
    )
    return text.format(count=words.count_word(len(programs)).capitalize())


def _why(found: FoundKey) -> str:
    if found.advice is Advice.REPLACE:
        return _(
            "It can do anything in your AWS account, so AWS asks you to replace it. Nothing stops working meanwhile."
        )
    if found.advice is Advice.RENEW:
        return _("It works, and the older a key is, the more places may hold a copy of it.")
    return _("A key that nobody uses is only a risk: turn it off, and delete it some days later.")


def _table(survey: Survey, now: datetime, home: Path) -> list[Line]:
    headings = (_("KEY"), _("OWNER"), _("AGE"), _("LAST USED"), _("ADVICE"))
    rows = [[Piece(heading, Tone.QUIET) for heading in headings]]
    rows += [
        [
            Piece(found.key.access_key_id.masked, Tone.HEADING),
            Piece(words.kind(found.key)),
            Piece(words.age(found.key, now)),
            Piece(words.last_used(found.key.last_use, now)),
            Piece(words.advice(found.advice), _TONES[found.advice]),
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
            pieces = (Piece(name.text.ljust(width + 2), name.tone), Piece(words.short_path(place.path, home)))
            reaches = ", ".join(sorted({target.bucket for target in place.targets}))
            arrow = (Piece(" → "), Piece(reaches, Tone.COMMAND)) if reaches else ()
            page.append(Line((*pieces, *arrow), indent=2, hanging=2))
            if place.note:
                page.append(line(place.note, Tone.QUIET, indent=4))
        page.append(BLANK)
    return page[:-1]


def _owner(found: FoundKey) -> list[Line]:
    owner = found.key.owner
    if owner is None:
        return []
    if owner.user_name is not None:
        text = _("IAM user {user}, account {account}").format(user=owner.user_name, account=owner.account)
    else:
        text = _("account {account}").format(account=owner.account)
    return [line(text, Tone.QUIET, indent=2)]


def _place_name(place: Place) -> Piece:
    if place.kind is PlaceKind.DESTINATION:
        return Piece(f"{place.client} {place.name}")
    if place.kind is PlaceKind.LEFTOVER:
        return Piece(_("leftover copy"), Tone.ATTENTION)
    return Piece(_("mentioned in"), Tone.QUIET)


def _problems(problems: Sequence[Problem], home: Path) -> list[Line]:
    if not problems:
        return []
    page = [BLANK, line(_("What Keyturn could not see, or what looks wrong"), Tone.HEADING)]
    for problem in problems:
        page.append(bullet(problem.title))
        if problem.path is not None and str(problem.path) not in problem.title:
            page.append(line(words.short_path(problem.path, home), indent=2))
        page.append(line(problem.message, Tone.QUIET, indent=2))
    return page


def _next(survey: Survey, options: Sequence[str], offline: bool) -> list[Line]:
    if offline:
        return _command(_("Ask AWS whose they are:"), words.command(options, "scan"))
    first = survey.keys[0]
    if first.advice not in _TO_DO:
        return _command(_("Prove that every backup reaches its bucket:"), words.command(options, "verify"))
    ending = first.key.access_key_id.last4
    name = ending if len(survey.find(ending)) == 1 else first.key.access_key_id.value
    return _command(_("See what Keyturn would do (it changes nothing):"), words.command(options, "plan", name))


def _command(sentence: str, command: str) -> list[Line]:
    return [BLANK, line(sentence), line(command, Tone.COMMAND, indent=2, wraps=False)]


def _nothing(home: Path) -> list[Line]:
    return [
        line(_("No AWS access key was found on this computer."), Tone.HEADING),
        line(
            _(
                "Keyturn looked below {home}: into the files of rclone, restic, s3cmd and the AWS CLI, the shell's "
                "start files, service units and crontabs, and the small files of Downloads, Desktop and Documents."
            ).format(home=home)
        ),
    ]


def _when_empty(options: Sequence[str]) -> list[Line]:
    return [
        BLANK,
        line(_("Did AWS write to you about an old key all the same? It may be")),
        bullet(_("on another computer, a NAS or a web server: run Keyturn there, or look at its disk with --home DIR")),
        bullet(_("in a program that keeps its keys hidden, such as Arq or Duplicati: open its settings")),
        *_command(_("To see how a rotation goes, without touching anything:"), words.command((), "practice")),
    ]
