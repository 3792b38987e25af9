"""The JSON that scripts may rely on (ARCHITECTURE.md, "Exit codes"). Secrets never come near it."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from keyturn.model.errors import AppError
from keyturn.model.key_names import KeyName
from keyturn.model.keys import AccessKey, AccessKeyId, KeyPair, LastUse
from keyturn.model.places import Place, Problem
from keyturn.rotation import labels
from keyturn.rotation.carrying_out.backups_seen import BackupSeen, backups_of
from keyturn.rotation.finding.unread_places import what_to_do, where_it_may_stand
from keyturn.rotation.record import Rotation
from keyturn.rotation.steps import Awaited, Result
from keyturn.terminal.told_page import of_told

if TYPE_CHECKING:
    from keyturn.aws.event_history import History
    from keyturn.clients.search.folder_search import Searched
    from keyturn.reminders.outlook import Outlook
    from keyturn.reminders.renewal_standing import RenewalStanding
    from keyturn.rotation.advice import Advice
    from keyturn.rotation.carrying_out.proving import DestinationProof
    from keyturn.rotation.finding.known_buckets import ReachedBucket
    from keyturn.rotation.finding.survey import FoundKey, Survey
    from keyturn.rotation.finding.whole_account import Account, AccountKey
    from keyturn.rotation.reporting.report import Report, RotationStory
    from keyturn.rotation.shared_key.replaced_elsewhere import ReplacedElsewhere


def of_survey(survey: Survey, now: datetime) -> dict[str, Any]:
    """What `scan` found."""
    searched = survey.searched
    return {
        "keys": [
            *(_of_key(found, survey, now) for found in survey.keys),
            *(
                _of_key_elsewhere(one, survey, now)
                for account in survey.accounts
                for one in account.keys
                if one.found is None
            ),
        ],
        "unread": [_of_unread(problem) for problem in survey.unread],
        **({"accounts": [_of_account(one) for one in survey.accounts]} if survey.accounts else {}),
        "problems": [_of_found_problem(problem) for problem in survey.problems],
        "blind_spots": [{"what": one.what, "why": one.why, "do": one.do} for one in survey.blind_spots],
        "buckets": [_of_bucket(one) for one in survey.buckets],
        "search": None
        if searched is None
        else {"files": searched.files, "bytes": searched.size, "finished": searched.finished},
        "searched": _of_searched(searched),
    }


def _of_searched(searched: Searched | None) -> dict[str, Any]:
    """What was searched; the same members where nothing was, without a folder."""
    if searched is None:
        return {"folders": [], "files": 0, "seconds": 0.0, "skipped": []}
    return {
        "folders": [str(folder) for folder in searched.folders],
        "files": searched.files,
        "seconds": round(searched.seconds, 3),
        "skipped": [
            {"path": one.path, "why": one.detail or one.reason.value, "reason": one.reason.value, "number": one.number}
            for one in searched.passed_over
        ],
    }


def _of_key(found: FoundKey, survey: Survey, now: datetime) -> dict[str, Any]:
    pair = found.pair or next((place.pair for place in found.places if place.pair is not None), None)
    unread = {problem.path for problem in survey.unread}
    told = (one for account in survey.accounts for one in account.keys if one.found is not None)
    tags = {one.key.access_key_id: one.tags for one in told}
    return {
        **_of_access_key(found.key, found.advice, now),
        "places": [_of_place(place, pair, unread) for place in found.places],
        "may_stand_in": [str(one.path) for one in where_it_may_stand(found, survey.problems)],
        "on_this_computer": True,
        "replaced_elsewhere": of_rotations_elsewhere(found.replaced_elsewhere),
        **({"tags": tags.get(found.key.access_key_id)} if survey.accounts else {}),
        **_of_history(found.history, survey),
    }


def of_rotations_elsewhere(rotations: Sequence[ReplacedElsewhere] | None) -> list[dict[str, Any]] | None:
    """The rotations of a key on other computers; None where that is not known."""
    if rotations is None:
        return None
    return [
        {
            "computer": one.computer,
            "rotation": one.rotation,
            "user_name": one.user,
            "made": None if one.made is None else one.made.isoformat(),
            "in_place": one.in_place,
            "waits_for_us": one.waits_for_us,
        }
        for one in rotations
    ]


def _of_key_elsewhere(one: AccountKey, survey: Survey, now: datetime) -> dict[str, Any]:
    """A key of the account that stands nowhere on this computer. `tags` is None if they may not be read."""
    elsewhere = {"places": [], "on_this_computer": one.on_this_computer, "tags": one.tags}
    return {**_of_access_key(one.key, one.advice, now), **elsewhere, **_of_history(one.history, survey)}


def _of_access_key(key: AccessKey, advice: Advice, now: datetime) -> dict[str, Any]:
    owner = key.owner
    return {
        "access_key_id": key.access_key_id.value,
        "account": None if owner is None else owner.account,
        # Decoded from the ID, and only from newer ones: to be confirmed by AWS, which `account` is.
        "account_hint": key.access_key_id.account_hint(),
        "kind": "unknown" if owner is None else owner.kind.value,
        "arn": None if owner is None else owner.arn,
        "user_name": None if owner is None else owner.user_name,
        "status": key.status.value,
        "created": None if key.created is None else key.created.isoformat(),
        "age_days": None if key.created is None else (now - key.created).days,
        "last_used": _of_last_use(key.last_use),
        "last_used_known": key.last_use is not None,
        "advice": advice.value,
    }


def _of_account(account: Account) -> dict[str, Any]:
    """One whole account. `root` is None if the credential report, which may be four hours old, may not be read."""
    root = account.root
    return {
        "account": account.number,
        "seen_by": account.seen_by,
        "users": account.users,
        "keys": len(account.keys),
        "finished": account.finished,
        "root": None
        if root is None
        else {
            "reported": _moment(root.made),
            "mfa": root.mfa,
            "keys": [
                {"active": key.active, "changed": _moment(key.changed), "last_used": _of_last_use(key.last_use)}
                for key in root.keys
            ],
        },
    }


def _of_history(history: History | None, survey: Survey) -> dict[str, Any]:
    """Who used the key, where that was asked for. `used_by_known` tells "nobody is named" from "AWS did not tell"."""
    if survey.days is None:
        return {}
    if history is None:
        return {"used_by": [], "used_by_known": False, "event_history": None}
    asked = {
        "since": history.since.isoformat(),
        "regions": list(history.asked),
        "newest_only": list(history.cut),
        "not_read": list(history.failures),
    }
    return {"used_by": [use.as_json() for use in history.uses], "used_by_known": True, "event_history": asked}


def _of_last_use(use: LastUse | None) -> dict[str, Any] | None:
    """None where no use is known: `last_used_known` tells "never" from "AWS did not tell"."""
    if use is None or use.date is None:
        return None
    return {"date": use.date.isoformat(), "service": use.service, "region": use.region}


def _of_place(place: Place, pair: KeyPair | None, unread: Container[Path | None]) -> dict[str, Any]:
    from keyturn.clients.registry import client_named
    from keyturn.rotation.planning.text_edits import edited_by  # looks into files, for which only a scan waits

    first = place.targets[0] if place.targets else None
    return {
        "client": place.client,
        "name": place.name,
        "path": str(place.path),
        "locator": place.locator,
        "kind": place.kind.value,
        "state": _state(place, unread),
        "editable": place.editable,
        "edit": edited_by(place, pair).value,
        "bucket": None if first is None else first.bucket,
        "prefix": None if first is None else first.prefix,
        "targets": [{"bucket": target.bucket, "prefix": target.prefix} for target in place.targets],
        "region": place.region,
        "endpoint": place.endpoint,
        "has_secret": place.secret is not None and not client_named(place.client).asks_keyturn,
        "note": place.note,
        "also_at": list(place.also_at),
    }


def _state(place: Place, unread: Container[Path | None]) -> str:
    """How well a place is known: `unread` in a damaged file, `incomplete` where its buckets are not clear."""
    if place.path in unread:
        return "unread"
    return "incomplete" if place.unclear else "read"


def _of_bucket(bucket: ReachedBucket) -> dict[str, Any]:
    """One bucket, with whose programs name it; `last_written` is looked up only where nothing does."""
    return {
        "name": bucket.name,
        "region": bucket.region,
        "places": [
            {"client": place.client, "path": str(place.path), "locator": place.locator} for place in bucket.places
        ],
        "state": bucket.state.value,
        "last_written": _moment(bucket.last_written),
    }


def _of_found_problem(problem: Problem) -> dict[str, Any]:
    path = None if problem.path is None else str(problem.path)
    return {"path": path, "title": problem.title, "message": problem.message, "code": problem.code}


def _of_unread(problem: Problem) -> dict[str, Any]:
    """A program's file that could not be read, and what a person can do about it."""
    return {
        **_of_found_problem(problem),
        "clients": list(problem.clients),
        "state": "unread",
        "do": what_to_do(problem),
    }


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


def of_problem(problem: AppError | None) -> dict[str, str] | None:
    """What went wrong, or stands in the way."""
    if problem is None:
        return None
    return {"code": problem.code, "title": problem.title, "message": problem.message}


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


def of_failure(problem: AppError) -> dict[str, Any]:
    """The last line of a command that ended before it could say how its rotation stands."""
    return {
        "event": "result",
        "rotation": None,
        "state": None,
        "step": None,
        "new_access_key_id": None,
        "awaiting": [],
        "problem": of_problem(problem),
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


def of_proofs(survey: Survey, proofs: Sequence[DestinationProof]) -> dict[str, Any]:
    """What `verify` proved."""
    return {
        "destinations": [
            {
                "client": one.client,
                "name": one.name,
                "path": str(one.path),
                "access_key_id": one.access_key_id.value,
                "bucket": one.bucket,
                "ok": one.ok,
                "checks": [{"check": check.check, "ok": check.ok, "detail": check.detail} for check in one.checks],
            }
            for one in proofs
        ],
        "problems": [_of_found_problem(problem) for problem in survey.problems],
    }
