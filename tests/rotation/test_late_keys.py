"""A new key that AWS does not accept is late, or off, or gone: IAM tells which, and only a late one is waited for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from keyturn.model.keys import AccessKeyId
from keyturn.rotation import rotation_service
from keyturn.rotation.context import Event, Moment
from keyturn.rotation.steps import Ending, Route, State, Step
from keyturn_practice import faults

from .conftest import Office
from .test_always_a_way_back import JOURNAL, SECRETS, copied_at, held_ids, put_back
from .test_ours_is_ours import items, others

Act = Callable[[Office, AccessKeyId], None]


def delete_user(office: Office, _new: AccessKeyId) -> None:
    office.account.administrator.delete_user("backup-home")


def delete_key(office: Office, new: AccessKeyId) -> None:
    office.account.root_delete(new)


def turn_off(office: Office, new: AccessKeyId) -> None:
    office.account.root_turn_off(new)


def when_it_is_to_be_proved(office: Office, act: Act) -> Callable[[Event], None]:
    def meddle(event: Event) -> None:
        if (event.step, event.moment) == (Step.PROVE, Moment.STARTED):
            act(office, others(office)[0])

    return meddle


@pytest.mark.parametrize(
    ("route", "act"),
    [(Route.SCOPED_USER, delete_key), (Route.SCOPED_USER, delete_user), (Route.NEW_ROOT_KEY, delete_key)],
)
def test_a_new_key_that_somebody_deleted_before_it_was_in_use_ends_the_rotation_where_it_began(
    office: Office, route: Route, act: Act
) -> None:
    plan = office.plan(route)
    result = rotation_service.rotate(office.start(progress=when_it_is_to_be_proved(office, act)), plan)

    assert (result.ending, result.state) == (Ending.PUT_BACK, State.UNDONE), str(result.problem)
    assert "is gone" in str(result.problem)
    assert held_ids(office) == {office.old.access_key_id.value}
    assert (others(office), office.account.user_names()) == ([], ())


@pytest.mark.parametrize("route", [Route.SCOPED_USER, Route.NEW_ROOT_KEY])
def test_a_new_key_that_somebody_turned_off_is_named_and_carried_on_with_once_it_is_on(
    office: Office, route: Route
) -> None:
    plan = office.plan(route)
    result = rotation_service.rotate(office.start(progress=when_it_is_to_be_proved(office, turn_off)), plan)
    (new,) = others(office)

    assert (result.ending, result.step) == (Ending.WAITING, Step.PROVE)
    assert f"{new.masked} is inactive" in str(result.problem)
    office.account.root_turn_on(new)
    office.clock.advance(60)
    assert rotation_service.carry_on(office.start(), None).step is Step.WATCH


def test_a_memory_from_before_an_undo_does_not_wait_for_the_key_that_was_removed(
    office: Office, tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    rotation_service.rotate(office.start(progress=copied_at(office, Step.PROVE, copy)), office.plan(Route.NEW_ROOT_KEY))
    assert rotation_service.undo(office.start(), None).state is State.UNDONE
    office.clock.advance(3600)
    put_back(office, copy, JOURNAL + SECRETS)

    result = rotation_service.carry_on(office.start(), None)

    assert (result.ending, result.state) == (Ending.PUT_BACK, State.UNDONE), str(result.problem)
    assert held_ids(office) == {office.old.access_key_id.value}


# ── Keys that nothing says Keyturn made ──────────────────────────────────────────────────────────────────────────────


def test_a_key_that_the_memory_does_not_know_of_is_left_alone_and_named(office: Office, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    office.account.fail("iam:CreateAccessKey", faults.dropped_answer())
    plan = office.plan(Route.NEW_ROOT_KEY)
    stopped = rotation_service.rotate(office.start(progress=copied_at(office, Step.CREATE, copy)), plan)
    (orphan,) = others(office)
    assert f"remove-{orphan.last4}" in items(stopped)
    put_back(office, copy, JOURNAL)
    office.clock.advance(1200)

    result = rotation_service.undo(office.start(), None)

    assert result.state is State.UNDONE, str(result.problem)
    assert others(office) == [orphan]
    assert result.stands is not None
    assert f"{orphan.masked} is another key of the same owner" in result.stands.text
    assert not result.stands.as_before
    again = rotation_service.undo(office.start(), result.rotation)
    assert again.stands == result.stands


def test_what_an_undo_may_not_look_for_is_said_to_be_unknown_and_what_was_asked_about_is_named(office: Office) -> None:
    office.account.fail("iam:CreateAccessKey", faults.dropped_answer())
    stopped = office.rotate(Route.NEW_ROOT_KEY)
    (orphan,) = others(office)
    assert f"remove-{orphan.last4}" in items(stopped)
    office.account.fail("iam:ListAccessKeys", faults.refused(403, "AccessDenied"), times=9)

    result = rotation_service.undo(office.start(), None)

    assert result.state is State.UNDONE, str(result.problem)
    assert result.stands is not None
    assert f"{orphan.masked} is another key of the same owner" in result.stands.text
    assert "it is not known whether the new key that was asked for is there" in result.stands.text


def test_a_user_whose_keys_may_not_be_listed_is_left_to_a_person(office: Office) -> None:
    office.account.fail("iam:CreateAccessKey", faults.dropped_answer())
    office.account.fail("iam:ListAccessKeys", faults.refused(403, "AccessDenied"), times=99)
    office.rotate(Route.SCOPED_USER)

    result = rotation_service.undo(office.start(), None)

    assert (result.ending, result.step) == (Ending.WAITING, Step.UNDO), str(result.problem)
    assert any("backup-home" in one.title for one in result.awaiting)


def test_after_an_undo_that_left_nothing_no_other_key_is_spoken_of(office: Office) -> None:
    office.rotate(Route.NEW_ROOT_KEY)

    result = rotation_service.undo(office.start(), None)

    assert result.stands is not None
    assert "another key" not in result.stands.text
