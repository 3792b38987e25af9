"""What AWS tells of a bucket before anything is made for it; what it refuses to tell stays unknown."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

import pytest

from keyturn.aws.buckets import Encryption, ObjectLock, Versioning, facts, facts_of_all, list_buckets
from keyturn.aws.identity import whose
from keyturn.aws.session import Aws
from keyturn.model.errors import AwsError, AwsFault
from keyturn.model.keys import KeyPair
from keyturn_practice import faults
from keyturn_practice.account import DEFAULT_ACCOUNT, PracticeAccount

_KEY_ARN = f"arn:aws:kms:eu-central-1:{DEFAULT_ACCOUNT}:key/11111111-2222-3333-4444-555555555555"


def _policy(*statements: Mapping[str, object]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def test_a_plain_bucket_has_nothing_to_deal_with(account: PracticeAccount, root: KeyPair, aws: Aws) -> None:
    account.create_bucket("plain", region="us-east-1")
    found = facts(aws, root, "plain", DEFAULT_ACCOUNT)
    assert (found.region, found.versioning, found.object_lock) == ("us-east-1", Versioning.NEVER, ObjectLock.NONE)
    assert (found.encryption, found.policy) == (Encryption(), "")
    assert found.archives is False
    assert len(aws.calls) == 6


def test_versions_locks_and_encryption_are_told(account: PracticeAccount, root: KeyPair, aws: Aws) -> None:
    account.create_bucket("locked", region="eu-central-1", lock_mode="COMPLIANCE", kms_key_arn=_KEY_ARN)
    found = facts(aws, root, "locked", DEFAULT_ACCOUNT)
    assert found.region == "eu-central-1"
    assert found.versioning is Versioning.ENABLED
    assert found.object_lock is ObjectLock.COMPLIANCE
    assert found.encryption == Encryption(kms_key_arn=_KEY_ARN)


@pytest.mark.parametrize("configured", [None, "us-east-1", "us-west-2", "eu-central-1"])
def test_the_region_is_found_whatever_the_configuration_says(
    account: PracticeAccount, root: KeyPair, aws: Aws, configured: str | None
) -> None:
    account.create_bucket("munich", region="eu-central-1")
    assert facts(aws, root, "munich", DEFAULT_ACCOUNT, region=configured).region == "eu-central-1"


@pytest.mark.parametrize(
    ("configured", "encryption"),
    [
        (f"arn:aws:kms:us-east-1:{DEFAULT_ACCOUNT}:alias/aws/s3", Encryption()),
        ("alias/aws/s3", Encryption()),
        ("1111", Encryption(kms_key_arn=f"arn:aws:kms:us-east-1:{DEFAULT_ACCOUNT}:key/1111")),
        (_KEY_ARN, Encryption(kms_key_arn=_KEY_ARN)),
    ],
)
def test_only_a_customers_own_key_needs_rights(
    account: PracticeAccount, root: KeyPair, aws: Aws, configured: str, encryption: Encryption
) -> None:
    account.create_bucket("sealed", kms_key_arn=configured)
    whose(aws, root)
    assert facts(aws, root, "sealed", DEFAULT_ACCOUNT).encryption == encryption


def test_a_rule_that_moves_objects_to_an_archive_is_told(account: PracticeAccount, root: KeyPair, aws: Aws) -> None:
    account.create_bucket("cold")
    for status, kind, archives in (
        ("Enabled", "STANDARD_IA", False),
        ("Disabled", "GLACIER", False),
        ("Enabled", "DEEP_ARCHIVE", True),
    ):
        move = {"Days": 30, "StorageClass": kind}
        rule = {"ID": "r", "Status": status, "Filter": {"Prefix": ""}, "Transitions": [move]}
        asked = {"Bucket": "cold", "LifecycleConfiguration": {"Rules": [rule]}}
        aws.ask(root, "s3", "PutBucketLifecycleConfiguration", asked)
        assert facts(aws, root, "cold", DEFAULT_ACCOUNT).archives is archives


def test_what_is_refused_is_unknown_and_not_no(account: PracticeAccount, aws: Aws) -> None:
    account.create_bucket("photos", versioned=True)
    allowed = {"Effect": "Allow", "Action": ["s3:ListBucket", "s3:GetBucketVersioning"], "Resource": "*"}
    account.create_user("anna", policies={"some": _policy(allowed)})
    found = facts(aws, account.create_user_key("anna"), "photos", DEFAULT_ACCOUNT)
    assert (found.region, found.versioning) == ("us-east-1", Versioning.ENABLED)
    assert (found.object_lock, found.encryption, found.archives, found.policy) == (None, None, None, None)


def test_the_region_is_told_even_where_listing_is_refused(account: PracticeAccount, aws: Aws) -> None:
    account.create_bucket("photos", region="eu-west-1")
    allowed = {"Effect": "Allow", "Action": "s3:GetBucketVersioning", "Resource": "*"}
    account.create_user("anna", policies={"some": _policy(allowed)})
    assert facts(aws, account.create_user_key("anna"), "photos", DEFAULT_ACCOUNT).region == "eu-west-1"


def test_a_bucket_that_is_gone_is_named(account: PracticeAccount, root: KeyPair, aws: Aws) -> None:
    with pytest.raises(AwsError) as caught:
        facts(aws, root, "gone-bucket", DEFAULT_ACCOUNT)
    assert caught.value.fault is AwsFault.NO_SUCH_BUCKET
    assert "gone-bucket" in caught.value.title


def test_a_bucket_of_another_account_is_told_as_such(account: PracticeAccount, root: KeyPair, aws: Aws) -> None:
    account.add_foreign_bucket("neighbours-bucket")
    with pytest.raises(AwsError) as caught:
        facts(aws, root, "neighbours-bucket", DEFAULT_ACCOUNT)
    assert caught.value.fault is AwsFault.DENIED
    assert "another account" in caught.value.message


def test_a_bucket_that_another_account_shares_is_told_for_sure(
    account: PracticeAccount, root: KeyPair, aws: Aws
) -> None:
    account.create_bucket("shared-bucket")
    # The bucket is ours, and the backup is said to belong to another account: the same mismatch.
    with pytest.raises(AwsError) as caught:
        facts(aws, root, "shared-bucket", "999988887777")
    assert caught.value.title == "The bucket shared-bucket belongs to another account"


def test_a_key_that_aws_does_not_know_is_not_a_key_without_rights(
    account: PracticeAccount, root: KeyPair, aws: Aws
) -> None:
    account.create_bucket("photos")
    account.root_turn_off(root.access_key_id)
    with pytest.raises(AwsError) as caught:
        facts(aws, root, "photos", DEFAULT_ACCOUNT)
    assert caught.value.fault is AwsFault.UNKNOWN_KEY


def test_trouble_with_one_bucket_does_not_hide_the_others(
    account: PracticeAccount, root: KeyPair, talk: Callable[..., Aws]
) -> None:
    for name in ("bucket-a", "bucket-b", "bucket-c"):
        account.create_bucket(name)
    aws = talk()
    found = facts_of_all(aws, root, ["bucket-c", "bucket-gone", "bucket-a"], DEFAULT_ACCOUNT)
    assert list(found) == ["bucket-c", "bucket-gone", "bucket-a"]
    gone = found["bucket-gone"]
    assert isinstance(gone, AwsError)
    assert gone.fault is AwsFault.NO_SUCH_BUCKET
    assert not isinstance(found["bucket-a"], AwsError)


def test_a_failing_question_is_an_error_and_not_an_unknown(account: PracticeAccount, root: KeyPair, aws: Aws) -> None:
    account.create_bucket("photos")
    account.fail("s3:GetBucketPolicy", faults.broken_server())
    with pytest.raises(AwsError) as caught:
        facts(aws, root, "photos", DEFAULT_ACCOUNT)
    assert caught.value.fault is AwsFault.SERVER


def test_the_accounts_buckets_are_listed(account: PracticeAccount, root: KeyPair, aws: Aws) -> None:
    account.create_bucket("music")
    account.create_bucket("photos")
    assert list_buckets(aws, root) == ("music", "photos")
