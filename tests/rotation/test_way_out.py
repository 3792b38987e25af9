"""The whole way of each route, from the old key to its deletion."""

from __future__ import annotations

from keyturn.model.keys import KeyStatus
from keyturn.rotation import rotation_service
from keyturn.rotation.advice import Advice
from keyturn.rotation.cancelling import CancelToken
from keyturn.rotation.carrying_out.verifying import verify
from keyturn.rotation.steps import By, Ending, Route, State, Step
from keyturn_practice import faults

from .conftest import Office


def test_rotate_goes_up_to_watch_and_both_keys_work(office: Office) -> None:
    result = office.rotate(Route.SCOPED_USER)

    assert (result.ending, result.state, result.step) == (Ending.WAITING, State.WAITING, Step.WATCH)
    assert result.new_access_key_id is not None
    new = office.kept(result.new_access_key_id)
    assert office.pairs_in_files() == {new.access_key_id.value}
    assert office.account.accepts(new)
    assert office.account.accepts(office.old)


def test_a_scoped_user_way_ends_with_the_old_key_deleted_by_its_owner(office: Office) -> None:
    result = office.rotate(Route.SCOPED_USER)
    key = office.old.access_key_id
    assert result.new_access_key_id is not None

    waiting = rotation_service.turn_off(office.start(), None)
    assert waiting.ending is Ending.WAITING
    assert [one.item for one in waiting.awaiting] == ["turn-off"]
    assert office.account.accepts(office.old)

    office.account.root_turn_off(key)
    office.clock.advance(10)
    off = rotation_service.turn_off(office.start(), None)
    assert (off.ending, off.step, off.problem) == (Ending.DONE, Step.DELETE, None)

    asked = rotation_service.delete(office.start(), None, key.last4)
    assert asked.ending is Ending.WAITING
    office.account.root_delete(key)
    done = rotation_service.tick(office.start(), None, "delete", office.old.access_key_id.last4)

    assert (done.ending, done.state) == (Ending.DONE, State.DONE)
    assert office.secrets.get(key) is None
    assert office.account.accepts(office.kept(result.new_access_key_id))


def test_a_new_root_key_turns_the_old_one_off_and_deletes_it(office: Office) -> None:
    result = office.rotate(Route.NEW_ROOT_KEY)
    assert result.new_access_key_id is not None
    off = rotation_service.turn_off(office.start(), None, By.KEY)
    assert (off.ending, off.problem) == (Ending.DONE, None)
    assert office.status_of(office.old.access_key_id) is KeyStatus.INACTIVE

    on = rotation_service.turn_on(office.start(), None)
    assert on.ending is Ending.DONE
    assert office.account.accepts(office.old)
    assert on.step is Step.WATCH

    assert rotation_service.turn_off(office.start(), None, By.KEY).ending is Ending.DONE
    done = rotation_service.delete(office.start(), None, office.old.access_key_id.last4)

    assert (done.ending, done.state) == (Ending.DONE, State.DONE)
    assert [one.access_key_id for one in office.account.listed_keys()] == [result.new_access_key_id]


def test_an_iam_users_key_is_renewed_by_itself(office: Office) -> None:
    office.use_key_of_user("backup", age_days=400)
    result = office.rotate()
    assert result.new_access_key_id is not None
    assert rotation_service.turn_off(office.start(), None).ending is Ending.DONE
    assert rotation_service.delete(office.start(), None, office.old.access_key_id.last4).state is State.DONE
    assert office.account.accepts(office.kept(result.new_access_key_id))
    assert office.status_of(office.old.access_key_id) is None


