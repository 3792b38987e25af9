"""Buckets that nothing on the computer names, at the command line: shown, asked about, answered."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from keyturn.rotation.steps import Route
from keyturn_practice.sample_buckets import furnish_account

from .conftest import Desk, opened_desk
from .test_at_a_terminal import person


@pytest.fixture
def wide_desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Desk]:
    """A desk at which rclone alone has the key, and the account has two more buckets."""
    with opened_desk(tmp_path, capsys, furnish_account) as desk:
        computer = desk.computer
        for path in (computer.aws_credentials, computer.s3cmd_config, computer.restic_environment):
            path.unlink()
        yield desk


def planned(desk: Desk, *words: str) -> tuple[int, list[str]]:
    """How a plan ends, and what keeps it from beginning."""
    answer = desk.type("plan", desk.old.access_key_id.last4, *words, "--json")
    return answer.code, [gate["code"] for gate in answer.document["gates"] if gate["step"] == "create"]


def test_a_plan_waits_for_an_answer_and_the_page_shows_each_bucket(wide_desk: Desk) -> None:
    assert planned(wide_desk) == (3, ["bucket.open"])
    page = " ".join(wide_desk.type("plan", wide_desk.old.access_key_id.last4).out.split())
    assert "office-backup (us-east-1, last written" in page
    assert "photos-vault (eu-west-1, last written" in page
    for way in ("--bucket NAME", "--other-buckets leave-out", "--other-buckets include"):
        assert way in page


def test_what_was_left_out_is_kept_and_asked_about_again_on_demand(wide_desk: Desk) -> None:
    assert planned(wide_desk, "--other-buckets", "leave-out") == (0, [])
    assert planned(wide_desk) == (0, [])
    assert planned(wide_desk, "--other-buckets", "ask") == (3, ["bucket.open"])


def test_including_many_is_an_answer_for_one_command_alone(wide_desk: Desk) -> None:
    answer = wide_desk.type("plan", wide_desk.old.access_key_id.last4, "--other-buckets", "include")
    assert answer.code == 0
    assert "may reach 3 buckets, 2 of them only because nobody knows" in " ".join(answer.out.split())
    assert "--other-buckets include" in answer.out.split("To carry it out")[1]
    assert planned(wide_desk) == (3, ["bucket.open"])


def test_the_other_routes_wait_for_nothing(wide_desk: Desk) -> None:
    assert planned(wide_desk, "--route", Route.NEW_ROOT_KEY.value) == (0, [])


def test_including_many_takes_their_number_typed(wide_desk: Desk) -> None:
    typed = ("rotate", wide_desk.old.access_key_id.last4, "--other-buckets", "include")
    with person(wide_desk, *typed) as somebody:
        somebody.reads("[y/N]")
        somebody.types("y")
        somebody.reads("Type their number, 2")
        somebody.types("y")
        assert somebody.ends_with() == 3
    assert wide_desk.account.user_names() == ()
    with person(wide_desk, *typed) as somebody:
        somebody.reads("[y/N]")
        somebody.types("y")
        somebody.reads("Type their number, 2")
        somebody.types("2")
        assert somebody.ends_with() == 3
    assert wide_desk.account.user_names() != ()


def test_a_script_says_include_once_and_the_answer_is_kept(wide_desk: Desk) -> None:
    words = (wide_desk.old.access_key_id.last4, "--other-buckets", "include", "--yes", "--json")
    assert wide_desk.type("rotate", *words).lines[-1]["step"] == "watch"
    states = {one["name"]: one["state"] for one in wide_desk.type("scan", "--json").document["buckets"]}
    assert states == {"family-archive": "used", "office-backup": "answered", "photos-vault": "answered"}


def test_scan_tells_each_bucket_with_its_state(wide_desk: Desk) -> None:
    buckets = {one["name"]: one for one in wide_desk.type("scan", "--json").document["buckets"]}
    used, other = buckets["family-archive"], buckets["office-backup"]
    assert (used["state"], used["places"][0]["client"], used["places"][0]["locator"]) == ("used", "rclone", "oma")
    assert (other["state"], other["region"], other["places"]) == ("open", "us-east-1", [])
    assert other["last_written"] is not None
    page = wide_desk.type("scan").out
    assert "Buckets that these keys reach and nothing found here names" in page
    assert "office-backup: us-east-1, last written" in " ".join(page.split())


def test_an_offline_scan_tells_the_buckets_that_are_named(wide_desk: Desk) -> None:
    (named,) = wide_desk.type("scan", "--offline", "--json").document["buckets"]
    assert (named["name"], named["state"], named["last_written"]) == ("family-archive", "used", None)
