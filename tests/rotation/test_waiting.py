"""A refusal ends a rotation within seconds; a key that AWS is slow to accept is kept, and the rotation carried on."""

from __future__ import annotations

from pathlib import Path

import pytest

from keyturn.model.keys import KeyStatus
from keyturn.rotation import labels, rotation_service
from keyturn.rotation.carrying_out.standing import standing
from keyturn.rotation.finding import situation
from keyturn.rotation.steps import Ending, Result, Route, State, Step
from keyturn_practice import faults
from keyturn_practice.timeline import Lag

from .conftest import USUAL_LAG, Office, opened_office

_SECONDS = 20.0  # by the clock that only waiting moves: a user that was made takes some to be seen and removed


def expect_nothing_left(office: Office, result: Result) -> None:
    assert (result.ending, result.state) == (Ending.PUT_BACK, State.UNDONE), str(result.problem)
    assert office.account.user_names() == ()
    assert [one.access_key_id for one in office.account.listed_keys()] == [office.old.access_key_id]
    assert office.pairs_in_files() == {office.old.access_key_id.value}


@pytest.mark.parametrize("action", ["CreateUser", "PutUserPolicy", "CreateAccessKey"])
def test_what_an_organisation_denies_ends_within_seconds(tmp_path: Path, action: str) -> None:
    with opened_office(tmp_path, switches={"organisation_denies": frozenset({f"iam:{action}"})}) as office:
        plan = office.plan(Route.SCOPED_USER)
        began = office.clock.monotonic()
        result = rotation_service.rotate(office.start(), plan)
        assert office.clock.monotonic() - began < _SECONDS
        expect_nothing_left(office, result)
        assert result.problem is not None
        assert "organisation" in result.problem.title


@pytest.mark.parametrize(
    "refusal",
    [(409, "LimitExceeded"), (400, "ValidationError"), (400, "SomethingNewAtAws"), (403, "AccessDenied")],
)
@pytest.mark.parametrize("action", ["iam:CreateUser", "iam:CreateAccessKey"])
def test_whatever_aws_refuses_at_create_ends_within_seconds(
    office: Office, action: str, refusal: tuple[int, str]
) -> None:
    plan = office.plan(Route.SCOPED_USER)
    rule = office.account.fail(action, faults.refused(*refusal))
    began = office.clock.monotonic()
    result = rotation_service.rotate(office.start(), plan)
    assert office.clock.monotonic() - began < _SECONDS
    assert rule.met == 1
    expect_nothing_left(office, result)


def test_a_user_that_was_refused_is_not_looked_for_at_all(office: Office) -> None:
    plan = office.plan(Route.SCOPED_USER)
    office.account.fail("iam:CreateUser", faults.refused(409, "LimitExceeded"))
    began = office.clock.monotonic()
    expect_nothing_left(office, rotation_service.rotate(office.start(), plan))
    assert office.clock.monotonic() == began


@pytest.mark.parametrize("name", ["Müllers Rechner", "", "x" * 65, "a/b", "tab\there"])
def test_a_name_that_iam_does_not_take_is_said_in_the_plan(office: Office, name: str) -> None:
    (gate,) = [one for one in office.plan(Route.SCOPED_USER, user_name=name).closed if one.code == "user.name"]
    assert "--user-name" in gate.reason


def test_every_letter_that_iam_takes_may_stand_in_a_name(office: Office) -> None:
    name = "Aa0_+=,.@-"
    assert not office.plan(Route.SCOPED_USER, user_name=name).closed
    assert office.rotate(Route.SCOPED_USER, user_name=name).ending is Ending.WAITING
    assert office.account.user_names() == (name,)


@pytest.mark.parametrize("route", [Route.SCOPED_USER, Route.NEW_ROOT_KEY])
def test_a_key_that_aws_is_slow_to_accept_is_kept_and_the_rotation_carried_on(tmp_path: Path, route: Route) -> None:
    with opened_office(tmp_path, lag=Lag(new=200, off=4, policy=6)) as office:
        kept = office.rotate(route)
        assert (kept.ending, kept.state, kept.step) == (Ending.WAITING, State.WAITING, Step.PROVE)
        assert [one.item for one in kept.awaiting] == ["acceptance"]
        assert kept.problem is not None
        assert "keyturn continue" in kept.problem.message
        assert kept.new_access_key_id is not None
        assert office.status_of(kept.new_access_key_id) is KeyStatus.ACTIVE
        assert office.kept(kept.new_access_key_id)
        assert office.pairs_in_files() == {office.old.access_key_id.value}
        carried_on = rotation_service.carry_on(office.start(), None)
        assert (carried_on.ending, carried_on.step) == (Ending.WAITING, Step.WATCH), str(carried_on.problem)
        assert carried_on.new_access_key_id == kept.new_access_key_id
        assert office.pairs_in_files() == {str(kept.new_access_key_id)}


def test_a_rotation_that_waits_for_acceptance_says_so_and_can_be_undone(tmp_path: Path) -> None:
    with opened_office(tmp_path, lag=Lag(new=200, off=4, policy=6)) as office:
        office.rotate(Route.SCOPED_USER)
        (rotation,) = office.rotations()
        stands = standing(office.start(), rotation)
        assert (stands.state, stands.step) == (State.WAITING, Step.PROVE)
        for said in (labels.standing(rotation, stands), situation.of_rotation(rotation, stands).title):
            assert "accept" in said
        result = rotation_service.undo(office.start(), None)
        assert result.ending is Ending.DONE, str(result.problem)
        assert office.account.user_names() == ()
        assert office.pairs_in_files() == {office.old.access_key_id.value}


def test_a_right_that_is_missing_for_two_minutes_puts_everything_back(tmp_path: Path) -> None:
    with opened_office(tmp_path, lag=Lag(new=8, off=4, policy=10_000)) as office:
        result = office.rotate(Route.SCOPED_USER)
        expect_nothing_left(office, result)
        assert result.problem is not None
        assert "keyturn continue" not in str(result.problem)


def test_a_retired_key_has_no_new_one_in_place(office: Office) -> None:
    office.forget_programs()
    office.write(
        "Downloads/rootkey.csv",
        f"AWSAccessKeyId={office.old.access_key_id}\nAWSSecretKey={office.old.secret.reveal()}\n",
    )
    watching = office.rotate(Route.RETIRE)
    (rotation,) = office.rotations()
    assert watching.step is Step.WATCH
    for said in (labels.standing(rotation, watching), situation.of_rotation(rotation, watching).title):
        assert "new key" not in said


def test_the_usual_lag_is_waited_for(office: Office) -> None:
    assert USUAL_LAG.new > 0
    assert office.rotate(Route.SCOPED_USER).step is Step.WATCH
