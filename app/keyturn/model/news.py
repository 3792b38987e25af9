"""What people are told: one thing that happened to a key, or has to be done. It holds no secret and no whole key ID."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class NewsKind(StrEnum):
    """What happened."""

    DUE = "due"
    MADE = "made"  # a new key is in place and proved
    RENEWED = "renewed"  # the same, by a key that renews itself
    OFF_TOMORROW = "off-tomorrow"
    OFF = "off"
    FAILED = "failed"
    MAY_BE_DELETED = "may-be-deleted"
    LOOKED = "looked"  # nothing happened: Keyturn is alive, for a monitor that misses it where it is not
    TEST = "test"


@dataclass(frozen=True, slots=True)
class News:
    """One thing that is told.

    Attributes:
        name: its ID. What is told twice, because a program was killed in between, has the same one both times.
        title: a few words, without a full stop.
        message: what it means, and what to do.
        key: the masked ID of the key that it is about; empty where it is about none.
        rotation: its name; empty where it is in none.
        computer: on which it happened.
        is_bad: somebody has to look at it.
    """

    name: str
    kind: NewsKind
    at: datetime
    title: str
    message: str
    key: str = ""
    rotation: str = ""
    computer: str = ""
    is_bad: bool = False

    def as_json(self) -> dict[str, str]:
        """The facts, for hooks and commands."""
        return {
            "id": self.name,
            "event": self.kind.value,
            "at": self.at.isoformat(),
            "title": self.title,
            "message": self.message,
            "key": self.key,
            "rotation": self.rotation,
            "computer": self.computer,
        }
