"""A date is written in one way: by `rotation/labels.py` for both faces, by `desktop/dates.py` where room is scarce."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

from keyturn.rotation import labels

_APP = Path(__file__).parents[2] / "app" / "keyturn"
_FACES = ("desktop", "terminal", "reminders", "rotation")
_WRITERS = {"labels.py", "dates.py"}
# Names of a month or a day, or a whole date; not hours and minutes, nor what only machines read, which has a `T`.
_A_DATE = re.compile(r"%[AaBb](?![A-Za-z])|%Y-%m-%d(?!T)")


def test_nobody_else_writes_dates_for_people() -> None:
    paths = (path for face in _FACES for path in (_APP / face).rglob("*.py") if path.name not in _WRITERS)
    found = [str(path.relative_to(_APP)) for path in paths if _A_DATE.search(path.read_text(encoding="utf-8"))]
    assert found == []


def test_a_day_is_written_for_people() -> None:
    at = datetime(2026, 3, 2, 9, 4).astimezone()
    assert labels.day(at) == "2 March 2026"
    assert labels.moment(at) == "2 March 2026, 09:04"
    assert labels.weekday(at) == "Monday, 2 March 2026"
    assert labels.near_day(at) == "Monday, 2 March"
