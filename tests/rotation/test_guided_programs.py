"""A rotation with programs that a person changes by hand: asked about, ticked off, and looked at again."""

from __future__ import annotations

import pytest

from keyturn.model.errors import UsageError
from keyturn.rotation import conductor
from keyturn.rotation.steps import By, Ending, Result, Route, State, Step
from keyturn.rotation.verifying import verify

from .conftest import Office

DUPLICATI = ".config/Duplicati/Duplicati-server.sqlite"


def items(result: Result) -> list[str]:
    return [one.item for one in result.awaiting]


def turned_off(office: Office) -> Result:
    return conductor.turn_off(office.start(), None, By.KEY)


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

    ticked = conductor.tick(office.start(), None, "guided-duplicati")
    assert ticked.ending is Ending.DONE
    assert "guided-duplicati" not in items(ticked)
    assert (turned_off(office).ending, turned_off(office).step) == (Ending.DONE, Step.DELETE)


def test_the_steps_name_the_new_key_once_there_is_one(office: Office) -> None:
    office.write(DUPLICATI, "no database that anybody can read")
    result = office.rotate(Route.SCOPED_USER)
    assert result.new_access_key_id is not None
    (item,) = result.awaiting
    assert any(result.new_access_key_id.value in step for step in item.steps)


def test_a_program_that_the_person_names_joins_with_its_bucket(office: Office) -> None:
    office.account.create_bucket("nas-backup", region="eu-central-1")
    plan = office.plan(Route.SCOPED_USER, also=("hyper-backup",), buckets=("nas-backup",))
    assert not plan.closed
    assert plan.decision is not None
    assert plan.decision.buckets == ("family-archive", "nas-backup", "office-backup")
    assert plan.policy is not None
    assert "arn:aws:s3:::nas-backup" in str(plan.policy.as_json())
    result = conductor.rotate(office.start(), plan)
    (item,) = result.awaiting
    assert item.title == "Give Synology Hyper Backup the new key"
    assert conductor.tick(office.start(), None, item.item).ending is Ending.DONE


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
    result = conductor.rotate(office.start(), plan)
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
