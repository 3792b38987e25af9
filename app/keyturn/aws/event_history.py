"""Who used a key, as the account's event history has it (CloudTrail, LookupEvents; facts/aws.md A3).

It is on in every account, goes back 90 days, and names the program and the address behind each request. But it holds
what manages things alone, such as ListBuckets and everything at IAM: what backups read and write is not in it, so an
empty answer never means that nobody uses the key. It lags behind by some minutes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from keyturn.aws.access_keys import in_utc
from keyturn.aws.pace import Pace
from keyturn.aws.parallel import in_parallel
from keyturn.aws.propagation import WaitingClock
from keyturn.aws.session import Aws
from keyturn.model.errors import AwsError
from keyturn.model.keys import HISTORY_DAYS, AccessKeyId, KeyPair, KeyUse

MOST_PAGES = 20  # of one region
_PAGE = 50
MOST_EVENTS = MOST_PAGES * _PAGE
# AWS takes two of these a second in each region (facts/aws.md A3).
_PAUSE = 0.5
# `rclone/v1.60.1`, `aws-cli/2.15.0`, `minio-go/v7.0.50`: what a program calls itself (RFC 9110, "User-Agent").
_PRODUCT = re.compile(r"[A-Za-z][\w.+-]*/[\w.+-]+")
# What Keyturn adds to the name of the library that it asks with.
_OURS = re.compile(r"Keyturn/[\w.+-]+")
_LONGEST_AGENT = 60


@dataclass(frozen=True, slots=True)
class SignedEvent:
    """One request that was signed with the key.

    Attributes:
        at: when, in UTC.
        service: such as `iam`.
        agent: the program, as it calls itself; anyone who asks may claim any.
        address: where the request came from: an address of the network, or a service of AWS's.
    """

    at: datetime
    service: str
    region: str
    agent: str
    address: str


@dataclass(frozen=True, slots=True)
class History:
    """What the event history tells of one key.

    Attributes:
        since: nothing older was asked for, in UTC.
        uses: who used the key, the newest first; without Keyturn's own requests.
        own_addresses: where Keyturn's own requests came from, so that is how AWS sees this computer.
        asked: the regions that answered.
        cut: those of them with more than the newest 1,000 events.
        failures: the regions that did not answer, with the reason.
    """

    since: datetime
    uses: tuple[KeyUse, ...]
    own_addresses: frozenset[str]
    asked: tuple[str, ...]
    cut: tuple[str, ...]
    failures: Mapping[str, AwsError]

    @property
    def is_known(self) -> bool:
        """True where some region answered."""
        return bool(self.asked)


@dataclass(frozen=True, slots=True)
class _Region:
    name: str
    events: tuple[SignedEvent, ...] = ()
    is_cut: bool = False
    failure: AwsError | None = None


class EventHistory:
    """The event history of one conversation with AWS. It asks no region more often than AWS answers it."""

    def __init__(self, aws: Aws, clock: WaitingClock) -> None:
        self._aws = aws
        self._clock = clock
        self._paces: dict[str, Pace] = {}

    def of(
        self,
        key: AccessKeyId,
        signer: KeyPair,
        regions: Sequence[str],
        *,
        since: datetime,
        is_own: Callable[[SignedEvent], bool],
    ) -> History:
        """Ask each region for what was signed with `key`, the newest first, at most 1,000 events in each.

        Args:
            signer: a key of the same account that may ask; asking is an event itself.
            since: in UTC; the history goes back 90 days.
            is_own: whether Keyturn on this computer made the request.
        """
        looks = in_parallel([partial(self._look, signer, key, region, since) for region in dict.fromkeys(regions)])
        mine: list[SignedEvent] = []
        others: list[SignedEvent] = []
        for event in (event for look in looks for event in look.events):
            (mine if is_own(event) else others).append(event)
        return History(
            since,
            _by_program(others),
            frozenset(event.address for event in mine),
            tuple(look.name for look in looks if look.failure is None),
            tuple(look.name for look in looks if look.is_cut),
            {look.name: look.failure for look in looks if look.failure is not None},
        )

    def _look(self, signer: KeyPair, key: AccessKeyId, region: str, since: datetime) -> _Region:
        asked: dict[str, Any] = {
            "LookupAttributes": [{"AttributeKey": "AccessKeyId", "AttributeValue": key.value}],
            "StartTime": since,
            "MaxResults": _PAGE,
        }
        events: list[SignedEvent] = []
        for _page in range(MOST_PAGES):
            self._paces.setdefault(region, Pace(self._clock, _PAUSE)).wait()
            try:
                # A refusal to a new key is for good: nobody gave it this right.
                answer = self._aws.ask(signer, "cloudtrail", "LookupEvents", asked, region=region, patient=False)
            except AwsError as error:
                return _Region(region, tuple(events), failure=error)
            events += [event for one in answer.get("Events") or [] if (event := _event(one, region)) is not None]
            if not answer.get("NextToken"):
                return _Region(region, tuple(events))
            asked["NextToken"] = answer["NextToken"]
        return _Region(region, tuple(events), is_cut=True)


def _event(written: Mapping[str, Any], region: str) -> SignedEvent | None:
    """One event; None where its own text is not as CloudTrail writes it."""
    try:
        told = json.loads(written.get("CloudTrailEvent") or "{}")
    except ValueError:
        return None
    at = in_utc(written.get("EventTime"))
    if at is None or not isinstance(told, dict):
        return None
    source = str(written.get("EventSource") or told.get("eventSource") or "")
    return SignedEvent(
        at.astimezone(UTC),
        source.partition(".")[0],
        str(told.get("awsRegion") or region),
        str(told.get("userAgent") or "").strip("[]"),
        str(told.get("sourceIPAddress") or ""),
    )


def _by_program(events: Sequence[SignedEvent]) -> tuple[KeyUse, ...]:
    together: dict[tuple[str, str, str], list[datetime]] = {}
    for event in events:
        together.setdefault((program_of(event.agent), event.address, event.region), []).append(event.at)
    uses = [KeyUse(*who, len(moments), max(moments)) for who, moments in together.items()]
    return tuple(sorted(uses, key=lambda use: use.last, reverse=True))


def program_of(agent: str) -> str:
    """Return how a program calls itself in short, such as `rclone/v1.60.1`; the rest differs between requests."""
    found = _OURS.search(agent) or _PRODUCT.search(agent)
    return agent.strip()[:_LONGEST_AGENT] if found is None else found[0]


def oldest(now: datetime, days: int) -> datetime:
    """Return since when to ask, for so many days; the history keeps 90."""
    return now - timedelta(days=min(days, HISTORY_DAYS))
