"""Whose key it is, STS says."""

from __future__ import annotations

import pytest

from keyturn.aws.access_keys import list_keys
from keyturn.aws.identity import whose
from keyturn.aws.partitions import console_of, home_region, partitions_besides_standard
from keyturn.aws.session import Aws, AwsSettings
from keyturn.model.errors import AwsError, AwsFault
from keyturn.model.keys import AccessKeyId, KeyPair, PrincipalKind, Secret
from keyturn_practice import faults
from keyturn_practice.account import DEFAULT_ACCOUNT, PracticeAccount


def test_a_root_key_is_told_apart_from_a_users_key(account: PracticeAccount, aws: Aws, root: KeyPair) -> None:
    account.create_user("anna", path="/people/")
    assert whose(aws, root).kind is PrincipalKind.ROOT
    anna = whose(aws, account.create_user_key("anna"))
    assert (anna.kind, anna.user_name, anna.account) == (PrincipalKind.USER, "anna", DEFAULT_ACCOUNT)


def test_a_temporary_key_is_named_as_such_without_asking_aws(aws: Aws) -> None:
    with pytest.raises(AwsError) as caught:
        whose(aws, KeyPair(AccessKeyId("ASIAMADEUPSAMPLE0001"), Secret("m" * 40)))
    assert caught.value.fault is AwsFault.TEMPORARY_KEY
    assert "ASIA…0001" in str(caught.value)
    assert aws.calls == ()


def test_a_key_that_the_standard_partition_does_not_know_is_asked_about_in_the_others(aws: Aws, root: KeyPair) -> None:
    with pytest.raises(AwsError) as caught:
        whose(aws, KeyPair(AccessKeyId("AKIAMADEUPSAMPLE0001"), Secret("m" * 40)))
    assert caught.value.fault is AwsFault.UNKNOWN_KEY
    assert len(aws.calls) == 1 + len(partitions_besides_standard())


@pytest.mark.parametrize("partition", partitions_besides_standard())
def test_a_key_of_any_partition_is_found_in_it(partition: str) -> None:
    account = PracticeAccount(partition=partition)
    with account.serving() as url:
        aws = Aws(AwsSettings(endpoint_url=url, attempts=1), lambda _: None)
        root = account.create_root_key(age_days=3000)
        assert whose(aws, root).partition == partition
        assert [one.access_key_id for one in list_keys(aws, root, None)] == [root.access_key_id]


def test_a_partition_that_is_set_apart_is_asked_only_where_the_keys_buckets_are_there() -> None:
    account = PracticeAccount(partition="aws-iso")
    with account.serving() as url:
        aws = Aws(AwsSettings(endpoint_url=url, attempts=1), lambda _: None)
        root = account.create_root_key()
        with pytest.raises(AwsError):
            whose(aws, root)
        assert whose(aws, root, frozenset({"us-iso-east-1"})).partition == "aws-iso"


def test_a_partition_that_does_not_answer_is_named_because_the_key_may_be_one_of_its(
    account: PracticeAccount, aws: Aws
) -> None:
    account.fail("sts:GetCallerIdentity", faults.portal(), nth=2, times=99)
    with pytest.raises(AwsError) as caught:
        whose(aws, KeyPair(AccessKeyId("AKIAMADEUPSAMPLE0001"), Secret("m" * 40)))
    assert caught.value.fault is AwsFault.UNKNOWN_KEY
    for partition in partitions_besides_standard():
        assert partition in caught.value.message


@pytest.mark.parametrize("partition", ["aws", *partitions_besides_standard()])
def test_the_console_of_every_partition_within_reach_is_known(partition: str) -> None:
    assert console_of(partition)
    assert home_region(partition)


def test_a_key_whose_partition_is_known_is_asked_about_there_alone(aws: Aws, root: KeyPair) -> None:
    key = AccessKeyId("AKIAMADEUPSAMPLE0001")
    aws.remember_partition(key, "aws")
    with pytest.raises(AwsError):
        whose(aws, KeyPair(key, Secret("m" * 40)))
    assert len(aws.calls) == 1


def test_a_wrong_secret_is_no_unknown_key(aws: Aws, root: KeyPair) -> None:
    assert whose(aws, root)
    with pytest.raises(AwsError) as caught:
        whose(aws, KeyPair(root.access_key_id, Secret("w" * 40)))
    assert caught.value.fault is AwsFault.WRONG_SECRET
