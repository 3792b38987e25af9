"""Turning a root key off: in the console, by a second root key, or by itself; and what `watch` sees before it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import pytest

from keyturn.model.keys import AccessKeyId, KeyStatus
from keyturn.rotation import rotation_service
from keyturn.rotation.cancelling import CancelToken
from keyturn.rotation.carrying_out import turning_off
from keyturn.rotation.context import Event, Moment
from keyturn.rotation.steps import By, Ending, Result, Route, State, Step
from keyturn_practice import faults
from keyturn_practice.account import PracticeAccount
from keyturn_practice.timeline import Lag

from .conftest import Office, opened_office

FRANKFURT = "eu-central-1"


@dataclass
class Person:
    """Somebody with the console open, who acts when Keyturn has looked in vain so many times."""

    acts: Callable[[], None]
    patience: int = 3
    looks: int = 0
    steps: list[Step] = field(default_factory=list)

    def __call__(self, event: Event) -> None:
        self.steps.append(event.step)
        if event.step in {Step.TURN_OFF, Step.TURN_ON} and event.moment is Moment.WAITING:
            self.looks += 1
            if self.looks == self.patience:
                self.acts()


def turned_off_by_itself(office: Office) -> Result:
    office.rotate(Route.SCOPED_USER)
    result = rotation_service.turn_off(office.start(), None, By.KEY)
    assert (result.ending, result.step, result.problem) == (Ending.DONE, Step.DELETE, None), str(result.problem)
    return result


def signed_with_the_old_key(office: Office, since: int) -> list[str]:
    return [record.action for record in office.account.log.signed_with(office.old.access_key_id, after=since)]


# ── In the console ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_keyturn_waits_for_the_person_sees_the_key_die_and_proves_all_destinations_again(office: Office) -> None:
    office.rotate(Route.SCOPED_USER)
    person = Person(lambda: office.account.root_turn_off(office.old.access_key_id))
    seen = len(office.account.records)
    result = rotation_service.turn_off(office.start(progress=person), None, wait=600)
    assert (result.ending, result.step, result.problem) == (Ending.DONE, Step.DELETE, None)
    assert not office.account.accepts(office.old, "sts")
    assert office.rotations()[0].off_by is By.CONSOLE
    after = office.account.records[seen:]
    refusals = [number for number, one in enumerate(after) if one.key == office.old.access_key_id and one.status == 403]
    assert len(refusals) >= 3
    assert {one.result for one in after[refusals[0] :] if one.key == office.old.access_key_id} == {
        "InvalidClientTokenId"
    }
    proved = {one.resource.partition("/")[0] for one in after[refusals[-1] :] if one.action == "s3:PutObject"}
    assert proved == {"family-archive", "office-backup"}


def test_a_key_that_goes_off_between_two_questions_is_seen_off(new_office: Callable[[], Office]) -> None:
    for question in count(1):
        office = new_office()
        office.rotate(Route.SCOPED_USER)
        rule = office.account.faults.add(
            faults.Rule(
                faults.refused(403, "InvalidClientTokenId"),
                key_id=office.old.access_key_id.value,
                nth=question,
                times=1000,
            )
        )
        result = rotation_service.turn_off(office.start(), None, wait=0)
        if not rule.met:
            break
        assert (result.ending, result.step, result.problem) == (Ending.DONE, Step.DELETE, None), question
    assert question > 2


def test_it_waits_no_longer_than_it_was_told_and_turns_nothing_off_itself(office: Office) -> None:
    office.rotate(Route.SCOPED_USER)
    began = office.clock.monotonic()
    result = rotation_service.turn_off(office.start(), None, wait=60)
    assert 60 <= office.clock.monotonic() - began <= 70
    assert (result.ending, [one.item for one in result.awaiting]) == (Ending.WAITING, ["turn-off"])
    assert "iam:UpdateAccessKey" not in office.account.log.actions()
    assert office.account.accepts(office.old)


def test_waiting_for_the_person_can_be_stopped(office: Office) -> None:
    office.rotate(Route.SCOPED_USER)
    token = CancelToken()
    result = rotation_service.turn_off(office.start(progress=Person(token.ask), cancel=token), None, wait=600)
    assert result.problem is not None
    assert result.problem.code == "cancelled"
    assert rotation_service.carry_on(office.start(), None).ending is Ending.WAITING


def test_saying_that_it_is_off_does_not_make_it_so(office: Office) -> None:
    office.rotate(Route.SCOPED_USER)
    said = rotation_service.tick(office.start(), None, "turn-off")
    assert (said.ending, office.rotations()[0].off_at) == (Ending.WAITING, None)


@pytest.mark.parametrize("act", [PracticeAccount.root_turn_off, PracticeAccount.root_delete])
@pytest.mark.parametrize("seconds", [0, 10])
def test_what_the_person_did_in_the_console_instead_is_noticed(
    office: Office, act: Callable[[PracticeAccount, AccessKeyId], None], seconds: float
) -> None:
    office.rotate(Route.NEW_ROOT_KEY)
    act(office.account, office.old.access_key_id)
    office.clock.advance(seconds)
    result = rotation_service.carry_on(office.start(), None)
    assert (result.ending, result.step, result.problem) == (Ending.DONE, Step.DELETE, None)
    assert rotation_service.delete(office.start(), None, office.old.access_key_id.last4).state is State.DONE


# ── By a second root key ─────────────────────────────────────────────────────────────────────────────────────────────


def test_a_second_root_key_turns_the_first_off_and_on_again(office: Office) -> None:
    rotated = office.rotate(Route.NEW_ROOT_KEY)
    assert rotated.new_access_key_id is not None
    asked = [one.key for one in office.account.records if one.action == "iam:ListUsers"]
    assert asked[-1] == rotated.new_access_key_id  # what other computers say of the old key, which rests
    seen = len(office.account.records)
    assert rotation_service.turn_off(office.start(), None, By.KEY).ending is Ending.DONE
    assert set(signed_with_the_old_key(office, seen)) == {"sts:GetCallerIdentity"}
    assert rotation_service.turn_on(office.start(), None).ending is Ending.DONE
    changes = [one for one in office.account.records[seen:] if one.action == "iam:UpdateAccessKey"]
    assert {one.key for one in changes} == {rotated.new_access_key_id}
    # STS and S3 learn of it by themselves, so both are asked.
    assert set(signed_with_the_old_key(office, seen)) == {"sts:GetCallerIdentity", "s3:ListBucket"}
    assert office.account.accepts(office.old)


def test_only_where_no_key_of_ours_could_turn_it_on_is_it_called_one_way(office: Office, tmp_path: Path) -> None:
    by_route = {}
    for route in (Route.SCOPED_USER, Route.NEW_ROOT_KEY):
        decision = office.plan(route).decision
        assert decision is not None
        by_route[route] = [turning_off.is_one_way(decision, by) for by in (By.KEY, By.CONSOLE)]
        assert turning_off.default_way(decision) is By.CONSOLE
    assert by_route == {Route.SCOPED_USER: [True, False], Route.NEW_ROOT_KEY: [False, False]}


# ── By itself ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_after_a_root_key_turned_itself_off_going_back_begins_in_the_console(office: Office) -> None:
    turned_off_by_itself(office)
    for back in (rotation_service.undo, rotation_service.turn_on):
        blocked = back(office.start(), None)
        assert blocked.ending is Ending.WAITING
        (item,) = blocked.awaiting
        assert item.item == "turn-on"
        assert "console.aws.amazon.com" in item.steps[0]
        assert "Activate" in item.steps[-1]
        assert any("`keyturn turn-on " in note and "--as WHO" in note for note in item.notes)
        # Another key may do it as well, so the reason names no place.
        assert "console" not in str(blocked.problem)
        assert office.pairs_in_files() != {office.old.access_key_id.value}


def test_once_the_person_turned_it_on_everything_goes_back(office: Office) -> None:
    turned_off_by_itself(office)
    assert rotation_service.undo(office.start(), None).ending is Ending.WAITING
    office.account.root_turn_on(office.old.access_key_id)
    office.clock.advance(10)
    back = rotation_service.undo(office.start(), None)
    assert (back.ending, back.state) == (Ending.DONE, State.UNDONE), str(back.problem)
    assert office.pairs_in_files() == {office.old.access_key_id.value}


def test_keyturn_waits_while_the_person_turns_it_on_and_the_rotation_goes_on(office: Office) -> None:
    turned_off_by_itself(office)
    person = Person(lambda: office.account.root_turn_on(office.old.access_key_id))
    on = rotation_service.turn_on(office.start(progress=person), None, wait=600)
    assert (on.ending, on.step) == (Ending.DONE, Step.WATCH)
    carried = rotation_service.carry_on(office.start(), None)
    assert (carried.ending, carried.step, carried.problem) == (Ending.WAITING, Step.WATCH, None)
    assert rotation_service.turn_off(office.start(), None, By.KEY).ending is Ending.DONE


@pytest.mark.parametrize("fault", [faults.dropped_answer(), faults.torn_answer(), faults.broken_after()])
def test_a_key_that_turned_itself_off_without_an_answer_is_seen_to_be_off(office: Office, fault: faults.Fault) -> None:
    office.rotate(Route.SCOPED_USER)
    office.account.fail("iam:UpdateAccessKey", fault, times=9)
    result = rotation_service.turn_off(office.start(), None, By.KEY)
    if result.ending is not Ending.DONE:
        office.clock.advance(60)
        result = rotation_service.carry_on(office.start(), None)
    assert (result.ending, result.step) == (Ending.DONE, Step.DELETE), str(result.problem)
    assert office.status_of(office.old.access_key_id) is KeyStatus.INACTIVE


@pytest.mark.parametrize("by", [By.KEY, By.CONSOLE])
def test_in_govcloud_a_root_key_is_left_on_and_the_way_out_is_named(tmp_path: Path, by: By) -> None:
    with opened_office(tmp_path, partition="aws-us-gov") as office:
        plan = office.plan(Route.SCOPED_USER)
        steps = [step for one in plan.by_hand for step in one.steps]
        assert not [step for step in steps if "console.aws" in step]
        assert any("--route new-root-key" in step for step in steps)
        office.rotate_as_before(Route.SCOPED_USER)
        result = rotation_service.turn_off(office.start(), None, by, wait=60)
        assert result.ending is Ending.STOPPED
        assert result.problem is not None
        assert result.problem.code == "turn-off.no-way-back"
        assert "new-root-key" in result.problem.message
        assert office.account.accepts(office.old)


def test_in_govcloud_a_second_root_key_turns_the_first_off(tmp_path: Path) -> None:
    with opened_office(tmp_path, partition="aws-us-gov") as office:
        office.rotate(Route.NEW_ROOT_KEY)
        assert rotation_service.turn_off(office.start(), None, By.KEY).ending is Ending.DONE
        assert rotation_service.turn_on(office.start(), None).ending is Ending.DONE
        # And unless somebody says how: there is no console to wait for.
        assert rotation_service.turn_off(office.start(), None).ending is Ending.DONE


# ── Watching ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_looking_with_another_key_of_the_owner_never_uses_the_old_one(office: Office) -> None:
    office.rotate(Route.NEW_ROOT_KEY)
    seen = len(office.account.records)
    for _day in range(3):
        office.clock.advance(86_400)
        assert rotation_service.carry_on(office.start(), None).problem is None
    assert signed_with_the_old_key(office, seen) == []


def test_a_use_by_somebody_else_between_two_looks_is_seen_however_often_keyturn_looks(office: Office) -> None:
    office.rotate(Route.NEW_ROOT_KEY)
    for _hour in range(3):
        office.clock.advance(3600)
        rotation_service.carry_on(office.start(), None)
    office.ask("s3", "ListObjectsV2", {"Bucket": "family-archive"}, FRANKFURT)
    for _hour in range(3):
        office.clock.advance(3600)
        held = rotation_service.carry_on(office.start(), None)
        assert held.problem is not None
        assert "at s3 on" in held.problem.message


@pytest.mark.parametrize("delay", [0, 900, 4 * 3600])
def test_keyturns_own_looks_with_the_old_key_are_never_taken_for_somebody_elses(tmp_path: Path, delay: float) -> None:
    with opened_office(tmp_path, lag=Lag(last_use=delay)) as office:
        office.rotate(Route.SCOPED_USER)
        for _round in range(8):
            office.clock.advance(2000)
            looked = rotation_service.carry_on(office.start(), None)
            assert (looked.ending, looked.problem) == (Ending.WAITING, None)


def test_a_use_by_somebody_else_is_remembered_after_our_own_look_shadows_it_at_aws(tmp_path: Path) -> None:
    with opened_office(tmp_path, lag=Lag(last_use=900)) as office:
        office.rotate(Route.SCOPED_USER)
        office.clock.advance(7200)
        office.ask("s3", "ListObjectsV2", {"Bucket": "family-archive"}, FRANKFURT)
        for _round in range(4):
            office.clock.advance(1000)
            held = rotation_service.carry_on(office.start(), None)
            assert held.problem is not None
            assert "at s3 on" in held.problem.message
        assert rotation_service.turn_off(office.start(), None, By.KEY).ending is Ending.WAITING
        assert office.account.accepts(office.old)


def test_a_last_use_that_aws_does_not_tell_is_looked_up_by_the_person(office: Office) -> None:
    keys_but_not_their_use = (
        '{"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"},'
        ' {"Effect": "Deny", "Action": ["iam:GetAccessKeyLastUsed"], "Resource": "*"}]}'
    )
    office.account.create_user("backup", policies={"some": keys_but_not_their_use})
    office.old = office.account.create_user_key("backup", age_days=400)
    office.write_programs()
    office.rotate(Route.SAME_USER)
    held = rotation_service.turn_off(office.start(), None, By.KEY)
    assert held.ending is Ending.WAITING
    assert held.problem is not None
    assert "when" in held.problem.message
    assert held.awaiting[0].item == "last-use"
    assert held.awaiting[0].steps
    rotation_service.tick(office.start(), None, "last-use")
    assert rotation_service.turn_off(office.start(), None, By.KEY).ending is Ending.DONE


# ── What was done in the console since ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("route", [Route.SCOPED_USER, Route.NEW_ROOT_KEY])
def test_a_key_turned_on_in_the_console_while_it_waits_to_be_deleted_is_noticed(office: Office, route: Route) -> None:
    office.rotate(route)
    assert rotation_service.turn_off(office.start(), None, By.KEY).step is Step.DELETE
    assert rotation_service.carry_on(office.start(), None).step is Step.DELETE
    office.account.root_turn_on(office.old.access_key_id)
    office.clock.advance(60)
    result = rotation_service.carry_on(office.start(), None)
    assert (result.ending, result.step, result.problem) == (Ending.WAITING, Step.WATCH, None), str(result.problem)
    assert office.rotations()[0].off_at is None


def test_a_key_that_somebody_turned_on_again_is_not_deleted(office: Office) -> None:
    office.rotate(Route.NEW_ROOT_KEY)
    assert rotation_service.turn_off(office.start(), None, By.KEY).step is Step.DELETE
    office.account.root_turn_on(office.old.access_key_id)
    office.clock.advance(60)
    result = rotation_service.delete(office.start(), None, office.old.access_key_id.last4)
    assert result.ending is Ending.WAITING
    assert "still on" in str(result.problem)
    assert office.account.accepts(office.old)


def test_who_turned_it_off_is_told_right_also_after_an_interruption(office: Office) -> None:
    office.rotate(Route.SCOPED_USER)

    def cut(event: Event) -> None:
        if (event.step, event.moment) == (Step.TURN_OFF, Moment.STARTED):
            office.account.fail("sts:*", faults.reset(), times=1000)

    assert rotation_service.turn_off(office.start(progress=cut), None, By.KEY).ending is Ending.STOPPED
    office.account.faults.clear()
    office.clock.advance(60)
    assert rotation_service.carry_on(office.start(), None).step is Step.DELETE
    assert office.rotations()[0].off_by is By.KEY
    office.account.root_turn_on(office.old.access_key_id)
    office.clock.advance(60)
    assert rotation_service.carry_on(office.start(), None).step is Step.WATCH
    office.account.root_turn_off(office.old.access_key_id)
    office.clock.advance(60)
    assert rotation_service.carry_on(office.start(), None).step is Step.DELETE
    assert office.rotations()[0].off_by is By.CONSOLE
