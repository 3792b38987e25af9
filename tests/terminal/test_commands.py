"""The commands, typed at a practice account: their JSON, their pages, their exit codes."""

from __future__ import annotations

import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from keyturn.computer.lock import OneAtATime
from keyturn.model.keys import KeyStatus
from keyturn.state.journal import Journal, Mark

from .conftest import Desk


def test_scan_tells_of_every_key_in_the_shape_that_scripts_rely_on(desk: Desk) -> None:
    answer = desk.type("scan", "--json")
    assert answer.code == 0
    (key,) = answer.document["keys"]
    assert answer.document["problems"] == []
    assert key["access_key_id"] == desk.old.access_key_id.value
    assert key["account"] == desk.account.account_id
    assert (key["kind"], key["status"], key["advice"]) == ("root", "active", "replace")
    assert key["arn"] == f"arn:aws:iam::{desk.account.account_id}:root"
    assert key["user_name"] is None
    assert key["age_days"] == 9 * 365 + 30
    assert (key["last_used"], key["last_used_known"]) == (None, True), "never used, and AWS said so"
    rclone = next(place for place in key["places"] if place["client"] == "rclone")
    assert rclone["kind"] == "destination"
    assert (rclone["bucket"], rclone["editable"], rclone["has_secret"]) == ("family-archive", True, True)
    assert {place["kind"] for place in key["places"]} == {"destination", "leftover"}


def test_scan_offline_asks_nothing_and_says_that_nothing_is_known(desk: Desk) -> None:
    answer = desk.type("scan", "--offline", "--json")
    assert answer.code == 0
    (key,) = answer.document["keys"]
    assert (key["kind"], key["status"], key["advice"]) == ("unknown", "unknown", "unknown")
    assert (key["created"], key["last_used"], key["account"]) == (None, None, None)
    assert key["last_used_known"] is False
    assert desk.account.records == ()


def test_an_offline_scan_reads_the_account_off_newer_keys_and_calls_it_a_hint(desk: Desk) -> None:
    desk.forget_programs()
    (desk.home / "deploy.sh").write_text("# AKIARZPUZDIKGB2VALC4\n# AKIAIOSFODNN7EXAMPLE\n")
    words = ("scan", "--offline", "--search", str(desk.home), "--any")
    keys = {key["access_key_id"]: key for key in desk.type(*words, "--json").document["keys"]}
    newer, older = keys["AKIARZPUZDIKGB2VALC4"], keys["AKIAIOSFODNN7EXAMPLE"]
    assert (newer["account"], newer["account_hint"]) == (None, "123456789012")
    assert (older["account"], older["account_hint"]) == (None, None)
    (sentence,) = [line for line in desk.type(*words).out.splitlines() if "123456789012" in line]
    assert "AWS has not confirmed it" in sentence
    assert desk.account.records == ()


def test_scan_shows_a_person_a_sentence_a_table_and_what_to_type_next(desk: Desk) -> None:
    answer = desk.type("scan")
    masked, last4 = desk.old.access_key_id.masked, desk.old.access_key_id.last4
    assert answer.out.startswith("Your AWS root key is 9 years old. Four programs on this computer use it.")
    assert re.search(rf"^{masked}  root +9 years +never +replace$", answer.out, re.MULTILINE)
    assert "~/.config/rclone/rclone.conf → family-archive" in answer.out
    assert f"keyturn plan {last4}" in answer.out
    assert desk.old.access_key_id.value not in answer.out
    assert "\x1b" not in answer.out


