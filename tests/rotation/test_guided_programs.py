"""A rotation with programs that a person changes by hand: asked about, ticked off, and looked at again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from keyturn.model.errors import UsageError
from keyturn.model.keys import KeyPair, KeyStatus
from keyturn.rotation import rotation_service
from keyturn.rotation.carrying_out.verifying import verify
from keyturn.rotation.steps import By, Ending, Result, Route, State, Step

from .conftest import Office

DUPLICATI = ".config/Duplicati/Duplicati-server.sqlite"


def items(result: Result) -> list[str]:
    return [one.item for one in result.awaiting]


def turned_off(office: Office) -> Result:
    return rotation_service.turn_off(office.start(), None, By.KEY)


def test_a_program_that_cannot_be_read_is_a_question_in_the_plan(office: Office) -> None:
    office.write(DUPLICATI, "no database that anybody can read")
    plan = office.plan(Route.SCOPED_USER)
    assert not plan.closed
    (item,) = (one for one in plan.as_json()["by_hand"] if one["item"] == "guided-duplicati")
    assert item["title"].startswith("See whether Duplicati uses AKIA")
    assert "“Test connection”" in " ".join(item["steps"])
    assert any("not seen on screen" in note for note in item["notes"])


def test_the_old_key_is_not_turned_off_before_the_question_is_answered(office: Office) -> None:
    office.write(DUPLICATI, "no database that anybody can read")
    result = office.rotate(Route.SCOPED_USER)
    assert (result.ending, result.step, items(result)) == (Ending.WAITING, Step.WATCH, ["guided-duplicati"])
    waiting = turned_off(office)
    assert waiting.problem is not None
    assert "Duplicati" in waiting.problem.message

    ticked = rotation_service.tick(office.start(), None, "guided-duplicati")
    assert ticked.ending is Ending.DONE
    assert "guided-duplicati" not in items(ticked)
    assert (turned_off(office).ending, turned_off(office).step) == (Ending.DONE, Step.DELETE)


def test_the_steps_name_the_new_key_once_there_is_one(office: Office) -> None:
    office.write(DUPLICATI, "no database that anybody can read")
    result = office.rotate(Route.SCOPED_USER)
    assert result.new_access_key_id is not None
    (item,) = result.awaiting
    assert any(result.new_access_key_id.value in step for step in item.steps)


def test_a_password_managers_step_names_the_script_that_asks_it_also_after_a_restart(office: Office) -> None:
    script = office.write(
        "bin/nightly",
        "#!/bin/sh\nexport AWS_ACCESS_KEY_ID=$(pass show aws/id)\nrestic -r s3:s3.example.net/b backup ~\n",
    )
    (planned,) = (one for one in office.plan(Route.SCOPED_USER).as_json()["by_hand"] if "password" in one["item"])
    assert any(str(script) in step for step in planned["steps"])

    office.rotate(Route.SCOPED_USER)
    (awaited,) = (one for one in rotation_service.carry_on(office.start(), None).awaiting if "password" in one.item)
    assert any(str(script) in step for step in awaited.steps)


def test_a_program_that_the_person_names_joins_with_its_bucket(office: Office) -> None:
    office.account.create_bucket("nas-backup", region="eu-central-1")
    plan = office.plan(Route.SCOPED_USER, also=("hyper-backup",), buckets=("nas-backup",))
    assert not plan.closed
    assert plan.decision is not None
    assert plan.decision.buckets == ("family-archive", "nas-backup", "office-backup")
    assert plan.policy is not None
    assert "arn:aws:s3:::nas-backup" in str(plan.policy.as_json())
    result = rotation_service.rotate(office.start(), plan)
    (item,) = result.awaiting
    assert item.title == "Give Synology Hyper Backup the new key"
    assert rotation_service.tick(office.start(), None, item.item).ending is Ending.DONE


def test_without_a_bucket_a_named_program_closes_the_gate(office: Office) -> None:
    (gate,) = office.plan(Route.SCOPED_USER, also=("hyper-backup",)).closed
    assert gate.code == "bucket.unnamed"
    assert "Synology Hyper Backup" in gate.reason


def test_a_name_that_nobody_knows_is_not_taken_for_a_program(office: Office) -> None:
    with pytest.raises(UsageError) as caught:
        office.plan(Route.SCOPED_USER, also=("toaster",))
    assert caught.value.code == "usage.also"


def test_a_key_that_the_person_says_is_used_is_not_retired(office: Office) -> None:
    with pytest.raises(UsageError):
        office.plan(Route.RETIRE, also=("hyper-backup",), buckets=("office-backup",))


def test_a_key_that_only_a_named_program_uses_gets_a_new_one_all_the_same(office: Office) -> None:
    office.forget_programs()
    key, secret = office.old.access_key_id.value, office.old.secret.reveal()
    office.write("Downloads/rootkey.csv", f"Access key ID,Secret access key\n{key},{secret}\n")
    plan = office.plan(also=("another-program",), buckets=("office-backup",))
    assert (plan.route, plan.closed) == (Route.SCOPED_USER, ())
    again = [call for call in plan.calls if call.step in {Step.PROVE_AGAIN, Step.PROVE_OFF}]
    assert not again
    result = rotation_service.rotate(office.start(), plan)
    assert (result.ending, result.state, result.step) == (Ending.WAITING, State.WAITING, Step.WATCH)
    assert items(result) == ["guided-another-program"]


def test_only_leaves_the_questions_about_other_programs_out(office: Office) -> None:
    office.write(DUPLICATI, "no database that anybody can read")
    plan = office.plan(Route.SCOPED_USER, only=("rclone",))
    assert "guided-duplicati" not in [one.item for one in plan.by_hand]


def test_verify_names_no_blind_spot_as_proved(office: Office) -> None:
    office.write(DUPLICATI, "no database that anybody can read")
    survey, proofs = verify(office.start())
    assert {one.client for one in proofs} == {"rclone", "restic"}
    assert [problem.client for problem in survey.problems] == ["duplicati"]


# ── Programs that can be read ────────────────────────────────────────────────────────────────────────────────────────


def write_home_assistant(office: Office, key: KeyPair, **more: str) -> Path:
    """Home Assistant with a backup into the archive, as a person saves it there."""
    data = {
        "access_key_id": key.access_key_id.value,
        "secret_access_key": key.secret.reveal(),
        "bucket": "house-backup",
        "endpoint_url": office.url,
    }
    entry = {"entry_id": "01", "domain": "aws_s3", "title": "House", "data": {**data, **more}}
    return office.write(".homeassistant/.storage/core.config_entries", json.dumps({"data": {"entries": [entry]}}))


def write_filezilla(office: Office) -> None:
    """FileZilla Pro with a site whose secret it asks for."""
    office.write(
        ".config/filezilla/sitemanager.xml",
        "<FileZilla3><Servers><Server><Host>s3.amazonaws.com</Host><Protocol>7</Protocol><Name>Site</Name>"
        f"<User>{office.old.access_key_id}</User></Server></Servers></FileZilla3>",
    )


@pytest.fixture
def house(office: Office) -> Office:
    """An office whose house backs up with Home Assistant, too."""
    office.account.create_bucket("house-backup", region="eu-central-1")
    write_home_assistant(office, office.old)
    return office


def test_a_program_that_was_read_gets_the_new_key_by_hand_and_its_bucket_into_the_policy(house: Office) -> None:
    plan = house.plan()
    assert (plan.route, plan.closed) == (Route.SCOPED_USER, ())
    assert plan.decision is not None
    assert {one.place.client for one in plan.decision.destinations} == {"rclone", "restic"}
    assert plan.decision.buckets == ("family-archive", "house-backup", "office-backup")
    (item,) = (one for one in plan.by_hand if one.item == "guided-home-assistant")
    assert item.title == "Give Home Assistant the new key: House"
    proved = {call.step for call in plan.calls if "house-backup" in call.resource}
    assert proved == {Step.PROVE}  # it cannot be read back like a file that Keyturn wrote


def test_the_new_key_reaches_the_bucket_of_a_program_that_a_person_changes(house: Office) -> None:
    result = house.rotate()
    assert result.new_access_key_id is not None
    actions = [
        record.action
        for record in house.account.log.signed_with(result.new_access_key_id)
        if "house-backup" in str(record)
    ]
    assert "s3:ListBucket" in actions


def test_a_tick_that_the_programs_own_file_contradicts_does_not_count(house: Office) -> None:
    house.rotate()
    result = rotation_service.tick(house.start(), None, "guided-home-assistant")
    assert (result.ending, items(result)) == (Ending.WAITING, ["guided-home-assistant"])
    assert result.problem is not None
    assert result.problem.code == "guided.old-key"
    assert "House" in result.problem.message
    assert turned_off(house).ending is Ending.WAITING


def test_a_tick_counts_once_the_new_key_is_seen_and_only_as_long_as_it_stays(house: Office) -> None:
    result = house.rotate()
    assert result.new_access_key_id is not None
    write_home_assistant(house, house.kept(result.new_access_key_id))
    (item,) = rotation_service.standing(house.start(), house.rotations()[0]).awaiting
    assert "Keyturn looked just now: the old key is not seen in it any more." in item.notes
    assert rotation_service.tick(house.start(), None, item.item).ending is Ending.DONE

    write_home_assistant(house, house.old)  # a restored configuration brings it back
    waiting = turned_off(house)
    assert (waiting.ending, items(waiting)) == (Ending.WAITING, ["guided-home-assistant"])
    write_home_assistant(house, house.kept(result.new_access_key_id))
    assert turned_off(house).step is Step.DELETE


def test_a_file_that_cannot_be_read_any_more_does_not_forbid_the_tick(house: Office) -> None:
    house.rotate()
    house.write(".homeassistant/.storage/core.config_entries", "{")
    assert rotation_service.tick(house.start(), None, "guided-home-assistant").ending is Ending.DONE


def test_a_damaged_file_of_a_guided_program_is_a_question_and_closes_no_gate(office: Office) -> None:
    office.write(".homeassistant/.storage/core.config_entries", f'{{"access_key_id": "{office.old.access_key_id}", ')
    plan = office.plan()
    assert plan.closed == ()
    asked = {one.item: one.title for one in plan.by_hand}
    assert asked["guided-home-assistant"].startswith("See whether Home Assistant uses")
    assert "core.config_entries" in asked["place-1"]


def test_only_leaves_a_program_that_was_read_to_the_person_without_a_right(house: Office) -> None:
    plan = house.plan(Route.SCOPED_USER, only=("rclone", "restic"))
    assert plan.decision is not None
    assert plan.decision.buckets == ("family-archive", "office-backup")
    assert [one.item for one in plan.by_hand if one.item.startswith("place-")] == ["place-1"]


def test_verify_proves_a_pair_that_can_be_read_and_says_so_where_it_cannot(house: Office) -> None:
    write_filezilla(house)
    _survey, proofs = verify(house.start())
    by_client = {one.client: one for one in proofs}
    assert by_client["home-assistant"].ok
    unproved = by_client["filezilla-pro"]
    assert [(check.check, check.ok) for check in unproved.checks] == [("own-run", None)]
    assert "only its own next run proves it" in unproved.checks[0].detail


def test_a_key_in_guided_programs_alone_is_no_reason_to_retire_it(house: Office) -> None:
    house.forget_programs()
    write_home_assistant(house, house.old)
    assert house.plan().route is Route.SCOPED_USER
    assert {gate.code for gate in house.plan(Route.RETIRE).closed} == {"key.in-use"}
    result = house.rotate()
    assert (result.ending, items(result)) == (Ending.WAITING, ["guided-home-assistant"])


def test_a_key_whose_secret_only_a_guided_program_has_waits_for_its_file(office: Office) -> None:
    office.forget_programs()
    write_filezilla(office)
    (gate,) = (gate for gate in office.plan(Route.SCOPED_USER, buckets=("office-backup",)).closed)
    assert gate.code == "key.unusable"
    assert "FileZilla Pro shows only the ID" in gate.reason

    key, secret = office.old.access_key_id.value, office.old.secret.reveal()
    office.write("Downloads/rootkey.csv", f"Access key ID,Secret access key\n{key},{secret}\n")
    assert office.plan(Route.SCOPED_USER, buckets=("office-backup",)).closed == ()


# ── Undo ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_undo_waits_until_a_program_that_was_changed_by_hand_has_the_old_key_again(house: Office) -> None:
    result = house.rotate()
    assert result.new_access_key_id is not None
    write_home_assistant(house, house.kept(result.new_access_key_id))
    rotation_service.tick(house.start(), None, "guided-home-assistant")

    waiting = rotation_service.undo(house.start(), None)
    assert (waiting.ending, items(waiting)) == (Ending.WAITING, ["back-home-assistant"])
    assert house.status_of(result.new_access_key_id) is KeyStatus.ACTIVE
    assert any(house.old.access_key_id.value in step for step in waiting.awaiting[0].steps)

    write_home_assistant(house, house.old)
    assert rotation_service.undo(house.start(), None).state is State.UNDONE
    assert house.status_of(result.new_access_key_id) is None


def test_undo_takes_the_persons_word_for_a_program_that_cannot_be_read(office: Office) -> None:
    office.write(DUPLICATI, "no database that anybody can read")
    office.rotate(Route.SCOPED_USER)
    rotation_service.tick(office.start(), None, "guided-duplicati")
    assert items(rotation_service.undo(office.start(), None)) == ["back-duplicati"]
    rotation_service.tick(office.start(), None, "back-duplicati")
    assert rotation_service.undo(office.start(), None).state is State.UNDONE


def test_a_second_computer_is_waited_for_as_the_first_one_was(office: Office) -> None:
    office.rotate(Route.SCOPED_USER)
    for _number in ("first", "second"):
        assert items(rotation_service.add_by_hand(office.start(), None, ["another-computer"])) == [
            "guided-another-computer"
        ]
        assert turned_off(office).ending is Ending.WAITING
        rotation_service.tick(office.start(), None, "guided-another-computer")
    assert turned_off(office).ending is Ending.DONE


def test_web_pages_that_are_named_while_it_is_watched_are_waited_for_one_by_one(office: Office) -> None:
    office.rotate(Route.SCOPED_USER)
    pages = ["web-page:Shop", "web-page:Deploys"]
    both = ["guided-web-page-shop", "guided-web-page-deploys"]
    assert items(rotation_service.add_by_hand(office.start(), None, pages)) == both
    rotation_service.tick(office.start(), None, both[0])
    assert turned_off(office).ending is Ending.WAITING
    rotation_service.tick(office.start(), None, both[1])
    assert turned_off(office).ending is Ending.DONE


def test_a_program_that_got_the_old_key_again_keeps_it_on_until_it_has_the_new_one(office: Office) -> None:
    office.write(DUPLICATI, "no database that anybody can read")
    office.rotate(Route.SCOPED_USER)
    rotation_service.tick(office.start(), None, "guided-duplicati")
    rotation_service.undo(office.start(), None)
    rotation_service.tick(office.start(), None, "back-duplicati")

    held = turned_off(office)
    assert (held.ending, items(held)) == (Ending.WAITING, ["guided-duplicati"])
    assert any("`keyturn undo`" in note for note in held.awaiting[0].notes)
    assert office.status_of(office.old.access_key_id) is KeyStatus.ACTIVE

    rotation_service.tick(office.start(), None, "guided-duplicati")
    assert items(rotation_service.carry_on(office.start(), None)) == ["turn-off"]
    assert items(rotation_service.undo(office.start(), None)) == ["back-duplicati"]


def test_undo_asks_nothing_where_nothing_was_ticked(house: Office) -> None:
    house.rotate()
    assert rotation_service.undo(house.start(), None).state is State.UNDONE
