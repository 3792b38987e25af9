"""Who used a key, from the account's event history: named by program, address and region, without our own requests."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.config import Config

from keyturn.aws.event_history import MOST_EVENTS, EventHistory, History, SignedEvent, program_of
from keyturn.aws.session import Aws, AwsSettings
from keyturn.model.errors import AwsFault
from keyturn.model.keys import KeyPair
from keyturn_practice.account import PracticeAccount
from keyturn_practice.records import Record
from keyturn_practice.timeline import HandClock

HOME, FAR = "us-east-1", "eu-central-1"


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def account(clock: HandClock) -> Iterator[PracticeAccount]:
    practice = PracticeAccount(clock=clock)
    with practice.serving():
        practice.create_bucket("photos", region=FAR)
        yield practice


@pytest.fixture
def aws(account: PracticeAccount, clock: HandClock) -> Iterator[Aws]:
    made = Aws(AwsSettings(endpoint_url=account.url, attempts=1), lambda use: None, now=clock.now, sleep=clock.sleep)
    yield made
    made.close()


def client(account: PracticeAccount, pair: KeyPair, service: str, agent: str, region: str = HOME) -> Any:  # noqa: ANN401
    """Another program with the key."""
    return boto3.client(
        service,
        endpoint_url=account.url,
        region_name=region,
        aws_access_key_id=pair.access_key_id.value,
        aws_secret_access_key=pair.secret.reveal(),
        config=Config(user_agent=agent, s3={"addressing_style": "path"}),
    )


def by_keyturn(event: SignedEvent) -> bool:
    return "Keyturn/" in event.agent


def asked(
    aws: Aws,
    clock: HandClock,
    signer: KeyPair,
    key: KeyPair | None = None,
    *,
    days: int = 90,
    regions: tuple[str, ...] = (HOME, FAR),
) -> History:
    history = EventHistory(aws, clock)
    since = clock.now() - timedelta(days=days)
    return history.of((key or signer).access_key_id, signer, regions, since=since, is_own=by_keyturn)


def test_programs_and_addresses_are_named_by_region_the_newest_first(
    account: PracticeAccount, aws: Aws, clock: HandClock
) -> None:
    root = account.create_root_key(age_days=900)
    client(account, root, "sts", "aws-cli/2.15.0 Python/3.11 md/command#sts.get-caller-identity").get_caller_identity()
    client(account, root, "iam", "aws-cli/2.15.0 Python/3.11 md/command#iam.list-users").list_users()
    clock.sleep(60)
    client(account, root, "s3", "rclone/v1.60.1", FAR).get_bucket_location(Bucket="photos")

    history = asked(aws, clock, root)

    told = [(use.agent, use.address, use.region, use.events) for use in history.uses]
    assert told == [("rclone/v1.60.1", "127.0.0.1", FAR, 1), ("aws-cli/2.15.0", "127.0.0.1", HOME, 2)]
    assert history.uses[0].last - history.uses[1].last == timedelta(seconds=60)
    assert (history.asked, history.cut, history.failures) == ((HOME, FAR), (), {})


def test_what_is_read_and_written_in_buckets_is_not_in_it(account: PracticeAccount, aws: Aws, clock: HandClock) -> None:
    root = account.create_root_key(age_days=900)
    restic = client(account, root, "s3", "restic", FAR)
    restic.put_object(Bucket="photos", Key="x", Body=b"1")
    restic.list_objects_v2(Bucket="photos")
    restic.head_bucket(Bucket="photos")

    history = asked(aws, clock, root)

    assert history.uses == ()
    assert history.is_known


def test_our_own_requests_are_left_out_and_tell_how_aws_sees_this_computer(
    account: PracticeAccount, aws: Aws, clock: HandClock
) -> None:
    root = account.create_root_key(age_days=900)
    aws.ask(root, "iam", "ListUsers")

    history = asked(aws, clock, root)

    assert (history.uses, history.own_addresses) == ((), frozenset({"127.0.0.1"}))


def test_only_the_days_asked_for_are_told_and_never_more_than_ninety(
    account: PracticeAccount, aws: Aws, clock: HandClock
) -> None:
    root = account.create_root_key(age_days=900)
    client(account, root, "iam", "old/1").list_users()
    clock.sleep(3 * 86_400)
    client(account, root, "iam", "new/1").list_users()

    assert [use.agent for use in asked(aws, clock, root, days=2).uses] == ["new/1"]
    assert [use.agent for use in asked(aws, clock, root).uses] == ["new/1", "old/1"]
    clock.sleep(89 * 86_400)
    assert [use.agent for use in asked(aws, clock, root).uses] == ["new/1"]


def test_another_key_of_the_account_may_ask_and_its_own_use_is_not_taken_for_that_keys(
    account: PracticeAccount, aws: Aws, clock: HandClock
) -> None:
    root, other = account.create_root_key(age_days=900), account.create_root_key()
    client(account, root, "iam", "aws-cli/2.15.0").list_users()

    history = asked(aws, clock, other, root)

    assert [use.agent for use in history.uses] == ["aws-cli/2.15.0"]


def test_a_key_that_may_not_ask_is_said_so_for_each_region(
    account: PracticeAccount, aws: Aws, clock: HandClock
) -> None:
    account.create_user("anna")
    anna = account.create_user_key("anna", age_days=1)

    history = asked(aws, clock, anna)

    assert not history.is_known
    assert {region: error.fault for region, error in history.failures.items()} == dict.fromkeys(
        (HOME, FAR), AwsFault.DENIED
    )
    assert all("cloudtrail:LookupEvents" in error.title for error in history.failures.values())


def test_a_region_that_is_not_switched_on_does_not_hide_the_others(
    account: PracticeAccount, aws: Aws, clock: HandClock
) -> None:
    root = account.create_root_key(age_days=900)
    client(account, root, "iam", "aws-cli/2.15.0").list_users()

    history = asked(aws, clock, root, regions=(HOME, "me-south-1"))

    assert [use.agent for use in history.uses] == ["aws-cli/2.15.0"]
    assert (history.asked, set(history.failures)) == ((HOME,), {"me-south-1"})


def test_of_a_busy_key_the_newest_thousand_are_read_at_the_pace_that_aws_allows(
    account: PracticeAccount, aws: Aws, clock: HandClock
) -> None:
    root = account.create_root_key(age_days=900)
    now = clock.now()
    for number in range(MOST_EVENTS + 10):
        account._door.log.add(
            Record(
                at=now - timedelta(seconds=number),
                key=root.access_key_id,
                action="sts:GetCallerIdentity",
                resource="",
                region=HOME,
                status=200,
                result="ok",
                source_ip="203.0.113.7",
                user_agent="cron/1",
            )
        )
    began = clock.now()

    history = asked(aws, clock, root, regions=(HOME,))

    (use,) = history.uses
    assert (use.events, use.address, use.last) == (MOST_EVENTS, "203.0.113.7", now)
    assert history.cut == (HOME,)
    assert clock.now() - began >= timedelta(seconds=9.5)


@pytest.mark.parametrize(
    ("agent", "program"),
    [
        ("rclone/v1.60.1", "rclone/v1.60.1"),
        ("aws-cli/2.15.0 Python/3.11.6 Linux/6.1 exe/x86_64.debian.12", "aws-cli/2.15.0"),
        ("MinIO (linux; amd64) minio-go/v7.0.50", "minio-go/v7.0.50"),
        ("S3Console/0.4, aws-internal/3 aws-sdk-java/1.11", "S3Console/0.4"),
        ("console.amazonaws.com", "console.amazonaws.com"),
        ("AWS Internal", "AWS Internal"),
        ("", ""),
        ("x" * 500, "x" * 60),
    ],
)
def test_a_program_is_named_in_short(agent: str, program: str) -> None:
    assert program_of(agent) == program


def test_moments_are_in_utc(account: PracticeAccount, aws: Aws, clock: HandClock) -> None:
    root = account.create_root_key(age_days=900)
    client(account, root, "iam", "aws-cli/2.15.0").list_users()

    (use,) = asked(aws, clock, root).uses

    assert use.last.tzinfo is UTC
    assert abs(use.last - clock.now()) < timedelta(minutes=1)
    assert isinstance(use.last, datetime)