def test_scan_of_an_empty_computer_says_where_it_looked_and_what_to_do(desk: Desk, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    desk.home = empty
    answer = desk.type("scan")
    assert answer.code == 0
    assert "No AWS access key was found" in answer.out
    assert str(empty) in answer.out
    assert "keyturn practice" in answer.out


def test_scan_searches_whole_folders_for_the_keys_it_found(desk: Desk, tmp_path: Path) -> None:
    folder = tmp_path / "srv" / "deep"
    folder.mkdir(parents=True)
    (folder / "deploy.txt").write_text(f"key={desk.old.access_key_id}\n")
    answer = desk.type("scan", "--json", "--search", str(tmp_path / "srv"))
    (key,) = answer.document["keys"]
    assert str(folder / "deploy.txt") in {place["path"] for place in key["places"] if place["kind"] == "mention"}


def test_scan_searches_for_any_key_where_that_is_asked_and_says_how_much_it_looked_into(
    desk: Desk, tmp_path: Path
) -> None:
    folder = tmp_path / "srv"
    folder.mkdir()
    (folder / "notes.txt").write_text("key=ASIAOTHER22222222222\n")
    answer = desk.type("scan", "--offline", "--search", str(folder), "--any", "--json")
    assert answer.document["search"] == {"files": 1, "bytes": 25, "finished": True}
    searched = answer.document["searched"]
    assert (searched["folders"], searched["files"], searched["skipped"]) == ([str(folder)], 1, [])
    (place,) = [one for key in answer.document["keys"] for one in key["places"] if one["name"] == "notes.txt"]
    assert place["locator"] == "line 1, ASIA…2222"
    assert "Searched 1 file (25 bytes)" in desk.type("scan", "--offline", "--search", str(folder), "--any").out
    nothing = desk.type("scan", "--offline", "--json").document
    assert nothing["search"] is None
    assert nothing["searched"] == {"folders": [], "files": 0, "seconds": 0.0, "skipped": []}, "an object in any case"


def test_scan_tells_scripts_what_a_search_did_not_look_into(desk: Desk, tmp_path: Path) -> None:
    outside, folder = tmp_path / "outside", tmp_path / "srv"
    outside.mkdir()
    folder.mkdir()
    (folder / "link").symlink_to(outside)
    document = desk.type("scan", "--offline", "--json", "--search", str(folder)).document
    assert [(one["path"], one["why"]) for one in document["searched"]["skipped"]] == [(str(folder / "link"), "outside")]
    assert [spot for spot in document["blind_spots"] if "lead out" in spot["what"]]


def test_a_second_scan_of_the_same_folders_reads_only_what_changed(desk: Desk) -> None:
    words = ("scan", "--offline", "--json", "--search", str(Path(json.__file__).parent))
    first, second = (desk.type(*words).document["search"] for _ in range(2))
    assert first["bytes"] > 0
    assert second == {"files": first["files"], "bytes": 0, "finished": True}


def test_any_without_a_folder_is_told(desk: Desk) -> None:
    answer = desk.type("scan", "--any")
    assert answer.code == 2
    assert "--search" in answer.err


def test_a_folder_to_search_that_is_not_there_is_named(desk: Desk, tmp_path: Path) -> None:
    answer = desk.type("scan", "--search", str(tmp_path / "nowhere"))
    assert answer.code == 2
    assert "nowhere" in answer.err


def test_plan_shows_calls_diffs_powers_and_changes_nothing(desk: Desk) -> None:
    before = {path: path.read_bytes() for path in desk.computer.files}
    answer = desk.type("plan", desk.old.access_key_id.last4, *desk.buckets, "--json")
    assert answer.code == 0
    plan = answer.document
    assert plan["rotation"] is None
    assert (plan["route"], plan["key"]) == ("scoped-user", desk.old.access_key_id.value)
    assert {"service": "iam", "action": "CreateAccessKey"}.items() <= _call(plan, "CreateAccessKey").items()
    assert {edit["path"] for edit in plan["edits"]} == {str(path) for path in desk.computer.files[:-1]}
    assert plan["policy"]["Statement"]
    assert plan["can"]
    assert plan["cannot"]
    assert {gate["step"] for gate in plan["gates"]} == {"turn-off", "delete"}
    assert {"turn-off", "delete"} <= {one["item"] for one in plan["by_hand"]}
    assert before == {path: path.read_bytes() for path in desk.computer.files}
    assert desk.account.user_names() == ()
    assert desk.old.secret.reveal() not in answer.out


def _call(plan: dict[str, Any], action: str) -> dict[str, Any]:
    return next(call for call in plan["calls"] if call["action"] == action)


def test_the_page_of_plan_has_everything_and_no_secret(desk: Desk) -> None:
    answer = desk.type("plan", desk.old.access_key_id.last4, *desk.buckets)
    for heading in ("The new key goes to", "It cannot", "Changes to files", "Requests to AWS", "By you", "Later"):
        assert heading in answer.out
    assert "the same as: Prove the new key" in answer.out
    assert "keyturn rotate" in answer.out
    assert desk.old.secret.reveal() not in answer.out
    assert desk.old.access_key_id.value not in answer.out


def test_a_plan_with_a_closed_gate_exits_3_and_says_why(desk: Desk) -> None:
    answer = desk.type("plan", desk.old.access_key_id.last4)
    assert answer.code == 3
    assert "What stands in the way" in answer.out
    assert "--bucket NAME" in answer.out
    assert "photos-vault" in answer.out


def test_rotate_with_a_closed_gate_changes_nothing_and_exits_3(desk: Desk) -> None:
    answer = desk.type("rotate", desk.old.access_key_id.last4, "--yes", "--json")
    assert answer.code == 3
    result = answer.lines[-1]
    assert result["event"] == "result"
    assert result["rotation"] is None
    assert result["problem"]["code"] == "bucket.unnamed"
    assert desk.account.user_names() == ()


def test_a_whole_rotation_by_scripts(small_desk: Desk) -> None:
    old = small_desk.old.access_key_id
    answer = small_desk.rotate()
    assert answer.code == 3
    *events, result = answer.lines
    steps = [(event["step"], event["state"]) for event in events if event["event"] == "step"]
    taken = ["check", "create", "prove", "switch", "prove-again"]
    assert steps == [*((step, state) for step in taken for state in ("started", "done")), ("watch", "waiting")]
    assert (result["event"], result["state"], result["step"], result["problem"]) == ("result", "waiting", "watch", None)
    assert [one["item"] for one in result["awaiting"]] == ["watch"]
    new = result["new_access_key_id"]
    assert new in small_desk.computer.rclone_config.read_text()

    (rotation,) = small_desk.type("status", "--json").document["rotations"]
    assert (rotation["rotation"], rotation["key"], rotation["new_key"]) == (result["rotation"], old.value, new)
    assert (rotation["route"], rotation["step"], rotation["state"]) == ("scoped-user", "watch", "waiting")
    assert {"awaiting", "started", "updated"} <= rotation.keys()

    early = small_desk.type("turn-off", "--yes", "--json")
    assert early.code == 3
    assert early.lines[-1]["problem"]["code"] == "gate"

    small_desk.advance(days=4)
    waiting = small_desk.type("turn-off", "--yes", "--json")
    assert waiting.code == 3
    assert [one["item"] for one in waiting.lines[-1]["awaiting"]] == ["turn-off"]
    assert small_desk.account.status_of(old) is KeyStatus.ACTIVE

    small_desk.account.root_turn_off(old)
    off = small_desk.type("turn-off", "--yes", "--json")
    assert off.code == 0
    assert off.lines[-1]["step"] == "delete"

    small_desk.advance(days=8)
    by_hand = small_desk.type("delete", "--confirm", old.last4, "--json")
    assert by_hand.code == 3
    assert [one["item"] for one in by_hand.lines[-1]["awaiting"]] == ["delete"]
    small_desk.account.root_delete(old)
    assert small_desk.type("done", "delete", "--json").code == 2
    over = small_desk.type("done", "delete", "--confirm", old.last4, "--json")
    assert over.code == 0
    assert over.document["state"] == "done"
    (rotation,) = small_desk.type("status", "--json").document["rotations"]
    said = [(one["item"], one["by"], one["seen"]) for one in rotation["awaiting"]]
    assert said == [("delete", "person", False)]

    verified = small_desk.type("verify", *small_desk.buckets, "--json")
    assert verified.code == 0
    destinations = verified.document["destinations"]
    assert all(one["ok"] and one["access_key_id"] == new for one in destinations)
    assert {"client", "name", "path", "bucket", "checks"} <= destinations[0].keys()
    assert {"check", "ok", "detail"} <= destinations[0]["checks"][0].keys()


def test_no_secret_is_ever_written(small_desk: Desk) -> None:
    answers = [small_desk.rotate()]
    kept = json.loads((small_desk.state_dir / "secrets.json").read_text())
    assert kept.pop("version") == 1
    secrets = {small_desk.old.secret.reveal(), *kept.values()}
    assert len(secrets) == 2
    commands = (["status"], ["scan", "--json"], ["scan"], ["verify"], ["plan", small_desk.old.access_key_id.last4])
    answers += [small_desk.type(*words) for words in (*commands, ["undo"])]
    assert all(secret not in answer.out + answer.err for secret in secrets for answer in answers)


def test_the_pages_of_a_rotation_say_how_it_stands_and_what_to_type_next(small_desk: Desk) -> None:
    answer = small_desk.type("rotate", small_desk.old.access_key_id.value, *small_desk.buckets, "--yes")
    assert answer.code == 3
    assert "The new key is in place and every backup was proved with it." in answer.out
    assert "Put the new key in place: done. 1 file\n" in answer.out
    assert "keyturn turn-off" in answer.out
    assert "\x1b" not in answer.out
    status = small_desk.type("status")
    assert status.code == 0
    assert "watching for uses of the old one" in status.out
    scanned = small_desk.type("scan").out
    assert scanned.startswith(f"The new key is in place; {small_desk.old.access_key_id.masked} is still on.")
    assert "being replaced" in scanned and "keyturn status" in scanned and "keyturn plan" not in scanned
    assert small_desk.old.access_key_id.masked in status.out
    undone = small_desk.type("undo")
    assert undone.code == 0
    assert f"Everything is as it was: {small_desk.old.access_key_id.masked} is back everywhere." in undone.out
    assert small_desk.old.access_key_id.value in small_desk.computer.rclone_config.read_text()
    assert small_desk.account.user_names() == ()


def test_status_without_any_rotation_says_where_to_begin(desk: Desk) -> None:
    answer = desk.type("status")
    assert answer.code == 0
    assert "keyturn scan" in answer.out
    assert desk.type("status", "--json").document == {"rotations": [], "renewals": [], "told": [], "holds": []}


def test_verify_fails_where_a_backup_does_not_reach_its_bucket(desk: Desk) -> None:
    desk.account.root_turn_off(desk.old.access_key_id)
    answer = desk.type("verify", "--json")
    assert answer.code == 1
    assert not any(one["ok"] for one in answer.document["destinations"])
    page = desk.type("verify")
    assert "do not reach their bucket" in page.out


# ── Asking first ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_rotate_without_a_person_and_without_yes_exits_2_before_anything(desk: Desk) -> None:
    answer = desk.type("rotate", desk.old.access_key_id.last4, *desk.buckets)
    assert answer.code == 2
    assert "--yes" in answer.err
    assert desk.account.records == ()


def test_turn_off_asks_a_person_too(small_desk: Desk) -> None:
    small_desk.rotate()
    small_desk.advance(days=4)
    answer = small_desk.type("turn-off", "--by", "key")
    assert answer.code == 2
    assert "one-way door" in answer.out
    assert small_desk.account.status_of(small_desk.old.access_key_id) is KeyStatus.ACTIVE


def test_a_root_key_that_turns_itself_off_is_warned_about_even_with_yes(small_desk: Desk) -> None:
    small_desk.rotate()
    small_desk.advance(days=4)
    answer = small_desk.type("turn-off", "--by", "key", "--yes", "--json")
    assert "one-way door" in answer.err
    assert answer.code == 0
    assert small_desk.account.status_of(small_desk.old.access_key_id) is KeyStatus.INACTIVE


def test_delete_without_the_last_four_characters_says_how_to(small_desk: Desk) -> None:
    small_desk.rotate()
    answer = small_desk.type("delete")
    assert answer.code == 2
    assert "--confirm" in answer.err
    assert small_desk.type("delete", "--confirm", "ZZZZ").code == 2


# ── What goes wrong ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_document_command_answers_an_error_with_a_document(desk: Desk) -> None:
    answer = desk.type("plan", "ZZZZ", "--json")
    assert answer.code == 2
    assert answer.document["problem"]["code"] == "usage.key"
    assert {"code", "title", "message"} == answer.document["problem"].keys()


def test_a_line_command_answers_an_error_with_a_last_line(desk: Desk) -> None:
    answer = desk.type("continue", "--json")
    assert answer.code == 2
    assert answer.lines[-1]["event"] == "result"
    assert answer.lines[-1]["problem"]["code"] == "usage.rotation"


def test_a_mistyped_option_under_json_is_json_too(desk: Desk) -> None:
    answer = desk.type("plan", "--json", "--no-such-option")
    assert answer.code == 2
    assert answer.document["problem"]["code"] == "usage.arguments"


def test_a_secret_typed_in_place_of_a_key_is_not_repeated(desk: Desk) -> None:
    answer = desk.type("plan", desk.old.secret.reveal())
    assert answer.code == 2
    assert desk.old.secret.reveal() not in answer.err


def test_while_another_keyturn_works_changing_commands_exit_5_and_reading_ones_go_on(small_desk: Desk) -> None:
    small_desk.rotate()
    with OneAtATime(small_desk.state_dir):
        answer = small_desk.type("undo", "--json")
        assert answer.code == 5
        assert answer.lines[-1]["problem"]["code"] == "lock.held"
        assert small_desk.type("status").code == 0
        assert "Another Keyturn is working now" in small_desk.type("status").out


def test_an_interrupted_rotation_is_told_of_at_the_next_start(small_desk: Desk) -> None:
    name = small_desk.rotate().lines[-1]["rotation"]
    journal = Journal(small_desk.state_dir)
    journal.write(name, small_desk.clock.now(), "undo", Mark.INTENT, {})
    journal.close()
    sentence = f"Rotation {name} was interrupted at step undo. `keyturn continue` carries on"
    answer = small_desk.type("scan", "--offline", "--json")
    assert sentence in answer.err
    assert answer.document["keys"]
    with OneAtATime(small_desk.state_dir):
        assert sentence not in small_desk.type("scan", "--offline").err, "somebody is working on it"


def test_where_aws_cannot_be_asked_verify_fails_and_scan_says_why(desk: Desk) -> None:
    desk.account.stop()
    answer = desk.type("verify")
    assert answer.code == 1
    assert "Traceback" not in answer.err
    assert desk.type("scan", "--json").document["problems"]


class _BrokenClock:
    def now(self) -> datetime:
        raise RuntimeError("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")

    def monotonic(self) -> float:
        return 0.0

    def sleep(self, seconds: float) -> None: ...


@pytest.mark.parametrize("json_option", [(), ("--json",)])
def test_a_mistake_of_ours_is_told_in_a_sentence_without_what_it_quotes(
    desk: Desk, json_option: tuple[str, ...]
) -> None:
    desk.clock = _BrokenClock()
    answer = desk.type("scan", "--offline", *json_option)
    assert answer.code == 4
    said = answer.document["problem"]["message"] if json_option else answer.err
    assert "RuntimeError in test_commands.py" in said
    assert "each should hold one complete key" in said
    assert "wJalr" not in answer.out + answer.err
    assert "Traceback" not in answer.err


def test_the_journal_of_a_newer_keyturn_is_not_touched(desk: Desk) -> None:
    import sqlite3

    desk.state_dir.mkdir()
    database = sqlite3.connect(desk.state_dir / "journal.sqlite3")
    database.execute("PRAGMA user_version = 99")
    database.close()
    answer = desk.type("status", "--json")
    assert answer.code == 4
    assert answer.document["problem"]["code"] == "journal.newer"


def test_undo_needs_no_question_and_a_second_one_has_nothing_to_do(small_desk: Desk) -> None:
    small_desk.rotate()
    assert small_desk.type("undo", "--json").lines[-1]["state"] == "undone"
    assert small_desk.type("undo", "--json").code == 2


def test_turn_on_waits_for_the_person_in_the_console_and_sees_what_they_did(small_desk: Desk) -> None:
    small_desk.rotate()
    small_desk.advance(days=4)
    small_desk.account.root_turn_off(small_desk.old.access_key_id)
    assert small_desk.type("turn-off", "--yes", "--json").code == 0
    waiting = small_desk.type("turn-on", "--json")
    assert waiting.code == 3
    assert [one["item"] for one in waiting.lines[-1]["awaiting"]] == ["turn-on"]
    small_desk.account.root_turn_on(small_desk.old.access_key_id)
    answer = small_desk.type("turn-on")
    assert answer.code == 0
    assert f"{small_desk.old.access_key_id.masked} is on again." in answer.out
