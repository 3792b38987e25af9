"""A rotation that cannot go on is closed as it stands: nothing is changed, and what was known is written down."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from keyturn.model.errors import UsageError
from keyturn.rotation import rotation_service
from keyturn.rotation.carrying_out.ended import what_was_known
from keyturn.rotation.steps import By, Ending, Result, Route, State, Step
from keyturn_practice.faults import refused

from .conftest import Office
from .test_always_a_way_back import held_ids, lose_secrets, rotated


def last4(office: Office) -> str:
    return office.old.access_key_id.last4


@pytest.mark.parametrize("route", [Route.SCOPED_USER, Route.NEW_ROOT_KEY])
def test_it_changes_nothing_and_keeps_the_new_secret(office: Office, route: Route) -> None:
    new = rotated(office, route)
    before, held = office.account.administrator.inventory(), held_ids(office)
    result = rotation_service.end(office.start(), None, last4(office))
    assert (result.ending, result.state, result.step, result.awaiting) == (Ending.DONE, State.ENDED, Step.END, ())
    assert office.account.administrator.inventory() == before
    assert held_ids(office) == held
    assert office.secrets.get(new) is not None
    said = " ".join(what_was_known(office.rotations()[0]))
    assert f"The old key {office.old.access_key_id.masked} was on." in said
    assert f"AWS accepted the new key {new.masked}." in said
    assert f"rclone oma held {new.masked}." in said
    assert result.stands is not None
    assert result.stands.text == said


def test_what_is_left_at_aws_is_named_right_away(office: Office) -> None:
    office.account.fail("iam:CreateAccessKey", refused(403, "AccessDenied"))
    office.account.fail("iam:DeleteUser", refused(403, "AccessDenied"))
    office.rotate(Route.SCOPED_USER)
    result = rotation_service.end(office.start(), None, last4(office))
    assert result.stands is not None
    assert "The IAM user backup-home, if it was made, is left as it is." in result.stands.text


def test_an_upload_that_a_proof_may_have_left_is_named_with_its_bucket(office: Office) -> None:
    office.account.fail("s3:AbortMultipartUpload", refused(403, "AccessDenied"), times=99)
    office.account.fail("iam:DeleteUser", refused(403, "AccessDenied"))
    office.rotate(Route.SCOPED_USER)
    buckets = {target.bucket for one in office.rotations()[0].decision.destinations for target in one.targets}
    result = rotation_service.end(office.start(), None, last4(office))
    assert result.stands is not None
    listed = ", ".join(sorted(buckets))
    assert (
        f"Whether an unfinished upload of a proof that was cut short is left in {listed} is not" in result.stands.text
    )


def test_nothing_is_said_of_uploads_where_the_proof_ended_well(office: Office) -> None:
    rotated(office, Route.SCOPED_USER)
    result = rotation_service.end(office.start(), None, last4(office))
    assert result.stands is not None and "upload" not in result.stands.text


@pytest.mark.parametrize("confirm", [None, "", "XXXX"])
def test_without_the_end_of_the_old_key_nothing_is_closed(office: Office, confirm: str | None) -> None:
    rotated(office, Route.SCOPED_USER)
    with pytest.raises(UsageError):
        rotation_service.end(office.start(), None, confirm)
    assert office.rotations()[0].state is State.WAITING


def test_what_nobody_could_tell_is_said_to_be_unknown(office: Office) -> None:
    new = rotated(office, Route.SCOPED_USER)
    lose_secrets(office)
    (office.home / ".config/rclone/rclone.conf").unlink()
    office.account.stop()
    assert rotation_service.end(office.start(), None, last4(office)).state is State.ENDED
    said = " ".join(what_was_known(office.rotations()[0]))
    assert f"Whether the old key {office.old.access_key_id.masked} was on is not known." in said
    assert f"Whether the new key {new.masked} worked is not known." in said
    assert "Which key rclone oma held could not be read." in said


def test_from_then_on_it_is_out_of_keyturns_hands_and_the_key_may_be_rotated_anew(office: Office) -> None:
    rotated(office, Route.SCOPED_USER)
    rotation_service.end(office.start(), None, last4(office))
    name = office.rotations()[0].name
    commands: list[Callable[[], Result]] = [
        lambda: rotation_service.undo(office.start(), name),
        lambda: rotation_service.turn_off(office.start(), name, By.KEY),
        lambda: rotation_service.turn_on(office.start(), name),
        lambda: rotation_service.delete(office.start(), name, last4(office)),
        lambda: rotation_service.tick(office.start(), name, "turn-off"),
    ]
    for command in commands:
        with pytest.raises(UsageError):
            command()
    assert rotation_service.carry_on(office.start(), name).state is State.ENDED
    assert rotation_service.end(office.start(), name, last4(office)).state is State.ENDED
    office.write_programs()
    assert office.rotate(Route.SCOPED_USER).step is Step.WATCH


def test_an_undo_that_cannot_end_is_closed_too(office: Office) -> None:
    rotated(office, Route.SCOPED_USER)
    office.account.create_user_key("backup-home")
    assert rotation_service.undo(office.start(), None).step is Step.UNDO
    assert rotation_service.end(office.start(), None, last4(office)).state is State.ENDED


def test_a_rotation_that_is_over_is_not_closed_once_more(office: Office) -> None:
    rotated(office, Route.SCOPED_USER)
    rotation_service.undo(office.start(), None)
    with pytest.raises(UsageError):
        rotation_service.end(office.start(), office.rotations()[0].name, last4(office))
