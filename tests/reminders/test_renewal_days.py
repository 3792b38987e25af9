"""A key is renewed on its day, at its time of day, also where clocks change or a run was missed."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyturn.model.keys import AccessKeyId
from keyturn.reminders.renewal_days import SPREAD, counted_from, due_at, minutes_later, started_at

BERLIN, LORD_HOWE, KATHMANDU = (
    ZoneInfo(f"{name}") for name in ("Europe/Berlin", "Australia/Lord_Howe", "Asia/Kathmandu")
)
KEY, OTHER_KEY = AccessKeyId("AKIAIT2JM32CYOQZC7NK"), AccessKeyId("AKIAIT2JM32CYOQZC7NL")

zones = st.sampled_from([BERLIN, LORD_HOWE, KATHMANDU, ZoneInfo("UTC"), ZoneInfo("America/New_York")])
days = st.dates(date(2020, 1, 1), date(2060, 12, 31))
times = st.times().map(lambda one: time(one.hour, one.minute))
every = st.integers(1, 365)


@given(since=days, every_days=every, at=times, zone=zones)
def test_it_is_due_on_its_local_day_at_its_local_time(since: date, every_days: int, at: time, zone: ZoneInfo) -> None:
    local = due_at(since, every_days, at, zone).astimezone(zone)
    day = since + timedelta(days=every_days)
    if local.replace(tzinfo=None) != datetime.combine(day, at):
        # The clocks went forward over it, and it comes as much later.
        before = datetime.combine(day, at, zone) - timedelta(hours=3)
        after = datetime.combine(day, at, zone) + timedelta(hours=3)
        moved = after.utcoffset() - before.utcoffset()  # type: ignore[operator]
        assert local.replace(tzinfo=None) == datetime.combine(day, at) + moved
        assert moved > timedelta(0)
    assert local.fold == 0, "of an hour that comes twice, the first"


@given(since=days, every_days=every, at=times, zone=zones)
def test_more_days_are_later_and_the_next_one_follows_after_as_many(
    since: date, every_days: int, at: time, zone: ZoneInfo
) -> None:
    due = due_at(since, every_days, at, zone)
    following = due_at(counted_from(due, due, zone), every_days, at, zone)
    assert abs(following - due - timedelta(days=every_days)) <= timedelta(hours=2)
    if every_days < 365:
        assert due_at(since, every_days + 1, at, zone) > due


@pytest.mark.parametrize(
    ("day", "at", "utc"),
    [
        (date(2027, 3, 27), time(2, 30), datetime(2027, 3, 27, 1, 30, tzinfo=UTC)),
        # 02:30 does not exist on the 28th: it is 03:30 then.
        (date(2027, 3, 28), time(2, 30), datetime(2027, 3, 28, 1, 30, tzinfo=UTC)),
        # 02:30 exists twice on the 31st of October: summer time's comes first.
        (date(2027, 10, 31), time(2, 30), datetime(2027, 10, 31, 0, 30, tzinfo=UTC)),
        (date(2027, 11, 1), time(2, 30), datetime(2027, 11, 1, 1, 30, tzinfo=UTC)),
    ],
)
def test_the_days_on_which_clocks_change_in_berlin(day: date, at: time, utc: datetime) -> None:
    assert due_at(day - timedelta(days=90), 90, at, BERLIN) == utc


def test_without_a_zone_it_is_the_systems_own(monkeypatch: pytest.MonkeyPatch) -> None:
    import time as system

    for name, zone in (("Europe/Berlin", BERLIN), ("Asia/Kathmandu", KATHMANDU)):
        with monkeypatch.context() as patch:
            patch.setenv("TZ", name)
            system.tzset()
            for day in (date(2027, 3, 28), date(2027, 10, 31), date(2027, 7, 1)):
                assert due_at(day - timedelta(days=1), 1, time(2, 30)) == due_at(
                    day - timedelta(days=1), 1, time(2, 30), zone
                )
            late = datetime(2027, 7, 1, 23, 0, tzinfo=UTC)
            assert counted_from(late, late) == date(2027, 7, 2)
    system.tzset()


@given(since=days, every_days=every, at=times, zone=zones, late=st.timedeltas(timedelta(0), timedelta(days=400)))
def test_a_run_that_was_missed_is_counted_from_the_day_on_which_it_was_made_up(
    since: date, every_days: int, at: time, zone: ZoneInfo, late: timedelta
) -> None:
    due = due_at(since, every_days, at, zone)
    counted = counted_from(due, due + late, zone)
    on_time = late < timedelta(days=1)
    assert counted == (due if on_time else due + late).astimezone(zone).date()
    # Never at once again, and never later than promised.
    following = due_at(counted, every_days, at, zone)
    assert following > due + late - timedelta(days=1)
    assert following <= due + late + timedelta(days=every_days, hours=26)


@given(
    since=days, every_days=every, at=times, zone=zones, early=st.timedeltas(timedelta(minutes=1), timedelta(days=90))
)
def test_a_key_that_a_person_renewed_before_it_was_due_is_counted_from_that_day(
    since: date, every_days: int, at: time, zone: ZoneInfo, early: timedelta
) -> None:
    due = due_at(since, every_days, at, zone)
    assert counted_from(due, due - early, zone) == (due - early).astimezone(zone).date()


@given(st.text(), st.text())
def test_a_computer_and_a_key_begin_at_the_same_minute_each_time(computer: str, another: str) -> None:
    minutes = minutes_later(computer, KEY)
    assert minutes == minutes_later(computer, KEY)
    assert 0 <= minutes < SPREAD
    assert 0 <= minutes_later(another, OTHER_KEY) < SPREAD


def test_an_office_does_not_renew_at_once() -> None:
    drawn = [minutes_later(f"desk-{number}", KEY) for number in range(300)]
    assert set(drawn) == set(range(SPREAD))
    assert max(drawn.count(minute) for minute in drawn) < 30
    assert {minutes_later("desk-1", key) for key in (KEY, OTHER_KEY)} != {minutes_later("desk-1", KEY)}


@given(times, st.integers(0, SPREAD - 1))
def test_a_run_begins_so_many_minutes_later_also_over_midnight(at: time, minutes: int) -> None:
    expected = datetime.combine(date(2027, 1, 1), at) + timedelta(minutes=minutes)
    assert started_at(at, minutes) == expected.time()
