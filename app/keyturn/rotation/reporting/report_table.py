"""A report as a table of comma-separated values, which spreadsheets read (RFC 4180)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from keyturn.model.keys import AccessKey
from keyturn.model.text import _
from keyturn.rotation import labels
from keyturn.rotation.advice import Advice
from keyturn.rotation.finding.survey import FoundKey
from keyturn.rotation.reporting import spreadsheet
from keyturn.rotation.reporting.report import Report, RotationStory

if TYPE_CHECKING:
    from keyturn.rotation.finding.whole_account import AccountKey  # and with it the way to AWS

COLUMNS = ("kind", "when", "key", "rotation", "what", "where", "bucket", "outcome", "detail")
_CHECKS = {True: "✓", False: "✗", None: "?"}


def as_table(report: Report) -> str:
    """The whole table, one line for each key, place, step, proof, thing to do, and problem."""
    return spreadsheet.written(COLUMNS, _rows(report))


def _rows(report: Report) -> Iterator[Sequence[str]]:
    for found in report.survey.keys:
        yield from _key_rows(report, found)
    for account in report.survey.accounts:
        for one in account.keys:
            if one.found is None:
                yield _account_row(report, one)
    for story in report.rotations:
        yield from _story_rows(story)
    for problem in report.survey.problems:
        path = "" if problem.path is None else str(problem.path)
        yield "problem", "", "", "", problem.title, path, "", "", problem.message


def _key_rows(report: Report, found: FoundKey) -> Iterator[Sequence[str]]:
    masked = found.key.access_key_id.masked
    yield "key", *_key_cells(report, found.key, found.advice)
    for place in found.places:
        for bucket in sorted({target.bucket for target in place.targets}) or [""]:
            name = f"{place.client} {place.name}"
            yield "place", "", masked, "", name, str(place.path), bucket, place.kind.value, place.note


def _account_row(report: Report, one: AccountKey) -> Sequence[str]:
    """A key of the account that stands nowhere on this computer."""
    return "account key", *_key_cells(report, one.key, one.advice)


def _key_cells(report: Report, key: AccessKey, advice: Advice) -> Sequence[str]:
    owner = "" if key.owner is None else key.owner.arn
    created = "" if key.created is None else _moment(key.created)
    last = labels.last_used(key.last_use, report.made)
    detail = _("made: {created}; last used: {last}").format(created=created or _("unknown"), last=last)
    return created, key.access_key_id.masked, "", labels.kind(key), owner, "", labels.advice(advice), detail


def _story_rows(story: RotationStory) -> Iterator[Sequence[str]]:
    decision, result = story.rotation.decision, story.result
    old, name = decision.key.masked, story.rotation.name
    new = _("none yet") if result.new_access_key_id is None else result.new_access_key_id.masked
    standing = labels.standing(story.rotation, result)
    detail = _("new key: {key}").format(key=new)
    yield "rotation", _moment(story.rotation.started), old, name, labels.route(decision.route), "", "", standing, detail
    for one in story.happened:
        yield "step", _moment(one.at), old, name, one.title, "", "", one.went.value, one.detail
    for proof in story.proofs:
        path = "" if proof.path is None else str(proof.path)
        outcome = {True: _("proved"), False: _("failed"), None: _("unknown")}[proof.ok]
        checks = ", ".join(f"{check} {_CHECKS[ok]}" for check, ok in proof.proved.checks)
        bucket = proof.proved.bucket or ""
        yield "proof", _moment(proof.at), old, name, proof.destination, path, bucket, outcome, checks
    for item in result.awaiting:
        yield "to do", "", old, name, item.title, "", "", _("awaited"), " ".join(item.steps)


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="seconds")