def test_a_key_that_nothing_uses_is_retired(office: Office) -> None:
    office.forget_programs()
    office.write(
        "Downloads/rootkey.csv",
        f"AWSAccessKeyId={office.old.access_key_id}\r\nAWSSecretKey={office.old.secret.reveal()}\r\n",
    )
    plan = office.plan()
    assert plan.route is Route.RETIRE
    result = rotation_service.rotate(office.start(), plan)
    assert (result.ending, result.step, result.new_access_key_id) == (Ending.WAITING, Step.WATCH, None)
    office.account.root_turn_off(office.old.access_key_id)
    office.clock.advance(10)
    assert rotation_service.turn_off(office.start(), None).ending is Ending.DONE
    office.account.root_delete(office.old.access_key_id)
    done = rotation_service.tick(office.start(), None, "delete", office.old.access_key_id.last4)
    assert done.state is State.DONE
    assert done.leftovers == (office.home / "Downloads" / "rootkey.csv",)


def test_nothing_is_left_in_any_bucket(office: Office) -> None:
    before = {bucket: office.account.trace_of(bucket) for bucket in office.account.buckets}
    office.rotate(Route.SCOPED_USER)
    office.account.root_turn_off(office.old.access_key_id)
    office.clock.advance(10)
    rotation_service.turn_off(office.start(), None)
    assert {bucket: office.account.trace_of(bucket) for bucket in office.account.buckets} == before


def test_create_access_key_is_sent_once(office: Office) -> None:
    office.rotate(Route.SCOPED_USER)
    sent = [record for record in office.account.records if record.action == "iam:CreateAccessKey"]
    assert len(sent) == 1


def test_after_the_switch_the_old_key_signs_only_what_its_step_needs(office: Office) -> None:
    office.rotate(Route.SCOPED_USER)
    seen = len(office.account.records)
    rotation_service.carry_on(office.start(), None)
    office.account.root_turn_off(office.old.access_key_id)
    office.clock.advance(10)
    rotation_service.turn_off(office.start(), None)
    signed = {r.action for r in office.account.records[seen:] if r.key == office.old.access_key_id}
    others = {"iam:ListUsers", "iam:GetUser"}  # whether another computer says in a tag that it needs the old key
    assert signed <= {"iam:GetAccessKeyLastUsed", "sts:GetCallerIdentity", *others}


def test_the_gates_hold_until_their_days_have_passed(office: Office) -> None:
    office.rotate(Route.NEW_ROOT_KEY, watch_days=3.0, off_days=7.0)
    early = rotation_service.turn_off(office.start(), None, By.KEY)
    assert early.ending is Ending.WAITING
    assert [one.item for one in early.awaiting] == ["watch"]
    assert office.account.accepts(office.old)

    office.clock.advance(3 * 86_400 + 60)
    assert rotation_service.turn_off(office.start(), None, By.KEY).ending is Ending.DONE
    too_early = rotation_service.delete(office.start(), None, office.old.access_key_id.last4)
    assert too_early.ending is Ending.WAITING
    assert [one.item for one in too_early.awaiting] == ["off-days"]

    office.clock.advance(7 * 86_400 + 60)
    assert rotation_service.delete(office.start(), None, office.old.access_key_id.last4).state is State.DONE


def test_a_use_by_somebody_else_after_the_switch_keeps_the_old_key_on(office: Office) -> None:
    office.rotate(Route.NEW_ROOT_KEY)
    office.clock.advance(3600)
    office.ask("s3", "ListObjectsV2", {"Bucket": "family-archive"}, "eu-central-1")
    held = rotation_service.turn_off(office.start(), None, By.KEY)
    assert held.ending is Ending.WAITING
    assert held.problem is not None
    assert "s3" in held.problem.message
    assert office.account.accepts(office.old)


def test_keyturns_own_requests_are_not_taken_for_somebody_elses(office: Office) -> None:
    office.rotate(Route.SCOPED_USER)
    for _round in range(3):
        office.clock.advance(3600)
        result = rotation_service.carry_on(office.start(), None)
        assert (result.ending, result.problem) == (Ending.WAITING, None)


