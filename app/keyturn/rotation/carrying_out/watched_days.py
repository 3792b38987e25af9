"""Until when the old key is watched: so many days after the switch, and again after each use by somebody else."""

from __future__ import annotations

from datetime import datetime, timedelta

from keyturn.model.text import _
from keyturn.rotation import labels
from keyturn.rotation.context import Context
from keyturn.rotation.record import Rotation
from keyturn.rotation.steps import BegunBy

_SOME_DAYS = 3.0  # are watched after a use, also by who watches fewer


def last_noted_use(context: Context, rotation: Rotation) -> datetime | None:
    """When somebody else than Keyturn used the old key since the switch, as AWS told it last; None if not known."""
    since, use = rotation.counts_from(context.clock.now()), context.journal.foreign_use(rotation.decision.key)
    if use is None or use.date is None or since is None or use.date <= since:
        return None
    return use.date


def quiet_until(rotation: Rotation, used: datetime | None) -> datetime | None:
    """Until when nothing else may use the old key after this use: it is watched for some days more from then.

    None where there was no use, and where nobody began the rotation: then no day ends the watching, since somebody
    has to find out first who that was.

    Args:
        used: by somebody else than Keyturn, after the switch.
    """
    if used is None or rotation.decision.elsewhere or rotation.begun_by is not BegunBy.PERSON:
        return None
    return used + timedelta(days=max(rotation.decision.watch_days, _SOME_DAYS))


def watched_until(context: Context, rotation: Rotation) -> datetime | None:
    """When enough was watched, with what is known of uses of the old key."""
    days = (rotation.watched_until, quiet_until(rotation, last_noted_use(context, rotation)))
    return max((one for one in days if one is not None), default=None)


def moved(rotation: Rotation, used: datetime | None) -> str:
    """Say that a use of the old key puts its day off; empty where it does not.

    Args:
        used: as for `quiet_until`.
    """
    planned, until = rotation.watched_until, quiet_until(rotation, used)
    if used is None or planned is None or until is None or until <= planned:
        return ""
    text = _("The old key was used on {used}: {planned} moves to {until}, if nothing uses it until then.")
    return text.format(used=labels.near_day(used), planned=labels.near_day(planned), until=labels.near_day(until))
