"""A refusal names the policy that refuses, and who can change it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from botocore.exceptions import ClientError

from keyturn.aws.buckets import facts_of_all
from keyturn.aws.error_codes import FailedRequest, translate
from keyturn.aws.proof import S3Target
from keyturn.aws.quarantine import quarantine_of
from keyturn.aws.s3_checks import prove_bucket
from keyturn.aws.session import Aws
from keyturn.model.errors import AwsError, AwsFault
from keyturn.model.keys import AccessKeyId, KeyPair
from keyturn_practice.account import DEFAULT_ACCOUNT, PracticeAccount

_KEY = AccessKeyId("AKIAMADEUPSAMPLE0001")
_NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
_WHO = "User: arn:aws:iam::111122223333:user/a is not authorized to perform:"
_KMS_KEY = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"


def _refused(message: str, *, service: str = "s3", operation: str = "UploadPart") -> AwsError:
    said = {
        "Error": {"Code": "AccessDenied", "Message": message},
        "ResponseMetadata": {"HTTPStatusCode": 403, "HTTPHeaders": {"x-amz-request-id": "sample"}},
    }
    return translate(ClientError(said, operation), FailedRequest(service, operation, _KEY, "photos"), _NOW)


@pytest.mark.parametrize("arn", ["", ": arn:aws:organizations::1:policy/o-a/resource_control_policy/p-b"])
@pytest.mark.parametrize("action", ["s3:PutObject", "kms:Decrypt"])
def test_a_resource_control_policy_is_named_and_said_to_bind_root_as_well(action: str, arn: str) -> None:
    error = _refused(
        f"{_WHO} {action} on resource: arn:aws:s3:::photos with an explicit deny in a resource control policy{arn}"
    )
    assert "resource control policy" in error.message
    assert "root user" in error.message
    assert "organisation" in error.title
    assert arn.removeprefix(": ") in error.message
    assert error.for_good


def test_a_service_control_policy_is_named_also_where_it_only_allows_nothing() -> None:
    denies = f"{_WHO} iam:CreateUser on resource: * with an explicit deny in a service control policy"
    allows = f"{_WHO} iam:CreateUser on resource: * because no service control policy allows the iam:CreateUser action"
    for message in (denies, allows):
        error = _refused(message, service="iam", operation="CreateUser")
        assert "service control policy" in error.message
        assert "organisation" in error.title
    assert not _refused(allows).for_good


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("because no resource-based policy allows the kms:GenerateDataKey action", "let IAM decide"),
        ("with an explicit deny in a resource-based policy", "denies it"),
        ("because no identity-based policy allows the kms:GenerateDataKey action", "Its user is not allowed"),
        ("", "key policy"),
    ],
)
def test_a_kms_key_that_refuses_is_named_with_its_policy(reason: str, said: str) -> None:
    error = _refused(f"{_WHO} kms:GenerateDataKey on resource: {_KMS_KEY} {reason}")
    assert (
        error.title == "AWS refused kms:GenerateDataKey on the KMS key of the bucket photos to the access key AKIA…0001"
    )
    assert _KMS_KEY in error.message
    assert said in error.message
    assert "policy" in error.message


def test_an_object_that_kms_does_not_open_is_about_the_kms_key() -> None:
    sealed = (
        "The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you "
        "are not allowed to access."
    )
    error = _refused(sealed, operation="GetObject")
    assert "KMS key of the bucket photos" in error.title
    assert "key policy" in error.message


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("with an explicit deny in a permissions boundary", "permissions boundary"),
        ("because no permissions boundary allows the s3:PutObject action", "permissions boundary"),
        ("with an explicit deny in a VPC endpoint policy", "VPC endpoint"),
        ("with an explicit deny in a resource-based policy", "policy of the bucket"),
        ("because no identity-based policy allows the s3:PutObject action", "policies of its user"),
    ],
)
def test_every_kind_of_policy_has_its_own_sentence(reason: str, said: str) -> None:
    error = _refused(f"{_WHO} s3:PutObject on resource: arn:aws:s3:::photos/a {reason}")
    assert said in f"{error.title}. {error.message}"
    assert error.for_good is ("explicit" in reason)


@pytest.mark.parametrize("version", ["", "V2", "V3", "V4", "V17"])
def test_the_quarantine_of_a_leaked_key_is_told_by_the_policy_in_any_version(version: str) -> None:
    arn = f"arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantine{version}"
    message = f"{_WHO} iam:CreateAccessKey on resource: user a with an explicit deny in an identity-based policy: {arn}"
    error = _refused(message, service="iam", operation="CreateAccessKey")
    assert "leaked" in error.title
    assert "--pair" in error.message


def test_the_quarantine_is_found_among_a_users_policies_and_not_supposed_where_they_may_not_be_read(
    account: PracticeAccount, root: KeyPair, aws: Aws
) -> None:
    nothing = json.dumps({"Statement": [{"Effect": "Deny", "Action": "iam:CreateAccessKey", "Resource": "*"}]})
    account.create_user("leaked", policies={"mine": nothing, "AWSCompromisedKeyQuarantineV9": nothing})
    account.create_user("other", policies={"mine": nothing})
    assert quarantine_of(aws, root, "leaked") == "AWSCompromisedKeyQuarantineV9"
    assert quarantine_of(aws, root, "other") is None
    with pytest.raises(AwsError) as caught:
        quarantine_of(aws, account.create_user_key("other"), "other")
    assert caught.value.fault is AwsFault.DENIED


@pytest.mark.parametrize("region", ["ap-east-1", None])
def test_a_region_that_is_not_switched_on_is_told_from_a_key_that_is_off(
    account: PracticeAccount, root: KeyPair, talk: Callable[..., Aws], region: str | None
) -> None:
    account.create_bucket("far-away", region="ap-east-1")
    target = S3Target("far-away", "", region, DEFAULT_ACCOUNT)
    for error in (
        facts_of_all(talk(), root, ["far-away"], DEFAULT_ACCOUNT)["far-away"],
        prove_bucket(talk(), root, target)[0].error,
    ):
        assert isinstance(error, AwsError)
        assert error.fault is AwsFault.ACCOUNT
        assert "AWS Regions" in error.message
        assert "ap-east-1" in error.title
    account.root_turn_off(root.access_key_id)
    error = prove_bucket(talk(), root, target)[0].error
    assert error is not None
    assert error.fault is AwsFault.UNKNOWN_KEY
