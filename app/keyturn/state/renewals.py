"""Which keys renew themselves, and how: what the person chose, and what stood in the way when it was tried last.

Each home folder is remembered by itself. What was made is in the journal, and only there. Never a secret.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from keyturn.model.keys import AccessKeyId
from keyturn.model.text import _
from keyturn.state.stored import Sentences, Stored
from keyturn.state.written import (
    Fields,
    Format,
    listed,
    made_by,
    mapped,
    maybe,
    moment,
    number,
    text,
    truth,
    whole_object,
)

FILE_NAME = "renewals.json"
LONGEST_EVERY = 365  # days
_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a run could not do what was due. It is tried again, and forgotten once that went well.

    Attributes:
        at: when it was tried, in UTC.
        code: the error's, or the gate's.
        waits: something has to come first; False where somebody has to look at it.
    """

    at: datetime
    code: str
    title: str
    message: str
    waits: bool

    def __str__(self) -> str:
        return f"{self.title}. {self.message}"


@dataclass(frozen=True, slots=True)
class Renewal:
    """One key that renews itself.

    Attributes:
        key: the one in use when this was written. The journal knows what took its place since.
        first_key: the one with which it began; it stays, so that the minutes by which runs are spread do, too.
        account: whose key it is; a key of another account is not renewed in its place.
        since: the local day from which the days are counted.
        every_days: 1 to 365.
        at: the local time of day, to the minute.
        watch_days: how long the old key stays on after the new one is in place.
        grace_days: how long it stays off before it may be deleted.
        deletes: it is deleted then; else it stays off until a person deletes it.
        signer: who makes the change, as the person named it (`--as`).
    """

    key: AccessKeyId
    first_key: AccessKeyId
    account: str
    since: date
    every_days: int
    at: time
    watch_days: float
    grace_days: float
    deletes: bool
    signer: str
    trouble: Trouble | None = None


def time_of_day(written: str) -> time:
    """Read `HH:MM`, from 00:00 to 23:59.

    Raises:
        ValueError: where it is none.
    """
    found = _TIME.fullmatch(written)
    if found is None:
        raise ValueError(written)
    return time(int(found[1]), int(found[2]))


def load(folder: Path, home: Path) -> tuple[Renewal, ...]:
    """Read the home's renewals, in the order in which they were set.

    Raises:
        StateError: where a newer Keyturn wrote it, or it is damaged.
    """
    return _homes(folder).get(str(home), ())


def save(folder: Path, home: Path, renewals: Sequence[Renewal]) -> None:
    """Write the home's renewals.

    Raises:
        StateError: as `load`.
        StateError: `state.unwritable`, where the disk does not let it.
    """
    STORED.save(folder, {**_homes(folder), str(home): tuple(renewals)})


def _homes(folder: Path) -> dict[str, tuple[Renewal, ...]]:
    return STORED.load(folder) or {}


def _read(fields: Fields) -> dict[str, tuple[Renewal, ...]]:
    return fields.get("homes", mapped(listed(whole_object(_renewal))))


def _written(homes: dict[str, tuple[Renewal, ...]]) -> dict[str, Any]:
    return {"homes": {home: [_renewal_written(one) for one in renewals] for home, renewals in homes.items()}}


def _renewal(fields: Fields) -> Renewal:
    days = number(0, math.inf)
    return Renewal(
        key=fields.get("key", made_by(AccessKeyId.of_any_shape)),
        first_key=fields.get("first_key", made_by(AccessKeyId.of_any_shape)),
        account=fields.get("account", text),
        since=fields.get("since", made_by(date.fromisoformat)),
        every_days=int(fields.get("every_days", number(1, LONGEST_EVERY))),
        at=fields.get("at", made_by(time_of_day)),
        watch_days=fields.get("watch_days", days),
        grace_days=fields.get("grace_days", days),
        deletes=fields.get("deletes", truth),
        signer=fields.get("as", text),
        trouble=fields.get("trouble", maybe(whole_object(read_trouble))),
    )


def _renewal_written(one: Renewal) -> dict[str, Any]:
    return {
        "key": one.key.value,
        "first_key": one.first_key.value,
        "account": one.account,
        "since": one.since.isoformat(),
        "every_days": one.every_days,
        "at": f"{one.at:%H:%M}",
        "watch_days": one.watch_days,
        "grace_days": one.grace_days,
        "deletes": one.deletes,
        "as": one.signer,
        "trouble": None if one.trouble is None else trouble_written(one.trouble),
    }


def read_trouble(fields: Fields) -> Trouble:
    """Read what `trouble_written` wrote."""
    return Trouble(
        fields.get("at", moment),
        fields.get("code", text),
        fields.get("title", text),
        fields.get("message", text),
        fields.get("waits", truth),
    )


def trouble_written(one: Trouble) -> dict[str, Any]:
    """For a document."""
    return {
        "at": one.at.isoformat(),
        "code": one.code,
        "title": one.title,
        "message": one.message,
        "waits": one.waits,
    }


def _sentences() -> Sentences:
    return Sentences(
        unreadable=_("Which keys renew themselves cannot be read"),
        mend=_("No key renews itself until then. Move the file away, and set the renewals again: `keyturn renew`."),
        unwritable=_("What is to renew itself could not be remembered"),
        unwritten=_("Your backups do not need it; a key may not renew itself as you wished."),
    )


STORED = Stored(FILE_NAME, Format(1, _read, _written), _sentences)
