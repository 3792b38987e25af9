"""The sweep's own account of whose is what: what is told of as lost, and what is not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from keyturn.model.keys import KeyPair
from keyturn_practice.account import PracticeAccount
from keyturn_practice.timeline import HandClock

from .whose import Whose

_KEEP = (
    '{"Version":"2012-10-17","Statement":{"Effect":"Deny","Principal":"*","Action":"s3:DeleteBucket",'
    '"Resource":"arn:aws:s3:::vault"}}'
)
_MADE_A_KEY = "<CreateAccessKeyResponse><CreateAccessKeyResult><AccessKey><AccessKeyId>{}</AccessKeyId>"


@pytest.fixture
def account() -> Iterator[PracticeAccount]:
    account = PracticeAccount(clock=HandClock())
    account.create_bucket("vault")
    account.create_user("anna", policies={"all": '{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'})
    yield account
    account.close()


@pytest.fixture
def old(account: PracticeAccount) -> KeyPair:
    return account.create_root_key(age_days=9)


@pytest.fixture
def whose(account: PracticeAccount, old: KeyPair) -> Whose:
    return Whose(account, old.access_key_id.value, HandClock())


def test_what_keyturn_did_to_others_is_told(account: PracticeAccount, whose: Whose) -> None:
    with whose.elsewhere():
        theirs = account.create_user_key("anna")
        account.administrator.set_bucket_policy("vault", _KEEP)
    assert list(whose.lost()) == []
    account.root_turn_off(theirs.access_key_id)
    account.administrator.give_policies("anna", {})
    account.administrator.set_bucket_policy("vault", None)
    assert list(whose.lost()) == [
        "a key that the rotation did not make was changed",
        "the user anna, which the rotation did not make, was changed",
        "the policy of the bucket vault was removed",
    ]
    account.administrator.delete_user("anna")
    assert "the user anna, which the rotation did not make, was removed" in list(whose.lost())


def test_a_user_made_again_under_its_name_does_not_stand_for_the_lost_one(
    account: PracticeAccount, whose: Whose
) -> None:
    account.administrator.delete_user("anna")
    account.create_user("anna")
    assert list(whose.lost()) == ["the user anna, which the rotation did not make, was removed"]


def test_what_others_take_away_themselves_is_not_lost(account: PracticeAccount, whose: Whose, old: KeyPair) -> None:
    with whose.elsewhere():
        account.administrator.delete_user("anna")
        account.root_turn_off(old.access_key_id)
    assert list(whose.lost()) == []
    assert set(whose.killed) == {old.access_key_id.value}
    with whose.elsewhere():
        account.root_turn_on(old.access_key_id)
    assert not whose.killed


def test_what_the_rotation_made_is_its_own_to_remove(account: PracticeAccount, whose: Whose, old: KeyPair) -> None:
    made = account.create_root_key()
    whose.hear(_MADE_A_KEY.format(made.access_key_id).encode())
    assert list(whose.left().keys) == [made.access_key_id.value]
    with whose.elsewhere():
        account.root_turn_off(made.access_key_id)
    account.root_delete(made.access_key_id)
    account.root_delete(old.access_key_id)
    assert list(whose.lost()) == []
    assert not whose.left().keys
