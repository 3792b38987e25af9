"""When a key was turned on again, as the account's event history has it (CloudTrail, LookupEvents; facts/aws.md A3)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from keyturn.aws.access_keys import in_utc
from keyturn.aws.pace import Pace
from keyturn.aws.partitions import home_region
from keyturn.aws.propagation import WaitingClock
from keyturn.aws.session import Aws
from keyturn.model.errors import AwsError, AwsFault
from keyturn.model.keys import HISTORY_DAYS, AccessKeyId, KeyPair

_MOST_PAGES = 20
_PAGE = 50
# AWS takes two of these a second (facts/aws.md A3).
_PAUSE = 0.5


@dataclass(frozen=True, slots=True)
class TurnedOn:
    """What the history tells.

    Attributes:
        at: when it was turned on last; None if that was not seen.
        complete: the history was read for all of the time, so what was not seen did not happen.
    """

    at: datetime | None
    complete: bool


def turned_on_since(
    aws: Aws, signer: KeyPair, key: AccessKeyId, since: datetime, partition: str, clock: WaitingClock, now: datetime
) -> TurnedOn:
    """Look whether somebody turned the key on after `since`; who may not read the history sees nothing.

    The history is some minutes behind, and goes back 90 days.

    Args:
        now: the time of day, in UTC.

    Raises:
        AwsError: where AWS could not be asked.
    """
    asked: dict[str, Any] = {
        "LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": "UpdateAccessKey"}],
        "StartTime": since,
        "MaxResults": _PAGE,
    }
    pace, region = Pace(clock, _PAUSE), home_region(partition)
    found: list[datetime] = []
    for _page in range(_MOST_PAGES):
        pace.wait()
        try:
            answer = aws.ask(signer, "cloudtrail", "LookupEvents", asked, region=region, patient=False)
        except AwsError as error:
            if error.fault is not AwsFault.DENIED:
                raise
            return TurnedOn(max(found, default=None), complete=False)
        found += [at for one in answer.get("Events") or [] if (at := _turned_on(one, key)) is not None and at > since]
        if not answer.get("NextToken"):
            return TurnedOn(max(found, default=None), complete=now - since < timedelta(days=HISTORY_DAYS))
        asked["NextToken"] = answer["NextToken"]
    return TurnedOn(max(found, default=None), complete=False)


def _turned_on(written: Mapping[str, Any], key: AccessKeyId) -> datetime | None:
    """When the event turned this key on; None for every other one."""
    try:
        told = json.loads(written.get("CloudTrailEvent") or "{}")
    except ValueError:
        return None
    parameters = told.get("requestParameters") if isinstance(told, dict) and not told.get("errorCode") else None
    if not isinstance(parameters, dict):
        return None
    is_it = parameters.get("accessKeyId") == key.value and parameters.get("status") == "Active"
    return in_utc(written.get("EventTime")) if is_it else None
