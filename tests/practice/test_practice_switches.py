"""Where AWS's behaviour is unknown, the practice account can be either way (facts/aws.md C)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from keyturn.model.keys import KeyPair
from keyturn.model.needs import BucketNeeds, policy_for
from keyturn_practice import faults
from keyturn_practice.account import PracticeAccount

Client = Callable[..., Any]
_EVERYTHING = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'


@pytest.mark.parametrize("counts", [True, False])
def test_a_refused_request_of_an_inactive_key_may_count_as_use(counts: bool, aws: Client) -> None:
    account = PracticeAccount(rejected_uses_count=counts)
    with account.serving() as url:
        root, second = account.create_root_key(age_days=9), account.create_root_key(age_days=9)
        account.root_turn_off(second.access_key_id)
        with pytest.raises(ClientError, match="InvalidClientTokenId"):
            aws("sts", second, url=url).get_caller_identity()
        told = aws("iam", root, url=url).get_access_key_last_used(AccessKeyId=second.access_key_id.value)
        assert ("LastUsedDate" in told["AccessKeyLastUsed"]) is counts


@pytest.mark.parametrize("may", [True, False])
def test_a_user_may_be_able_to_see_the_last_use_of_a_root_key(may: bool, aws: Client) -> None:
    account = PracticeAccount(users_see_root_use=may)
    with account.serving() as url:
        root = account.create_root_key(age_days=9)
        account.create_user("keeper", policies={"all": _EVERYTHING})
        iam = aws("iam", account.create_user_key("keeper"), url=url)
        if may:
            iam.get_access_key_last_used(AccessKeyId=root.access_key_id.value)
        else:
            with pytest.raises(ClientError, match="AccessDenied"):
                iam.get_access_key_last_used(AccessKeyId=root.access_key_id.value)


@pytest.mark.parametrize("denied", [True, False])
def test_an_inactive_key_may_be_denied_or_unknown(denied: bool, aws: Client) -> None:
    account = PracticeAccount(inactive_is_denied=denied)
    with account.serving() as url:
        root = account.create_root_key(age_days=9)
        account.create_bucket("office-backup")
        account.root_turn_off(root.access_key_id)
        calls: dict[str, Callable[[], Any]] = {
            "InvalidClientTokenId": lambda: aws("sts", root, url=url).get_caller_identity(),
            "InvalidAccessKeyId": lambda: aws("s3", root, url=url).list_objects_v2(Bucket="office-backup"),
        }
        for unknown, call in calls.items():
            with pytest.raises(ClientError, match="AccessDenied" if denied else unknown):
                call()
        account.root_delete(root.access_key_id)
        for unknown, call in calls.items():
            with pytest.raises(ClientError, match=unknown):
                call()


@pytest.mark.parametrize("alias", ["grandmas-account", None])
def test_roots_keys_may_be_listed_under_the_accounts_alias(alias: str | None, aws: Client) -> None:
    account = PracticeAccount(root_alias=alias)
    with account.serving() as url:
        iam = aws("iam", account.create_root_key(age_days=9), url=url)
        assert iam.list_access_keys()["AccessKeyMetadata"][0].get("UserName") == alias
        assert iam.get_user()["User"].get("UserName") == alias
        assert iam.create_access_key()["AccessKey"].get("UserName") == alias


@pytest.mark.parametrize("counts", [True, False])
def test_turning_a_key_off_may_count_as_its_rotation(counts: bool, aws: Client) -> None:
    account = PracticeAccount(status_is_a_rotation=counts)
    with account.serving() as url:
        root, second = account.create_root_key(age_days=9), account.create_root_key(age_days=8)
        account.root_turn_off(second.access_key_id)
        iam = aws("iam", root, url=url)
        iam.generate_credential_report()
        rows = iam.get_credential_report()["Content"].decode().splitlines()
        cells = dict(zip(rows[0].split(","), rows[1].split(","), strict=True))
        today = datetime.now(UTC).strftime("%Y-%m-%d")
        assert cells["access_key_2_last_rotated"].startswith(today) is counts
        assert not cells["access_key_1_last_rotated"].startswith(today)


@pytest.mark.parametrize("pretend", [True, False])
def test_plain_http_may_pass_for_tls(pretend: bool, aws: Client) -> None:
    account = PracticeAccount(pretend_tls=pretend)
    with account.serving() as url:
        account.create_bucket("office-backup")
        needs = [BucketNeeds("office-backup")]
        policy = policy_for(needs, partition="aws", account=account.account_id, require_tls=True)
        account.create_user("backup", policies={"keyturn": policy.text()})
        s3 = aws("s3", account.create_user_key("backup"), url=url)
        if pretend:
            s3.list_objects_v2(Bucket="office-backup")
        else:
            with pytest.raises(ClientError, match="AccessDenied"):
                s3.list_objects_v2(Bucket="office-backup")


@pytest.mark.parametrize("counts", [True, False])
def test_iam_may_insist_on_its_own_region(counts: bool, aws: Client) -> None:
    account = PracticeAccount(iam_region_counts=counts)
    with account.serving() as url:
        iam = aws("iam", account.create_root_key(age_days=9), "eu-west-1", url=url)
        if counts:
            with pytest.raises(ClientError, match="SignatureDoesNotMatch"):
                iam.list_users()
        else:
            iam.list_users()


def test_an_opt_in_region_counts_once_it_is_switched_on(aws: Client) -> None:
    account = PracticeAccount(opted_in=frozenset({"me-south-1"}))
    with account.serving() as url:
        root = account.create_root_key(age_days=9)
        aws("sts", root, "me-south-1", url=url).get_caller_identity()


def test_another_partition_has_its_own_names_and_regions(aws: Client) -> None:
    account = PracticeAccount(partition="aws-us-gov")
    with account.serving() as url:
        account.create_bucket("gov-backup", region="us-gov-west-1")
        root = account.create_root_key(age_days=9)
        said = aws("sts", root, "us-gov-west-1", url=url).get_caller_identity()
        assert said["Arn"] == f"arn:aws-us-gov:iam::{account.account_id}:root"
        assert aws("s3", root, "us-gov-west-1", url=url).list_objects_v2(Bucket="gov-backup")["KeyCount"] == 0
        with pytest.raises(ClientError, match="InvalidClientTokenId"):
            aws("sts", root, "us-east-1", url=url).get_caller_identity()


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (faults.refused(403, "OptInRequired"), 403),
        (faults.network_wants_sign_in(), 511),
        (faults.proxy_wants_password(), 407),
    ],
)
def test_other_ways_to_be_refused_have_their_status(
    fault: faults.Fault, status: int, account: PracticeAccount, root: KeyPair, aws: Client
) -> None:
    account.create_bucket("office-backup")
    account.fail("s3:*", fault)
    with pytest.raises(ClientError) as no:
        aws("s3", root).list_objects_v2(Bucket="office-backup")
    assert no.value.response["ResponseMetadata"]["HTTPStatusCode"] == status
