"""Changes spread slowly in the practice account, and uses are counted as AWS counts them (facts/aws.md A3, A4)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from keyturn.model.keys import AccessKeyId, KeyPair, Secret
from keyturn_practice.account import PracticeAccount
from keyturn_practice.timeline import AS_AT_AWS, HandClock, Lag, MovedClock, Timeline

Client = Callable[..., Any]


@pytest.fixture
def account(clock: HandClock) -> Iterator[PracticeAccount]:
    account = PracticeAccount(clock=clock, lag=Lag(new=8, off=4, policy=6, last_use=900, more={"s3": 2}))
    with account.serving():
        account.create_bucket("office-backup")
        yield account


def _new_key(iam: Any, **of: str) -> KeyPair:  # noqa: ANN401
    made = iam.create_access_key(**of)["AccessKey"]
    return KeyPair(AccessKeyId(made["AccessKeyId"]), Secret(made["SecretAccessKey"]))


def test_a_new_key_is_unknown_at_first_and_at_s3_for_longer(
    account: PracticeAccount, root: KeyPair, aws: Client, clock: HandClock
) -> None:
    iam = aws("iam", root)
    new = _new_key(iam)
    assert len(iam.list_access_keys()["AccessKeyMetadata"]) == 2
    sts, s3 = aws("sts", new), aws("s3", new)
    with pytest.raises(ClientError, match="InvalidClientTokenId"):
        sts.get_caller_identity()
    clock.advance(8)
    sts.get_caller_identity()
    with pytest.raises(ClientError, match="InvalidAccessKeyId"):
        s3.list_objects_v2(Bucket="office-backup")
    clock.advance(2)
    s3.list_objects_v2(Bucket="office-backup")


def test_a_key_turned_off_lives_on_for_seconds(root: KeyPair, aws: Client, clock: HandClock) -> None:
    iam, sts = aws("iam", root), aws("sts", root)
    iam.update_access_key(AccessKeyId=root.access_key_id.value, Status="Inactive")
    assert iam.list_access_keys()["AccessKeyMetadata"][0]["Status"] == "Inactive"
    clock.advance(3.9)
    sts.get_caller_identity()
    clock.advance(0.2)
    with pytest.raises(ClientError, match="InvalidClientTokenId"):
        sts.get_caller_identity()


def test_a_deleted_key_that_still_lives_bears_no_other(
    account: PracticeAccount, root: KeyPair, aws: Client, clock: HandClock
) -> None:
    iam = aws("iam", root)
    iam.delete_access_key(AccessKeyId=root.access_key_id.value)
    aws("sts", root).get_caller_identity()
    with pytest.raises(ClientError, match="InvalidClientTokenId"):
        iam.create_access_key()


def test_a_policy_is_in_force_only_after_a_while(
    account: PracticeAccount, root: KeyPair, aws: Client, clock: HandClock
) -> None:
    iam = aws("iam", root)
    iam.create_user(UserName="backup")
    s3 = aws("s3", _new_key(iam, UserName="backup"))
    clock.advance(60)
    listing = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:ListBucket","Resource":"*"}}'
    iam.put_user_policy(UserName="backup", PolicyName="list", PolicyDocument=listing)
    clock.advance(7.9)
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.list_objects_v2(Bucket="office-backup")
    clock.advance(0.2)
    s3.list_objects_v2(Bucket="office-backup")


def test_a_good_answer_can_be_followed_by_a_bad_one(clock: HandClock) -> None:
    line: Timeline[str] = Timeline()
    start = clock.now()
    line.change(start, "old")
    line.change(start + timedelta(seconds=10), "new")
    lag = Lag(flap=3)

    def seen(seconds: float) -> list[str | None]:
        return [line.at(start + timedelta(seconds=seconds), lag=lag, service="sts") for _ in range(4)]

    assert seen(6) == ["old"] * 4
    assert seen(8) == ["new", "old", "new", "old"]
    assert seen(10) == ["new"] * 4


def test_a_bad_answer_can_follow_many_good_ones(clock: HandClock) -> None:
    line: Timeline[str] = Timeline()
    start = clock.now()
    line.change(start - timedelta(hours=1), "old")
    line.change(start + timedelta(seconds=10), "new")
    lag = Lag(echo=60)

    def seen(seconds: float) -> list[str | None]:
        return [line.at(start + timedelta(seconds=seconds), lag=lag, service="sts") for _ in range(7)]

    assert seen(9.9) == ["old"] * 7
    assert seen(20) == ["new"] * 6 + ["old"]
    assert seen(70) == ["new"] * 7


@pytest.mark.parametrize("lag", [Lag(user=5)])
def test_a_new_user_is_not_found_for_a_while(lag: Lag, aws: Client, clock: HandClock) -> None:
    account = PracticeAccount(clock=clock, lag=lag)
    with account.serving() as url:
        iam = aws("iam", account.create_root_key(age_days=9), url=url)
        iam.create_user(UserName="backup")
        calls: list[Callable[[], Any]] = [
            lambda: iam.get_user(UserName="backup"),
            lambda: iam.create_access_key(UserName="backup"),
            lambda: iam.list_access_keys(UserName="backup"),
            lambda: iam.delete_user(UserName="backup"),
        ]
        for call in calls:
            with pytest.raises(ClientError, match="NoSuchEntity"):
                call()
        with pytest.raises(ClientError, match="EntityAlreadyExists"):
            iam.create_user(UserName="backup")
        clock.advance(5)
        for call in calls[:3]:
            call()


def test_a_moved_clock_begins_where_it_is_told_and_goes_on_by_itself() -> None:
    start = datetime(2026, 3, 2, 9, tzinfo=UTC)
    clock = MovedClock(start)
    assert start <= clock.now() <= clock.now() < start + timedelta(minutes=1)
    clock.advance(86_400)
    assert timedelta(days=1) <= clock.now() - start < timedelta(days=1, minutes=1)


def test_the_delays_measured_at_aws_are_there_by_name() -> None:
    assert (AS_AT_AWS.new, AS_AT_AWS.off) == (8.0, 4.0)


def test_of_several_uses_within_15_minutes_only_the_first_is_recorded(
    account: PracticeAccount, root: KeyPair, aws: Client, clock: HandClock
) -> None:
    iam, s3 = aws("iam", root), aws("s3", root)
    first = clock.now().replace(microsecond=0)
    s3.list_objects_v2(Bucket="office-backup")
    clock.advance(600)
    iam.list_users()
    clock.advance(1000)
    shown = iam.get_access_key_last_used(AccessKeyId=root.access_key_id.value)["AccessKeyLastUsed"]
    assert (shown["ServiceName"], shown["LastUsedDate"]) == ("s3", first)


def test_a_use_shows_only_after_the_delay(
    account: PracticeAccount, root: KeyPair, aws: Client, clock: HandClock
) -> None:
    iam = aws("iam", root)
    told = iam.get_access_key_last_used(AccessKeyId=root.access_key_id.value)
    assert "UserName" not in told
    assert told["AccessKeyLastUsed"] == {"ServiceName": "N/A", "Region": "N/A"}


def test_denied_requests_count_as_use_and_those_of_a_dead_key_do_not(
    account: PracticeAccount, root: KeyPair, aws: Client, clock: HandClock
) -> None:
    account.create_user("backup")
    pair = account.create_user_key("backup", age_days=10)
    s3, iam = aws("s3", pair), aws("iam", root)
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.list_objects_v2(Bucket="office-backup")
    used = clock.now().replace(microsecond=0)
    iam.update_access_key(AccessKeyId=pair.access_key_id.value, UserName="backup", Status="Inactive")
    clock.advance(3600)
    with pytest.raises(ClientError, match="InvalidAccessKeyId"):
        s3.list_objects_v2(Bucket="office-backup")
    clock.advance(3600)
    shown = iam.get_access_key_last_used(AccessKeyId=pair.access_key_id.value)
    assert shown["UserName"] == "backup"
    assert shown["AccessKeyLastUsed"]["LastUsedDate"] == used
