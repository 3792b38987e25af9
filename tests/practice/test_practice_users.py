"""IAM users of the practice account: names, policies, limits, and who may do what (facts/aws.md A6, 7.1)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from keyturn.model.keys import KeyPair
from keyturn_practice.account import PracticeAccount

Client = Callable[..., Any]
_LISTING = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:ListBucket","Resource":"*"}}'


@pytest.fixture
def iam(root: KeyPair, aws: Client) -> Any:  # noqa: ANN401
    return aws("iam", root)


def _policy(*, action: object, resource: object = "*", effect: str = "Allow") -> str:
    return json.dumps(
        {"Version": "2012-10-17", "Statement": {"Effect": effect, "Action": action, "Resource": resource}}
    )


def test_a_user_has_its_path_and_tags(iam: Any, account: PracticeAccount) -> None:  # noqa: ANN401
    tags = [{"Key": "keyturn:host", "Value": "attic"}, {"Key": "keyturn:replaces", "Value": "AKIA"}]
    made = iam.create_user(UserName="backup-attic", Path="/keyturn/", Tags=tags)["User"]
    assert made["Arn"] == f"arn:aws:iam::{account.account_id}:user/keyturn/backup-attic"
    assert made["UserId"].startswith("AIDA")
    iam.tag_user(UserName="backup-attic", Tags=[{"Key": "more", "Value": "1"}])
    iam.untag_user(UserName="backup-attic", TagKeys=["keyturn:replaces"])
    shown = iam.get_user(UserName="backup-attic")["User"]["Tags"]
    assert shown == [tags[0], {"Key": "more", "Value": "1"}]
    assert iam.list_user_tags(UserName="backup-attic")["Tags"] == shown


def test_users_are_found_by_path(iam: Any) -> None:  # noqa: ANN401
    iam.create_user(UserName="anna")
    iam.create_user(UserName="backup", Path="/keyturn/")
    assert [user["UserName"] for user in iam.list_users(PathPrefix="/keyturn/")["Users"]] == ["backup"]


def test_long_lists_come_in_pages(iam: Any) -> None:  # noqa: ANN401
    for number in range(5):
        iam.create_user(UserName=f"user-{number}")
    pages = list(iam.get_paginator("list_users").paginate(PaginationConfig={"PageSize": 2}))
    assert [len(page["Users"]) for page in pages] == [2, 2, 1]


def test_names_that_differ_only_in_case_clash(iam: Any) -> None:  # noqa: ANN401
    iam.create_user(UserName="Backup")
    with pytest.raises(ClientError, match="EntityAlreadyExists"):
        iam.create_user(UserName="backup")
    assert iam.get_user(UserName="BACKUP")["User"]["UserName"] == "Backup"


def test_names_and_paths_outside_iams_letters_are_refused(iam: Any) -> None:  # noqa: ANN401
    for wrong in ({"UserName": "back up"}, {"UserName": "bäckup"}, {"UserName": "backup", "Path": "keyturn"}):
        with pytest.raises(ClientError, match="ValidationError"):
            iam.create_user(**wrong)


def test_a_user_with_keys_or_policies_cannot_be_deleted(iam: Any) -> None:  # noqa: ANN401
    iam.create_user(UserName="backup")
    key = iam.create_access_key(UserName="backup")["AccessKey"]["AccessKeyId"]
    iam.put_user_policy(UserName="backup", PolicyName="p", PolicyDocument=_LISTING)
    with pytest.raises(ClientError, match="DeleteConflict"):
        iam.delete_user(UserName="backup")
    iam.delete_access_key(UserName="backup", AccessKeyId=key)
    with pytest.raises(ClientError, match="DeleteConflict"):
        iam.delete_user(UserName="backup")
    iam.delete_user_policy(UserName="backup", PolicyName="p")
    iam.delete_user(UserName="backup")
    with pytest.raises(ClientError, match="NoSuchEntity"):
        iam.delete_user(UserName="backup")


def test_all_inline_policies_together_have_2048_characters(iam: Any) -> None:  # noqa: ANN401
    iam.create_user(UserName="backup")

    def document(size: int) -> str:
        empty = len(_policy(action="*", resource="arn:aws:s3:::").replace(" ", ""))
        return _policy(action="*", resource=f"arn:aws:s3:::{'b' * (size - empty)}").replace(" ", "")

    iam.put_user_policy(UserName="backup", PolicyName="a", PolicyDocument=document(1048))
    with pytest.raises(ClientError, match="Maximum policy size of 2048 bytes exceeded for user backup") as no:
        iam.put_user_policy(UserName="backup", PolicyName="b", PolicyDocument=document(1001))
    assert no.value.response["Error"]["Code"] == "LimitExceeded"
    iam.put_user_policy(UserName="backup", PolicyName="b", PolicyDocument=document(1000) + " \n\t" * 100)
    iam.put_user_policy(UserName="backup", PolicyName="a", PolicyDocument=document(1048))


def test_a_policy_is_given_back_as_it_was_written(iam: Any) -> None:  # noqa: ANN401
    iam.create_user(UserName="backup")
    iam.put_user_policy(UserName="backup", PolicyName="p", PolicyDocument=_LISTING)
    assert iam.list_user_policies(UserName="backup")["PolicyNames"] == ["p"]
    assert iam.get_user_policy(UserName="backup", PolicyName="p")["PolicyDocument"] == json.loads(_LISTING)
    with pytest.raises(ClientError, match="NoSuchEntity"):
        iam.get_user_policy(UserName="backup", PolicyName="other")
    with pytest.raises(ClientError, match="MalformedPolicyDocument"):
        iam.put_user_policy(UserName="backup", PolicyName="p", PolicyDocument="{}")


def test_a_managed_policy_counts_while_it_is_attached(
    iam: Any,  # noqa: ANN401
    account: PracticeAccount,
    aws: Client,
) -> None:
    account.create_bucket("office-backup")
    account.create_user("backup")
    s3 = aws("s3", account.create_user_key("backup"))
    arn = iam.create_policy(PolicyName="list", Path="/keyturn/", PolicyDocument=_LISTING)["Policy"]["Arn"]
    iam.attach_user_policy(UserName="backup", PolicyArn=arn)
    s3.list_objects_v2(Bucket="office-backup")
    assert iam.list_attached_user_policies(UserName="backup")["AttachedPolicies"][0]["PolicyArn"] == arn
    assert iam.list_entities_for_policy(PolicyArn=arn)["PolicyUsers"][0]["UserName"] == "backup"
    assert iam.get_policy_version(PolicyArn=arn, VersionId="v1")["PolicyVersion"]["Document"] == json.loads(_LISTING)
    with pytest.raises(ClientError, match="DeleteConflict"):
        iam.delete_policy(PolicyArn=arn)
    iam.detach_user_policy(UserName="backup", PolicyArn=arn)
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.list_objects_v2(Bucket="office-backup")
    iam.delete_policy(PolicyArn=arn)


def test_awss_own_policies_can_be_attached(iam: Any, account: PracticeAccount, aws: Client) -> None:  # noqa: ANN401
    account.create_bucket("office-backup")
    account.create_user("backup")
    iam.attach_user_policy(UserName="backup", PolicyArn="arn:aws:iam::aws:policy/AmazonS3FullAccess")
    aws("s3", account.create_user_key("backup")).list_buckets()
    with pytest.raises(ClientError, match="NoSuchEntity"):
        iam.attach_user_policy(UserName="backup", PolicyArn="arn:aws:iam::aws:policy/NoSuchPolicy")


def test_a_denial_names_user_action_and_resource(account: PracticeAccount, aws: Client) -> None:
    arn = account.create_user("backup", path="/keyturn/")
    iam = aws("iam", account.create_user_key("backup"))
    resource = f"arn:aws:iam::{account.account_id}:user/anna"
    expected = (
        f"User: {arn} is not authorized to perform: iam:CreateUser on resource: {resource} "
        "because no identity-based policy allows the iam:CreateUser action"
    )
    with pytest.raises(ClientError) as no:
        iam.create_user(UserName="anna")
    assert no.value.response["Error"]["Message"] == expected
    account.create_user("denied", policies={"no": _policy(action="*", effect="Deny")})
    with pytest.raises(ClientError, match="with an explicit deny in an identity-based policy"):
        aws("iam", account.create_user_key("denied")).list_users()


def test_everybody_may_ask_who_they_are(account: PracticeAccount, aws: Client) -> None:
    account.create_user("denied", policies={"no": _policy(action="*", effect="Deny")})
    said = aws("sts", account.create_user_key("denied")).get_caller_identity()
    assert said["Arn"].endswith(":user/denied")
    assert said["UserId"].startswith("AIDA")


def test_a_user_may_be_allowed_to_change_only_its_own_keys(account: PracticeAccount, aws: Client) -> None:
    own = f"arn:aws:iam::{account.account_id}:user/keyturn/${{aws:username}}"
    rights = {"own": _policy(action="iam:*AccessKey*", resource=own)}
    account.create_user("one", path="/keyturn/", policies=rights)
    account.create_user("other", path="/keyturn/", policies=rights)
    iam = aws("iam", account.create_user_key("one"))
    assert iam.create_access_key()["AccessKey"]["UserName"] == "one"
    assert len(iam.list_access_keys()["AccessKeyMetadata"]) == 2
    with pytest.raises(ClientError, match="AccessDenied"):
        iam.list_access_keys(UserName="other")


def test_what_the_practice_account_does_not_have_is_said_plainly(iam: Any) -> None:  # noqa: ANN401
    with pytest.raises(ClientError, match="InvalidAction"):
        iam.list_roles()
    assert iam.list_mfa_devices()["MFADevices"] == []
    with pytest.raises(ClientError, match="NoSuchEntity"):
        iam.get_login_profile()


def test_a_managed_policy_has_at_most_6144_characters_and_a_user_ten_of_them(iam: Any) -> None:  # noqa: ANN401
    iam.create_user(UserName="backup")
    with pytest.raises(ClientError, match="LimitExceeded"):
        iam.create_policy(PolicyName="long", PolicyDocument=_policy(action="*", resource=f"arn:aws:s3:::{'b' * 6144}"))
    for number in range(10):
        arn = iam.create_policy(PolicyName=f"p{number}", PolicyDocument=_LISTING)["Policy"]["Arn"]
        iam.attach_user_policy(UserName="backup", PolicyArn=arn)
    arn = iam.create_policy(PolicyName="one-more", PolicyDocument=_LISTING)["Policy"]["Arn"]
    with pytest.raises(ClientError, match="LimitExceeded"):
        iam.attach_user_policy(UserName="backup", PolicyArn=arn)


def test_tags_have_their_limits_too(iam: Any) -> None:  # noqa: ANN401
    fine = [{"Key": f"k{number}", "Value": "v" * 256} for number in range(50)]
    iam.create_user(UserName="backup", Tags=fine)
    for wrong in (
        [*fine, {"Key": "one-more", "Value": "v"}],
        [{"Key": "k", "Value": "v" * 257}],
        [{"Key": "k" * 129, "Value": "v"}],
        [{"Key": "k", "Value": "<b>"}],
    ):
        with pytest.raises(ClientError, match=r"LimitExceeded|ValidationError"):
            iam.create_user(UserName="other", Tags=wrong)
