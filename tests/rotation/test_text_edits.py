"""A file that no program's module knows gets the new key only where the person named it; else it is asked about."""

from __future__ import annotations

import pytest

from keyturn.model.errors import ClientError, UsageError
from keyturn.model.keys import KeyStatus
from keyturn.rotation import rotation_service
from keyturn.rotation.planning.text_edits import EditedBy, edited_by
from keyturn.rotation.steps import By, Ending, Route, Step

from .conftest import Office

SCRIPT = "bin/offsite"


def written(office: Office, name: str = SCRIPT) -> str:
    text = f"#!/usr/bin/perl\nmy $id = '{office.old.access_key_id}';\nmy $secret = '{office.old.secret.reveal()}';\n"
    return str(office.write(name, text))


def test_a_named_file_is_changed_is_asked_about_by_name_and_comes_back_with_undo(office: Office) -> None:
    path = office.home / SCRIPT
    before = written(office)
    content = path.read_bytes()

    waiting = office.rotate(Route.SCOPED_USER, edit_text=(path,))

    assert waiting.new_access_key_id is not None
    assert waiting.new_access_key_id.value in path.read_text()
    assert office.old.secret.reveal() not in path.read_text()
    assert any(before in one.title and "not proved" in one.title for one in waiting.awaiting)
    assert rotation_service.turn_off(office.start(), None, By.KEY).ending is Ending.WAITING
    assert office.status_of(office.old.access_key_id) is KeyStatus.ACTIVE
    rotation_service.undo(office.start(), None)
    assert path.read_bytes() == content


def test_once_the_person_saw_it_work_the_old_key_goes_off(office: Office) -> None:
    written(office)
    waiting = office.rotate(Route.SCOPED_USER, edit_text=(office.home / SCRIPT,))
    for one in waiting.awaiting:
        if one.tickable:
            rotation_service.tick(office.start(), None, one.item)

    assert rotation_service.turn_off(office.start(), None, By.KEY).step is Step.DELETE


def test_without_a_word_of_the_person_the_file_stays_and_is_asked_about(office: Office) -> None:
    path = office.home / SCRIPT
    written(office)
    content = path.read_bytes()

    waiting = office.rotate(Route.SCOPED_USER)

    assert path.read_bytes() == content
    assert any(str(path) in one.title for one in waiting.awaiting)


def test_a_key_that_stands_in_such_a_file_alone_is_known_by_it(office: Office) -> None:
    office.forget_programs()
    written(office)

    found = office.found()
    plan = office.plan(Route.SCOPED_USER)

    assert found.pair == office.old
    assert [gate.code for gate in plan.closed] == ["key.only-mentioned"]
    assert all(gate.waits for gate in plan.closed)
    assert "--edit-text" in plan.closed[0].reason
    assert office.plan(Route.SCOPED_USER, edit_text=(office.home / SCRIPT,), buckets=("office-backup",)).closed == ()


def test_how_each_place_is_edited_is_told(office: Office) -> None:
    written(office)
    written(office, "bin/old copy.bak")
    found = office.found()

    told = {place.path.name: edited_by(place, found.pair) for place in found.places}

    assert told["rclone.conf"] is EditedBy.PROGRAM
    assert told["offsite"] is EditedBy.TEXT
    assert told["old copy.bak"] is EditedBy.NONE


def test_a_file_that_does_not_hold_the_key_is_told(office: Office) -> None:
    with pytest.raises(UsageError, match="no file that may be edited"):
        office.plan(Route.SCOPED_USER, edit_text=(office.home / ".config/rclone/rclone.conf",))


def test_a_file_that_cannot_be_edited_as_text_is_told_with_the_reason(office: Office) -> None:
    written(office, "bin/offsite.bak")
    with pytest.raises(ClientError, match="cannot be edited as text"):
        office.plan(Route.SCOPED_USER, edit_text=(office.home / "bin/offsite.bak",))


@pytest.mark.parametrize("as_text", [False, True])
def test_the_new_key_may_do_what_the_commands_beside_it_ask(office: Office, as_text: bool) -> None:
    office.account.create_bucket("fotos", region="us-east-1")
    path = office.home / "site" / "up.yml"
    pair = f"  AWS_ACCESS_KEY_ID: {office.old.access_key_id}\n  AWS_SECRET_ACCESS_KEY: {office.old.secret.reveal()}\n"
    office.write("site/up.yml", f"shell: aws s3 sync --acl private --storage-class GLACIER . s3://fotos\n{pair}")

    plan = office.plan(Route.SCOPED_USER, edit_text=(path,) if as_text else ())

    assert plan.policy is not None
    own = [one for one in plan.policy.as_json()["Statement"] if "fotos" in str(one["Resource"])]
    assert {"s3:PutObjectAcl", "s3:RestoreObject"} <= {action for one in own for action in one["Action"]}
