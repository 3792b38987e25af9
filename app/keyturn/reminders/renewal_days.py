"""On which day, and at which minute, a key is renewed: pure functions of what was chosen and of the time."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from keyturn.model.keys import AccessKeyId

SPREAD = 30  # minutes over which the computers of an office are spread
_DAY = timedelta(days=1)


def due_at(since: date, every_days: int, at: time, zone: tzinfo | None = None) -> datetime:
    """Return when it is due, in UTC.

    An hour that is left out when clocks go forward comes as much later as they do; of one that comes twice, the first
    is meant.

    Args:
        since: the local day from which the days are counted.
        at: the local time of day.
        zone: the local zone; None is the system's own.
    """
    local = datetime.combine(since + timedelta(days=every_days), at)
    if zone is None:
        # Not by `astimezone`: in the hour that is left out it takes the offset of after the change.
        return datetime.fromtimestamp(local.timestamp(), UTC)
    return local.replace(tzinfo=zone).astimezone(UTC)


def counted_from(due: datetime, made: datetime, zone: tzinfo | None = None) -> date:
    """Return the local day from which the next days are counted, once a new key is in place.

    A run some hours late does not move the rhythm; one that was missed, and is made up days later, does: else the next
    would follow too soon.

    Args:
        due: when it was due. Where `made` is earlier, a person did not wait for that.
    """
    kept = due if due <= made < due + _DAY else made
    return kept.astimezone(zone).date()


def minutes_later(computer: str, key: AccessKeyId) -> int:
    """Return by how many minutes runs begin later than asked for, so that an office does not renew all at once.

    It is the same each time for one computer and key.
    """
    drawn = hashlib.sha256(f"{computer}\n{key.value}".encode()).digest()
    return int.from_bytes(drawn[:8], "big") % SPREAD


def started_at(at: time, minutes: int) -> time:
    """Return the time of day at which a run begins; after midnight it is the next day's."""
    total = (at.hour * 60 + at.minute + minutes) % (24 * 60)
    return time(total // 60, total % 60)
