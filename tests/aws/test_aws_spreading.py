"""A change counts when it has spread: three answers in a row over five seconds, at every place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from keyturn.aws.access_keys import create_key, set_status
from keyturn.aws.identity import whose
from keyturn.aws.proof import S3Target, Spread, wait_until_accepted, wait_until_known, wait_until_refused
from keyturn.aws.scoped_user import COMPUTER_TAG, create_user, put_policy
from keyturn.aws.session import Aws, AwsSettings
from keyturn.model.errors import AwsError, AwsFault
from keyturn.model.keys import KeyPair, Secret
from keyturn.model.needs import BucketNeeds, policy_for
from keyturn_practice import faults
from keyturn_practice.account import DEFAULT_ACCOUNT, PracticeAccount
from keyturn_practice.timeline import AS_AT_AWS, AT_ONCE, HandClock, Lag


@dataclass
class Scene:
    """An account where changes spread as slowly as asked for, by a clock that only waiting moves."""

    account: PracticeAccount
    clock: HandClock
    aws: Aws
    root: KeyPair
    targets: list[S3Target]

    def new_key(self) -> KeyPair:
        user = create_user(self.aws, self.root, "backup", {COMPUTER_TAG: "laptop"}, lambda user: False)
        needs = [BucketNeeds(target.bucket) for target in self.targets]
        policy = policy_for(needs, partition="aws", account=DEFAULT_ACCOUNT, require_tls=False)
        put_policy(self.aws, self.root, user, policy)
        return create_key(self.aws, self.root, user.name).pair


@pytest.fixture
def scene() -> Iterator[Callable[[Lag], Scene]]:
    begun: list[Scene] = []

    def begin(lag: Lag) -> Scene:
        clock = HandClock()
        account = PracticeAccount(clock=clock, lag=lag)
        settings = AwsSettings(endpoint_url=account.start(), attempts=1)
        aws = Aws(settings, lambda _: None, now=clock.now, sleep=clock.sleep)
        targets = []
        for name in ("music-backup", "photos-backup"):
            account.create_bucket(name)
            targets.append(S3Target(name, "", "us-east-1", DEFAULT_ACCOUNT))
        root = account.create_root_key(age_days=3000)
        begun.append(Scene(account, clock, aws, root, targets))
        return begun[-1]

    yield begin
    for one in begun:
        one.aws.close()
        one.account.stop()
        one.account.close()


Begin = Callable[[Lag], Scene]


def test_a_key_that_works_at_once_takes_five_seconds_and_three_questions_at_each_place(scene: Begin) -> None:
    here = scene(AT_ONCE)
    new = here.new_key()
    before, began = len(here.aws.calls), here.clock.monotonic()
    wait_until_accepted(here.aws, new, here.targets, here.clock)
    assert here.clock.monotonic() - began == pytest.approx(5.0)
    asked = [(service, operation) for service, operation, _ in here.aws.calls[before:]]
    assert asked.count(("sts", "GetCallerIdentity")) == 3
    assert asked.count(("s3", "ListObjectsV2")) == 3 * len(here.targets)
    assert len(asked) == 9


def test_a_key_that_spreads_as_slowly_and_unevenly_as_at_aws_is_waited_for(scene: Begin) -> None:
    here = scene(AS_AT_AWS)
    new = here.new_key()
    began = here.clock.monotonic()
    progress: list[Spread] = []
    wait_until_accepted(here.aws, new, here.targets, here.clock, progress=progress.append)
    assert here.account.accepts(new, "s3")
    assert here.account.accepts(new, "sts")
    # Accepted by S3 after nine seconds, then five more.
    assert 14 <= here.clock.monotonic() - began <= 18
    assert progress[-1].done == progress[-1].places == 3
    assert [one.done for one in progress] == sorted(one.done for one in progress)


def test_a_good_answer_before_a_bad_one_does_not_count(scene: Begin) -> None:
    here = scene(AT_ONCE)
    new = here.new_key()
    here.account.fail("s3:ListBucket", faults.refused(403, "InvalidAccessKeyId"), nth=5)
    wait_until_accepted(here.aws, new, here.targets, here.clock)
    lists = [one for one in here.account.records if one.action == "s3:ListBucket" and one.key == new.access_key_id]
    refused = next(one for one in lists if one.status == 403)
    after = [one.at for one in lists if one.resource == refused.resource and one.at > refused.at]
    assert len(after) == 3
    assert (after[-1] - after[0]).total_seconds() >= 5


def test_a_wrong_secret_is_not_waited_for(scene: Begin) -> None:
    here = scene(AT_ONCE)
    new = KeyPair(here.new_key().access_key_id, Secret("w" * 40))
    with pytest.raises(AwsError) as caught:
        wait_until_accepted(here.aws, new, here.targets, here.clock)
    assert caught.value.fault is AwsFault.WRONG_SECRET
    assert here.clock.monotonic() == 0


@pytest.mark.parametrize("fault", [faults.portal(), faults.broken_server(), faults.refused(403, "OptInRequired")])
def test_other_trouble_is_not_waited_for(scene: Begin, fault: faults.Fault) -> None:
    here = scene(AT_ONCE)
    new = here.new_key()
    here.account.fail("s3:ListBucket", fault)
    with pytest.raises(AwsError) as caught:
        wait_until_accepted(here.aws, new, here.targets, here.clock)
    assert caught.value.fault not in {AwsFault.UNKNOWN_KEY, AwsFault.DENIED}
    assert here.clock.monotonic() == 0


@pytest.mark.parametrize(("lag", "fault"), [(Lag(new=600), AwsFault.UNKNOWN_KEY), (Lag(policy=600), AwsFault.DENIED)])
def test_after_two_minutes_it_is_given_up_and_an_unknown_key_may_be_waited_for_later(
    scene: Begin, lag: Lag, fault: AwsFault
) -> None:
    here = scene(lag)
    new = here.new_key()
    progress: list[Spread] = []
    with pytest.raises(AwsError) as caught:
        wait_until_accepted(here.aws, new, here.targets, here.clock, progress=progress.append)
    assert caught.value.fault is fault
    assert caught.value.waits is (fault is AwsFault.UNKNOWN_KEY)
    assert 120 <= here.clock.monotonic() <= 124
    assert len(here.account.listed_keys()) == 2
    assert [one.slow for one in progress] == [one.seconds >= 15 for one in progress]


def test_the_pauses_grow_to_three_seconds(scene: Begin) -> None:
    here = scene(Lag(new=600))
    new = here.new_key()
    progress: list[Spread] = []
    with pytest.raises(AwsError):
        wait_until_accepted(here.aws, new, [], here.clock, progress=progress.append)
    moments = [round(one.seconds) for one in progress[:8]]
    assert moments == [0, 1, 2, 4, 6, 9, 12, 15]


def test_waiting_can_be_stopped_between_questions(scene: Begin) -> None:
    here = scene(Lag(new=600))
    new = here.new_key()
    looked = 0

    def stop_at_the_third_look() -> None:
        nonlocal looked
        looked += 1
        if looked == 3:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        wait_until_accepted(here.aws, new, here.targets, here.clock, stop_if_cancelled=stop_at_the_third_look)


def test_an_old_key_is_off_when_sts_refused_it_three_times_in_a_row(scene: Begin) -> None:
    here = scene(AS_AT_AWS)
    set_status(here.aws, here.root, here.root.access_key_id, active=False, user_name=None)
    began = here.clock.monotonic()
    wait_until_refused(here.aws, here.root, here.clock)
    assert not here.account.accepts(here.root, "sts")
    assert 9 <= here.clock.monotonic() - began <= 15
    last = [one.status for one in here.account.records][-3:]
    assert last == [403, 403, 403]


def test_refusals_count_only_in_a_row(scene: Begin) -> None:
    here = scene(AT_ONCE)
    for nth in (1, 4):
        here.account.fail("sts:*", faults.refused(403, "InvalidClientTokenId"), nth=nth, times=nth - 1 or 2)
    wait_until_refused(here.aws, here.root, here.clock)
    assert [one.status for one in here.account.records] == [403, 403, 200, 403, 403, 403]


def test_a_key_that_does_not_go_off_is_said_to_be_on(scene: Begin) -> None:
    here = scene(AT_ONCE)
    with pytest.raises(AwsError) as caught:
        wait_until_refused(here.aws, here.root, here.clock, timeout=30)
    assert caught.value.fault is AwsFault.CONFLICT
    assert "still accepts" in caught.value.title
    assert here.clock.monotonic() == pytest.approx(30)


@pytest.mark.parametrize(
    "fault", [faults.portal(), faults.broken_server(), faults.refused(403, "SignatureDoesNotMatch")]
)
def test_what_is_no_refusal_of_the_key_never_counts_as_one(scene: Begin, fault: faults.Fault) -> None:
    here = scene(AT_ONCE)
    here.account.root_turn_off(here.root.access_key_id)
    here.account.fail("sts:*", fault, nth=2)
    with pytest.raises(AwsError) as caught:
        wait_until_refused(here.aws, here.root, here.clock)
    assert caught.value.fault not in {AwsFault.UNKNOWN_KEY, AwsFault.DENIED}


def test_a_key_turned_on_again_is_waited_for(scene: Begin) -> None:
    here = scene(AS_AT_AWS)
    here.account.root_turn_off(here.root.access_key_id)
    here.clock.advance(60)
    with pytest.raises(AwsError):
        whose(here.aws, here.root)
    here.account.root_turn_on(here.root.access_key_id)
    wait_until_known(here.aws, here.root, here.targets, here.clock)
    assert whose(here.aws, here.root)
    here.account.root_turn_off(here.root.access_key_id)
    here.clock.advance(60)
    with pytest.raises(AwsError) as caught:
        wait_until_known(here.aws, here.root, here.targets, here.clock)
    assert caught.value.fault is AwsFault.UNKNOWN_KEY
    assert "new" not in caught.value.message


def test_s3_may_learn_later_than_sts_that_a_key_is_on_again_and_is_waited_for(scene: Begin) -> None:
    here = scene(Lag(new=8.0, off=4.0, flap=2.0, more={"s3": 20.0}))
    here.account.root_turn_off(here.root.access_key_id)
    here.clock.advance(60)
    here.account.root_turn_on(here.root.access_key_id)
    progress: list[Spread] = []
    wait_until_known(here.aws, here.root, here.targets, here.clock, progress=progress.append)
    assert here.account.accepts(here.root, "s3")
    assert progress[-1].places == 1 + len(here.targets)


@pytest.mark.parametrize("code", ["AccessDenied", "NoSuchBucket"])
def test_a_bucket_that_refuses_a_key_turned_on_again_knows_the_key(scene: Begin, code: str) -> None:
    here = scene(AT_ONCE)
    here.account.fail("s3:ListBucket", faults.refused(403 if code == "AccessDenied" else 404, code), times=100)
    wait_until_known(here.aws, here.root, here.targets, here.clock)
    assert here.clock.monotonic() == pytest.approx(5.0)
