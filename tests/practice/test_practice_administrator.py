"""Somebody with all rights at work in the console of the practice account, beside the one who is tested."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from keyturn.model.keys import KeyPair
from keyturn_practice.account import PracticeAccount

Client = Callable[..., Any]
_LISTING = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:ListBucket","Resource":"*"}}'
_NOBODY = (
    '{"Version":"2012-10-17","Statement":{"Effect":"Deny","Principal":"*","Action":"s3:ListBucket",'
    '"Resource":"arn:aws:s3:::vault"}}'
)


@pytest.fixture
def backup(account: PracticeAccount) -> KeyPair:
    account.create_bucket("vault")
    account.create_user("backup", policies={"listing": _LISTING})
    return account.create_user_key("backup", age_days=3)


def test_a_deleted_user_takes_its_keys_and_policies_with_it(
    account: PracticeAccount, backup: KeyPair, aws: Client
) -> None:
    aws("s3", backup).list_objects_v2(Bucket="vault")
    account.administrator.delete_user("backup")
    assert account.user_names() == ()
    assert account.status_of(backup.access_key_id) is None
    with pytest.raises(ClientError, match="InvalidAccessKeyId"):
        aws("s3", backup).list_objects_v2(Bucket="vault")


def test_a_user_without_policies_reaches_nothing(account: PracticeAccount, backup: KeyPair, aws: Client) -> None:
    account.administrator.give_policies("backup", {})
    aws("sts", backup).get_caller_identity()
    with pytest.raises(ClientError, match="AccessDenied"):
        aws("s3", backup).list_objects_v2(Bucket="vault")


def test_a_bucket_policy_comes_and_goes(account: PracticeAccount, root: KeyPair, backup: KeyPair, aws: Client) -> None:
    account.administrator.set_bucket_policy("vault", _NOBODY)
    assert aws("s3", root).get_bucket_policy(Bucket="vault")["Policy"] == _NOBODY
    with pytest.raises(ClientError, match="AccessDenied"):
        aws("s3", backup).list_objects_v2(Bucket="vault")
    account.administrator.set_bucket_policy("vault", None)
    aws("s3", backup).list_objects_v2(Bucket="vault")


def test_an_inventory_shows_what_was_lost(account: PracticeAccount, root: KeyPair, backup: KeyPair) -> None:
    before = account.administrator.inventory()
    assert before.keys[root.access_key_id.value] == ("Active", account.account_id)
    ((unique, user),) = before.users.items()
    assert (user.name, user.policies) == ("backup", (("listing", _LISTING),))
    assert before.keys[backup.access_key_id.value] == ("Active", unique)
    account.root_turn_off(root.access_key_id)
    account.administrator.give_policies("backup", {})
    after = account.administrator.inventory()
    assert after.keys[root.access_key_id.value] == ("Inactive", account.account_id)
    assert after.users == {unique: replace(user, policies=())}


def test_a_user_made_again_under_its_name_is_another_one(account: PracticeAccount, backup: KeyPair) -> None:
    before = account.administrator.inventory()
    account.administrator.delete_user("backup")
    account.create_user("backup")
    after = account.administrator.inventory()
    assert not before.users.keys() & after.users.keys()
