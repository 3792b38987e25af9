"""What stands in the way of a renewal: nothing is made, people are told, and the next run tries again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from keyturn.aws.scoped_user import COMPUTER_ID_TAG, COMPUTER_TAG, REPLACES_TAG, USER_PATH, WAITS_TAG
from keyturn.aws.session import Aws, AwsSettings
from keyturn.model.keys import AccessKeyId, KeyPair, KeyStatus
from keyturn.state import renewals
from keyturn_practice import faults
from keyturn_practice.sample_buckets import ARCHIVE

from .renewing_office import EVERYTHING, USER, Office, opened_renewing_office

pytestmark = pytest.mark.timeout(600)


@pytest.fixture
def office(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Office]:
    with opened_renewing_office(tmp_path, capsys) as office:
        yield office


def set_for_each_day(office: Office, *words: str) -> None:
    answer = office.renew(office.key, "--every", "1", "--at", "00:00", "--watch-days", "1", "--grace", "1", *words)
    assert answer.code == 0, answer.out


def expect_trouble(office: Office, code: str, exit_code: int = 3) -> dict[str, Any]:
    """A run that makes nothing, says why, and has people told."""
    keys, held = office.keys(), office.in_file()
    answer = office.run()
    assert answer.code == exit_code, answer.out + answer.err
    assert [one["did"] for one in answer.document["ran"]] == ["trouble"]
    assert (office.keys(), office.in_file()) == (keys, held)
    renewal = office.listed()
    assert renewal["trouble"]["code"] == code, renewal["trouble"]
    assert answer.document["problem"].items() <= renewal["trouble"].items()
    assert renewal["state"] == ("waiting" if exit_code == 3 else "stopped")
    due = office.desk.type("remind", "--json").document["due"]
    assert [one["title"] for one in due if one["kind"] == "renewal"] == [renewal["trouble"]["title"]]
    assert office.desk.type("status", "--json").document["renewals"] == [renewal]
    assert renewal["trouble"]["title"] in office.desk.type("status").out
    return renewal


def expect_made(office: Office) -> None:
    answer = office.run()
    assert [one["did"] for one in answer.document["ran"]] == ["made"], answer.out + answer.err
    assert (answer.code, office.listed()["trouble"], answer.document["problem"]) == (0, None, None)


def make_due(office: Office) -> None:
    """Let the days be over without moving the clock, which another process does not share."""
    path, home = office.desk.state_dir / renewals.FILE_NAME, office.desk.home
    (renewal,) = renewals.load(path.parent, home)
    document = json.loads(path.read_text())
    document["homes"][str(home)][0]["since"] = str(renewal.since - timedelta(days=91))
    path.write_text(json.dumps(document))


def awaited(office: Office) -> list[dict[str, Any]]:
    """What the only rotation waits for."""
    (rotation,) = office.desk.type("status", "--json").document["rotations"]
    return list(rotation["awaiting"])


def use(office: Office, pair: KeyPair) -> None:
    """A backup by somebody else who has that key."""
    aws = Aws(AwsSettings(endpoint_url=office.desk.endpoint_url), lambda use: None)
    aws.ask(pair, "s3", "ListObjectsV2", {"Bucket": ARCHIVE}, region="eu-central-1")


# ── Before a new key is made ─────────────────────────────────────────────────────────────────────────────────────────


def test_a_machine_that_slept_for_ten_days_makes_it_up_and_counts_from_there(office: Office) -> None:
    office.set("--delete")
    due = datetime.fromisoformat(office.listed()["next"])
    office.desk.advance(100)
    expect_made(office)
    following = datetime.fromisoformat(office.listed()["next"])
    assert following.date() == (office.desk.clock.now().astimezone() + timedelta(days=90)).date()
    assert following - due >= timedelta(days=99)
    assert following.strftime("%H:%M") == "03:00"


def test_a_network_that_comes_some_minutes_after_waking_is_waited_for(office: Office) -> None:
    set_for_each_day(office)
    office.desk.advance(1)
    office.desk.account.fail("*", faults.reset(), times=8)
    before = office.desk.clock.now()
    expect_made(office)
    assert office.desk.clock.now() - before >= timedelta(seconds=30)
    office.desk.advance(1)
    office.desk.account.stop()
    answer = office.run()
    assert (answer.code, office.listed()["trouble"]["code"]) == (3, "aws.no-network")


def test_a_day_on_which_nothing_is_due_asks_nobody_for_anything(office: Office) -> None:
    office.set()
    asked = len(office.desk.account.records)
    document = json.loads((office.desk.state_dir / renewals.FILE_NAME).read_text())
    document["homes"][str(office.desk.home)][0]["as"] = "profile:that-went-away"
    (office.desk.state_dir / renewals.FILE_NAME).write_text(json.dumps(document))
    office.desk.advance(1)
    assert (office.run().code, len(office.desk.account.records)) == (0, asked)
    office.desk.advance(90)
    expect_trouble(office, "signer.no-profile")


def test_a_throttled_week_makes_nothing_and_the_day_after_it_does(office: Office) -> None:
    set_for_each_day(office)
    office.desk.account.fail("*", faults.throttled(), times=1_000_000)
    for _day in range(3):
        office.desk.advance(1)
        expect_trouble(office, "aws.throttled")
    office.desk.account.faults.clear()
    office.desk.advance(1)
    expect_made(office)


def test_a_second_key_is_nobodys_to_delete_and_the_renewal_waits(office: Office) -> None:
    set_for_each_day(office)
    another = office.desk.account.create_user_key(USER)
    office.desk.advance(1)
    expect_trouble(office, "key.limit")
    office.desk.account.root_delete(another.access_key_id)
    expect_made(office)


def test_a_rotation_that_a_person_began_ends_first_and_is_told_by_name(office: Office) -> None:
    office.set("--delete")
    begun = office.desk.type("rotate", office.key, "--route", "same-user", "--yes", "--json").lines[-1]["rotation"]
    office.desk.advance(91)
    assert office.run().document["ran"][0]["did"] == "trouble"
    trouble = office.listed()["trouble"]
    assert (trouble["code"], office.listed()["state"]) == ("rotation.under-way", "waiting")
    assert begun in trouble["message"]
    assert "delete it" not in trouble["message"]
    assert len(office.keys()) == 2
    assert office.desk.type("undo", begun, "--yes").code == 0
    assert office.run().document["ran"][0]["did"] == "made"


def test_a_bucket_that_nothing_names_is_said_once_and_the_next_run_goes_by_it(office: Office) -> None:
    host = office.desk.endpoint_url.removeprefix("http://")
    (office.desk.home / ".s3cfg").write_text(
        f"[default]\naccess_key = {office.key}\nsecret_key = {office.user_key.secret.reveal()}\n"
        f"host_base = {host}\nhost_bucket = {host}\nuse_https = False\n"
    )
    office.set("--delete")
    office.desk.advance(91)
    assert office.run().document["ran"][0]["did"] == "trouble"
    trouble = office.listed()["trouble"]
    assert trouble["code"] == "bucket.unnamed"
    (command,) = [part for part in trouble["message"].split("`") if part.startswith("keyturn plan ")]
    words = command.replace("NAME", office.desk.account.buckets[0]).split()[1:]
    assert office.desk.type(*words, "--json").code == 0
    assert office.run().document["ran"][0]["did"] == "made"


def test_a_locked_keychain_makes_nothing(
    office: Office, locked_keychain: Mapping[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    office.set()
    folder, home = office.desk.state_dir, office.desk.home
    make_due(office)
    where = ("--endpoint-url", office.desk.endpoint_url, "--home", str(home), "--state-dir", str(folder), "--json")
    environment = {**os.environ, **locked_keychain}
    ran = subprocess.run(
        [sys.executable, "-m", "keyturn", "renew", "--due", *where], capture_output=True, text=True, env=environment
    )
    assert ran.returncode == 3, ran.stdout + ran.stderr
    assert [one["did"] for one in json.loads(ran.stdout)["ran"]] == ["trouble"]
    assert office.keys() == {office.key: KeyStatus.ACTIVE}
    assert office.listed()["trouble"]["code"] == "keychain.locked"
    expect_made(office)


@pytest.mark.skipif(sys.platform == "win32", reason="the name of a running program is given as on Unix")
def test_a_running_backup_makes_nothing_and_one_that_serves_for_days_is_no_reason_to_wait(office: Office) -> None:
    set_for_each_day(office)
    office.desk.advance(1)
    environment = {"PATH": os.environ["PATH"], "AWS_ACCESS_KEY_ID": office.key}
    with subprocess.Popen(["rclone", "60"], executable="/bin/sleep", env=environment) as backup:
        renewal = expect_trouble(office, "program.running")
        backup.kill()
    assert "rclone" in renewal["trouble"]["message"]
    expect_made(office)


def test_a_key_that_went_to_another_account_or_away_is_not_renewed(office: Office) -> None:
    set_for_each_day(office)
    office.desk.advance(1)
    path = office.desk.state_dir / renewals.FILE_NAME
    path.write_text(path.read_text().replace(office.listed()["account"], "999999999999"))
    expect_trouble(office, "renewal.account", 4)
    office.desk.forget_programs()
    office.desk.computer.rclone_config.write_text(f"[gone]\ntype = s3\naccess_key_id = {office.key}\n")
    office.desk.computer.rclone_config.unlink()
    answer = office.run()
    assert (answer.code, office.listed()["trouble"]["code"]) == (4, "renewal.key-gone")


# ── While the old key's days go by ───────────────────────────────────────────────────────────────────────────────────


def test_a_use_by_somebody_else_keeps_the_old_key_on(office: Office) -> None:
    set_for_each_day(office, "--delete")
    office.desk.advance(1)
    expect_made(office)
    office.desk.advance(0.5)
    use(office, office.user_key)
    office.desk.advance(1)
    renewal = expect_trouble(office, "gate")
    assert office.keys()[office.key] is KeyStatus.ACTIVE
    assert "Something still uses" in renewal["trouble"]["message"]


def test_an_old_key_that_somebody_turns_on_again_is_neither_turned_off_nor_deleted(office: Office) -> None:
    set_for_each_day(office, "--delete")
    for expected in ("made", "turned-off"):
        office.desk.advance(1)
        assert [one["did"] for one in office.run().document["ran"]] == [expected]
    office.desk.account.root_turn_on(AccessKeyId(office.key))
    for _day in range(2):
        office.desk.advance(1)
        expect_trouble(office, "renewal.on-again")
    assert office.keys()[office.key] is KeyStatus.ACTIVE


def test_an_old_key_that_was_used_while_it_should_have_been_off_is_not_deleted(office: Office) -> None:
    set_for_each_day(office, "--delete")
    for expected in ("made", "turned-off"):
        office.desk.advance(1)
        assert [one["did"] for one in office.run().document["ran"]] == [expected]
    office.desk.advance(0.3)
    office.desk.account.root_turn_on(AccessKeyId(office.key))
    office.desk.advance(0.1)
    use(office, office.user_key)
    office.desk.account.root_turn_off(AccessKeyId(office.key))
    office.desk.advance(1)
    renewal = expect_trouble(office, "renewal.used")
    assert office.keys()[office.key] is KeyStatus.INACTIVE
    assert f"--confirm {office.key[-4:]}" in renewal["trouble"]["message"]


def test_an_old_key_that_was_on_between_two_looks_is_not_deleted_although_nothing_used_it(office: Office) -> None:
    set_for_each_day(office, "--delete")
    for expected in ("made", "turned-off"):
        office.desk.advance(1)
        assert [one["did"] for one in office.run().document["ran"]] == [expected]
    office.desk.advance(0.3)
    office.desk.account.root_turn_on(AccessKeyId(office.key))
    office.desk.account.root_turn_off(AccessKeyId(office.key))
    office.desk.advance(1)
    renewal = expect_trouble(office, "renewal.used")
    assert f"Somebody turned AKIA…{office.key[-4:]} on again" in renewal["trouble"]["message"]


def test_where_the_event_history_may_not_be_read_the_report_says_what_was_not_seen(office: Office) -> None:
    set_for_each_day(office, "--delete")
    office.desk.account.fail("cloudtrail:LookupEvents", faults.refused(400, "AccessDeniedException"), times=1000)
    for expected in ("made", "turned-off", "deleted"):
        office.desk.advance(1.1)
        assert [one["did"] for one in office.run().document["ran"]] == [expected]
    assert "whether it was on in between was not seen" in office.desk.type("report", "--format", "html").out


def test_where_the_event_history_does_not_answer_nothing_is_deleted_and_the_next_run_tries_again(
    office: Office,
) -> None:
    set_for_each_day(office, "--delete")
    for expected in ("made", "turned-off"):
        office.desk.advance(1.1)
        assert [one["did"] for one in office.run().document["ran"]] == [expected]
    office.desk.advance(1.1)
    office.desk.account.fail("cloudtrail:LookupEvents", faults.broken_server(), times=1000)
    assert [one["did"] for one in office.run().document["ran"]] == ["trouble"]
    assert office.keys()[office.key] is KeyStatus.INACTIVE


# ── A person, and a power cut, in between ────────────────────────────────────────────────────────────────────────────


def test_a_person_may_renew_now_undo_and_take_over(office: Office) -> None:
    office.set("--delete")
    assert office.renew("--now", office.key).code == 0
    new = office.in_file()
    assert (new != office.key, office.listed()["key"]) == (True, new)
    assert office.desk.type("history", "--json").document == {"names": []}
    again = office.renew("--now", new)
    assert (again.code, office.listed()["trouble"]["code"]) == (3, "rotation.under-way")
    undone = office.desk.type("undo", "--json")
    assert undone.code == 0, undone.out
    renewal = office.listed()
    assert (renewal["key"], renewal["last"]["result"], office.in_file()) == (office.key, "put-back", office.key)
    office.desk.advance(1)
    assert [one["did"] for one in office.run().document["ran"]] == ["nothing"], "who undid it wants none the next day"
    assert office.renew("--now", "AKIANOSUCHKEYEXAMPLE").code == 2


def test_a_lost_answer_of_aws_leaves_no_key_behind_and_the_next_run_ends_it(office: Office) -> None:
    set_for_each_day(office, "--delete")
    office.desk.advance(1)
    office.desk.account.fail("iam:CreateAccessKey", faults.dropped_answer())
    first = office.run()
    assert first.code in {1, 3, 4}
    assert office.in_file() == office.key
    assert office.listed()["trouble"] is not None
    assert len(office.keys()) <= 2


@pytest.mark.parametrize("action", ["iam:CreateAccessKey", "s3:AbortMultipartUpload"])
def test_a_run_that_is_killed_is_ended_by_the_next_one(office: Office, action: str) -> None:
    office.set("--watch-days", "1", "--delete")
    make_due(office)
    met = office.desk.account.fail(action, faults.hang_after(60))
    where = ("--endpoint-url", office.desk.endpoint_url, "--home", str(office.desk.home))
    options = ("--state-dir", str(office.desk.state_dir), "--secrets", "file")
    command = [sys.executable, "-m", "keyturn", "renew", "--due", *where, *options]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as killed:
        while not met.met:
            assert killed.poll() is None
            time.sleep(0.05)
        killed.kill()
    office.desk.account.faults.clear()
    assert office.listed()["state"] == "stopped"
    office.desk.advance(1)
    if action == "iam:CreateAccessKey":
        # A key of another person's user that nobody holds is nobody's to remove by guessing.
        expect_trouble(office, "key.undecided")
        (item,) = [one["item"] for one in awaited(office) if one["item"].startswith("remove-")]
        assert office.desk.type("done", item, "--json").code == 0
    assert [one["did"] for one in office.run().document["ran"]] == ["carried-on"]
    renewal = office.listed()
    assert (renewal["state"], renewal["last"]["result"], renewal["key"]) == ("under-way", "made", office.in_file())
    assert set(office.keys()) == {office.key, office.in_file()}
    assert office.in_file() != office.key


def test_what_a_renewal_made_is_in_the_history_with_its_author_and_keeps_the_name(office: Office) -> None:
    assert office.desk.type("name", office.key, "/office/nas", "--json").code == 0
    answer = office.renew("/office/nas", "--every", "1", "--at", "00:00", "--watch-days", "1", "--delete")
    assert answer.document["renewals"][0]["name"] == "/office/nas"
    office.desk.advance(1)
    expect_made(office)
    assert office.listed()["name"] == "/office/nas"
    versions = office.desk.type("history", "/office/nas", "--json").document["versions"]
    assert [(one["access_key_id"], one["state"]) for one in versions] == [
        (office.key, "previous"),
        (office.in_file(), "current"),
    ]
    assert versions[1]["by"] == "renewal"
    (rotation,) = office.desk.type("status", "--json").document["rotations"]
    assert rotation["begun_by"] == "renewal"
    assert "by a renewal" in office.desk.type("status").out
    assert "by a renewal" in office.desk.type("report", "--offline").out
    assert office.renew("--off", "/office/nas").code == 0


# ── Who makes the change ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def narrow_office(office: Office) -> Office:
    """The user may reach its bucket and nothing else, as one that Keyturn made; an administrator's profile is there."""
    archive = f'["arn:aws:s3:::{ARCHIVE}", "arn:aws:s3:::{ARCHIVE}/*"]'
    narrow = f'{{"Statement": [{{"Effect": "Allow", "Action": "s3:*", "Resource": {archive}}}]}}'
    office.desk.account.administrator.give_policies(USER, {"bucket": narrow})
    office.desk.account.create_user("admin", policies={"all": EVERYTHING})
    admin = office.desk.account.create_user_key("admin")
    office.desk.computer.aws_credentials.write_text(
        f"[admin]\naws_access_key_id = {admin.access_key_id}\naws_secret_access_key = {admin.secret.reveal()}\n"
    )
    return office


