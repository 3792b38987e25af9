"""A program that does not look into its file by itself is let take the new key before the old one goes off."""

from __future__ import annotations

import pytest

from keyturn.rotation import rotation_service
from keyturn.rotation.steps import By, Ending, Step

from .conftest import Office

RELOAD = "systemctl --user daemon-reload"


@pytest.fixture
def unit(office: Office) -> Office:
    """Besides its files, the office has a service whose unit holds the old key."""
    key, secret = office.old.access_key_id.value, office.old.secret.reveal()
    office.write(
        ".config/systemd/user/backup.service",
        "[Service]\nExecStart=restic backup /srv\n"
        f"Environment=AWS_ACCESS_KEY_ID={key} AWS_SECRET_ACCESS_KEY={secret}\n"
        f"Environment=RESTIC_REPOSITORY=s3:{office.url}/office-backup/laptop\n",
    )
    return office


def test_the_plan_names_it(unit: Office) -> None:
    (asked,) = (one for one in unit.plan().by_hand if one.item.startswith("apply-"))
    assert "backup.service" in asked.title
    assert any(RELOAD in step for step in asked.steps)


def test_the_old_key_stays_on_until_it_is_ticked(unit: Office) -> None:
    rotated = unit.rotate()
    (asked,) = rotated.awaiting
    assert asked.tickable
    assert any(RELOAD in step for step in asked.steps)

    held = rotation_service.turn_off(unit.start(), None, By.KEY)
    assert (held.ending, held.step) == (Ending.WAITING, Step.WATCH)
    assert held.problem is not None and held.problem.message == f"{asked.title}."
    assert unit.account.accepts(unit.old)

    assert rotation_service.tick(unit.start(), None, asked.item).awaiting[0].item == "turn-off"
    assert rotation_service.turn_off(unit.start(), None, By.KEY).ending is Ending.DONE


def test_after_an_undo_it_is_asked_for_once_more_and_nothing_waits_for_it(unit: Office) -> None:
    unit.rotate()
    undone = rotation_service.undo(unit.start(), None)
    assert undone.ending is Ending.DONE
    (again,) = undone.awaiting
    assert not again.tickable
    assert any(RELOAD in step for step in again.steps)


def test_two_pairs_of_one_program_are_one_thing_to_do(office: Office) -> None:
    key, secret = office.old.access_key_id.value, office.old.secret.reveal()
    service = f"  {{name}}:\n    environment:\n      AWS_ACCESS_KEY_ID: {key}\n      AWS_SECRET_ACCESS_KEY: {secret}\n"
    services = service.format(name="films") + service.format(name="music")
    office.write("media/compose.yaml", f"services:\n{services}")
    rotated = office.rotate(buckets=("office-backup",), only=("compose",))
    assert [one.item for one in rotated.awaiting if one.item.startswith("apply-")] == ["apply-1"]
