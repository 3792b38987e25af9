"""The event history of the practice account: what CloudTrail keeps of the requests, and gives to anyone who may ask.

Requests that manage things are in it; what is read and written in buckets is not (facts/aws.md A3).
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from keyturn_practice.evaluator import AccessQuestion, PolicyVerdict, decide
from keyturn_practice.identities import Identities, RequestSigner, Status
from keyturn_practice.json_requests import json_parameters
from keyturn_practice.messages import Request, Response
from keyturn_practice.patterns import Context
from keyturn_practice.records import Record, RequestLog
from keyturn_practice.refusals import Refusal, denied
from keyturn_practice.regions import iam_region

_TARGET = "CloudTrail_20131101."
_KEPT = timedelta(days=90)
_MOST = 50
_A_SECOND = 2  # LookupEvents in one region (CloudTrail User Guide, quotas)
# Calls of S3 that manage buckets, by the right that they take; all others read and write what is in one (Amazon S3 User
# Guide, "Amazon S3 CloudTrail events"; HeadBucket and the listings of objects are among those).
_OF_BUCKETS = {
    "s3:CreateBucket": "CreateBucket",
    "s3:GetBucketLocation": "GetBucketLocation",
    "s3:GetBucketObjectLockConfiguration": "GetBucketObjectLockConfiguration",
    "s3:GetBucketPolicy": "GetBucketPolicy",
    "s3:GetBucketVersioning": "GetBucketVersioning",
    "s3:GetEncryptionConfiguration": "GetBucketEncryption",
    "s3:GetLifecycleConfiguration": "GetBucketLifecycle",
    "s3:ListAllMyBuckets": "ListBuckets",
}
# Answers to requests that nobody of the account signed.
_NOBODYS = frozenset(
    {
        *("InvalidAccessKeyId", "InvalidClientTokenId", "MissingAuthenticationToken", "RequestTimeTooSkewed"),
        *("SignatureDoesNotMatch", "UnrecognizedClientException"),
    }
)


@dataclass(slots=True)
class EventService:
    """CloudTrail of one practice account.

    Attributes:
        lag: seconds until a request is in the history.
    """

    identities: Identities
    log: RequestLog
    lag: float = 0.0
    _asked: dict[str, list[datetime]] = field(default_factory=dict)

    def answer(self, request: Request, caller: RequestSigner, context: Context, region: str) -> Response:
        """Carry out an operation, or raise the Refusal."""
        if (request.header("x-amz-target") or "").rpartition(_TARGET)[2] != "LookupEvents":
            raise Refusal(400, "UnknownOperationException", "The practice account's CloudTrail only looks up events.")
        self._authorize(caller, context)
        self._expect_patience(region)
        wanted = json_parameters(request)
        events = self._switches(wanted, region)
        if events is None:
            events = [_written(record, self._where(record)) for record in self._found(wanted, region)]
        first = int(wanted.get("NextToken") or 0)
        most = min(int(wanted.get("MaxResults") or _MOST), _MOST)
        page: dict[str, Any] = {"Events": events[first : first + most]}
        if first + most < len(events):
            page["NextToken"] = str(first + most)
        return Response(200, (("Content-Type", "application/x-amz-json-1.1"),), json.dumps(page).encode())

    def _authorize(self, caller: RequestSigner, context: Context) -> None:
        if caller.user is None:
            return
        action = "cloudtrail:LookupEvents"
        documents = self.identities.documents_of(caller.user, "cloudtrail")
        decision = decide(documents, AccessQuestion(action, "*", context, caller.arn, self.identities.account_id))
        if decision is not PolicyVerdict.ALLOWED:
            refusal = denied(caller.arn, action, "*", explicitly=decision is PolicyVerdict.EXPLICIT_DENY)
            raise Refusal(400, "AccessDeniedException", refusal.message)

    def _expect_patience(self, region: str) -> None:
        now = self.identities.clock.now()
        lately = [at for at in self._asked.get(region, []) if now - at < timedelta(seconds=1)]
        if len(lately) >= _A_SECOND:
            raise Refusal(400, "ThrottlingException", "Rate exceeded")
        self._asked[region] = [*lately, now]

    def _switches(self, wanted: Mapping[str, Any], region: str) -> list[dict[str, Any]] | None:
        """The changes of keys' status, the newest first, also those of the console; None if others are asked for."""
        asked = wanted.get("LookupAttributes") or []
        if asked != [{"AttributeKey": "EventName", "AttributeValue": "UpdateAccessKey"}]:
            return None
        if region != iam_region(self.identities.partition):
            return []
        begin, end = self._span(wanted)
        found = [one for one in self.identities.switched if begin <= one[0] <= end and one[2] is not Status.DELETED]
        return [_switch_written(at, key, status) for at, key, status in reversed(found)]

    def _span(self, wanted: Mapping[str, Any]) -> tuple[datetime, datetime]:
        now = self.identities.clock.now()
        begin = max(_moment(wanted.get("StartTime")) or now - _KEPT, now - _KEPT)
        return begin, min(_moment(wanted.get("EndTime")) or now, now - timedelta(seconds=self.lag))

    def _found(self, wanted: Mapping[str, Any], region: str) -> Sequence[Record]:
        """The records asked for, the newest first."""
        asked = wanted.get("LookupAttributes") or []
        if len(asked) != 1 or asked[0].get("AttributeKey") != "AccessKeyId":
            raise Refusal(400, "InvalidLookupAttributesException", "The practice account looks up access keys alone.")
        begin, end = self._span(wanted)
        records = [
            record
            for record in self.log.all()
            if record.key is not None
            and record.key.value == asked[0].get("AttributeValue")
            and begin <= record.at <= end
            and _event_name(record)
            and self._where(record) == region
        ]
        return sorted(records, key=lambda record: record.at, reverse=True)

    def _where(self, record: Record) -> str:
        """The region whose history has the record: that of the request, or IAM's own."""
        is_global = record.action.startswith("iam:")
        return iam_region(self.identities.partition) if is_global else record.region


