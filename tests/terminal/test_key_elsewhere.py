"""`turn-off`, `turn-on` and `delete --key`: a key of the account that is not on this computer, with every gate."""

from __future__ import annotations

import json
from typing import Any

import pytest

from keyturn.model.keys import KeyPair, KeyStatus
from keyturn.terminal.exits import Exit
from keyturn_practice.faults import dropped_answer, refused

from .conftest import Answer, Desk
from .test_scan_account import ALL, policy, write_profile
from .test_scan_days import use


@pytest.fixture
def office(small_desk: Desk) -> Desk:
    """A desk with an administrator's profile and nothing of any program, in an account with further users."""
    small_desk.account.create_user("admin", policies={"all": ALL})
    small_desk.forget_programs()
    write_profile(small_desk, "admin", "admin")
    small_desk.account.create_user("mail", path="/staff/", policies={"all": ALL})
    return small_desk


@pytest.fixture
def idle(office: Desk) -> KeyPair:
    """A user's key that nothing ever used, and that is nowhere here."""
    return office.account.create_user_key("mail", age_days=400)


def typed(desk: Desk, command: str, key: KeyPair, *words: str, confirm: str | None = None) -> Answer:
    last4 = key.access_key_id.last4 if confirm is None else confirm
    named = ("--key", key.access_key_id.value, "--as", "profile:admin", "--confirm", last4)
    return desk.type(command, *named, *words, "--json")


def result(answer: Answer) -> dict[str, Any]:
    return answer.lines[-1]


def rotations(desk: Desk) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = desk.type("status", "--json").document["rotations"]
    return found


def status(desk: Desk, key: KeyPair) -> KeyStatus | None:
    return desk.account.status_of(key.access_key_id)


def test_its_whole_way_is_off_on_off_and_after_its_days_deleted(office: Desk, idle: KeyPair) -> None:
    off = typed(office, "turn-off", idle)
    assert (off.code, result(off)["step"]) == (Exit.DONE, "delete"), off.err
    assert status(office, idle) is KeyStatus.INACTIVE
    (known,) = rotations(office)
    assert (known["key"], known["route"], known["step"]) == (idle.access_key_id.value, "retire", "delete")

    assert typed(office, "turn-on", idle).code == Exit.DONE
    assert status(office, idle) is KeyStatus.ACTIVE

    assert typed(office, "turn-off", idle).code == Exit.DONE
    early = typed(office, "delete", idle)
    assert early.code == Exit.WAITING and status(office, idle) is KeyStatus.INACTIVE

    office.advance(days=7.1)
    assert typed(office, "delete", idle).code == Exit.DONE
    assert status(office, idle) is None
    (story,) = json.loads(office.type("report", "--format", "json").out)["rotations"]
    done = [one["step"] for one in story["journal"] if one["went"] == "well"]
    assert [one for one in done if one != "search"] == [
        *("check", "turn-off", "prove-off", "turn-on", "turn-off", "prove-off", "delete"),
    ]


def test_a_key_that_is_seen_in_use_goes_off_only_after_days_of_quiet_and_is_not_deleted(
    office: Desk, idle: KeyPair
) -> None:
    use(office, idle, "rclone/v1.60.1", "203.0.113.7")
    office.advance(days=1)
    held = typed(office, "turn-off", idle)
    assert held.code == Exit.WAITING
    assert "rclone/v1.60.1 from 203.0.113.7" in result(held)["problem"]["message"]
    assert typed(office, "delete", idle).code == Exit.WAITING
    assert status(office, idle) is KeyStatus.ACTIVE

    office.advance(days=3)
    waits = typed(office, "turn-off", idle)
    assert [one["item"] for one in result(waits)["awaiting"]] == ["used-elsewhere"], "a person says whose program it is"
    assert office.type("done", "used-elsewhere").code == Exit.DONE
    assert typed(office, "turn-off", idle).code == Exit.DONE
    assert status(office, idle) is KeyStatus.INACTIVE


def test_without_the_event_history_the_last_use_alone_keeps_it_on_until_a_named_day(
    office: Desk, idle: KeyPair
) -> None:
    office.account.fail("cloudtrail:LookupEvents", refused(400, "AccessDeniedException"), times=1000)
    use(office, idle, "rclone/v1.60.1")
    office.advance(days=1)
    held = typed(office, "turn-off", idle)
    assert held.code == Exit.WAITING and "can be turned off from" in result(held)["problem"]["message"]
    office.advance(days=2.1)
    assert typed(office, "turn-off", idle).code == Exit.DONE


def test_a_last_use_that_may_not_be_read_is_never_no_use(office: Desk, idle: KeyPair) -> None:
    may = policy(("Allow", "iam:*"), ("Allow", "sts:*"), ("Deny", "iam:GetAccessKeyLastUsed"))
    office.account.create_user("clerk", policies={"some": may})
    write_profile(office, "admin", "clerk")
    held = typed(office, "turn-off", idle)
    assert held.code == Exit.WAITING
    assert "last-use" in {one["item"] for one in result(held)["awaiting"]}
    assert status(office, idle) is KeyStatus.ACTIVE


def test_the_end_of_its_id_is_enough_if_it_is_the_only_one(office: Desk, idle: KeyPair) -> None:
    last4 = idle.access_key_id.last4
    answer = office.type("turn-off", "--key", last4, "--as", "profile:admin", "--confirm", last4, "--json")
    assert answer.code == Exit.DONE
    assert status(office, idle) is KeyStatus.INACTIVE


