"""The keeper's own key is renewed, and at every instant there is one that works; it may touch no other keeper."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import time
from itertools import count

import pytest

from keyturn.aws.session import Aws, AwsSettings
from keyturn.model.errors import AwsError, AwsFault, UsageError
from keyturn.model.keys import KeyPair, KeyStatus
from keyturn.reminders.renewal_run import run
from keyturn.reminders.renewal_turn import Did
from keyturn.rotation.context import Context
from keyturn.rotation.key_life import keepers
from keyturn.rotation.key_life.keeper_keys import KeeperLeft
from keyturn.rotation.key_life.keeper_renewal import expect_renewer, renew_keeper
from keyturn.rotation.signers.keeper_signer import key_of_keeper
from keyturn.rotation.signers.signer_choice import opened_signer
from keyturn.rotation.signers.who import Who
from keyturn.state import keeper as memory
from keyturn.state.keeper import Keeper, KeeperSchedule
from keyturn_practice import faults

from .colleague import Colleague, with_colleague
from .conftest import Office
from .test_interrupted import Countdown, Killed, fragile


@pytest.fixture
def colleague(office: Office) -> Colleague:
    return with_colleague(office)


def made(colleague: Colleague, *, itself: bool = True) -> Keeper:
    started = colleague.start()
    keeper = keepers.make(started, keepers.expect_maker(started.signer), renews_itself=itself)
    colleague.office.clock.advance(90 * 86_400)
    return keeper


def renew(colleague: Colleague, who: str, context: Context | None = None) -> Keeper:
    started = colleague.start(who)
    return renew_keeper(context or started, expect_renewer(started, started.signer))


def keys_of(office: Office, keeper: Keeper) -> dict[str, KeyStatus]:
    listed = (one for one in office.account.listed_keys() if one.owner_arn.endswith(f"/{keeper.user_name}"))
    return {one.access_key_id.value: one.status for one in listed}


def expect_whole(office: Office, before: Keeper) -> None:
    """The one key of the keeper is a new one, it works, and nothing of the old one is left."""
    now = memory.load(office.memory)
    assert now is not None
    assert now.key is not None
    assert before.key is not None
    assert list(keys_of(office, before)) == [now.key.value] != [before.key.value]
    assert office.account.accepts(office.kept(now.key))
    assert now.old_key is None
    kept = json.loads((office.memory / "secrets.json").read_text())
    assert [one for one in kept if one.startswith("AKIA")] == [now.key.value]


@pytest.mark.parametrize("who", ["keeper", "profile:admin"])
def test_killed_at_any_moment_a_keeper_works_and_the_same_command_goes_on(colleague: Colleague, who: str) -> None:
    office = colleague.office
    keeper = made(colleague)
    for nth in count(1, step=2):
        by = expect_renewer(colleague.start(who), colleague.start(who).signer)
        try:
            renew_keeper(fragile(office, Countdown(nth)), by)
        except Killed:
            assert 1 <= len(keys_of(office, keeper)) <= 2
            assert office.account.accepts(key_of_keeper(office.start())), nth
            renew(colleague, who)
        else:
            break
        expect_whole(office, keeper)
        office.clock.advance(86_400)
        keeper = memory.load(office.memory) or keeper
    assert nth > 7
    expect_whole(office, keeper)


def test_one_that_was_not_made_so_renews_itself_neither_here_nor_at_aws(colleague: Colleague) -> None:
    keeper = made(colleague, itself=False)
    with pytest.raises(UsageError) as refused:
        renew(colleague, "keeper")
    assert refused.value.code == "keeper.not-itself"
    assert denied(colleague, key_of_keeper(colleague.office.start()), "CreateAccessKey", keeper.user_name)
    renew(colleague, "profile:admin")
    expect_whole(colleague.office, keeper)


def denied(colleague: Colleague, pair: KeyPair, operation: str, user: str) -> bool:
    aws = Aws(AwsSettings(endpoint_url=colleague.office.url), lambda use: None)
    more = {"Tags": [{"Key": "keyturn:keeper-id", "Value": "mine"}]} if operation == "TagUser" else {}
    try:
        aws.ask(pair, "iam", operation, {"UserName": user, **more})
    except AwsError as error:
        return error.fault is AwsFault.DENIED
    return False


def test_it_may_change_its_own_key_and_no_other_keepers_and_nobodys_tag(colleague: Colleague) -> None:
    office = colleague.office
    keeper = made(colleague)
    pair = key_of_keeper(office.start())
    others = "keyturn-keeper-attic-00000000", "keyturn-keeper-attic-11111111"
    for user in others:
        office.account.create_user(user, path="/keyturn/")
    tag = {"UserName": others[0], "Tags": [{"Key": "keyturn:keeper-id", "Value": "another"}]}
    office.use(colleague.pair, "iam", "TagUser", tag)
    for user in others:
        assert denied(colleague, pair, "CreateAccessKey", user)
        assert denied(colleague, pair, "TagUser", user)
    assert denied(colleague, pair, "TagUser", keeper.user_name)
    assert denied(colleague, pair, "CreateAccessKey", "robot")
    assert not denied(colleague, pair, "CreateAccessKey", keeper.user_name)


def test_a_second_key_that_is_not_its_own_is_told_and_nothing_is_made(colleague: Colleague) -> None:
    office = colleague.office
    keeper = made(colleague)
    theirs = office.account.create_user_key(keeper.user_name)
    with pytest.raises(KeeperLeft):
        renew(colleague, "keeper")
    assert set(keys_of(office, keeper)) == {str(keeper.key), theirs.access_key_id.value}
    assert memory.load(office.memory) == keeper


def test_a_key_whose_answer_was_lost_is_removed_and_another_one_made(colleague: Colleague) -> None:
    office = colleague.office
    keeper = made(colleague)
    office.account.fail("iam:CreateAccessKey", faults.dropped_answer())
    renew(colleague, "keeper")
    expect_whole(office, keeper)


def test_removed_in_the_middle_of_it_nothing_of_it_is_left(colleague: Colleague) -> None:
    office = colleague.office
    keeper = made(colleague)
    for nth in count(1, step=2):
        by = expect_renewer(colleague.start("keeper"), colleague.start("keeper").signer)
        try:
            renew_keeper(fragile(office, Countdown(nth)), by)
        except Killed:
            if len(keys_of(office, keeper)) == 2:
                break
        else:
            raise AssertionError("there were never two keys")
    started = colleague.start()
    keepers.remove(started, keepers.expect_maker(started.signer))
    assert (keys_of(office, keeper), memory.load(office.memory)) == ({}, None)
    with pytest.raises(UsageError):
        opened_signer(office.start(), Who.parsed("keeper"), lambda device: "")


def test_a_schedule_is_followed_and_what_stands_in_the_way_is_kept(colleague: Colleague) -> None:
    office = colleague.office
    keeper = made(colleague)
    assert keeper.key is not None
    chosen = KeeperSchedule(keeper.key, 30, time(3, 0), "keeper")
    memory.save(office.memory, replace(keeper, schedule=chosen))
    theirs = office.account.create_user_key(keeper.user_name)
    (ran,) = run(office.start())
    assert (ran.did, ran.standing.state.value) == (Did.TROUBLE, "stopped")
    gone = {"UserName": keeper.user_name, "AccessKeyId": theirs.access_key_id.value}
    office.use(colleague.pair, "iam", "DeleteAccessKey", gone)
    (ran,) = run(office.start())
    assert (ran.did, ran.standing.state.value) == (Did.MADE, "scheduled")
    expect_whole(office, keeper)
    (ran,) = run(office.start())
    assert ran.did is Did.NOTHING
