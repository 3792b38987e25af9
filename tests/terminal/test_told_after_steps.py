"""People are told when a command that took a step has ended; how it went never depends on that."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.messengers.sinks import HookSink, hook_sink

from .conftest import Desk
from .renewing_office import USER, opened_renewing_office


def name(desk: Desk, sink: HookSink, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{sink.base}/veryMadeUpToken4711\n"))
    assert desk.type("tell", "add", "webhook", "--shape", "json").code == 0


def told(sink: HookSink) -> list[dict[str, Any]]:
    return [json.loads(one.body) for one in sink.posted]


def test_a_step_is_told_once_and_the_exit_code_is_the_steps(small_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = small_desk
    with hook_sink() as sink:
        name(desk, sink, monkeypatch)
        assert desk.rotate().code == 3
        assert [one["event"] for one in told(sink)] == ["made"]
        assert desk.type("status").code == 0
        assert desk.type("undo").code == 0
        assert [one["event"] for one in told(sink)] == ["made"], "that a person put it back is no news to them"
    whole = desk.old.access_key_id.value
    assert whole not in json.dumps(told(sink))
    assert desk.old.access_key_id.masked in json.dumps(told(sink), ensure_ascii=False)


def test_who_is_not_reached_is_shown_by_status_and_report_and_changes_nothing_else(
    small_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = small_desk
    with hook_sink() as sink:
        name(desk, sink, monkeypatch)
        sink.status = 500
        rotated = desk.rotate()
        assert (rotated.code, rotated.lines[-1]["state"]) == (3, "waiting")
        assert "hook-1 could not be told: 127.0.0.1" in rotated.err
        (one,) = desk.type("status", "--json").document["told"]
        assert (one["id"], one["waiting"], one["problem"]["code"]) == ("hook-1", 1, "tell.answer")
        page = desk.type("status").out
        assert "hook-1 could not be told" in page
        assert "1 message waits" in page
        report = desk.type("report", "--offline")
        assert "answered with 500" in report.out
        (same,) = json.loads(desk.type("report", "--offline", "--format", "json").out)["told"]
        assert same["problem"]["code"] == "tell.answer"
        assert "veryMadeUpToken" not in page + report.out + rotated.out + rotated.err
        sink.status = 200
        desk.advance(0.01)
        desk.type("continue", "--json")
        assert [one["event"] for one in told(sink)] == ["made", "made"], "tried again, with the same ID"
        assert len({one["id"] for one in told(sink)}) == 1
    assert desk.type("status", "--json").document["told"][0]["problem"] is None


def test_the_life_of_a_key_that_renews_itself_is_told_by_the_runs_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened_renewing_office(tmp_path, capsys) as office, hook_sink() as sink:
        office.wait_for_noon()
        name(office.desk, sink, monkeypatch)
        assert office.set("--every", "20", "--watch-days", "2", "--grace", "2", "--keep-off").code == 0
        office.pass_days(26)
        events = [one["event"] for one in told(sink)]
        assert events == ["renewed", "off-tomorrow", "off", "may-be-deleted"]
        assert len({one["id"] for one in told(sink)}) == len(events)
        sent, both = json.dumps(told(sink)), set(office.keys())
        assert len(both) == 2
        assert not any(key in sent for key in both)


def test_a_renewal_that_cannot_go_on_is_told_with_what_to_do_and_once_a_week(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened_renewing_office(tmp_path, capsys) as office, hook_sink() as sink:
        name(office.desk, sink, monkeypatch)
        assert office.set("--every", "2").code == 0
        office.desk.account.create_user_key(USER)  # AWS allows two, so there is no room for a new one
        office.pass_days(10)
        failed = [one for one in told(sink) if one["event"] == "failed"]
        assert 1 <= len(failed) <= 2
        assert "was not renewed" in failed[0]["title"]
        assert failed[0]["message"]
