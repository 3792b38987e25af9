"""Faults on order: what can go wrong between a program and AWS, at a chosen request (facts/aws.md B5).

A rule meets the `nth` request that fits it. A fault *before* means that AWS never carried the request out; *after*
means that it did, and the answer was lost: the trap of CreateAccessKey (facts/aws.md 0.3).
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase

from keyturn_practice.messages import Delivery, Response

_PORTAL = b"<!DOCTYPE html><html><head><title>Sign in</title></head><body>Welcome<br>to this network</body></html>"
_PORTAL_HEADERS = (("Content-Type", "text/html"),)


class When(StrEnum):
    """Whether AWS carried the request out."""

    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens instead of the right answer.

    Attributes:
        code: AWS's own error code; the service writes it in its dialect. None: `answer` is sent as it stands, without
            AWS's headers, as a portal or proxy would.
        delivery: for a fault after: how much of the right answer arrives.
        clock_offset: seconds by which AWS's clock differs from this computer's, for this request.
    """

    when: When = When.BEFORE
    status: int = 500
    code: str | None = None
    answer: Response | None = None
    delivery: Delivery = Delivery.WHOLE
    wait: float = 0.0
    clock_offset: float = 0.0


def refused(status: int, code: str) -> Fault:
    """AWS refuses with this code, and does nothing."""
    return Fault(status=status, code=code)


def throttled() -> Fault:
    """AWS wants fewer requests; S3 says `SlowDown`."""
    return Fault(status=503, code="Throttling")


def broken_server() -> Fault:
    """AWS fails before it did anything."""
    return Fault(status=500, code="InternalFailure")


def broken_after() -> Fault:
    """AWS did it, and fails to say so."""
    return Fault(When.AFTER, status=500, code="InternalFailure")


def portal(*, well_formed: bool = False) -> Fault:
    """A network's sign-in page answers 200 with HTML. `well_formed` HTML is XML too, which fools parsers further."""
    page = _PORTAL.replace(b"<br>", b"<br/>") if well_formed else _PORTAL
    return Fault(answer=Response(200, _PORTAL_HEADERS, page))


def empty_answer() -> Fault:
    """Something answers 200 with nothing."""
    return Fault(answer=Response(200))


def portal_redirect(address: str) -> Fault:
    """A network leads every request to its sign-in page."""
    return Fault(answer=Response(302, (("Location", address), *_PORTAL_HEADERS), _PORTAL))


def proxy_wants_password() -> Fault:
    """A proxy answers 407."""
    return Fault(answer=Response(407, (("Proxy-Authenticate", 'Basic realm="proxy"'), *_PORTAL_HEADERS), _PORTAL))


def network_wants_sign_in() -> Fault:
    """A network answers 511."""
    return Fault(answer=Response(511, _PORTAL_HEADERS, _PORTAL))


def reset() -> Fault:
    """The connection breaks before AWS heard the request."""
    return Fault(answer=Response(0, delivery=Delivery.RESET))


def hang(seconds: float) -> Fault:
    """No answer for so long; then the connection ends, and nothing was done."""
    return Fault(answer=Response(0, delivery=Delivery.DROPPED, wait=seconds))


def hang_after(seconds: float) -> Fault:
    """AWS did it, and the answer comes too late."""
    return Fault(When.AFTER, wait=seconds)


def dropped_answer() -> Fault:
    """AWS did it, and the connection ends without a byte."""
    return Fault(When.AFTER, delivery=Delivery.DROPPED)


def torn_answer() -> Fault:
    """AWS did it, and half of the answer arrives."""
    return Fault(When.AFTER, delivery=Delivery.TORN)


def skewed_clock(seconds: float) -> Fault:
    """This computer's clock is off by so many seconds: AWS's is ahead by them."""
    return Fault(When.AFTER, clock_offset=seconds)


@dataclass(slots=True)
class Rule:
    """When a fault strikes.

    Attributes:
        action: such as `iam:CreateAccessKey` or `s3:*`.
        key_id: only requests signed with this key.
        nth: the first request that is met, counted from 1 among those that fit.
        times: how many are met from there on.
        met: how many were met so far.
    """

    fault: Fault
    action: str = "*"
    key_id: str | None = None
    nth: int = 1
    times: int = 1
    seen: int = field(default=0, init=False)
    met: int = field(default=0, init=False)


class FaultPlan:
    """The rules of one account, in order; the first that strikes counts."""

    def __init__(self) -> None:
        self._rules: list[Rule] = []
        self._lock = threading.Lock()

    def add(self, rule: Rule) -> Rule:
        """Add a rule, and return it: its `met` tells whether it struck."""
        with self._lock:
            self._rules.append(rule)
        return rule

    def clear(self) -> None:
        """No more faults."""
        with self._lock:
            self._rules.clear()

    def strike(self, action: str, key_id: str | None) -> Fault | None:
        """The fault that meets this request, or None."""
        with self._lock:
            fault = None
            for rule in self._rules:
                if not fnmatchcase(action, rule.action) or rule.key_id not in {None, key_id}:
                    continue
                rule.seen += 1
                if fault is None and rule.nth <= rule.seen < rule.nth + rule.times:
                    rule.met += 1
                    fault = rule.fault
            return fault
