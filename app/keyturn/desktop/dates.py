"""Days and moments as the window writes them: a day for what comes, the time as well for what has happened."""

from __future__ import annotations

from datetime import datetime

from keyturn.rotation import labels


def past(at: datetime) -> str:
    """When something happened, such as `2 March 2026, 09:04`, in the person's own time zone."""
    return labels.moment(at)


def lately(at: datetime) -> str:
    """When something happened in the last weeks, such as `Monday, 2 March, 09:04`."""
    return f"{labels.near_day(at)}, {at.astimezone():%H:%M}"


def clock(at: datetime) -> str:
    """The time of something that happened just now, such as `09:04`."""
    return f"{at.astimezone():%H:%M}"


def seen(at: datetime, now: datetime) -> str:
    """When something was looked at: the time alone on the same day, else as `lately`."""
    return clock(at) if at.astimezone().date() == now.astimezone().date() else lately(at)


def short_day(at: datetime) -> str:
    """A day of the weeks around now where there is little room, such as `5 March`."""
    local = at.astimezone()
    return f"{local.day} {local:%B}"


def narrow_day(at: datetime) -> str:
    """A day of any year where there is hardly any room, such as `2 Mar 2026`."""
    local = at.astimezone()
    return f"{local.day} {local:%b %Y}"


def month(at: datetime) -> str:
    """A month of any year, such as `March 2017`."""
    return f"{at.astimezone():%B %Y}"
