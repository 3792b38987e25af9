"""Time in the practice account: changes that spread slowly, and a clock that can be moved by hand.

AWS gives no numbers; the defaults of `AS_AT_AWS` are those people measured (facts/aws.md A4, B5).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Generic, Protocol, TypeVar

Value = TypeVar("Value")


class TimeOfDay(Protocol):
    """The one thing the account asks of time."""

    def now(self) -> datetime:
        """The time of day in UTC."""
        ...


class WallClock:
    """The computer's own time of day."""

    def now(self) -> datetime:
        """The time of day in UTC."""
        return datetime.now(UTC)


class HandClock:
    """A clock that stands still unless it is moved; fits Keyturn's own clock port too, so that both share one time."""

    def __init__(self, start: datetime | None = None) -> None:
        self._start = start or datetime.now(UTC)
        self._seconds = 0.0
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """The time it shows."""
        return self._start + timedelta(seconds=self._seconds)

    def monotonic(self) -> float:
        """Seconds it was moved so far."""
        return self._seconds

    def sleep(self, seconds: float) -> None:
        """Move on at once by so many seconds."""
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        """Move on."""
        with self._lock:
            self._seconds += max(0.0, seconds)


class MovedClock:
    """The real time, moved on by hand: it goes on by itself, and waiting takes as long as it says.

    Args:
        start: what it shows at first; None for the time that it is.
    """

    def __init__(self, start: datetime | None = None) -> None:
        self._ahead = timedelta() if start is None else start - datetime.now(UTC)

    def now(self) -> datetime:
        """The time it shows."""
        return datetime.now(UTC) + self._ahead

    def monotonic(self) -> float:
        """Seconds that never run backwards."""
        return time.monotonic() + self._ahead.total_seconds()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(max(0.0, seconds))

    def advance(self, seconds: float) -> None:
        """Move on."""
        self._ahead += timedelta(seconds=max(0.0, seconds))


@dataclass(frozen=True, slots=True)
class Lag:
    """How slowly changes spread, in seconds.

    Attributes:
        new: until a new key, or one turned on again, is accepted.
        off: how long a key turned off or deleted is still accepted.
        policy: until a changed policy is in force.
        user: until a new user is found by its name; before, IAM says `NoSuchEntity`.
        last_use: until a use shows as *last used*.
        flap: how long before a change is in force everywhere every second request already sees it; so a good answer
            can be followed by a bad one.
        echo: how long after a change is in force everywhere every seventh request still meets a server that has not
            heard of it; so a bad answer can follow many good ones (facts/peers.md C1: about one in ten).
        more: further seconds for one service (`sts`, `iam`, `s3`): they do not learn at the same moment.
    """

    new: float = 0.0
    off: float = 0.0
    policy: float = 0.0
    user: float = 0.0
    last_use: float = 0.0
    flap: float = 0.0
    echo: float = 0.0
    more: Mapping[str, float] = field(default_factory=dict)


AT_ONCE = Lag()
AS_AT_AWS = Lag(new=8.0, off=4.0, policy=6.0, user=4.0, last_use=900.0, flap=2.0, more={"s3": 1.0})


class Timeline(Generic[Value]):
    """A value that changes at known moments: what holds at a moment, as one service sees it."""

    def __init__(self) -> None:
        self._changes: list[tuple[datetime, Value]] = []
        self._looks: dict[str, int] = {}

    def change(self, at: datetime, value: Value) -> None:
        """The value becomes `value` at that moment; changes planned for later than that are overtaken."""
        self._changes = [(known_at, known) for known_at, known in self._changes if known_at <= at]
        self._changes.append((at, value))

    def at(self, moment: datetime, *, lag: Lag, service: str) -> Value | None:
        """The value at a moment; None before the first change."""
        seen = moment - timedelta(seconds=lag.more.get(service, 0.0))
        settled = self._value(seen)
        early = self._value(seen + timedelta(seconds=lag.flap))
        late = self._value(seen - timedelta(seconds=lag.echo))
        if early is settled and late is settled:
            return settled
        looks = self._looks[service] = self._looks.get(service, 0) + 1
        if early is not settled:
            return early if looks % 2 else settled
        return settled if looks % 7 else late

    def _value(self, moment: datetime) -> Value | None:
        return next((value for at, value in reversed(self._changes) if at <= moment), None)


USE_BUCKET = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Use:
    """A use of a key as AWS records it."""

    at: datetime
    service: str
    region: str


class Uses:
    """The uses of one key: of several within 15 minutes only the first is recorded (facts/aws.md A3)."""

    def __init__(self) -> None:
        self._recorded: list[Use] = []

    def add(self, use: Use) -> None:
        """Record a use, unless one is recorded in the 15 minutes before."""
        if not self._recorded or use.at - self._recorded[-1].at >= USE_BUCKET:
            self._recorded.append(use)

    def last(self, now: datetime, delay: float) -> Use | None:
        """The last use that AWS already shows."""
        visible = now - timedelta(seconds=delay)
        return next((use for use in reversed(self._recorded) if use.at <= visible), None)
