"""Ways back at a terminal: a decision is asked for by its commands, a rotation is closed, a pair is given."""

from __future__ import annotations

import json

import pytest

from .conftest import Desk


def test_an_undo_that_waits_for_a_decision_names_the_two_commands_and_says_nothing_untrue(small_desk: Desk) -> None:
    small_desk.rotate()
    (user,) = small_desk.account.user_names()
    last4 = small_desk.account.create_user_key(user).access_key_id.last4
    asks = small_desk.type("undo")
    assert asks.code == 3
    assert f"keyturn done remove-{last4}" in asks.out
    assert f"keyturn done keep-{last4}" in asks.out
    assert "Nothing was put back" not in asks.out
    assert small_desk.type("done", f"keep-{last4}").code == 0
    assert small_desk.type("undo", "--json").lines[-1]["state"] == "undone"


def test_a_rotation_is_closed_by_the_end_of_its_old_key_and_the_report_tells_what_was_known(small_desk: Desk) -> None:
    small_desk.rotate()
    key = small_desk.old.access_key_id
    assert small_desk.type("end", "--json").code == 2
    ended = small_desk.type("end", "--confirm", key.last4, "--json")
    assert (ended.code, ended.lines[-1]["state"], ended.lines[-1]["problem"]) == (0, "ended", None)
    assert "ended" in small_desk.type("status", "--json").out
    assert f"The old key {key.masked} was on." in small_desk.type("status").out
    (story,) = json.loads(small_desk.type("report", "--offline", "--format", "json").out)["rotations"]
    assert any(f"The old key {key.masked} was on." in one["detail"] for one in story["journal"])
    assert small_desk.type("undo").code == 2


@pytest.mark.parametrize("words", [("--key", "", "--as", "key"), ("--confirm", "AAAA"), ("--confirm", "")])
@pytest.mark.parametrize("command", ["turn-off", "turn-on"])
def test_a_key_that_is_not_the_one_that_was_meant_is_neither_turned_off_nor_on(
    small_desk: Desk, command: str, words: tuple[str, ...]
) -> None:
    key = small_desk.old.access_key_id
    assert small_desk.type("rotate", key.value, "--watch-days", "0", "--yes").code == 3
    if command == "turn-on":
        assert small_desk.type("turn-off", "--by", "key", "--yes").code == 0
    before = small_desk.account.status_of(key)
    refused = small_desk.type(command, *words, "--yes", "--json")
    assert refused.code == 2, refused.out
    assert "Nothing was changed" in refused.lines[-1]["problem"]["message"]
    assert small_desk.account.status_of(key) is before
    if command == "turn-off":
        assert small_desk.type(command, "--by", "key", "--confirm", key.last4, "--yes").code == 0