def test_a_key_that_may_not_renew_itself_is_told_so_before_anything_is_set(narrow_office: Office) -> None:
    answer = narrow_office.set()
    assert answer.code == 3
    assert "--as profile:NAME" in answer.document["problem"]["message"]
    assert narrow_office.renew("--list").document == {"renewals": []}


@pytest.mark.parametrize(
    ("who", "codes"),
    [
        ("profile:nobody", {2}),
        ("key:AKIANOSUCHKEYEXAMPLE", {2}),
        ("keeper", {2}),
        ("sign-in", {2}),
        ("somebody", {2}),
        ("profile:", {2}),
    ],
)
def test_whoever_is_not_there_is_told_before_anything_is_set(narrow_office: Office, who: str, codes: set[int]) -> None:
    answer = narrow_office.set("--as", who)
    assert answer.code in codes, answer.out
    assert answer.document["problem"]["message"]
    assert narrow_office.renew("--list").document == {"renewals": []}


def test_with_an_administrators_profile_a_narrow_key_renews_itself_without_the_console(narrow_office: Office) -> None:
    answer = narrow_office.set("--delete", "--as", "profile:admin")
    assert answer.code == 0, answer.out
    assert narrow_office.listed()["as"] == "profile:admin"
    narrow_office.desk.advance(90)
    assert narrow_office.pass_days(14) == ["made", "turned-off", "deleted"]
    (key,) = narrow_office.keys()
    assert key == narrow_office.in_file() != narrow_office.key


