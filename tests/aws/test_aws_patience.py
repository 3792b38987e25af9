"""While a change spreads a bad answer may follow a good one, so of what is new no refusal is believed at once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from keyturn.aws.access_keys import create_key, delete_key, list_keys, set_status
from keyturn.aws.identity import whose
from keyturn.aws.proof import ProofRequest, S3Target, prove_all
from keyturn.aws.scoped_user import COMPUTER_TAG, create_user, delete_user, find_user, put_policy
from keyturn.aws.session import Aws, AwsSettings
from keyturn.model.errors import AwsError, AwsFault
from keyturn.model.keys import KeyPair
from keyturn.model.needs import BucketNeeds, policy_for
from keyturn_practice import faults
from keyturn_practice.account import DEFAULT_ACCOUNT, PracticeAccount
from keyturn_practice.timeline import HandClock, Lag

_UNKNOWN = faults.refused(403, "InvalidClientTokenId")
_TEN_MINUTES = 600.0


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def slow() -> Lag:
    return Lag()


@pytest.fixture
def account(clock: HandClock, slow: Lag) -> Iterator[PracticeAccount]:
    account = PracticeAccount(clock=clock, lag=slow)
    with account.serving():
        yield account


@pytest.fixture
def aws(account: PracticeAccount, clock: HandClock) -> Iterator[Aws]:
    settings = AwsSettings(endpoint_url=account.url, attempts=1)
    aws = Aws(settings, lambda _: None, now=clock.now, sleep=clock.sleep)
    yield aws
    aws.close()


def test_a_new_keys_refusal_is_asked_again_and_an_old_keys_is_believed(
    account: PracticeAccount, root: KeyPair, aws: Aws
) -> None:
    new = create_key(aws, root, None).pair
    for pair, accepted in ((new, True), (root, False)):
        account.faults.clear()
        account.fail("iam:ListAccessKeys", _UNKNOWN, times=3)
        if accepted:
            assert len(list_keys(aws, pair, None)) == 2
        else:
            with pytest.raises(AwsError) as caught:
                list_keys(aws, pair, None)
            assert caught.value.fault is AwsFault.UNKNOWN_KEY
    asked = account.log.actions()
    assert asked.count("iam:ListAccessKeys") == 4 + 1


def test_after_half_a_minute_a_refusal_is_believed(
    account: PracticeAccount, root: KeyPair, aws: Aws, clock: HandClock
) -> None:
    new = create_key(aws, root, None).pair
    rule = account.fail("iam:*", _UNKNOWN, times=99)
    with pytest.raises(AwsError):
        list_keys(aws, new, None)
    assert (clock.monotonic(), rule.met) == (30, 11)


def test_after_ten_minutes_a_key_is_new_no_more(
    account: PracticeAccount, root: KeyPair, aws: Aws, clock: HandClock
) -> None:
    new = create_key(aws, root, None).pair
    clock.advance(_TEN_MINUTES)
    rule = account.fail("iam:*", _UNKNOWN, times=99)
    with pytest.raises(AwsError):
        list_keys(aws, new, None)
    assert rule.met == 1


@pytest.mark.parametrize("fault", [faults.refused(403, "SignatureDoesNotMatch"), faults.portal(), faults.reset()])
def test_other_trouble_of_a_new_key_is_no_reason_to_ask_again(
    account: PracticeAccount, root: KeyPair, aws: Aws, fault: faults.Fault
) -> None:
    new = create_key(aws, root, None).pair
    rule = account.fail("iam:*", fault, times=99)
    with pytest.raises(AwsError):
        list_keys(aws, new, None)
    assert rule.met == 1


def test_a_key_turned_on_again_is_new_and_one_turned_off_is_not(
    account: PracticeAccount, root: KeyPair, aws: Aws
) -> None:
    second = create_key(aws, root, None).pair
    set_status(aws, second, root.access_key_id, active=False, user_name=None)
    set_status(aws, second, root.access_key_id, active=True, user_name=None)
    account.fail("sts:*", _UNKNOWN, times=2)
    assert whose(aws, root)
    set_status(aws, second, root.access_key_id, active=False, user_name=None)
    seen = len(account.records)
    with pytest.raises(AwsError):
        whose(aws, root)
    assert len(account.records) - seen == 1


def test_a_proof_climbs_over_single_bad_answers_on_every_rung(
    account: PracticeAccount, root: KeyPair, aws: Aws
) -> None:
    account.create_bucket("photos-backup")
    account.put_object("photos-backup", "one.jpg", b"a picture")
    user = create_user(aws, root, "backup", {COMPUTER_TAG: "laptop"}, lambda user: False)
    policy = policy_for([BucketNeeds("photos-backup")], partition="aws", account=DEFAULT_ACCOUNT, require_tls=False)
    put_policy(aws, root, user, policy)
    new = create_key(aws, root, user.name).pair
    before = account.trace_of("photos-backup")
    for action, code in (
        ("sts:*", "InvalidClientTokenId"),
        ("s3:ListBucket", "InvalidAccessKeyId"),
        ("s3:GetObject", "AccessDenied"),
        ("s3:PutObject", "AccessDenied"),
        ("s3:AbortMultipartUpload", "InvalidAccessKeyId"),
    ):
        account.fail(action, faults.refused(403, code), times=2)
    target = S3Target("photos-backup", "", "us-east-1", DEFAULT_ACCOUNT)
    (results,) = prove_all(aws, [ProofRequest(new, target)])
    assert [(result.check, result.ok) for result in results] == [
        ("identity", True),
        ("list", True),
        ("read", True),
        ("write", True),
    ]
    assert account.trace_of("photos-backup") == before


@pytest.mark.parametrize("slow", [Lag(user=12)])
def test_a_user_made_a_moment_ago_gets_its_policy_and_its_key(root: KeyPair, aws: Aws, clock: HandClock) -> None:
    user = create_user(aws, root, "backup", {COMPUTER_TAG: "laptop"}, lambda user: False)
    policy = policy_for([BucketNeeds("photos-backup")], partition="aws", account=DEFAULT_ACCOUNT, require_tls=False)
    put_policy(aws, root, user, policy)
    assert create_key(aws, root, user.name).pair
    assert clock.monotonic() == 12


def _key_deleted(aws: Aws, root: KeyPair) -> None:
    (key,) = list_keys(aws, root, "backup")
    delete_key(aws, root, key.access_key_id, user_name="backup")


@pytest.mark.parametrize("slow", [Lag(user=12)])
def test_what_was_made_a_moment_ago_is_not_taken_for_deleted_already(
    account: PracticeAccount, root: KeyPair, aws: Aws
) -> None:
    user = create_user(aws, root, "backup", {COMPUTER_TAG: "laptop"}, lambda user: False)
    create_key(aws, root, "backup")
    account.fail("iam:DeleteAccessKey", faults.refused(404, "NoSuchEntity"))
    account.fail("iam:DeleteUser", faults.refused(404, "NoSuchEntity"))
    _key_deleted(aws, root)
    delete_user(aws, root, user)
    assert account.user_names() == ()
    assert [key.access_key_id for key in account.listed_keys()] == [root.access_key_id]


def test_whether_a_name_is_taken_is_answered_at_once(root: KeyPair, aws: Aws, clock: HandClock) -> None:
    assert find_user(aws, root, "nobody") is None
    assert clock.monotonic() == 0
