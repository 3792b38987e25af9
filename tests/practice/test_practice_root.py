"""The root user of the practice account is what AWS's root user is (facts/aws.md A1, A2)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from keyturn.model.keys import KeyPair, KeyStatus
from keyturn_practice.account import PracticeAccount
from keyturn_practice.refusals import Refusal
from keyturn_practice.timeline import HandClock

Client = Callable[..., Any]


def test_sts_says_that_the_key_is_roots(account: PracticeAccount, root: KeyPair, aws: Client) -> None:
    said = aws("sts", root).get_caller_identity()
    assert said["Arn"] == f"arn:aws:iam::{account.account_id}:root"
    assert said["UserId"] == said["Account"] == account.account_id


def test_lists_show_roots_keys_without_a_user_name(root: KeyPair, aws: Client, clock: HandClock) -> None:
    [shown] = aws("iam", root).list_access_keys()["AccessKeyMetadata"]
    assert "UserName" not in shown
    assert shown["AccessKeyId"] == root.access_key_id.value
    assert abs(clock.now() - shown["CreateDate"] - timedelta(days=3300)) < timedelta(seconds=2)


@pytest.mark.parametrize("age_days", [0, 3300])
def test_one_lot_draws_the_same_keys_again_and_the_systems_own_never_does(age_days: float) -> None:
    def drawn(lot: Random | None) -> tuple[str, str]:
        account = PracticeAccount(lot=lot)
        pair = account.create_root_key(age_days=age_days)
        account.close()
        return pair.access_key_id.value, pair.secret.reveal()

    seven, again, eight = (Random(number) for number in (7, 7, 8))  # noqa: S311  (made-up keys)
    assert drawn(seven) == drawn(again) != drawn(eight)
    assert drawn(None) != drawn(None)


def test_root_is_not_among_the_users(account: PracticeAccount, root: KeyPair, aws: Client) -> None:
    account.create_user("anna")
    iam = aws("iam", root)
    assert [user["UserName"] for user in iam.list_users()["Users"]] == ["anna"]
    assert "UserName" not in iam.get_user()["User"]
    with pytest.raises(ClientError, match="NoSuchEntity"):
        iam.list_access_keys(UserName="root")


def test_the_account_summary_counts_roots_inactive_keys_too(
    account: PracticeAccount, root: KeyPair, aws: Client
) -> None:
    second = account.create_root_key(age_days=1)
    iam = aws("iam", second)
    account.root_turn_off(root.access_key_id)
    assert iam.get_account_summary()["SummaryMap"]["AccountAccessKeysPresent"] == 1


def test_an_old_key_does_not_contain_the_account_and_a_new_one_does(account: PracticeAccount, root: KeyPair) -> None:
    assert root.access_key_id.account_hint() is None
    assert account.create_root_key().access_key_id.account_hint() == account.account_id


def test_two_keys_are_the_limit_and_inactive_ones_count(account: PracticeAccount, root: KeyPair, aws: Client) -> None:
    iam = aws("iam", root)
    second = iam.create_access_key()["AccessKey"]
    assert "UserName" not in second
    assert len(second["SecretAccessKey"]) == 40
    iam.update_access_key(AccessKeyId=second["AccessKeyId"], Status="Inactive")
    with pytest.raises(
        iam.exceptions.LimitExceededException, match="Cannot exceed quota for AccessKeysPerUser: 2"
    ) as no:
        iam.create_access_key()
    assert no.value.response["ResponseMetadata"]["HTTPStatusCode"] == 409
    with pytest.raises(Refusal):
        account.create_root_key()


def test_a_key_that_turns_itself_off_cannot_turn_itself_on(
    account: PracticeAccount, root: KeyPair, aws: Client
) -> None:
    iam = aws("iam", root)
    iam.update_access_key(AccessKeyId=root.access_key_id.value, Status="Inactive")
    with pytest.raises(ClientError, match="InvalidClientTokenId"):
        iam.update_access_key(AccessKeyId=root.access_key_id.value, Status="Active")
    account.root_turn_on(root.access_key_id)
    assert iam.list_access_keys()["AccessKeyMetadata"][0]["Status"] == "Active"


def test_a_second_root_key_can_turn_the_first_on_again(account: PracticeAccount, root: KeyPair, aws: Client) -> None:
    second = account.create_root_key(age_days=1)
    aws("iam", root).update_access_key(AccessKeyId=root.access_key_id.value, Status="Inactive")
    aws("iam", second).update_access_key(AccessKeyId=root.access_key_id.value, Status="Active")
    assert aws("sts", root).get_caller_identity()["Arn"].endswith(":root")


def test_a_dead_key_has_the_code_of_each_service(account: PracticeAccount, root: KeyPair, aws: Client) -> None:
    account.create_bucket("office-backup")
    account.root_delete(root.access_key_id)
    with pytest.raises(ClientError, match="InvalidClientTokenId"):
        aws("sts", root).get_caller_identity()
    with pytest.raises(ClientError, match="InvalidClientTokenId"):
        aws("iam", root).list_users()
    with pytest.raises(ClientError, match="InvalidAccessKeyId"):
        aws("s3", root).list_objects_v2(Bucket="office-backup")
    with pytest.raises(ClientError, match=r"\(403\)"):
        aws("s3", root).head_bucket(Bucket="office-backup")


def test_an_iam_admin_cannot_reach_a_root_key(account: PracticeAccount, root: KeyPair, aws: Client) -> None:
    everything = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'
    account.create_user("admin", policies={"all": everything})
    iam = aws("iam", account.create_user_key("admin"))
    calls: list[Callable[[], Any]] = [
        lambda: iam.update_access_key(AccessKeyId=root.access_key_id.value, Status="Inactive"),
        lambda: iam.delete_access_key(AccessKeyId=root.access_key_id.value),
        lambda: iam.delete_access_key(AccessKeyId=root.access_key_id.value, UserName="admin"),
    ]
    for call in calls:
        with pytest.raises(ClientError, match="NoSuchEntity"):
            call()
    with pytest.raises(ClientError, match="AccessDenied"):
        iam.get_access_key_last_used(AccessKeyId=root.access_key_id.value)
    assert account.status_of(root.access_key_id) is KeyStatus.ACTIVE


def test_root_needs_to_name_the_user_whose_key_it_changes(account: PracticeAccount, root: KeyPair, aws: Client) -> None:
    account.create_user("anna")
    key = account.create_user_key("anna").access_key_id
    iam = aws("iam", root)
    with pytest.raises(ClientError, match="NoSuchEntity"):
        iam.update_access_key(AccessKeyId=key.value, Status="Inactive")
    iam.update_access_key(AccessKeyId=key.value, Status="Inactive", UserName="anna")
    assert account.status_of(key) is KeyStatus.INACTIVE


def test_a_status_that_does_not_exist_is_refused(root: KeyPair, aws: Client) -> None:
    with pytest.raises(ClientError, match="ValidationError"):
        aws("iam", root).update_access_key(AccessKeyId=root.access_key_id.value, Status="Bogus")


def test_a_deleted_key_is_not_found_the_second_time(account: PracticeAccount, root: KeyPair, aws: Client) -> None:
    second = account.create_root_key(age_days=1)
    iam = aws("iam", root)
    iam.delete_access_key(AccessKeyId=second.access_key_id.value)
    with pytest.raises(ClientError, match="NoSuchEntity"):
        iam.delete_access_key(AccessKeyId=second.access_key_id.value)
    assert account.status_of(second.access_key_id) is None


def test_govcloud_has_no_console_for_root() -> None:
    account = PracticeAccount(partition="aws-us-gov")
    key = account.create_root_key(age_days=9).access_key_id
    for act in (account.root_turn_off, account.root_turn_on, account.root_delete):
        with pytest.raises(ValueError, match="no console"):
            act(key)
    assert account.status_of(key) is KeyStatus.ACTIVE


def test_a_temporary_key_or_one_with_a_session_token_is_unknown(
    account: PracticeAccount, root: KeyPair, session: boto3.Session
) -> None:
    sts = session.client(
        "sts",
        endpoint_url=account.url,
        region_name="us-east-1",
        aws_access_key_id=root.access_key_id.value,
        aws_secret_access_key=root.secret.reveal(),
        aws_session_token="made-up",
    )
    with pytest.raises(ClientError, match="InvalidClientTokenId"):
        sts.get_caller_identity()
    sts.close()


def test_whose_account_a_key_belongs_to_is_told_to_root_and_to_those_who_may(
    account: PracticeAccount, root: KeyPair, aws: Client
) -> None:
    account.create_user("anna")
    anna = account.create_user_key("anna")
    told = aws("sts", root).get_access_key_info(AccessKeyId=anna.access_key_id.value)
    assert told["Account"] == account.account_id
    with pytest.raises(ClientError, match="AccessDenied"):
        aws("sts", anna).get_access_key_info(AccessKeyId=root.access_key_id.value)