def test_a_key_turned_off_in_the_console_meanwhile_is_noticed(office: Office) -> None:
    office.rotate(Route.SCOPED_USER)
    office.account.root_turn_off(office.old.access_key_id)
    office.clock.advance(10)
    result = rotation_service.carry_on(office.start(), None)
    assert (result.ending, result.step) == (Ending.DONE, Step.DELETE)


def test_the_new_key_of_a_scoped_user_is_known_to_be_young(office: Office) -> None:
    result = office.rotate(Route.SCOPED_USER)
    assert result.new_access_key_id is not None
    found = office.found(result.new_access_key_id)
    assert found.key.created is not None
    assert found.advice is Advice.OK


def test_who_stops_the_waiting_for_the_console_has_broken_nothing(office: Office) -> None:
    office.rotate(Route.SCOPED_USER)
    token = CancelToken()
    token.ask()
    result = rotation_service.turn_off(office.start(cancel=token), None, By.CONSOLE, wait=60)
    assert (result.ending, result.state, result.step) == (Ending.WAITING, State.WAITING, Step.WATCH)


def test_who_watches_hears_of_each_destination_and_the_journal_keeps_what_was_proved(office: Office) -> None:
    office.rotate(Route.SCOPED_USER)
    (rotation,) = office.rotations()
    identities = {one.place.identity for one in rotation.decision.destinations}

    told = {step: {one for event in office.events if event.step is step for one in event.places} for step in Step}
    assert told[Step.SWITCH] == told[Step.PROVE_AGAIN] == identities

    proved = rotation.proved(Step.PROVE_AGAIN)
    assert {one.place for one in proved} == identities
    assert {one.bucket for one in proved} == {"family-archive", "office-backup"}
    assert all(("list", True) in one.checks for one in proved)
    assert rotation.proved(Step.PROVE_OFF) == ()


def test_verify_bears_with_a_key_that_aws_has_not_heard_of_everywhere(office: Office) -> None:
    office.rotate(Route.SCOPED_USER)
    for _start in range(2):
        office.account.fail("sts:*", faults.refused(403, "InvalidClientTokenId"))
        office.account.fail("s3:ListBucket", faults.refused(403, "InvalidAccessKeyId"), nth=2)
        _survey, proofs = verify(office.start())
        assert [one.ok for one in proofs] == [True, True], [one.first_failure for one in proofs]


def test_verify_does_not_bear_with_an_old_key(office: Office) -> None:
    office.account.fail("sts:*", faults.refused(403, "InvalidClientTokenId"), times=100)
    began = office.clock.monotonic()
    _survey, proofs = verify(office.start())
    assert [one.ok for one in proofs] == [False, False]
    assert office.clock.monotonic() == began


def test_more_buckets_than_fit_a_user_get_a_managed_policy_and_undo_removes_it(office: Office) -> None:
    names = [f"a-bucket-of-the-family-whose-name-is-as-long-as-names-may-be-{number:02}" for number in range(9)]
    for name in names:
        office.account.create_bucket(name, region=office.region)
    config = office.home / ".config/rclone/rclone.conf"
    config.write_text(config.read_text() + "".join(f"[{one}]\ntype = alias\nremote = oma:{one}\n" for one in names))
    plan = office.plan(Route.SCOPED_USER)
    assert plan.policy is not None and plan.policy.is_managed
    assert {"CreatePolicy", "AttachUserPolicy"} <= {call.action for call in plan.calls}

    rotated = rotation_service.rotate(office.start(), plan)
    assert (rotated.ending, rotated.problem) == (Ending.WAITING, None), str(rotated.problem)
    assert rotation_service.undo(office.start(), None).ending is Ending.DONE

    actions = office.account.log.actions()
    assert "iam:PutUserPolicy" not in actions
    assert {"iam:DetachUserPolicy", "iam:DeletePolicy", "iam:DeleteUser"} <= set(actions)
    assert office.account.user_names() == ()
