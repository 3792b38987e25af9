"""What is due as a calendar file, for anyone who lives by a calendar and not by notifications.

Each thing keeps its UID for as long as it is the same thing, so that a calendar that is given the file again moves its
entry instead of doubling it, and what is over is cancelled there (RFC 5545, 3.8.4.7 and 3.8.1.11; RFC 5546, 3.2.5).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING

from icalendar import Alarm, Calendar, Event

from keyturn.computer.private_files import replace_private_file
from keyturn.model.errors import FileError, UsageError
from keyturn.model.text import _
from keyturn.reminders.due import Due, foreseen
from keyturn.rotation import labels

if TYPE_CHECKING:
    from keyturn.reminders.outlook import Known

_PRODUCT = "-//Keyturn//Reminders//EN"
_MORNING = timedelta(hours=9)  # of the day itself, when the calendar tells of it
_LARGEST = 10_000_000  # bytes; a calendar of Keyturn's own has a few thousand
# From here on seconds are counted that order the versions of an entry; SEQUENCE has 31 bits in common calendars.
_VERSIONS_FROM = datetime.fromisoformat("2025-01-01T00:00:00+00:00")


@dataclass(frozen=True, slots=True)
class Written:
    """What is in the calendar file now.

    Attributes:
        entries: what is due or will be.
        cancelled: what an earlier version of the file had and is over.
    """

    path: Path
    entries: int
    cancelled: int


def write_calendar(path: Path, facts: Known, now: datetime, *, zone: tzinfo | None, options: Sequence[str]) -> Written:
    """Write what is due, and will be, to `path`; an earlier calendar of Keyturn there is replaced.

    Args:
        zone: the person's own time zone, by which a moment falls on a day; None for the computer's.
        options: what commands to type next need in order to reach the same computer and account.

    Raises:
        UsageError: `usage.calendar`, if something else is there.
        FileError: `file.unwritable`, if the file cannot be read or written.
    """
    before = _earlier(path)
    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", _("AWS access keys"))
    things = _as_they_will_be(facts, now)
    for due in things:
        calendar.add_component(_event(due, now, zone, options))
    known = {_uid(due) for due in things}
    over = [event for event in before if str(event.get("uid")) not in known]
    for event in over:
        calendar.add_component(_cancelled(event, now))
    try:
        replace_private_file(path, calendar.to_ical())
    except OSError as error:
        raise _unusable(path, error) from error
    return Written(path, len(things), len(over))


def _as_they_will_be(facts: Known, now: datetime) -> tuple[Due, ...]:
    """Everything foreseen, each in the words of the day on which it is due: a key is older then than it is now."""
    keys, rotations, settings = facts.sighting.keys, facts.rotations, facts.settings
    found = foreseen(keys, rotations, settings, now)
    ahead = {one.since for one in found if one.since > now}
    later = {(one.identity, since): one for since in ahead for one in foreseen(keys, rotations, settings, since)}
    return tuple(replace(later.get((one.identity, one.since), one), since=max(one.since, now)) for one in found)


def _event(due: Due, now: datetime, zone: tzinfo | None, options: Sequence[str]) -> Event:
    event = Event()
    event.add("uid", _uid(due))
    event.add("dtstamp", now)
    event.add("sequence", _version(now))
    event.add("summary", due.title)
    event.add("description", f"{due.message}\n\n{labels.command(options, *due.command)}")
    day = due.since.astimezone(zone).date()
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=1))
    event.add("transp", "TRANSPARENT")  # nobody is busy because of it
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", due.title)
    alarm.add("trigger", _MORNING)
    event.add_component(alarm)
    return event


def _cancelled(event: Event, now: datetime) -> Event:
    """The entry as cancelled, which it stays: who reads the file late has it in the calendar still."""
    made = Event()
    for name in ("uid", "summary", "dtstart", "dtend"):
        if name in event:
            made[name] = event[name]
    made.add("dtstamp", now)
    made.add("sequence", _version(now))
    made.add("status", "CANCELLED")
    return made


def _uid(due: Due) -> str:
    """A name that tells nobody the key's ID, to whom a calendar is shown."""
    return f"{hashlib.sha256(due.identity.encode()).hexdigest()[:32]}@keyturn"


def _version(now: datetime) -> int:
    return max(0, int((now - _VERSIONS_FROM).total_seconds()))


def _earlier(path: Path) -> list[Event]:
    """The entries of an earlier version of the file."""
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
    except FileNotFoundError:
        return []
    except OSError as error:
        raise _unusable(path, error) from error
    try:
        calendar = Calendar.from_ical(content) if len(content) <= _LARGEST else None
    except ValueError:
        calendar = None
    if not isinstance(calendar, Calendar) or str(calendar.get("prodid")) != _PRODUCT:
        raise UsageError(
            _("{path} is not a calendar that Keyturn wrote").format(path=path),
            _("It was not replaced. Choose another name: your own calendar takes the file in."),
            code="usage.calendar",
        )
    return [one for one in calendar.walk("VEVENT") if isinstance(one, Event)]


def _unusable(path: Path, error: OSError) -> FileError:
    return FileError(
        _("The calendar could not be written to {path}").format(path=path),
        _("The system says: {reason}. Nothing else was changed, and your backups go on as they are.").format(
            reason=error.strerror or type(error).__name__
        ),
        code="file.unwritable",
    )
