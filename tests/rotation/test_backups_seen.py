"""“Your backups work” is said once every place was seen backing up with the new key, and of each it is said how."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from keyturn.rotation import labels, rotation_service
from keyturn.rotation.carrying_out import awaiting
from keyturn.rotation.carrying_out.backups_seen import BackupSeen, backups_of, headline, summary, unseen_of
from keyturn.rotation.carrying_out.standing import standing
from keyturn.rotation.events.rotation_events import OldKeyLooked
from keyturn.rotation.record import Rotation
from keyturn.rotation.sight import Sight
from keyturn.rotation.steps import By, Ending, Result, Route, Step
from keyturn.terminal import json_documents
from keyturn.terminal.rotation_page import status_page
from keyturn_practice import faults
from keyturn_practice.timeline import Lag

from .conftest import Office, opened_office

HOUR = 3_600.0
DAY = 24 * HOUR
REACH = "Your backups can reach their buckets"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """AWS's record of uses is behind, so that it does not have the very question."""
    with opened_office(tmp_path, lag=Lag(new=8, off=4, policy=6, last_use=900)) as office:
        yield office


def rotation_of(office: Office) -> Rotation:
    (rotation,) = office.rotations()
    return rotation


def look(office: Office) -> tuple[BackupSeen, ...]:
    assert rotation_service.carry_on(office.start(), None).problem is None
    return backups_of(rotation_of(office))


def sights(office: Office) -> list[Sight]:
    return [one.sight for one in look(office)]


def back_up(office: Office, bucket: str, key: str) -> None:
    """A program writes with the new key, as the practice account's buckets have it then."""
    new = rotation_of(office).new_key
    assert new is not None
    office.use(office.kept(new), "s3", "PutObject", {"Bucket": bucket, "Key": key, "Body": b"a backup"})


def text_of_status(office: Office) -> str:
    rotation = rotation_of(office)
    page = status_page([(rotation, standing(office.start(), rotation))], options=(), working=False)
    return "\n".join("".join(piece.text for piece in one.pieces) for one in page)


def off(office: Office, *yes: str) -> Result:
    return rotation_service.turn_off(office.start(), None, By.KEY, yes=yes)


def test_a_place_counts_once_something_new_lies_where_it_alone_writes_and_the_old_key_was_not_used(
    office: Office,
) -> None:
    office.rotate(Route.SCOPED_USER)
    assert [one.sight for one in backups_of(rotation_of(office))] == [Sight.NOT_LOOKED, Sight.NOT_LOOKED]
    assert headline(rotation_of(office)) == REACH
    assert sights(office) == [Sight.NOTHING_NEW, Sight.NOTHING_NEW]

    office.clock.sleep(DAY)
    back_up(office, "office-backup", "laptop/snapshots/1")
    office.clock.sleep(HOUR)
    assert sights(office) == [Sight.NOTHING_NEW, Sight.TOO_NEW]
    office.clock.sleep(5 * HOUR)
    assert sights(office) == [Sight.NOTHING_NEW, Sight.OBJECT]
    assert headline(rotation_of(office)) == REACH
    assert summary(rotation_of(office)) == "Not seen yet backing up with the new key: rclone oma."
    assert "rclone oma: nothing new in its bucket since it has the new key" in text_of_status(office)

    back_up(office, "family-archive", "photos/two.jpg")
    office.clock.sleep(DAY)
    assert sights(office) == [Sight.OBJECT, Sight.OBJECT]
    assert headline(rotation_of(office)) == "Your backups work"
    assert "Your backups work." in text_of_status(office)
    assert unseen_of(rotation_of(office)) == ()


def test_a_look_that_changes_nothing_is_known_with_its_moment(office: Office) -> None:
    office.rotate(Route.SCOPED_USER)
    assert rotation_of(office).last_look is None
    assert "last look" not in text_of_status(office)
    look(office)
    office.clock.sleep(DAY)
    before = office.clock.now()
    look(office)
    rotation = rotation_of(office)
    assert rotation.last_look is not None
    assert rotation.last_look[0] >= before
    assert rotation.last_look[1] == OldKeyLooked(use_is_told=True, old_key_used=None)
    assert f"last look at the old key  {labels.moment(rotation.last_look[0])}" in text_of_status(office)


def test_a_look_keeps_when_somebody_else_used_the_old_key(office: Office) -> None:
    office.rotate(Route.SCOPED_USER)
    office.clock.sleep(DAY)
    office.ask("s3", "ListObjectsV2", {"Bucket": "family-archive"}, "eu-central-1")
    used = office.clock.now()
    office.clock.sleep(DAY)
    rotation_service.carry_on(office.start(), None)
    look = rotation_of(office).last_look
    assert look is not None
    assert look[1].old_key_used is not None
    assert abs(look[1].old_key_used - used) < timedelta(hours=1)


def test_who_writes_with_the_old_key_is_not_taken_for_a_backup_with_the_new_one(office: Office) -> None:
    office.rotate(Route.SCOPED_USER)
    office.clock.sleep(DAY)
    back_up(office, "office-backup", "laptop/snapshots/1")
    office.ask("s3", "PutObject", {"Bucket": "family-archive", "Key": "photos/nas", "Body": b""}, "eu-central-1")
    office.clock.sleep(DAY)
    rotation_service.carry_on(office.start(), None)
    assert [one.sight for one in backups_of(rotation_of(office))] == [Sight.NOT_TOLD, Sight.NOT_TOLD]
    assert headline(rotation_of(office)) == REACH


