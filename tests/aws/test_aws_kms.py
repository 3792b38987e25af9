"""Names of KMS keys, and the whole names that a policy takes."""

from __future__ import annotations

import pytest

from keyturn.aws.buckets import Encryption, facts
from keyturn.aws.identity import whose
from keyturn.aws.kms import NONE_NEEDED, KmsKey, kms_key
from keyturn.aws.session import Aws
from keyturn.model.errors import AwsError, AwsFault
from keyturn.model.keys import KeyPair
from keyturn_practice import faults
from keyturn_practice.account import DEFAULT_ACCOUNT, PracticeAccount

_OURS = f"arn:aws:kms:eu-central-1:{DEFAULT_ACCOUNT}"
_ID = "11111111-2222-3333-4444-555555555555"


def _named(aws: Aws, pair: KeyPair, name: str, region: str | None = "eu-central-1") -> KmsKey:
    whose(aws, pair)
    return kms_key(aws, pair, name, DEFAULT_ACCOUNT, region)


def test_a_whole_name_of_a_key_is_taken_as_it_stands(root: KeyPair, aws: Aws) -> None:
    assert kms_key(aws, root, f"{_OURS}:key/{_ID}", DEFAULT_ACCOUNT, None) == KmsKey(f"{_OURS}:key/{_ID}")
    assert not aws.calls


@pytest.mark.parametrize(
    "name", [_ID, "mrk-1234abcd12ab34cd56ef1234567890ab", "alias/backups", f"{_OURS}:alias/backups"]
)
def test_a_bare_id_and_an_alias_are_followed_to_the_key(root: KeyPair, aws: Aws, name: str) -> None:
    found = _named(aws, root, name)
    assert found.arn is not None
    assert found.arn.startswith(f"{_OURS}:key/")
    assert found.arn == _named(aws, root, found.arn.rpartition("/")[2]).arn


@pytest.mark.parametrize("name", ["alias/aws/s3", f"{_OURS}:alias/aws/s3"])
def test_a_key_of_awss_own_needs_no_right(root: KeyPair, aws: Aws, name: str) -> None:
    assert _named(aws, root, name) == NONE_NEEDED


def test_where_aws_refuses_an_id_still_has_a_whole_name_and_an_alias_none(
    account: PracticeAccount, root: KeyPair, aws: Aws
) -> None:
    account.fail("kms:DescribeKey", faults.refused(400, "AccessDeniedException"), times=2)
    assert _named(aws, root, _ID) == KmsKey(f"{_OURS}:key/{_ID}")
    refused = _named(aws, root, "alias/backups")
    assert (refused.arn, refused.refusal and refused.refusal.fault) == (None, AwsFault.DENIED)


def test_a_key_that_is_not_there_has_no_name(account: PracticeAccount, root: KeyPair, aws: Aws) -> None:
    account.lose_kms_key("alias/gone")
    found = _named(aws, root, "alias/gone")
    assert (found.arn, found.refusal and found.refusal.fault) == (None, AwsFault.NOT_FOUND)


def test_an_answer_that_did_not_come_is_no_refusal(account: PracticeAccount, root: KeyPair, aws: Aws) -> None:
    account.fail("kms:DescribeKey", faults.portal())
    with pytest.raises(AwsError):
        _named(aws, root, "alias/backups")


def test_a_buckets_own_key_is_named_or_told_as_unknown(account: PracticeAccount, root: KeyPair, aws: Aws) -> None:
    account.create_bucket("sealed", region="eu-central-1", kms_key_arn="alias/backups")
    found = facts(aws, root, "sealed", DEFAULT_ACCOUNT).encryption
    assert found == Encryption(kms_key_arn=_named(aws, root, "alias/backups").arn)
    account.lose_kms_key("alias/backups")
    assert facts(aws, root, "sealed", DEFAULT_ACCOUNT).encryption == Encryption(kms_unknown="alias/backups")
