"""`remind`: what is due, for a person and for scripts; a reading command, so something due is no failure."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from keyturn.computer.lock import OneAtATime
from keyturn.state.journal import Journal, Mark

from .conftest import Answer, Desk
from .test_startup import HEAVY, probe


def test_before_the_first_look_remind_says_that_it_does_not_know(desk: Desk) -> None:
    answer = desk.type("remind", "--json")
    assert answer.code == 0
    assert answer.document == {
        "state": "unknown",
        "sentence": "Keyturn has not looked at the keys of this computer yet.",
        "due": [],
        "next_due": None,
        "snoozed_until": None,
        "checked": None,
        "at_login": None,
    }
    assert desk.account.records == ()
    assert "remind --check" in desk.type("remind").out


@pytest.mark.parametrize("look", [("scan",), ("remind", "--check"), ("report",)])
def test_after_any_look_at_the_keys_remind_knows_what_is_due_without_asking_aws(
    desk: Desk, look: tuple[str, ...]
) -> None:
    desk.type(*look)
    asked = len(desk.account.records)
    answer = desk.type("remind", "--json")
    assert answer.code == 0
    assert answer.document["state"] == "attention"
    (due,) = answer.document["due"]
    assert due.keys() == {"kind", "title", "message", "since", "command", "key", "rotation"}
    assert (due["kind"], due["key"], due["rotation"]) == ("old-key", desk.old.access_key_id.value, None)
    assert due["command"].startswith(f"keyturn plan {desk.old.access_key_id.last4} --endpoint-url")
    assert len(desk.account.records) == asked
    page = desk.type("remind").out
    assert page.startswith(f"Your AWS root key {desk.old.access_key_id.masked} is 9 years old.")
    assert desk.old.access_key_id.value not in page


def test_an_offline_scan_says_nothing_new_about_the_keys(desk: Desk) -> None:
    desk.type("scan", "--offline")
    assert desk.type("remind", "--json").document["state"] == "unknown"


def test_a_rotation_is_reminded_of_when_its_days_are_over(small_desk: Desk) -> None:
    small_desk.rotate()
    assert small_desk.type("remind", "--check", "--json").document["state"] == "ok"
    small_desk.advance(days=4)
    (due,) = small_desk.type("remind", "--json").document["due"]
    assert due["kind"] == "turning-off"
    small_desk.account.root_turn_off(small_desk.old.access_key_id)
    assert small_desk.type("turn-off", "--yes").code == 0
    assert small_desk.type("remind", "--json").document["due"] == []
    small_desk.advance(days=8)
    (due,) = small_desk.type("remind", "--json").document["due"]
    assert due["kind"] == "deletion"


def test_an_interrupted_rotation_is_urgent_and_said_once(small_desk: Desk) -> None:
    name = small_desk.rotate().lines[-1]["rotation"]
    journal = Journal(small_desk.state_dir)
    journal.write(name, small_desk.clock.now(), "undo", Mark.INTENT, {})
    journal.close()
    answer = small_desk.type("remind", "--json")
    assert answer.code == 0
    assert answer.document["state"] == "urgent"
    assert answer.err == ""
    with OneAtATime(small_desk.state_dir):
        assert small_desk.type("remind", "--json").document["state"] == "working"


def test_reminders_can_be_snoozed_for_some_days_and_that_be_taken_back(desk: Desk) -> None:
    document = desk.type("remind", "--snooze", "7", "--json").document
    assert document["snoozed_until"] is not None
    assert "remind --snooze 0" in desk.type("remind").out
    assert desk.type("remind", "--snooze", "0", "--json").document["snoozed_until"] is None


@pytest.mark.parametrize("days", ["367", "-1", "soon", "1e300"])
def test_a_snooze_that_makes_no_sense_changes_nothing(desk: Desk, days: str) -> None:
    answer = desk.type("remind", "--snooze", days, "--json")
    assert answer.code == 2
    assert "Nothing was changed" in answer.document["problem"]["message"]
    assert desk.type("remind", "--json").document["snoozed_until"] is None


def test_a_check_without_network_says_so_and_exits_0(desk: Desk) -> None:
    desk.type("remind", "--check")
    desk.account.stop()
    desk.advance(days=1)
    answer = desk.type("remind", "--check", "--json")
    assert answer.code == 0
    assert answer.document["due"]
    assert "aws.no-network" in answer.err


def test_what_starts_at_login_is_set_and_told(typed: Callable[..., Answer], tmp_path: Path) -> None:
    entry = Path.home() / ".config/autostart/keyturn.desktop"
    where = ("--state-dir", str(tmp_path / "key turn"), "--json")
    assert json.loads(typed("remind", *where).out)["at_login"] == "off"
    assert json.loads(typed("remind", "--at-login", "check", *where).out)["at_login"] == "check"
    assert f'"{tmp_path / "key turn"}"' in entry.read_text()
    assert json.loads(typed("remind", "--at-login", "off", *where).out)["at_login"] == "off"
    assert not entry.exists()


def test_what_starts_at_another_computers_login_is_not_set_from_here(desk: Desk) -> None:
    answer = desk.type("remind", "--at-login", "check", "--json")
    assert answer.code == 2
    assert answer.document["problem"]["code"] == "usage.at-login"


def test_of_two_wishes_none_is_carried_out_where_one_makes_no_sense(desk: Desk) -> None:
    answer = desk.type("remind", "--snooze", "7", "--at-login", "check", "--json")
    assert answer.code == 2
    assert "Nothing was changed" in answer.document["problem"]["message"]
    assert desk.type("remind", "--json").document["snoozed_until"] is None


def test_remind_imports_nothing_heavy(desk: Desk) -> None:
    desk.type("scan")
    _out, code, modules = probe("remind", *desk.options)
    assert code == 0
    assert not modules & HEAVY
