"""What each recipient was told, and what waits to be told: the queue, which outlives the program.

What happens is in the journal, so an event that was not queued yet is found by the next look; that is why a full queue
loses nothing. Masked key IDs only, and never a secret.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from keyturn.model.news import News, NewsKind
from keyturn.model.recipients import Recipient
from keyturn.model.text import _
from keyturn.state import stored_recipients
from keyturn.state.stored import Sentences, Stored
from keyturn.state.written import (
    Fields,
    Format,
    choice,
    listed,
    mapped,
    maybe,
    moment,
    moment_text,
    number,
    text,
    truth,
    whole_object,
)

FILE_NAME = "telling.json"
LOCK_NAME = "telling.lock"
MOST_WAITING = 100  # for one recipient; what happens further stays in the journal until there is room
_MANY = 1_000_000


@dataclass(frozen=True, slots=True)
class Untold:
    """Why telling one recipient failed, when it was tried last."""

    at: datetime
    code: str
    title: str
    message: str


@dataclass(frozen=True, slots=True)
class Queue:
    """One recipient's.

    Attributes:
        told: the IDs of what was told, and when.
        waiting: what was not taken yet, oldest first.
        tries: how often in a row it failed.
        next_try: nothing is tried before.
        last: when something was taken last.
    """

    told: Mapping[str, datetime] = field(default_factory=dict)
    waiting: tuple[News, ...] = ()
    tries: int = 0
    next_try: datetime | None = None
    last: datetime | None = None
    problem: Untold | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """One recipient, and how it stands with what they are told."""

    recipient: Recipient
    queue: Queue

    @property
    def is_full(self) -> bool:
        """True where further news waits in the journal until there is room."""
        return len(self.queue.waiting) >= MOST_WAITING


def read_told(folder: Path) -> tuple[Told, ...]:
    """How it stands with each recipient.

    Raises:
        StateError: where a newer Keyturn wrote that, or it is damaged.
    """
    queues = load(folder)
    return tuple(Told(one, queues.get(one.name, Queue())) for one in stored_recipients.load(folder))


def load(folder: Path) -> dict[str, Queue]:
    """Read all queues, by the recipient's ID.

    Raises:
        StateError: where a newer Keyturn wrote it, or it is damaged.
    """
    return STORED.load(folder) or {}


def save(folder: Path, queues: Mapping[str, Queue]) -> None:
    """Write all queues.

    Raises:
        StateError: as `load`.
        StateError: `state.unwritable`, where the disk does not let it.
    """
    STORED.save(folder, dict(queues))


def _read(fields: Fields) -> dict[str, Queue]:
    return fields.get("queues", mapped(whole_object(_queue)))


def _written(queues: dict[str, Queue]) -> dict[str, Any]:
    return {"queues": {name: _queue_written(queue) for name, queue in queues.items()}}


def _queue(fields: Fields) -> Queue:
    return Queue(
        fields.get("told", mapped(moment)),
        fields.get("waiting", listed(whole_object(_news))),
        int(fields.get("tries", number(0, _MANY))),
        fields.get("next_try", maybe(moment)),
        fields.get("last", maybe(moment)),
        fields.get("problem", maybe(whole_object(_untold))),
    )


def _queue_written(queue: Queue) -> dict[str, Any]:
    problem = queue.problem
    return {
        "told": {name: at.isoformat() for name, at in queue.told.items()},
        "waiting": [{**one.as_json(), "bad": one.is_bad} for one in queue.waiting],
        "tries": queue.tries,
        "next_try": moment_text(queue.next_try),
        "last": moment_text(queue.last),
        "problem": None
        if problem is None
        else {
            "at": problem.at.isoformat(),
            "code": problem.code,
            "title": problem.title,
            "message": problem.message,
        },
    }


def _news(fields: Fields) -> News:
    return News(
        fields.get("id", text),
        fields.get("event", choice(NewsKind)),
        fields.get("at", moment),
        fields.get("title", text),
        fields.get("message", text),
        fields.get("key", text),
        fields.get("rotation", text),
        fields.get("computer", text),
        fields.get("bad", truth),
    )


def _untold(fields: Fields) -> Untold:
    return Untold(
        fields.get("at", moment), fields.get("code", text), fields.get("title", text), fields.get("message", text)
    )


def _sentences() -> Sentences:
    return Sentences(
        unreadable=_("What people are to be told cannot be read"),
        mend=_("Nobody is told until then. Move the file away: what happened this year may be told once more."),
        unwritable=_("What people are to be told could not be remembered"),
        unwritten=_("Your backups are not touched. It is told by a later look."),
    )


STORED = Stored(FILE_NAME, Format(1, _read, _written), _sentences)
