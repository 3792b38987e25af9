"""The credential report and the policy simulator of the practice account (facts/aws.md A3, A5)."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from keyturn.model.keys import KeyPair
from keyturn_practice.account import PracticeAccount
from keyturn_practice.timeline import HandClock

Client = Callable[..., Any]


def _rows(iam: Any) -> dict[str, dict[str, str]]:  # noqa: ANN401
    content = iam.get_credential_report()["Content"].decode()
    return {row["user"]: row for row in csv.DictReader(io.StringIO(content))}


def test_the_report_has_a_row_for_root_with_both_keys(account: PracticeAccount, root: KeyPair, aws: Client) -> None:
    second = account.create_root_key(age_days=1)
    account.create_user("anna")
    account.create_bucket("office-backup")
    aws("s3", second).list_objects_v2(Bucket="office-backup")
    account.root_turn_off(second.access_key_id)
    iam = aws("iam", root)
    assert iam.generate_credential_report()["State"] == "STARTED"
    assert iam.generate_credential_report()["State"] == "COMPLETE"
    row = _rows(iam)["<root_account>"]
    assert row["arn"].endswith(":root")
    assert (row["access_key_1_active"], row["access_key_2_active"]) == ("true", "false")
    assert (row["access_key_1_last_used_service"], row["access_key_1_last_used_region"]) == ("iam", "us-east-1")
    assert (row["access_key_2_last_used_service"], row["access_key_2_last_used_region"]) == ("s3", "N/A")
    assert _rows(iam)["anna"]["access_key_1_active"] == "false"


def test_within_four_hours_the_old_report_comes_again(root: KeyPair, aws: Client, clock: HandClock) -> None:
    iam = aws("iam", root)
    with pytest.raises(ClientError, match="ReportNotPresent"):
        iam.get_credential_report()
    iam.generate_credential_report()
    first = iam.get_credential_report()["GeneratedTime"]
    clock.advance(3.9 * 3600)
    iam.generate_credential_report()
    assert iam.get_credential_report()["GeneratedTime"] == first
    clock.advance(0.2 * 3600)
    with pytest.raises(ClientError, match="ReportExpired"):
        iam.get_credential_report()
    iam.generate_credential_report()
    assert iam.get_credential_report()["GeneratedTime"] > first


def test_the_simulator_answers_for_each_resource(root: KeyPair, aws: Client) -> None:
    policy = (
        '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":'
        '"arn:aws:s3:::office/*","Condition":{"Bool":{"aws:SecureTransport":"true"}}}]}'
    )
    resources = ["arn:aws:s3:::office/a", "arn:aws:s3:::other/a"]
    secure = {"ContextKeyName": "aws:SecureTransport", "ContextKeyValues": ["true"], "ContextKeyType": "boolean"}
    asked = {
        "PolicyInputList": [policy],
        "ActionNames": ["s3:GetObject", "s3:PutObject"],
        "ResourceArns": resources,
    }
    iam = aws("iam", root)
    get, put = iam.simulate_custom_policy(**asked, ContextEntries=[secure])["EvaluationResults"]
    single = {one["EvalResourceName"]: one["EvalResourceDecision"] for one in get["ResourceSpecificResults"]}
    assert single == dict(zip(resources, ["allowed", "implicitDeny"], strict=True))
    assert get["EvalDecision"] == put["EvalDecision"] == "implicitDeny"
    without = iam.simulate_custom_policy(**asked)["EvaluationResults"][0]
    assert {one["EvalResourceDecision"] for one in without["ResourceSpecificResults"]} == {"implicitDeny"}


def test_the_simulator_knows_a_users_own_policies(account: PracticeAccount, root: KeyPair, aws: Client) -> None:
    policy = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}'
    arn = account.create_user("backup", policies={"s3": policy})
    answer = aws("iam", root).simulate_principal_policy(
        PolicySourceArn=arn, ActionNames=["s3:PutObject", "iam:GetUser"]
    )
    assert [one["EvalDecision"] for one in answer["EvaluationResults"]] == ["allowed", "implicitDeny"]


def test_the_simulator_applies_a_buckets_policy_only_where_it_is_given(root: KeyPair, aws: Client) -> None:
    own = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}'
    of_bucket = (
        '{"Version":"2012-10-17","Statement":{"Effect":"Deny","Principal":"*","Action":"s3:DeleteObject",'
        '"Resource":"arn:aws:s3:::office/*"}}'
    )
    iam = aws("iam", root)
    asked = {"PolicyInputList": [own], "ActionNames": ["s3:DeleteObject"], "ResourceArns": ["arn:aws:s3:::office/a"]}
    caller = "arn:aws:iam::111122223333:user/backup"

    def decision(**more: str) -> str:
        return str(iam.simulate_custom_policy(**asked, **more)["EvaluationResults"][0]["EvalDecision"])

    assert decision() == "allowed"
    assert decision(ResourcePolicy=of_bucket, CallerArn=caller) == "explicitDeny"
    with pytest.raises(ClientError, match="InvalidInput"):
        decision(ResourcePolicy=of_bucket)
