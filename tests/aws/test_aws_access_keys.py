"""The access keys of root or of a user: listed, made, turned off and on, deleted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from keyturn.aws.access_keys import create_key, delete_key, last_use, list_keys, set_status
from keyturn.aws.identity import whose
from keyturn.aws.session import Aws, AwsSettings
from keyturn.model.errors import AwsError, AwsFault
from keyturn.model.keys import AccessKeyId, KeyPair, KeyStatus
from keyturn_practice import faults
from keyturn_practice.account import PracticeAccount
from keyturn_practice.timeline import HandClock, Lag


def test_roots_keys_are_listed_without_a_user_name(account: PracticeAccount, root: KeyPair, aws: Aws) -> None:
    second = account.create_root_key()
    account.root_turn_off(second.access_key_id)
    listed = {one.access_key_id: one for one in list_keys(aws, root, None)}
    assert listed[root.access_key_id].status is KeyStatus.ACTIVE
    assert listed[second.access_key_id].status is KeyStatus.INACTIVE
    created = listed[root.access_key_id].created
    assert created is not None
    assert created.tzinfo is UTC
    assert timedelta(days=9 * 365 - 1) < datetime.now(UTC) - created < timedelta(days=9 * 365 + 1)


def test_the_last_use_can_be_read_before_our_own_first_use_shadows_it() -> None:
    clock = HandClock()
    account = PracticeAccount(clock=clock, lag=Lag(last_use=900))
    with account.serving() as url:
        aws = Aws(AwsSettings(endpoint_url=url), lambda _: None)
        root = account.create_root_key()
        assert last_use(aws, root, root.access_key_id).date is None
        clock.advance(3600)
        whose(aws, root)
        clock.advance(3600)
        ours = last_use(aws, root, root.access_key_id)
        assert ours.date == clock.now().replace(microsecond=0) - timedelta(hours=1)
        assert ours.service == "sts"
        aws.close()


def test_a_last_use_that_is_refused_is_unknown_and_not_never(account: PracticeAccount, root: KeyPair, aws: Aws) -> None:
    account.create_user("anna")
    with pytest.raises(AwsError) as caught:
        last_use(aws, account.create_user_key("anna"), root.access_key_id)
    assert caught.value.fault is AwsFault.DENIED


def test_a_new_key_works_and_hides_its_secret(account: PracticeAccount, root: KeyPair, aws: Aws) -> None:
    made = create_key(aws, root, None)
    assert account.accepts(made.pair, "sts")
    assert made.created is not None
    assert made.pair.secret.reveal() not in repr(made)


def test_a_third_key_is_refused_with_a_sentence_about_the_two(
    account: PracticeAccount, root: KeyPair, aws: Aws
) -> None:
    account.create_root_key()
    with pytest.raises(AwsError) as caught:
        create_key(aws, root, None)
    assert caught.value.fault is AwsFault.LIMIT
    assert not caught.value.outcome_unknown
    assert "two access keys" in caught.value.title


def test_a_key_is_turned_off_and_on_by_another_key_of_its_owner(
    account: PracticeAccount, root: KeyPair, aws: Aws
) -> None:
    new = create_key(aws, root, None).pair
    set_status(aws, new, root.access_key_id, active=False, user_name=None)
    assert not account.accepts(root, "sts")
    set_status(aws, new, root.access_key_id, active=True, user_name=None)
    assert account.accepts(root, "sts")


def test_deleting_a_key_that_is_gone_is_done_already(account: PracticeAccount, root: KeyPair, aws: Aws) -> None:
    account.create_user("anna")
    key = account.create_user_key("anna").access_key_id
    delete_key(aws, root, key, user_name="anna")
    delete_key(aws, root, key, user_name="anna")
    delete_key(aws, root, AccessKeyId("AKIAMADEUPSAMPLE0001"), user_name=None)
    assert [known.access_key_id for known in account.listed_keys()] == [root.access_key_id]


def test_deleting_is_sent_again_after_a_lost_answer(
    account: PracticeAccount, root: KeyPair, talk: Callable[..., Aws]
) -> None:
    account.create_user("anna")
    key = account.create_user_key("anna").access_key_id
    account.fail("iam:DeleteAccessKey", faults.dropped_answer())
    delete_key(talk(attempts=2), root, key, user_name="anna")
    assert len(account.listed_keys()) == 1


def test_another_key_than_asked_for_is_never_touched(account: PracticeAccount, root: KeyPair, aws: Aws) -> None:
    account.create_user("anna")
    key = account.create_user_key("anna").access_key_id
    with pytest.raises(AwsError) as caught:
        set_status(aws, root, key, active=False, user_name=None)
    assert caught.value.fault is AwsFault.NOT_FOUND
