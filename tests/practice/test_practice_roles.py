"""Roles of the practice account, the sessions that lead to them, and conditions on tags."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

from keyturn.model.keys import KeyPair
from keyturn_practice.account import PracticeAccount
from keyturn_practice.timeline import HandClock

Client = Callable[..., Any]
DEVICE = "arn:aws:iam::111122223333:mfa/anna"
KEYS = {"Effect": "Allow", "Action": ["iam:ListAccessKeys", "iam:GetUser"], "Resource": "*"}


def text(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


@pytest.fixture
def anna(account: PracticeAccount) -> KeyPair:
    account.create_user(
        "anna", policies={"role": text({"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"})}
    )
    return account.create_user_key("anna", age_days=9)


def session_client(account: PracticeAccount, service: str, given: dict[str, Any]) -> Any:  # noqa: ANN401
    return boto3.Session().client(
        service,
        endpoint_url=account.url,
        region_name="us-east-1",
        aws_access_key_id=given["AccessKeyId"],
        aws_secret_access_key=given["SecretAccessKey"],
        aws_session_token=given["SessionToken"],
        config=Config(retries={"total_max_attempts": 1}),
    )


def test_a_role_is_taken_and_acts_by_its_own_policies_until_it_ends(
    account: PracticeAccount, clock: HandClock, anna: KeyPair, aws: Client
) -> None:
    root = f"arn:aws:iam::{account.account_id}:root"
    arn = account.administrator.create_role("admin", text(KEYS), trusted=[root])
    given = aws("sts", anna).assume_role(RoleArn=arn, RoleSessionName="desk")["Credentials"]
    iam, sts = session_client(account, "iam", given), session_client(account, "sts", given)
    assert sts.get_caller_identity()["Arn"].endswith(":assumed-role/admin/desk")
    assert iam.list_access_keys(UserName="anna")["AccessKeyMetadata"]
    with pytest.raises(ClientError, match="Must specify userName"):
        iam.list_access_keys()
    with pytest.raises(ClientError, match="AccessDenied"):
        iam.create_access_key(UserName="anna")
    clock.advance(3601)
    with pytest.raises(ClientError, match="ExpiredToken"):
        iam.list_access_keys(UserName="anna")


def test_a_role_with_a_device_is_given_for_its_code_alone_and_once(
    account: PracticeAccount, anna: KeyPair, aws: Client
) -> None:
    trusted = [f"arn:aws:iam::{account.account_id}:user/anna"]
    arn = account.administrator.create_role("admin", text(KEYS), trusted=trusted, with_device=DEVICE)
    sts, code = aws("sts", anna), account.administrator.code_shown_by(DEVICE)
    wanted = {"RoleArn": arn, "RoleSessionName": "desk", "SerialNumber": DEVICE}
    with pytest.raises(ClientError, match="AccessDenied"):
        sts.assume_role(RoleArn=arn, RoleSessionName="desk")
    with pytest.raises(ClientError, match="invalid MFA"):
        sts.assume_role(**wanted, TokenCode=f"{(int(code) + 1) % 1_000_000:06d}")
    assert sts.assume_role(**wanted, TokenCode=code)["Credentials"]["SessionToken"]
    with pytest.raises(ClientError, match="invalid MFA"):
        sts.assume_role(**wanted, TokenCode=code)


def test_whom_a_role_does_not_trust_it_is_not_given(account: PracticeAccount, anna: KeyPair, aws: Client) -> None:
    arn = account.administrator.create_role("admin", text(KEYS), trusted=["arn:aws:iam::111122223333:user/bert"])
    with pytest.raises(ClientError, match="AccessDenied"):
        aws("sts", anna).assume_role(RoleArn=arn, RoleSessionName="desk")


def test_the_portal_gives_a_role_for_a_token_until_the_sign_in_ends(account: PracticeAccount, clock: HandClock) -> None:
    account.administrator.create_role("admin", text(KEYS), trusted=[])
    account.administrator.sign_in_to_portal("a-token", ["admin"], lasting=timedelta(hours=8))
    portal = boto3.Session().client(
        "sso", endpoint_url=account.url, region_name="eu-central-1", config=Config(signature_version=UNSIGNED)
    )
    wanted = {"roleName": "admin", "accountId": account.account_id}
    given = portal.get_role_credentials(**wanted, accessToken="a-token")["roleCredentials"]
    members = {f"{name[:1].upper()}{name[1:]}": value for name, value in given.items()}
    assert session_client(account, "sts", members).get_caller_identity()["Account"] == account.account_id
    clock.advance(8 * 3600 + 1)
    for token in ("a-token", "another"):
        with pytest.raises(ClientError, match="UnauthorizedException"):
            portal.get_role_credentials(**wanted, accessToken=token)


def test_a_condition_on_the_keys_of_tags_is_kept_in_any_case(account: PracticeAccount, aws: Client) -> None:
    tag = {"Effect": "Allow", "Action": "iam:TagUser", "Resource": "*"}
    but = {"ForAnyValue:StringEqualsIgnoreCase": {"aws:TagKeys": "secret"}}
    account.create_user("bert", policies={"tag": text(tag, {**tag, "Effect": "Deny", "Condition": but})})
    iam = aws("iam", account.create_user_key("bert", age_days=9))
    iam.tag_user(UserName="bert", Tags=[{"Key": "open", "Value": "1"}])
    iam.tag_user(UserName="bert", Tags=[{"Key": "OPEN", "Value": "2"}])
    for key in ("secret", "Secret"):
        with pytest.raises(ClientError, match="explicit deny"):
            iam.tag_user(UserName="bert", Tags=[{"Key": "open", "Value": "3"}, {"Key": key, "Value": "4"}])
    inventory = account.administrator.inventory()
    assert [one.tags for one in inventory.users.values()] == [(("OPEN", "2"),)]
