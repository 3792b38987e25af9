"""Temporary keys of the practice account: with their token they are their owner, and they end by themselves."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from keyturn.model.keys import KeyPair
from keyturn_practice.account import PracticeAccount
from keyturn_practice.timeline import HandClock

Client = Callable[..., Any]
_PHOTOS = {
    "Statement": [
        {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::photos"},
        {"Effect": "Allow", "Action": "iam:*", "Resource": "*"},
    ]
}


@pytest.fixture
def user(account: PracticeAccount) -> KeyPair:
    for bucket in ("photos", "films"):
        account.create_bucket(bucket)
    account.create_user("nas", policies={"photos": json.dumps(_PHOTOS)})
    return account.create_user_key("nas", age_days=3)


def client(account: PracticeAccount, service: str, temporary: Mapping[str, Any], **changed: str) -> Any:  # noqa: ANN401
    return boto3.client(
        service,
        endpoint_url=account.url,
        region_name="us-east-1",
        aws_access_key_id=temporary["AccessKeyId"],
        aws_secret_access_key=temporary["SecretAccessKey"],
        aws_session_token=changed.get("token", temporary["SessionToken"]) or None,
    )


def code_of(ask: Callable[[], object]) -> str:
    with pytest.raises(ClientError) as refused:
        ask()
    return str(refused.value.response["Error"]["Code"])


def test_it_has_the_rights_of_its_owner_at_s3_and_none_at_iam(
    account: PracticeAccount, user: KeyPair, aws: Client
) -> None:
    temporary = aws("sts", user).get_session_token(DurationSeconds=900)["Credentials"]
    assert temporary["AccessKeyId"].startswith("ASIA")
    s3 = client(account, "s3", temporary)
    assert s3.list_objects_v2(Bucket="photos")["KeyCount"] == 0
    assert code_of(lambda: s3.list_objects_v2(Bucket="films")) == "AccessDenied"
    sts = client(account, "sts", temporary)
    assert sts.get_caller_identity()["Arn"].endswith(":user/nas")
    assert code_of(sts.get_session_token) == "InvalidClientTokenId"
    assert code_of(client(account, "iam", temporary).list_users) == "InvalidClientTokenId"
    (listed,) = aws("iam", user).list_access_keys()["AccessKeyMetadata"]
    assert listed["AccessKeyId"] == user.access_key_id.value


def test_it_is_nothing_without_its_own_token(account: PracticeAccount, user: KeyPair, aws: Client) -> None:
    temporary = aws("sts", user).get_session_token()["Credentials"]
    for token, code in (("", "InvalidAccessKeyId"), ("another", "InvalidToken")):
        s3 = client(account, "s3", temporary, token=token)
        assert code_of(lambda s3=s3: s3.list_objects_v2(Bucket="photos")) == code  # type: ignore[misc]
    lasting = {"AccessKeyId": user.access_key_id.value, "SecretAccessKey": user.secret.reveal(), "SessionToken": "x"}
    assert code_of(lambda: client(account, "s3", lasting).list_objects_v2(Bucket="photos")) == "InvalidAccessKeyId"


def test_it_ends_by_itself(account: PracticeAccount, user: KeyPair, aws: Client, clock: HandClock) -> None:
    temporary = aws("sts", user).get_session_token(DurationSeconds=900)["Credentials"]
    s3 = client(account, "s3", temporary)
    clock.sleep(899)
    s3.list_objects_v2(Bucket="photos")
    clock.sleep(2)
    assert code_of(lambda: s3.list_objects_v2(Bucket="photos")) == "ExpiredToken"
    assert code_of(client(account, "sts", temporary).get_caller_identity) == "ExpiredToken"


def test_it_lasts_36_hours_at_most(user: KeyPair, aws: Client) -> None:
    sts = aws("sts", user)
    sts.get_session_token(DurationSeconds=129_600)
    assert code_of(lambda: sts.get_session_token(DurationSeconds=129_601)) == "ValidationError"


def test_that_of_root_lasts_an_hour_whatever_was_asked_for(root: KeyPair, aws: Client, clock: HandClock) -> None:
    temporary = aws("sts", root).get_session_token(DurationSeconds=7200)["Credentials"]
    assert abs((temporary["Expiration"] - clock.now()).total_seconds() - 3600) < 2
