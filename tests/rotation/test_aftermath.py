"""What is said after something failed comes from a look at the files, not from the hope of the step that failed."""

from __future__ import annotations

import pytest

from keyturn.rotation import rotation_service
from keyturn.rotation.carrying_out.standing import looked_at
from keyturn.rotation.context import Event
from keyturn.rotation.steps import Ending, Result, Route, Step
from keyturn_practice import faults

from .conftest import Office

HOPES = ("nothing was changed", "keep the key they have", "both keys stay", "left alone", "not affected")


def expect_no_hope(result: Result) -> None:
    assert result.problem is not None
    assert not [one for one in HOPES if one in result.problem.message.lower()], result.problem.message


@pytest.mark.parametrize("action", ["iam:CreateUser", "iam:CreateAccessKey", "s3:PutObject"])
def test_after_a_failure_that_was_put_back_everything_is_said_to_be_as_it_was_because_it_was_looked_at(
    office: Office, action: str
) -> None:
    office.account.fail(action, faults.refused(403, "AccessDenied"), times=99)
    result = office.rotate(Route.SCOPED_USER)
    assert result.ending is Ending.PUT_BACK, str(result.problem)
    expect_no_hope(result)
    assert result.stands is not None
    assert result.stands.as_before
    assert office.old.access_key_id.masked in result.stands.text


def test_where_not_everything_could_be_put_back_each_program_is_named_with_the_key_that_it_holds(
    office: Office,
) -> None:
    office.rotate(Route.SCOPED_USER)
    restic = office.home / ".config/restic/office.env"
    other = office.account.create_root_key()
    text = restic.read_text().replace(
        office.kept_by_id(_held(restic.read_text())).secret.reveal(), other.secret.reveal()
    )
    restic.write_text(text.replace(_held(text), other.access_key_id.value))
    result = rotation_service.undo(office.start(), None)
    assert result.ending is not Ending.DONE
    (rotation,) = office.rotations()
    stands = looked_at(office.start(), rotation).stands
    assert stands is not None
    assert not stands.as_before
    assert f"rclone oma holds the old key, {office.old.access_key_id.masked}." in stands.text
    assert f"holds another key, {other.access_key_id.masked}." in stands.text


def _held(text: str) -> str:
    return text.partition("AWS_ACCESS_KEY_ID=")[2].split()[0]


def test_a_file_that_cannot_be_read_is_not_said_to_be_as_it_was(office: Office) -> None:
    def lose(event: Event) -> None:
        if event.step is Step.PROVE:
            (office.home / ".config/restic/office.env").unlink(missing_ok=True)

    result = rotation_service.rotate(office.start(progress=lose), office.plan(Route.SCOPED_USER))
    assert result.ending in {Ending.STOPPED, Ending.PUT_BACK}, str(result.problem)
    assert result.stands is not None
    assert not result.stands.as_before
    assert "is not known" in result.stands.text


def test_an_undo_of_another_day_is_looked_at_anew(office: Office) -> None:
    office.rotate(Route.SCOPED_USER)
    assert rotation_service.undo(office.start(), None).stands is not None
    (rotation,) = office.rotations()
    other = office.account.create_root_key()
    path = office.home / ".config/rclone/rclone.conf"
    text = path.read_text().replace(office.old.access_key_id.value, other.access_key_id.value)
    path.write_text(text.replace(office.old.secret.reveal(), other.secret.reveal()))
    again = rotation_service.undo(office.start(), rotation.name)
    assert again.stands is not None
    assert not again.stands.as_before
    assert other.access_key_id.masked in again.stands.text