def test_what_nobody_wrote_with_the_new_key_is_no_backup_of_its_place(office: Office) -> None:
    office.rotate(Route.SCOPED_USER)
    office.clock.sleep(DAY)
    # By somebody with a key of their own, which AWS does not tell.
    office.account.put_object("office-backup", "laptop/snapshots/1", b"", age_days=0.1)
    office.clock.sleep(DAY)
    assert sights(office) == [Sight.NOTHING_NEW, Sight.NOT_TOLD]


def test_where_two_places_write_nothing_new_tells_which_of_them_it_was(office: Office) -> None:
    key, secret = office.old.access_key_id.value, office.old.secret.reveal()
    office.write(
        ".config/restic/attic.env",
        f"export AWS_ACCESS_KEY_ID={key}\nexport AWS_SECRET_ACCESS_KEY='{secret}'\n"
        f"export RESTIC_REPOSITORY=s3:{office.url}/office-backup\n",
    )
    office.rotate(Route.SCOPED_USER)
    office.clock.sleep(DAY)
    back_up(office, "office-backup", "laptop/snapshots/1")
    office.clock.sleep(DAY)
    assert sights(office).count(Sight.SHARED) == 2


def test_a_bucket_that_cannot_be_listed_is_not_known_and_never_nothing_new(office: Office) -> None:
    office.rotate(Route.SCOPED_USER)
    office.account.fail("s3:ListBucket", faults.refused(403, "AccessDenied"), times=99)
    rotation_service.look_at_backups(office.start(), None)
    assert {one.sight for one in backups_of(rotation_of(office))} == {Sight.NOT_LISTED}


def test_the_only_place_is_seen_by_aws_telling_that_the_new_key_is_used(office: Office) -> None:
    (office.home / ".config/restic/office.env").unlink()
    office.rotate(Route.SCOPED_USER)
    office.clock.sleep(DAY)
    new = rotation_of(office).new_key
    assert new is not None
    office.use(office.kept(new), "s3", "ListObjectsV2", {"Bucket": "family-archive"}, "eu-central-1")
    office.clock.sleep(DAY)
    assert sights(office) == [Sight.USE]
    assert headline(rotation_of(office)) == "Your backups work"


def test_with_the_old_key_off_a_new_object_is_enough(office: Office) -> None:
    office.rotate(Route.SCOPED_USER)
    assert off(office).ending is Ending.DONE
    assert headline(rotation_of(office)) == f"{REACH} without the old key"
    office.clock.sleep(60)
    back_up(office, "office-backup", "laptop/snapshots/1")
    back_up(office, "family-archive", "photos/two.jpg")
    assert sights(office) == [Sight.OBJECT, Sight.OBJECT]
    assert headline(rotation_of(office)) == "Your backups work"


def test_what_was_not_seen_locks_nothing_and_a_yes_to_it_is_told_as_said_and_not_seen(office: Office) -> None:
    office.rotate(Route.SCOPED_USER)
    look(office)
    rotation_service.tick(office.start(), None, "backup-1")
    assert off(office, "backup-2", "backup-7").step is Step.DELETE
    rotation = rotation_of(office)
    (shown,) = json_documents.of_rotations([(rotation, standing(office.start(), rotation))])["rotations"]
    assert [(one["item"], one["seen"], one["by"]) for one in shown["backups"]] == [
        ("backup-1", False, "person"),
        ("backup-2", False, "person"),
    ]
    said = [one for one in shown["awaiting"] if one["by"] == "person"]
    assert [(one["item"], one["seen"]) for one in said] == [("backup-1", False), ("backup-2", False)]
    assert "rclone oma was not seen backing up" in said[0]["title"]
    assert headline(rotation) == f"{REACH} without the old key"

    office.clock.sleep(60)
    back_up(office, "family-archive", "photos/two.jpg")
    look(office)
    rotation = rotation_of(office)
    # What is seen by now is nobody's word any more.
    assert [one.item for one in standing(office.start(), rotation).said] == ["backup-2"]


def test_nobody_is_asked_and_the_old_key_goes_off_all_the_same(office: Office) -> None:
    office.rotate(Route.SCOPED_USER)
    assert off(office).step is Step.DELETE
    assert not [one for one in standing(office.start(), rotation_of(office)).said if one.item.startswith("backup-")]


def test_a_use_of_the_old_key_moves_its_day_and_lets_it_go_off_once_it_was_quiet(office: Office) -> None:
    office.rotate(Route.SCOPED_USER, watch_days=2)
    office.clock.sleep(1.5 * DAY)
    office.ask("s3", "ListObjectsV2", {"Bucket": "family-archive"}, "eu-central-1")
    office.clock.sleep(0.6 * DAY)
    held = rotation_service.turn_off(office.start(), None, By.KEY)
    assert held.problem is not None
    assert "Something still uses" in held.problem.message
    (watch,) = [one for one in held.awaiting if one.item == awaiting.WATCH]
    assert "moves to" in watch.notes[0]
    office.clock.sleep(3 * DAY)
    assert off(office).step is Step.DELETE