@pytest.mark.parametrize("command", ["turn-off", "turn-on", "delete"])
def test_nothing_begins_without_a_signer_the_confirmation_and_a_users_key(
    office: Desk, idle: KeyPair, command: str
) -> None:
    key, last4 = idle.access_key_id.value, idle.access_key_id.last4
    root = office.old.access_key_id
    here = office.type("scan", "--offline", "--json").document["keys"][0]["access_key_id"]
    as_admin = ("--as", "profile:admin", "--json")
    refused_ones = [
        office.type(command, "--key", key, "--confirm", last4, "--json"),
        office.type(command, "--key", key, "--confirm", "XXXX", *as_admin),
        office.type(command, "--key", key, *as_admin),
        office.type(command, "--key", root.value, "--confirm", root.last4, *as_admin),
        office.type(command, "--key", here, "--confirm", here[-4:], *as_admin),
        office.type(command, "--key", "AKIAQ7ZV3MNOSUCHKEYX", "--confirm", "KEYX", *as_admin),
    ]
    assert [one.code for one in refused_ones] == [Exit.USAGE] * len(refused_ones)
    assert "is on this computer" in result(refused_ones[4])["problem"]["title"]
    assert rotations(office) == []
    assert (status(office, idle), office.account.status_of(root)) == (KeyStatus.ACTIVE, KeyStatus.ACTIVE)


def test_a_key_that_is_being_replaced_here_goes_off_by_its_own_rotation(small_desk: Desk) -> None:
    small_desk.account.create_user("admin", policies={"all": ALL})
    name = small_desk.rotate().lines[-1]["rotation"]
    write_profile(small_desk, "admin", "admin")
    answer = typed(small_desk, "turn-off", small_desk.old)
    assert answer.code == Exit.USAGE and name in result(answer)["problem"]["message"]
    assert status(small_desk, small_desk.old) is KeyStatus.ACTIVE


def test_a_lost_answer_is_settled_by_looking_and_the_journal_knew_before(office: Desk, idle: KeyPair) -> None:
    office.account.fail("iam:UpdateAccessKey", dropped_answer(), times=20)
    assert typed(office, "turn-off", idle).code == Exit.STOPPED
    assert rotations(office)[0]["step"] == "turn-off"
    again = office.type("continue", "--as", "profile:admin", "--json")
    assert (again.code, result(again)["step"]) == (Exit.DONE, "delete"), again.err
    assert status(office, idle) is KeyStatus.INACTIVE


def test_the_same_command_again_goes_on_with_the_same_rotation(office: Desk, idle: KeyPair) -> None:
    office.account.fail("iam:UpdateAccessKey", refused(403, "AccessDenied"))
    assert typed(office, "turn-off", idle).code == Exit.STOPPED
    assert status(office, idle) is KeyStatus.ACTIVE
    assert typed(office, "turn-off", idle).code == Exit.DONE
    assert [one["step"] for one in rotations(office)] == ["delete"]
    assert status(office, idle) is KeyStatus.INACTIVE


def test_it_goes_on_only_with_a_signer_who_is_named_in_status(office: Desk, idle: KeyPair) -> None:
    typed(office, "turn-off", idle, "--off-days", "0")
    command = rotations(office)[0]["awaiting"][0]["steps"][0]
    assert command.endswith("--as profile:admin")
    for words in (["continue"], ["undo"], ["turn-on"], ["delete", "--confirm", idle.access_key_id.last4]):
        answer = office.type(*words, "--json")
        assert answer.code == Exit.USAGE and "profile:admin" in result(answer)["problem"]["message"]
    assert status(office, idle) is KeyStatus.INACTIVE


def test_undo_turns_on_what_keyturn_turned_off_and_nothing_else(office: Desk, idle: KeyPair) -> None:
    typed(office, "turn-off", idle)
    assert office.type("undo", "--as", "profile:admin").code == Exit.DONE
    assert status(office, idle) is KeyStatus.ACTIVE
    assert rotations(office)[0]["state"] == "undone"

    office.account.root_turn_off(idle.access_key_id)
    typed(office, "turn-off", idle)
    assert office.type("undo", "--as", "profile:admin").code == Exit.DONE
    assert status(office, idle) is KeyStatus.INACTIVE


def test_what_somebody_else_turned_off_is_turned_on_and_what_is_on_begins_nothing(office: Desk, idle: KeyPair) -> None:
    assert typed(office, "turn-on", idle).code == Exit.USAGE
    assert rotations(office) == []
    office.account.root_turn_off(idle.access_key_id)
    assert typed(office, "turn-on", idle).code == Exit.DONE
    assert status(office, idle) is KeyStatus.ACTIVE
    assert [one["step"] for one in rotations(office)] == ["watch"]


def test_the_days_of_a_key_that_somebody_else_turned_off_begin_when_that_is_seen(office: Desk, idle: KeyPair) -> None:
    office.account.root_turn_off(idle.access_key_id)
    office.advance(days=30)
    assert typed(office, "delete", idle).code == Exit.WAITING
    assert status(office, idle) is KeyStatus.INACTIVE
    office.advance(days=7.1)
    assert typed(office, "delete", idle).code == Exit.DONE
    assert status(office, idle) is None


def test_a_key_that_was_on_and_used_meanwhile_is_not_deleted(office: Desk, idle: KeyPair) -> None:
    typed(office, "turn-off", idle)
    office.advance(days=5)
    office.account.root_turn_on(idle.access_key_id)
    use(office, idle, "rclone/v1.60.1")
    office.account.root_turn_off(idle.access_key_id)
    office.advance(days=3)
    held = typed(office, "delete", idle)
    assert held.code == Exit.WAITING and "somebody turned it on meanwhile" in result(held)["problem"]["message"]
    assert status(office, idle) is KeyStatus.INACTIVE
    office.advance(days=4.5)
    assert typed(office, "delete", idle).code == Exit.DONE
