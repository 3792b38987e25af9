"""A report as a table of comma-separated values, which spreadsheets read (RFC 4180)."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from datetime import datetime

from keyturn.model.text import _
from keyturn.rotation import words
from keyturn.rotation.report import Report, RotationStory, fit_to_print
from keyturn.rotation.survey import FoundKey

COLUMNS = ("kind", "when", "key", "rotation", "what", "where", "bucket", "outcome", "detail")
# A cell that begins so is a formula to a spreadsheet, and a formula can send the table away (OWASP, "CSV Injection").
# The last four are the full-width forms of the first four, which count in some countries.
# A spreadsheet of a country that writes commas in numbers takes semicolons between cells, and others tabs: so what
# follows one of them may be a cell, too, whatever is in quotes.
_FORMULA = re.compile(r"""((?:^|[,;\t|])[\s"']*)([=+\-@\uff1d\uff0b\uff0d\uff20])""")
_CHECKS = {True: "✓", False: "✗", None: "?"}


def as_table(report: Report) -> str:
    """The whole table, one line for each key, place, step, proof, thing to do, and problem."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n", quoting=csv.QUOTE_MINIMAL)
    writer.writerow(COLUMNS)
    for row in _rows(report):
        writer.writerow([_cell(value) for value in row])
    return text.getvalue()


def _rows(report: Report) -> Iterator[Sequence[str]]:
    for found in report.survey.keys:
        yield from _key_rows(report, found)
    for story in report.rotations:
        yield from _story_rows(story)
    for problem in report.survey.problems:
        path = "" if problem.path is None else str(problem.path)
        yield "problem", "", "", "", problem.title, path, "", "", problem.message


def _key_rows(report: Report, found: FoundKey) -> Iterator[Sequence[str]]:
    key = found.key
    owner = "" if key.owner is None else key.owner.arn
    created = "" if key.created is None else _moment(key.created)
    last = words.last_used(key.last_use, report.made)
    detail = _("made: {created}; last used: {last}").format(created=created or _("unknown"), last=last)
    masked = key.access_key_id.masked
    yield "key", created, masked, "", words.kind(key), owner, "", words.advice(found.advice), detail
    for place in found.places:
        for bucket in sorted({target.bucket for target in place.targets}) or [""]:
            name = f"{place.client} {place.name}"
            yield "place", "", masked, "", name, str(place.path), bucket, place.kind.value, place.note


def _story_rows(story: RotationStory) -> Iterator[Sequence[str]]:
    decision, result = story.rotation.decision, story.result
    old, name = decision.key.masked, story.rotation.name
    new = _("none yet") if result.new_access_key_id is None else result.new_access_key_id.masked
    standing = words.standing(story.rotation, result)
    detail = _("new key: {key}").format(key=new)
    yield "rotation", _moment(story.rotation.started), old, name, words.route(decision.route), "", "", standing, detail
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


def _cell(text: str) -> str:
    return _FORMULA.sub(r"\1'\2", fit_to_print(text))
