"""What another computer says of the old key: that it needs it still, or that it does not. See `claim_tags.py`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

# Before these an item's name says what it is about.
ITEM = "waits-"


class ClaimState(StrEnum):
    """Whether a computer needs the old key."""

    WAITS = "waits"
    DONE = "done"
    GONE = "gone"  # it was there, and nothing says what became of that computer


@dataclass(frozen=True, slots=True)
class Claim:
    """What another computer says of the old key.

    Attributes:
        item: its name for `keyturn done`; after the computer's ID, if that is one.
        computer: its name, as it says.
        user: the IAM user that says so.
        since: when it was done with the old key, by AWS's clock.
        latest: when its Keyturn signed with the old key last, as far as it says; that is no use of a backup.
    """

    item: str
    computer: str
    user: str
    state: ClaimState
    since: datetime | None = None
    latest: datetime | None = None

    @property
    def is_open(self) -> bool:
        """True where the old key has to stay on for it."""
        return self.state is not ClaimState.DONE

    def as_json(self) -> dict[str, Any]:
        """For the journal."""
        return {
            "item": self.item,
            "computer": self.computer,
            "user": self.user,
            "state": self.state.value,
            "since": None if self.since is None else self.since.isoformat(),
            "latest": None if self.latest is None else self.latest.isoformat(),
        }

    @classmethod
    def from_json(cls, written: Mapping[str, Any]) -> Claim:
        """Read what `as_json` wrote."""
        return cls(
            written["item"],
            written["computer"],
            written["user"],
            ClaimState(written["state"]),
            *(None if written[name] is None else datetime.fromisoformat(written[name]) for name in ("since", "latest")),
        )
