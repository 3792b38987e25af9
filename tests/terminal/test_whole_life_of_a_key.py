"""400 days that go by unattended, with a run on each day around what is due: with `--delete`, and with `--keep-off`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from keyturn.model.keys import KeyStatus

from .renewing_office import Office, opened_renewing_office


@pytest.fixture
def office(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Office]:
    with opened_renewing_office(tmp_path, capsys) as office:
        yield office


def told(office: Office) -> list[str]:
    """What a person is told that is due, by the commands that carry it on."""
    return [one["command"].split(" --endpoint-url")[0] for one in office.desk.type("remind", "--json").document["due"]]


# Four whole rotations, and a start of Keyturn on each of the days around them.
@pytest.mark.timeout(900)
def test_with_delete_there_are_four_renewals_in_400_days_and_nobody_does_anything(office: Office) -> None:
    office.set("--delete")
    did: list[str] = []
    # Days on which nothing is due are all alike: the runs on those before and after stand for them.
    for idle in (85, 70, 70, 70):
        office.desk.advance(idle)
        did += office.pass_days(20)
    office.desk.advance(24)
    did += office.pass_days(1)
    assert did == ["made", "turned-off", "deleted"] * 4
    assert list(office.keys().values()) == [KeyStatus.ACTIVE]
    assert office.listed()["state"] == "scheduled"
    assert told(office) == []


@pytest.mark.timeout(600)
def test_with_keep_off_the_next_one_waits_for_a_person_who_is_told_fourteen_days_before(office: Office) -> None:
    office.set("--keep-off")
    office.desk.advance(89)
    assert office.pass_days(5) == ["made", "turned-off"]
    old = office.key
    assert office.keys()[old] is KeyStatus.INACTIVE
    due = datetime.fromisoformat(office.listed()["next"])
    office.desk.advance(67)
    while office.desk.clock.now() < due - timedelta(days=15):
        assert (office.pass_days(1), told(office)) == ([], [])
    assert office.pass_days(1) == []
    rotation = office.listed()["rotation"]
    assert told(office) == [f"keyturn delete {rotation}"]
    assert office.listed()["state"] == "waiting"
    # Nobody does anything: nothing is made, for as long as it takes.
    office.desk.advance(14)
    assert set(office.pass_days(4)) == {"trouble"}
    renewal = office.listed()
    assert (renewal["state"], renewal["trouble"]["code"], renewal["kept_off"]) == ("waiting", "renewal.kept-off", old)
    assert len(office.keys()) == 2
    assert "renewal" in {one["kind"] for one in office.desk.type("remind", "--json").document["due"]}
    for _deletion in range(3):
        kept = office.listed()["kept_off"]
        deleted = office.desk.type("delete", office.listed()["rotation"], "--confirm", kept[-4:], "--json")
        assert deleted.code == 0, deleted.out
        assert office.pass_days(5) == ["made", "turned-off"]
        office.desk.advance(88)


@pytest.mark.timeout(600)
def test_a_key_that_a_person_deletes_in_the_console_makes_room_too(office: Office) -> None:
    office.set("--keep-off")
    office.desk.advance(90)
    assert office.pass_days(5) == ["made", "turned-off"]
    office.desk.account.root_delete(office.user_key.access_key_id)
    office.desk.advance(87)
    assert office.pass_days(4) == ["made", "turned-off"]
    assert len(office.keys()) == 2
