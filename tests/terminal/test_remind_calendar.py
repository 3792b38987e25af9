"""`remind --calendar`: what is due as a calendar file, which moves its entries and never doubles them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from icalendar import Calendar, Event

from keyturn.terminal.exits import Exit

from .conftest import Answer, Desk


@pytest.fixture
def calendar(tmp_path: Path) -> Path:
    return tmp_path / "keys.ics"


def write(desk: Desk, path: Path) -> Answer:
    return desk.type("remind", "--calendar", str(path), "--json")


def entries(path: Path) -> dict[str, Event]:
    found = [one for one in Calendar.from_ical(path.read_bytes()).walk("VEVENT") if isinstance(one, Event)]
    assert len({str(one["uid"]) for one in found}) == len(found), "no entry stands there twice"
    return {str(one["uid"]): one for one in found}


def day(event: Event) -> date:
    return date.fromisoformat(str(event.decoded("dtstart")))


def today(desk: Desk) -> date:
    return desk.clock.now().astimezone().date()


def test_what_is_due_is_an_entry_of_today_with_the_command_that_carries_on(small_desk: Desk, calendar: Path) -> None:
    small_desk.type("scan")
    answer = write(small_desk, calendar)
    assert answer.code == Exit.DONE
    assert answer.document["calendar"] == {"path": str(calendar), "entries": 1}
    (event,) = entries(calendar).values()
    assert day(event) == today(small_desk)
    assert f"keyturn plan {small_desk.old.access_key_id.last4}" in str(event["description"])
    assert [str(alarm["action"]) for alarm in event.walk("VALARM")] == ["DISPLAY"]


def test_neither_a_whole_key_id_nor_a_secret_is_in_it(small_desk: Desk, calendar: Path) -> None:
    small_desk.type("scan")
    write(small_desk, calendar)
    content = calendar.read_text().replace("\r\n ", "")
    assert small_desk.old.access_key_id.last4 in content
    assert small_desk.old.access_key_id.value not in content
    assert small_desk.old.secret.reveal() not in content


def test_a_day_ahead_is_told_in_the_words_of_that_day(small_desk: Desk, calendar: Path) -> None:
    small_desk.rotate()
    write(small_desk, calendar)
    (event,) = entries(calendar).values()
    assert (day(event) - today(small_desk)).days in {3, 4}
    assert "can be turned off" in str(event["summary"])


def test_written_again_it_moves_its_entries_and_cancels_what_is_over(small_desk: Desk, calendar: Path) -> None:
    small_desk.type("scan")
    write(small_desk, calendar)
    ((first, before),) = entries(calendar).items()
    small_desk.advance(days=2)
    write(small_desk, calendar)
    ((again, after),) = entries(calendar).items()
    assert again == first and day(after) > day(before)
    assert int(str(after["sequence"])) > int(str(before["sequence"]))

    small_desk.rotate()
    write(small_desk, calendar)
    now = entries(calendar)
    assert str(now.pop(first)["status"]) == "CANCELLED"
    (new,) = now.values()
    assert "status" not in new

    small_desk.advance(days=1)
    write(small_desk, calendar)
    assert str(entries(calendar)[first]["status"]) == "CANCELLED", "who takes the file in late has the entry still"


@pytest.mark.parametrize(
    "content",
    [b"my notes", b"BEGIN:VCALENDAR\r\nPRODID:-//Somebody//Else//EN\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n", b"\xff\x00"],
)
def test_a_file_that_is_not_keyturns_own_stays(small_desk: Desk, calendar: Path, content: bytes) -> None:
    calendar.write_bytes(content)
    answer = write(small_desk, calendar)
    assert answer.code == Exit.USAGE
    assert calendar.read_bytes() == content


def test_a_folder_that_is_not_there_is_a_sentence(small_desk: Desk, tmp_path: Path) -> None:
    answer = write(small_desk, tmp_path / "nowhere" / "keys.ics")
    assert answer.code == Exit.FAILED
    assert "Traceback" not in answer.err


def test_a_file_that_was_cut_off_is_not_taken_for_an_empty_calendar(small_desk: Desk, calendar: Path) -> None:
    small_desk.type("scan")
    write(small_desk, calendar)
    torn = calendar.read_bytes()[:200]
    calendar.write_bytes(torn)
    assert write(small_desk, calendar).code == Exit.USAGE
    assert calendar.read_bytes() == torn


def test_nothing_due_is_a_calendar_without_entries(small_desk: Desk, calendar: Path) -> None:
    assert write(small_desk, calendar).document["calendar"]["entries"] == 0
    assert entries(calendar) == {}