def _event_name(record: Record) -> str:
    """What CloudTrail calls the request; empty where it does not keep it."""
    service, _colon, name = record.action.partition(":")
    if record.result in _NOBODYS or record.result.startswith("!"):
        return ""
    return _OF_BUCKETS.get(record.action, "") if service == "s3" else name


def _written(record: Record, region: str) -> dict[str, Any]:
    """One event, with its own text in it as CloudTrail writes it (its record contents, version 1.09)."""
    service = record.action.partition(":")[0]
    source, name = f"{service}.amazonaws.com", _event_name(record)
    key = "" if record.key is None else record.key.value
    number = str(uuid.uuid5(uuid.NAMESPACE_OID, f"{record.at} {key} {record.action} {record.resource}"))
    text: dict[str, Any] = {
        "eventVersion": "1.09",
        "userIdentity": {"accessKeyId": key},
        "eventTime": record.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "eventSource": source,
        "eventName": name,
        "awsRegion": region,
        "sourceIPAddress": record.source_ip,
        "userAgent": f"[{record.user_agent}]" if service == "s3" else record.user_agent,
        "eventID": number,
        "eventCategory": "Management",
    }
    if record.result != "ok":
        text["errorCode"] = record.result
    return {
        "EventId": number,
        "EventName": name,
        "EventTime": record.at.timestamp(),
        "EventSource": source,
        "AccessKeyId": key,
        "CloudTrailEvent": json.dumps(text),
    }


def _switch_written(at: datetime, key: str, status: Status) -> dict[str, Any]:
    told = {
        "eventTime": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "eventSource": "iam.amazonaws.com",
        "eventName": "UpdateAccessKey",
        "requestParameters": {"accessKeyId": key, "status": status.value},
    }
    return {"EventName": "UpdateAccessKey", "EventTime": at.timestamp(), "CloudTrailEvent": json.dumps(told)}


def _moment(seconds: object) -> datetime | None:
    return datetime.fromtimestamp(float(seconds), UTC) if isinstance(seconds, int | float) else None