def test_with_a_keeper_a_narrow_key_renews_itself_without_the_console(narrow_office: Office) -> None:
    desk = narrow_office.desk
    assert desk.type("keeper", "make", "--as", "profile:admin", "--yes", "--json").code == 0
    assert desk.type("keeper", "adopt", USER, "--as", "profile:admin", "--yes", "--json").code == 0
    desk.computer.aws_credentials.unlink()
    desk.advance(1)
    answer = narrow_office.set("--delete", "--as", "keeper")
    assert answer.code == 0, answer.out
    desk.advance(90)
    assert narrow_office.pass_days(14) == ["made", "turned-off", "deleted"]
    (key,) = narrow_office.keys()
    assert key == narrow_office.in_file() != narrow_office.key


def test_a_renewal_turns_nothing_off_while_another_computer_says_that_it_needs_the_key(office: Office) -> None:
    set_for_each_day(office)
    replaces = {"Key": REPLACES_TAG, "Value": office.key}
    waits = {"Key": f"{WAITS_TAG}3f9a1c0b27de", "Value": "attic"}
    maker = [{"Key": COMPUTER_ID_TAG, "Value": "3f9a1c0b27de"}, {"Key": COMPUTER_TAG, "Value": "attic"}]
    made = {"UserName": "backup-attic", "Path": USER_PATH, "Tags": [replaces, waits, *maker]}
    aws = Aws(AwsSettings(endpoint_url=office.desk.endpoint_url), lambda use: None)
    aws.ask(office.user_key, "iam", "CreateUser", made)
    office.desk.advance(1)
    expect_made(office)
    office.desk.advance(1.5)

    held = office.run().document["ran"]

    assert [one["did"] for one in held] == ["trouble"]
    assert "attic" in json.dumps(office.listed()["trouble"])
    assert office.keys()[office.key] is KeyStatus.ACTIVE
    assert office.desk.type("done", "waits-3f9a1c0b27de", "--json").code == 0
    office.desk.advance(1.5)
    assert "turned-off" in [one["did"] for one in office.run().document["ran"]]
    assert office.keys()[office.key] is KeyStatus.INACTIVE


def test_a_damaged_memory_of_the_keeper_is_told_and_hides_no_other_renewal(office: Office) -> None:
    set_for_each_day(office)
    (office.desk.state_dir / "keeper.json").write_text("{")

    listed = office.desk.type("renew", "--list", "--json")
    assert listed.code == 4
    assert [one["key"] for one in listed.document["renewals"]] == [office.key]
    assert [one["code"] for one in listed.document["memory_problems"]] == ["state.damaged"]
    page = office.desk.type("renew", "--list")
    assert office.key[-4:] in page.out
    assert "What Keyturn remembers of its keeper cannot be read" in page.err

    make_due(office)
    ran = office.desk.type("renew", "--due", "--json")
    assert ran.code == 4, "somebody has to look at the file"
    assert [one["did"] for one in ran.document["ran"]] == ["made"], "the others are renewed all the same"
    assert office.desk.type("remind", "--json").document["due"] is not None
