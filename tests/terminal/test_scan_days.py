"""`scan --days`: which programs and addresses used each key, as AWS's event history has it."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.config import Config

from keyturn.model.keys import KeyPair
from keyturn_practice.records import Record

from .conftest import Desk


def use(desk: Desk, pair: KeyPair, agent: str, address: str | None = None) -> None:
    """Another program with the key lists the account's buckets, from here or from another address."""
    client = boto3.client(
        "s3",
        endpoint_url=desk.account.url,
        region_name="us-east-1",
        aws_access_key_id=pair.access_key_id.value,
        aws_secret_access_key=pair.secret.reveal(),
        config=Config(user_agent=agent, s3={"addressing_style": "path"}),
    )
    client.list_buckets()
    if address is not None:
        log = desk.account._door.log
        last: Record = log._records.pop()
        log.add(Record(last.at, last.key, last.action, last.resource, last.region, 200, "ok", address, agent))


def scanned(desk: Desk, *words: str, key: KeyPair | None = None) -> dict[str, Any]:
    document = desk.type("scan", *words, "--json").document
    wanted = (key or desk.old).access_key_id.value
    return next(one for one in document["keys"] if one["access_key_id"] == wanted)


def test_it_names_programs_and_addresses_and_leaves_keyturn_out(small_desk: Desk) -> None:
    use(small_desk, small_desk.old, "rclone/v1.60.1", "203.0.113.7")
    small_desk.advance(1)
    use(small_desk, small_desk.old, "aws-cli/2.15.0 Python/3.11")
    small_desk.type("scan")

    found = scanned(small_desk, "--days", "30")

    told = [(one["agent"], one["address"], one["region"], one["events"]) for one in found["used_by"]]
    assert told == [
        ("aws-cli/2.15.0", "127.0.0.1", "us-east-1", 1),
        ("rclone/v1.60.1", "203.0.113.7", "us-east-1", 1),
    ]
    assert found["used_by_known"] is True
    assert "us-east-1" in found["event_history"]["regions"]
    assert found["used_by"][0]["last"].endswith("+00:00")


def test_the_page_asks_whether_it_was_this_computer_and_says_what_the_history_lacks(small_desk: Desk) -> None:
    use(small_desk, small_desk.old, "rclone/v1.60.1", "203.0.113.7")
    small_desk.type("scan")

    page = " ".join(small_desk.type("scan", "--days", "30").out.split())

    assert "rclone/v1.60.1 from 203.0.113.7 in us-east-1: 1 request" in page
    assert "is that this computer?" in page
    assert "no reads and writes of backups" in page


def test_silence_is_never_said_to_be_nobody(small_desk: Desk) -> None:
    page = " ".join(small_desk.type("scan", "--days", "1").out.split())

    assert "names nobody but Keyturn" in page
    assert "may use the key all the same" in page


def test_without_days_aws_is_not_asked_and_nothing_is_told(small_desk: Desk) -> None:
    assert "used_by" not in scanned(small_desk)
    assert not [one for one in small_desk.account.records if one.action.startswith("cloudtrail:")]


def test_where_no_key_may_ask_that_is_said(small_desk: Desk) -> None:
    desk = small_desk
    desk.account.create_user(
        "anna", policies={"s3": '{"Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}'}
    )
    anna = desk.account.create_user_key("anna", age_days=10)
    config = desk.computer.rclone_config
    text = config.read_text().replace(desk.old.access_key_id.value, anna.access_key_id.value)
    config.write_text(text.replace(desk.old.secret.reveal(), anna.secret.reveal()))
    for leftover in desk.home.rglob("*"):
        if leftover.is_file() and leftover != config:
            leftover.unlink()

    answer = desk.type("scan", "--days", "30", "--json").document
    (found,) = answer["keys"]

    assert (found["used_by"], found["used_by_known"]) == ([], False)
    assert "history.closed" in [one["code"] for one in answer["problems"]]
    assert any("CloudTrail" in one["message"] for one in answer["problems"])


def test_a_key_of_the_same_account_asks_for_one_that_may_not(small_desk: Desk) -> None:
    desk = small_desk
    desk.account.create_user("anna")
    anna = desk.account.create_user_key("anna", age_days=10)
    path = desk.home / ".aws" / "credentials"
    path.parent.mkdir(exist_ok=True)
    path.write_text(
        f"[anna]\naws_access_key_id = {anna.access_key_id}\naws_secret_access_key = {anna.secret.reveal()}\n"
    )
    use_of_nothing = desk.account.records
    boto3.client(
        "sts",
        endpoint_url=desk.account.url,
        region_name="us-east-1",
        aws_access_key_id=anna.access_key_id.value,
        aws_secret_access_key=anna.secret.reveal(),
        config=Config(user_agent="duplicity/2.1"),
    ).get_caller_identity()
    assert len(desk.account.records) == len(use_of_nothing) + 1

    found = scanned(desk, "--days", "30", key=anna)

    assert [one["agent"] for one in found["used_by"]] == ["duplicity/2.1"]


def test_after_the_switch_the_old_key_does_not_ask(small_desk: Desk) -> None:
    desk = small_desk
    answer = desk.type("rotate", desk.old.access_key_id.value, "--yes", "--json", "--route", "new-root-key")
    assert answer.code == 3
    before = len(desk.account.records)

    found = scanned(desk, "--days", "30")

    asked = [one.key for one in desk.account.records[before:] if one.action == "cloudtrail:LookupEvents"]
    assert asked
    assert desk.old.access_key_id not in asked
    assert found["used_by_known"] is True


@pytest.mark.parametrize("days", ["0", "91", "-1", "x", "1.5"])
def test_days_that_aws_does_not_keep_are_refused(small_desk: Desk, days: str) -> None:
    answer = small_desk.type("scan", f"--days={days}")

    assert answer.code == 2
    assert "90" in answer.err


def test_offline_and_days_contradict_each_other(small_desk: Desk) -> None:
    assert small_desk.type("scan", "--offline", "--days", "3").code == 2
