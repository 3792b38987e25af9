"""What happens and happened, in the JSON that scripts may rely on (ARCHITECTURE.md, "Exit codes"), without a secret."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from keyturn.rotation import labels
from keyturn.rotation.carrying_out.backups_seen import backups_of
from keyturn.terminal.problem_documents import of_problem
from keyturn.terminal.survey_documents import of_survey
from keyturn.terminal.told_page import of_told

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from keyturn.model.key_names import KeyName
    from keyturn.model.keys import AccessKeyId
    from keyturn.reminders.outlook import Outlook
    from keyturn.reminders.renewal_standing import RenewalStanding
    from keyturn.rotation.carrying_out.backups_seen import BackupSeen
    from keyturn.rotation.record import Rotation
    from keyturn.rotation.reporting.report import Report, RotationStory
    from keyturn.rotation.steps import Awaited, Result


def of_awaited(awaiting: Iterable[Awaited]) -> list[dict[str, Any]]:
    """What a rotation waits for; `by` names the person who says that it is done, where nobody saw that."""
    return [
        {
            "item": one.item,
            "title": one.title,
            "steps": list(one.steps),
            "tickable": one.tickable,
            "notes": list(one.notes),
            "by": "person" if one.said else None,
            "seen": False,
        }
        for one in awaiting
    ]


def of_result(result: Result) -> dict[str, Any]:
    """The last line of a command on a rotation."""
    new_key = result.new_access_key_id
    return {
        "event": "result",
        "rotation": result.rotation,
        "state": result.state.value,
        "step": result.step.value,
        "new_access_key_id": None if new_key is None else new_key.value,
        "awaiting": of_awaited(result.awaiting),
        "problem": of_problem(result.problem),
        "ending": result.ending.value,
        "stands": None if result.stands is None else result.stands.text,
        "leftovers": [str(path) for path in result.leftovers],
    }


def of_rotations(rotations: Sequence[tuple[Rotation, Result]]) -> dict[str, Any]:
    """What `status` shows."""
    return {"rotations": [_of_rotation(rotation, result) for rotation, result in rotations]}


def of_report(report: Report) -> dict[str, Any]:
    """What `report` tells: what `scan` and `status` do, and what happened in each rotation."""
    return {
        "made": report.made.isoformat(),
        "computer": report.computer,
        "asked_aws": report.asked_aws,
        **of_survey(report.survey, report.made),
        "rotations": [_of_story(story) for story in report.rotations],
        "told": of_told(report.told),
    }


def _of_story(story: RotationStory) -> dict[str, Any]:
    return {
        **_of_rotation(story.rotation, story.result),
        "journal": [
            {
                "at": one.at.isoformat(),
                "step": one.step,
                "title": one.title,
                "went": one.went.value,
                "detail": one.detail,
                "by": "person" if one.by_person else None,
                "seen": one.seen,
            }
            for one in story.happened
        ],
        "proofs": [
            {
                "at": one.at.isoformat(),
                "step": one.step.value,
                "destination": one.destination,
                "path": None if one.path is None else str(one.path),
                "bucket": one.proved.bucket,
                "checks": [{"check": check, "ok": ok} for check, ok in one.proved.checks],
            }
            for one in story.proofs
        ],
    }


def _of_rotation(rotation: Rotation, result: Result) -> dict[str, Any]:
    new_key = result.new_access_key_id
    return {
        "rotation": rotation.name,
        "key": rotation.decision.key.value,
        "new_key": None if new_key is None else new_key.value,
        "route": rotation.decision.route.value,
        "step": result.step.value,
        "state": result.state.value,
        "awaiting": of_awaited((*result.awaiting, *result.said)),
        "backups": of_backups(rotation),
        "started": rotation.started.isoformat(),
        "begun_by": rotation.begun_by.value,
        "updated": rotation.updated.isoformat(),
    }


def of_backups(rotation: Rotation) -> list[dict[str, Any]]:
    """Every place that has the new key, and whether it was seen backing up with it."""
    return [_of_backup(one) for one in backups_of(rotation)]


def _of_backup(one: BackupSeen) -> dict[str, Any]:
    """Whether a place was seen backing up with the new key; `by` names the person who wants the old key off anyway."""
    return {
        "item": one.item,
        "title": one.title,
        "seen": one.is_seen,
        "sight": one.sight.value,
        "at": _moment(one.at),
        "by": "person" if one.said and not one.is_seen else None,
    }


def of_renewals(standings: Sequence[RenewalStanding], names: Mapping[AccessKeyId, KeyName]) -> dict[str, Any]:
    """The keys that renew themselves.

    Args:
        names: of those keys that have one.
    """
    return {"renewals": [_of_renewal(one, names.get(one.renewal.key)) for one in standings]}


def _of_renewal(standing: RenewalStanding, name: KeyName | None) -> dict[str, Any]:
    renewal, last, trouble = standing.renewal, standing.last, standing.renewal.trouble
    return {
        "key": renewal.key.value,
        "name": None if name is None else name.value,
        "every_days": renewal.every_days,
        "at": f"{renewal.at:%H:%M}",
        "watch_days": renewal.watch_days,
        "grace_days": renewal.grace_days,
        "deletes": renewal.deletes,
        "as": renewal.signer,
        "next": standing.due.astimezone().isoformat(),
        "state": standing.state.value,
        "last": None
        if last is None
        else {
            "at": last.at.isoformat(),
            "new_key": None if last.new_key is None else last.new_key.value,
            "result": last.result.value,
        },
        "account": renewal.account,
        "of_keeper": standing.of_keeper,
        "rotation": None if standing.rotation is None else standing.rotation.name,
        "kept_off": None if standing.kept_off is None else standing.kept_off.value,
        "trouble": None
        if trouble is None
        else {"at": trouble.at.isoformat(), "code": trouble.code, "title": trouble.title, "message": trouble.message},
    }


def of_outlook(outlook: Outlook, options: Sequence[str]) -> dict[str, Any]:
    """What `remind` shows.

    Args:
        options: what the commands in it need in order to reach the same computer and account.
    """
    return {
        "state": outlook.state.value,
        "sentence": outlook.sentence,
        "due": [
            {
                "kind": one.kind.value,
                "title": one.title,
                "message": one.message,
                "since": one.since.isoformat(),
                "command": labels.command(options, *one.command),
                "key": one.key.value,
                "rotation": one.rotation,
            }
            for one in outlook.due
        ],
        "next_due": _moment(outlook.next_due),
        "snoozed_until": _moment(outlook.snoozed_until),
        "checked": _moment(outlook.checked),
    }


def _moment(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
