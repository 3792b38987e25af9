"""`renew`: a key renews itself on its day, unattended, and never more is made than AWS and the person allow."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from keyturn.model.keys import KeyStatus
from keyturn.terminal.start import run

from .conftest import Desk
from .renewing_office import Office, opened_renewing_office


@pytest.fixture
def office(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Office]:
    with opened_renewing_office(tmp_path, capsys) as office:
        yield office


def test_a_key_is_set_shown_and_ended_again(office: Office) -> None:
    answer = office.set("--watch-days", "2", "--grace", "5", "--delete")
    assert answer.code == 0, answer.out + answer.err
    (renewal,) = answer.document["renewals"]
    assert renewal.keys() >= {
        *("key", "name", "every_days", "at", "watch_days", "grace_days", "deletes", "as", "next", "state", "last"),
    }
    assert (renewal["key"], renewal["every_days"], renewal["at"]) == (office.key, 90, "03:00")
    assert (renewal["watch_days"], renewal["grace_days"], renewal["deletes"]) == (2, 5, True)
    assert (renewal["as"], renewal["state"], renewal["last"]) == ("key", "scheduled", None)
    due = datetime.fromisoformat(renewal["next"])
    today = office.desk.clock.now().astimezone().date()
    assert (due.astimezone().date() - today, due.astimezone().strftime("%H:%M")) == (timedelta(days=90), "03:00")
    assert office.listed() == renewal
    assert office.keys() == {office.key: KeyStatus.ACTIVE}, "nothing is made by setting it"
    ended = office.renew("--off", office.key[-4:])
    assert (ended.code, ended.document["renewals"]) == (0, [])
    assert office.renew("--list").document == {"renewals": []}
    assert office.renew("--off", office.key).code == 2


def test_it_is_deleted_only_where_that_was_asked_for(office: Office) -> None:
    office.set()
    assert office.listed()["deletes"] is False
    office.set("--delete")
    assert office.listed()["deletes"] is True
    office.set("--keep-off")
    assert office.listed()["deletes"] is False


def test_before_its_day_nothing_is_made_and_on_its_day_the_new_key_is_in_place(office: Office) -> None:
    office.set("--delete")
    assert office.pass_days(89) == []
    assert office.pass_days(2) == ["made"]
    (new,) = office.keys().keys() - {office.key}
    assert office.in_file() == new
    renewal = office.listed()
    assert (renewal["key"], renewal["state"]) == (new, "under-way")
    assert (renewal["last"]["new_key"], renewal["last"]["result"]) == (new, "made")
    assert office.pass_days(11) == ["turned-off", "deleted"]
    assert office.keys() == {new: KeyStatus.ACTIVE}
    assert (office.listed()["state"], office.listed()["last"]["result"]) == ("scheduled", "deleted")


@pytest.mark.parametrize(
    "words",
    [
        ("--every", "0", "--at", "03:00"),
        ("--every", "366", "--at", "03:00"),
        ("--every", "-1", "--at", "03:00"),
        ("--every", "1.5", "--at", "03:00"),
        ("--every", "often", "--at", "03:00"),
        ("--every", "90", "--at", "24:00"),
        ("--every", "90", "--at", "3:00"),
        ("--every", "90", "--at", "03:60"),
        ("--every", "90", "--at", "soon"),
        ("--every", "90"),
        ("--at", "03:00"),
        (),
        ("--every", "90", "--at", "03:00", "--watch-days", "-1"),
        ("--every", "90", "--at", "03:00", "--grace", "soon"),
        ("--every", "90", "--at", "03:00", "--delete", "--keep-off"),
        ("--list", "--due"),
        ("--off", "--every", "90", "--at", "03:00"),
        ("--off", "--delete"),
        ("--list", "--every", "90"),
        ("--due", "--at", "03:00"),
    ],
)
def test_what_makes_no_sense_is_told_in_a_sentence_before_anything_is_asked(
    office: Office, words: tuple[str, ...]
) -> None:
    asked = len(office.desk.account.records)
    answer = office.renew(office.key, *words)
    assert answer.code == 2
    assert "Nothing was changed" in answer.document["problem"]["message"]
    assert len(office.desk.account.records) == asked
    assert office.renew("--list").document == {"renewals": []}


def test_a_root_key_and_a_key_that_is_not_here_are_refused(small_desk: Desk) -> None:
    for key in (small_desk.old.access_key_id.value, "AKIANOSUCHKEYEXAMPLE"):
        answer = small_desk.type("renew", key, "--every", "90", "--at", "03:00", "--json")
        assert answer.code == 2
        assert "Nothing was changed" in answer.document["problem"]["message"]
    assert small_desk.type("renew", "--list", "--json").document == {"renewals": []}


def test_the_computers_own_scheduler_has_an_entry_as_long_as_a_key_renews_itself(
    office: Office, monkeypatch: pytest.MonkeyPatch, required_program: Callable[[str], Path]
) -> None:
    required_program("systemctl")
    monkeypatch.setenv("HOME", str(office.desk.home))
    desk = office.desk
    where = ("--endpoint-url", desk.endpoint_url, "--state-dir", str(desk.state_dir), "--secrets", "file", "--json")

    def typed(*words: str) -> dict[str, Any]:
        desk.capsys.readouterr()
        assert run(["renew", *words, *where], desk.clock) == 0
        document = json.loads(desk.capsys.readouterr().out)
        assert isinstance(document, dict)
        return document

    units = desk.home / ".config/systemd/user"
    (note,) = typed(office.key, "--every", "90", "--at", "23:50")["notes"]
    assert "sign in" in note
    (timer,), (service,) = units.glob("keyturn-renew-*.timer"), units.glob("keyturn-renew-*.service")
    (moment,) = [line for line in timer.read_text().splitlines() if line.startswith("OnCalendar=")]
    begins = datetime.strptime(moment, "OnCalendar=*-*-* %H:%M:%S").time()
    assert begins >= time(23, 50) or begins < time(0, 20), "up to half an hour later"
    command = next(line for line in service.read_text().splitlines() if line.startswith("ExecStart="))
    assert '"renew" "--due"' in command
    assert f'"--state-dir" "{desk.state_dir}"' in command
    typed(office.key, "--every", "90", "--at", "12:00")
    assert "OnCalendar=*-*-* 12:" in timer.read_text()
    assert len(list(units.glob("keyturn-renew-*"))) == 2
    typed("--off", office.key)
    assert list(units.rglob("keyturn-renew-*")) == []


def test_of_another_computers_disk_it_is_said_that_nothing_starts_it(office: Office) -> None:
    (note,) = office.set().document["notes"]
    assert "Have this started once a day: keyturn renew --due --endpoint-url" in note
    assert not (Path.home() / ".config/systemd").exists()
