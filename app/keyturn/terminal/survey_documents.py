"""What was found, in the JSON that scripts may rely on. Secrets never come near it."""

from __future__ import annotations

from collections.abc import Container, Sequence
from typing import TYPE_CHECKING, Any

from keyturn.rotation.finding.unread_places import what_to_do, where_it_may_stand

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from keyturn.aws.event_history import History
    from keyturn.clients.search.folder_search import Searched
    from keyturn.model.keys import AccessKey, KeyPair, LastUse
    from keyturn.model.places import Place, Problem
    from keyturn.rotation.advice import Advice
    from keyturn.rotation.carrying_out.proving import DestinationProof
    from keyturn.rotation.finding.known_buckets import ReachedBucket
    from keyturn.rotation.finding.survey import FoundKey, Survey
    from keyturn.rotation.finding.whole_account import Account, AccountKey
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


def _moment(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
