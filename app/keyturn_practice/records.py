"""What was asked of the account: the log of requests, and questions that tests ask of it."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime

from keyturn.model.keys import AccessKeyId


@dataclass(frozen=True, slots=True)
class Record:
    """One request and what became of it. No secret is in it.

    Attributes:
        at: by the account's clock.
        key: who signed; None where nobody did.
        action: such as `s3:GetObject`; empty where it could not be understood.
        resource: bucket and key, or the user; as asked.
        region: the one it was signed for; empty where nobody signed.
        result: `ok`, or the code of the refusal; a fault is named with a `!` before it.
    """

    at: datetime
    key: AccessKeyId | None
    action: str
    resource: str
    region: str
    status: int
    result: str
    source_ip: str
    user_agent: str

    def __str__(self) -> str:
        who = "nobody" if self.key is None else self.key.masked
        return f"{self.at:%H:%M:%S} {who} {self.action} {self.resource} {self.status} {self.result}"


class RequestLog:
    """All requests, in the order they were answered."""

    def __init__(self) -> None:
        self._records: list[Record] = []
        self._lock = threading.Lock()

    def add(self, record: Record) -> None:
        """Add one."""
        with self._lock:
            self._records.append(record)

    def all(self) -> tuple[Record, ...]:
        """Every request so far."""
        with self._lock:
            return tuple(self._records)

    def signed_with(self, key: AccessKeyId, *, after: int = 0) -> tuple[Record, ...]:
        """The requests signed with a key, of those that came after the first `after` records."""
        return tuple(record for record in self.all()[after:] if record.key == key)

    def actions(self, *, after: int = 0) -> tuple[str, ...]:
        """The actions asked for, in order."""
        return tuple(record.action for record in self.all()[after:])

    def __len__(self) -> int:
        return len(self.all())
