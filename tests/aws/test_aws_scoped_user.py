"""The IAM users that Keyturn makes, and the ones that it leaves alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyturn.aws.access_keys import create_key
from keyturn.aws.scoped_user import (
    COMPUTER_TAG,
    ROTATION_TAG,
    USER_PATH,
    create_user,
    delete_user,
    find_user,
    find_users,
    managed_policy,
    policy_tags,
    put_policy,
    remove_managed_policy,
    tag_value_from,
    user_name_from,
)
from keyturn.aws.session import Aws
from keyturn.model.errors import AwsError, AwsFault
from keyturn.model.keys import KeyPair
from keyturn.model.needs import BucketNeeds, PolicyDocument, policy_for
from keyturn_practice import faults
from keyturn_practice.account import DEFAULT_ACCOUNT, PracticeAccount

from .conftest import TAGS, ours


def _policy(buckets: int = 1) -> PolicyDocument:
    needs = [BucketNeeds(f"photos-backup-{number}") for number in range(buckets)]
    return policy_for(needs, partition="aws", account=DEFAULT_ACCOUNT, require_tls=False)


def test_a_user_is_made_once_however_often_it_is_asked_for(root: KeyPair, aws: Aws) -> None:
    first = create_user(aws, root, "backup-anna", TAGS, ours)
    assert first.arn == f"arn:aws:iam::{DEFAULT_ACCOUNT}:user{USER_PATH}backup-anna"
    assert first.user_id.startswith("AIDA")
    assert create_user(aws, root, "backup-anna", TAGS, ours) == first
    assert find_user(aws, root, "backup-anna") == first
    assert first.is_keyturns


def test_a_user_whose_making_was_not_answered_is_found_to_be_ours(
    account: PracticeAccount, root: KeyPair, talk: Callable[..., Aws]
) -> None:
    account.fail("iam:CreateUser", faults.dropped_answer())
    assert create_user(talk(attempts=2), root, "backup-anna", TAGS, ours).name == "backup-anna"
    assert account.user_names() == ("backup-anna",)


@pytest.mark.parametrize("path", ["/", USER_PATH])
def test_somebody_elses_user_of_the_same_name_is_left_alone(
    account: PracticeAccount, root: KeyPair, aws: Aws, path: str
) -> None:
    account.create_user("backup-anna", path=path, policies={"own": _policy().text()})
    account.create_user_key("backup-anna")
    before = account.administrator.inventory()
    with pytest.raises(AwsError) as caught:
        create_user(aws, root, "backup-anna", TAGS, ours)
    assert caught.value.fault is AwsFault.EXISTS
    found = find_user(aws, root, "backup-anna")
    assert found is not None and not found.is_keyturns
    assert find_users(aws, root, lambda user: True) == ()
    assert account.administrator.inventory() == before


def test_our_tags_alone_make_no_user_keyturns(root: KeyPair, aws: Aws) -> None:
    tags = [{"Key": key, "Value": value} for key, value in TAGS.items()]
    aws.ask(root, "iam", "CreateUser", {"UserName": "backup-anna", "Path": "/people/", "Tags": tags})
    found = find_user(aws, root, "backup-anna")
    assert found is not None and not found.is_keyturns
    assert find_users(aws, root, ours) == ()


def test_the_user_of_another_rotation_is_not_taken_over_whatever_else_is_the_same(root: KeyPair, aws: Aws) -> None:
    first = create_user(aws, root, "backup", {**TAGS, ROTATION_TAG: "the other computer's"}, lambda user: False)
    with pytest.raises(AwsError) as caught:
        create_user(aws, root, "backup", TAGS, ours)
    assert caught.value.fault is AwsFault.EXISTS
    assert find_user(aws, root, "backup") == first


def test_a_user_made_again_under_the_same_name_is_another_one(
    account: PracticeAccount, root: KeyPair, aws: Aws
) -> None:
    first = create_user(aws, root, "backup-anna", TAGS, ours)
    account.administrator.delete_user("backup-anna")
    account.create_user("backup-anna", path=USER_PATH)
    second = find_user(aws, root, "backup-anna")
    assert second is not None
    assert second.user_id != first.user_id


def test_the_policy_is_in_force_and_can_be_put_again(account: PracticeAccount, root: KeyPair, aws: Aws) -> None:
    account.create_bucket("photos-backup-0")
    user = create_user(aws, root, "backup-anna", TAGS, ours)
    put_policy(aws, root, user, _policy())
    put_policy(aws, root, user, _policy())
    new = create_key(aws, root, user.name).pair
    assert aws.ask(new, "s3", "ListObjectsV2", {"Bucket": "photos-backup-0"})["KeyCount"] == 0


def test_a_policy_that_is_too_long_is_refused_before_aws_is_asked(root: KeyPair, aws: Aws) -> None:
    user = create_user(aws, root, "backup-anna", TAGS, ours)
    before = len(aws.calls)
    with pytest.raises(AwsError) as caught:
        put_policy(aws, root, user, _policy(buckets=100))
    assert caught.value.fault is AwsFault.LIMIT
    assert "--only" in caught.value.message
    assert len(aws.calls) == before


def test_a_policy_too_long_for_a_user_is_attached_and_in_force(
    account: PracticeAccount, root: KeyPair, aws: Aws
) -> None:
    account.create_bucket("photos-backup-39")
    user = create_user(aws, root, "backup-anna", TAGS, ours)
    put_policy(aws, root, user, _policy(buckets=40))
    put_policy(aws, root, user, _policy(buckets=40))
    new = create_key(aws, root, user.name).pair
    assert aws.ask(new, "s3", "ListObjectsV2", {"Bucket": "photos-backup-39"})["KeyCount"] == 0
    (attached,) = aws.ask(root, "iam", "ListAttachedUserPolicies", {"UserName": user.name})["AttachedPolicies"]
    arn = attached["PolicyArn"]
    assert arn == f"arn:aws:iam::{DEFAULT_ACCOUNT}:policy/keyturn/keyturn-backup-backup-anna"
    about = aws.ask(root, "iam", "GetPolicy", {"PolicyArn": arn})["Policy"]
    assert {tag["Key"]: tag["Value"] for tag in about["Tags"]} == policy_tags(TAGS)


@pytest.mark.parametrize("action", ["CreatePolicy", "AttachUserPolicy", "DetachUserPolicy", "DeletePolicy"])
def test_no_managed_policy_is_left_after_any_lost_answer(
    account: PracticeAccount, root: KeyPair, talk: Callable[..., Aws], action: str
) -> None:
    aws = talk(attempts=2)
    user = create_user(aws, root, "backup-anna", TAGS, ours)
    account.fail(f"iam:{action}", faults.dropped_answer())
    put_policy(aws, root, user, _policy(buckets=40))
    remove_managed_policy(aws, root, managed_policy(user.arn), policy_tags(TAGS))
    delete_user(aws, root, user)
    assert aws.ask(root, "iam", "ListPolicies", {"Scope": "Local"})["Policies"] == []
    remove_managed_policy(aws, root, managed_policy(user.arn), policy_tags(TAGS))


def test_the_policy_of_a_user_that_somebody_deleted_is_removed_all_the_same(
    account: PracticeAccount, root: KeyPair, aws: Aws
) -> None:
    user = create_user(aws, root, "backup-anna", TAGS, ours)
    put_policy(aws, root, user, _policy(buckets=40))
    account.administrator.delete_user("backup-anna")
    remove_managed_policy(aws, root, managed_policy(user.arn), policy_tags(TAGS))
    assert aws.ask(root, "iam", "ListPolicies", {"Scope": "Local"})["Policies"] == []


def test_another_rotations_policy_of_that_name_is_neither_used_nor_removed(root: KeyPair, aws: Aws) -> None:
    user = create_user(aws, root, "backup-anna", TAGS, ours)
    put_policy(aws, root, user, _policy(buckets=40))
    theirs = {**TAGS, ROTATION_TAG: "the other computer's"}
    with pytest.raises(AwsError) as caught:
        put_policy(aws, root, replace(user, tags=theirs), _policy(buckets=40))
    assert caught.value.fault is AwsFault.EXISTS
    remove_managed_policy(aws, root, managed_policy(user.arn), policy_tags(theirs))
    assert len(aws.ask(root, "iam", "ListPolicies", {"Scope": "Local"})["Policies"]) == 1


def test_another_policy_of_that_name_is_left_alone(root: KeyPair, aws: Aws) -> None:
    user = create_user(aws, root, "backup-anna", TAGS, ours)
    put_policy(aws, root, user, _policy(buckets=40))
    with pytest.raises(AwsError) as caught:
        put_policy(aws, root, user, _policy(buckets=41))
    assert caught.value.fault is AwsFault.EXISTS


def test_deleting_takes_policies_along_and_can_be_repeated(account: PracticeAccount, root: KeyPair, aws: Aws) -> None:
    user = create_user(aws, root, "backup-anna", TAGS, ours)
    put_policy(aws, root, user, _policy())
    delete_user(aws, root, user)
    assert account.user_names() == ()
    delete_user(aws, root, user)


def test_a_user_with_a_key_is_not_deleted(account: PracticeAccount, root: KeyPair, aws: Aws) -> None:
    user = create_user(aws, root, "backup-anna", TAGS, ours)
    added = create_key(aws, root, user.name).pair
    with pytest.raises(AwsError) as caught:
        delete_user(aws, root, user)
    assert caught.value.fault is AwsFault.CONFLICT
    assert account.accepts(added)


def test_a_policy_that_somebody_else_gave_it_is_not_deleted(account: PracticeAccount, root: KeyPair, aws: Aws) -> None:
    user = create_user(aws, root, "backup-anna", TAGS, ours)
    put_policy(aws, root, user, _policy())
    theirs = {"UserName": user.name, "PolicyName": "theirs", "PolicyDocument": _policy().text()}
    aws.ask(root, "iam", "PutUserPolicy", theirs)
    with pytest.raises(AwsError) as caught:
        delete_user(aws, root, user)
    assert caught.value.fault is AwsFault.CONFLICT
    assert aws.ask(root, "iam", "ListUserPolicies", {"UserName": user.name})["PolicyNames"] == ["theirs"]


@pytest.mark.parametrize("action", ["DeleteUserPolicy", "DeleteUser"])
def test_deleting_comes_to_its_end_after_any_lost_answer(
    account: PracticeAccount, root: KeyPair, talk: Callable[..., Aws], action: str
) -> None:
    aws = talk(attempts=2)
    user = create_user(aws, root, "backup-anna", TAGS, ours)
    put_policy(aws, root, user, _policy())
    account.fail(f"iam:{action}", faults.dropped_answer())
    delete_user(aws, root, user)
    assert account.user_names() == ()


def test_only_our_users_are_found(account: PracticeAccount, root: KeyPair, aws: Aws) -> None:
    account.create_user("somebody")
    account.create_user("without-tag", path=USER_PATH)
    made = {create_user(aws, root, name, {COMPUTER_TAG: name}, ours).name for name in ("desk", "laptop")}
    assert {user.name for user in find_users(aws, root, lambda user: True)} == made


@given(st.text())
def test_every_computers_name_becomes_a_name_that_iam_allows(text: str) -> None:
    name = user_name_from(text)
    assert 1 <= len(name) <= 64
    assert name.isascii()
    assert all(letter.isalnum() or letter in "_+=,.@-" for letter in name)


@given(st.text())
def test_every_text_becomes_a_tag_that_iam_allows(text: str) -> None:
    value = tag_value_from(text)
    assert len(value) <= 256
    assert tag_value_from(value) == value
    assert not {"#", "&", "(", "\n", "€"} & set(value)


def test_a_computer_with_an_odd_name_finds_its_user_again(root: KeyPair, aws: Aws) -> None:
    tags = {**TAGS, COMPUTER_TAG: "Zoë’s <Mac>"}
    assert create_user(aws, root, "backup-zoe", tags, ours) == create_user(aws, root, "backup-zoe", tags, ours)
