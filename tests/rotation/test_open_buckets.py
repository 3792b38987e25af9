"""Buckets that no program here names: each is used, answered for, or open, and none is passed over."""

from __future__ import annotations

import json

import pytest

from keyturn.model.other_buckets import OtherBuckets
from keyturn.rotation import rotation_service
from keyturn.rotation.all_rotations import find_rotation
from keyturn.rotation.carrying_out.verifying import verify
from keyturn.rotation.decision import WhyReached
from keyturn.rotation.finding.kept_answers import keep_answers
from keyturn.rotation.finding.known_buckets import BucketState
from keyturn.rotation.finding.reach import with_reaches
from keyturn.rotation.finding.survey import take_survey
from keyturn.rotation.planning.plan import Gate, Plan
from keyturn.rotation.steps import Ending, Route, Step

from .conftest import Office
from .test_other_computers import STUDY, arq_7


@pytest.fixture
def wide(office: Office) -> Office:
    """An office whose account has two more buckets, which nothing on the computer names."""
    office.account.create_bucket("attic", region="eu-central-1")
    office.account.put_object("attic", "boxes/one", b"12345", age_days=400)
    office.account.create_bucket("cellar")
    return office


def asked(plan: Plan) -> Gate:
    (gate,) = plan.closed
    return gate


def open_plan(office: Office, route: Route | None = None, **options: object) -> Plan:
    """A plan of somebody who said nothing of other buckets, but for these options."""
    return office.plan(route, **{"other_buckets": None, **options})


def may(plan: Plan, bucket: str) -> set[str]:
    """What the planned policy allows on a bucket and its objects."""
    assert plan.policy is not None
    wanted = {f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"}
    granting = [one for one in plan.policy.statements if one.effect == "Allow" and wanted & set(one.resources)]
    return {action for one in granting for action in one.actions}


def said(plan: Plan) -> str:
    return " ".join(plan.notes)


# ── Asked ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_narrow_key_waits_for_an_answer_and_the_question_says_what_is_known(wide: Office) -> None:
    gate = asked(open_plan(wide))
    assert (gate.code, gate.step, gate.waits, gate.offers) == ("bucket.open", Step.CREATE, True, ("attic", "cellar"))
    for known in ("eu-central-1", "last written ", "5 B", "cellar (us-east-1, empty, 0 B)"):
        assert known in gate.reason


def test_a_route_that_keeps_all_rights_shows_them_and_waits_for_nothing(wide: Office) -> None:
    plan = open_plan(wide, Route.NEW_ROOT_KEY)
    assert not plan.closed
    assert "attic (eu-central-1" in said(plan)


def test_buckets_of_logs_are_proposed_as_left_out(wide: Office) -> None:
    wide.account.put_object("cellar", "AWSLogs/111122223333/CloudTrail/one.gz", b"log")
    assert "AWS writes logs there, so leave it out" in asked(open_plan(wide)).reason


def test_a_computer_that_left_its_notes_there_is_named(wide: Office) -> None:
    arq_7(wide, STUDY, "Study iMac", age_days=2, bucket="attic")
    assert "written by Study iMac" in asked(open_plan(wide)).reason


def test_where_nothing_is_open_nothing_is_asked(office: Office) -> None:
    assert not open_plan(office).closed


# ── Answered ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_is_left_out_is_not_reached_and_said(wide: Office) -> None:
    plan = open_plan(wide, other_buckets=OtherBuckets.LEAVE_OUT)
    assert not plan.closed
    assert plan.decision is not None
    assert plan.decision.left_out == ("attic", "cellar")
    assert may(plan, "attic") == set()
    assert "will not reach attic, cellar, as you said" in said(plan)


def test_what_nobody_knows_is_listed_read_and_written_and_nothing_is_deleted_there(wide: Office) -> None:
    plan = open_plan(wide, other_buckets=OtherBuckets.INCLUDE)
    assert not plan.closed
    assert {"s3:ListBucket", "s3:GetObject", "s3:PutObject"} <= may(plan, "attic")
    assert not any("Delete" in action for action in may(plan, "attic"))
    assert "s3:DeleteObject" in may(plan, "family-archive")
    assert "may reach 4 buckets, 2 of them only because nobody knows" in said(plan)


def test_a_bucket_that_the_person_names_is_reached_as_one_that_a_program_names(wide: Office) -> None:
    plan = open_plan(wide, buckets=("attic",), left_out_buckets=("cellar",))
    assert not plan.closed
    assert plan.decision is not None
    assert [(one.bucket, one.why) for one in plan.decision.others] == [("attic", WhyReached.NAMED)]
    assert "s3:DeleteObject" in may(plan, "attic")
    assert may(plan, "cellar") == set()


def test_a_named_bucket_never_changes_what_the_programs_configurations_name(wide: Office) -> None:
    plan = open_plan(wide, buckets=("attic",), left_out_buckets=("cellar",))
    assert plan.decision is not None
    assert {target.bucket for one in plan.decision.destinations for target in one.targets} == {
        "family-archive",
        "office-backup",
    }


def test_one_answer_is_for_one_bucket(wide: Office) -> None:
    gate = asked(open_plan(wide, unsure_buckets=("attic",)))
    assert gate.offers == ("cellar",)


def test_the_answers_count_for_later_plans_and_can_be_asked_for_again(wide: Office) -> None:
    first = open_plan(wide, buckets=("attic",), other_buckets=OtherBuckets.LEAVE_OUT)
    keep_answers(wide.start(), first.answers)
    later = open_plan(wide)
    assert not later.closed
    assert "s3:DeleteObject" in may(later, "attic")
    assert later.decision is not None
    assert later.decision.left_out == ("cellar",)
    assert asked(open_plan(wide, other_buckets=OtherBuckets.ASK)).offers == ("attic", "cellar")


def test_a_new_bucket_is_asked_about_although_others_were_left_out(wide: Office) -> None:
    keep_answers(wide.start(), open_plan(wide, other_buckets=OtherBuckets.LEAVE_OUT).answers)
    wide.account.create_bucket("garage")
    assert asked(open_plan(wide)).offers == ("garage",)


def test_what_was_said_for_a_place_is_proved_later_without_saying_it_again(wide: Office) -> None:
    wide.write(
        "bin/backup.sh",
        f"export AWS_ACCESS_KEY_ID={wide.old.access_key_id}\nexport AWS_SECRET_ACCESS_KEY={wide.old.secret.reveal()}\n"
        'aws s3 sync /srv "s3://$1/y"\n',
    )
    plan = open_plan(wide, buckets=("attic",), other_buckets=OtherBuckets.LEAVE_OUT)
    keep_answers(wide.start(), plan.answers)
    _survey, proofs = verify(wide.start(), ())
    assert ("backup.sh", "attic") in {(one.path.name, one.bucket) for one in proofs}
    assert not open_plan(wide).closed


# ── Learnt from this computer ────────────────────────────────────────────────────────────────────────────────────────


def test_a_bucket_that_a_file_here_addresses_is_used_and_reached(wide: Office) -> None:
    wide.write("bin/nightly.sh", "#!/bin/sh\nrclone sync /srv oma-copy:attic/boxes\n")
    plan = open_plan(wide, left_out_buckets=("cellar",))
    assert not plan.closed
    assert plan.decision is not None
    assert [(one.bucket, one.why) for one in plan.decision.others] == [("attic", WhyReached.ADDRESSED)]
    assert "address these buckets" in said(plan)


def test_a_line_of_a_history_is_a_hint_and_no_answer(wide: Office) -> None:
    wide.write(".bash_history", "ls\naws s3 ls s3://attic\n")
    gate = asked(open_plan(wide))
    assert gate.offers == ("attic", "cellar")
    assert "its name stands in .bash_history, line 2" in gate.reason


def test_each_bucket_has_a_state(wide: Office) -> None:
    keep_answers(wide.start(), open_plan(wide, unsure_buckets=("attic",)).answers)
    states = {one.name: one.state for one in with_reaches(wide.start(), take_survey(wide.start())).buckets}
    assert states == {
        "attic": BucketState.ANSWERED,
        "cellar": BucketState.OPEN,
        "family-archive": BucketState.USED,
        "office-backup": BucketState.USED,
    }


# ── Where the buckets may not be listed ──────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def narrow(wide: Office) -> Office:
    """An office whose programs use a user's key that may do all but list the account's buckets."""
    statements = [
        {"Effect": "Allow", "Action": "*", "Resource": "*"},
        {"Effect": "Deny", "Action": "s3:ListAllMyBuckets", "Resource": "*"},
    ]
    wide.account.create_user("backup", policies={"most": json.dumps({"Statement": statements})})
    wide.old = wide.account.create_user_key("backup", age_days=100)
    wide.write_programs()
    return wide


def test_buckets_that_may_not_be_listed_are_asked_about_once(narrow: Office) -> None:
    plan = open_plan(narrow, Route.SCOPED_USER)
    assert asked(plan).code == "bucket.unlisted"
    answered = open_plan(narrow, Route.SCOPED_USER, buckets=("attic",), other_buckets=OtherBuckets.LEAVE_OUT)
    assert not answered.closed
    assert "s3:PutObject" in may(answered, "attic")
    keep_answers(narrow.start(), answered.answers)
    later = open_plan(narrow, Route.SCOPED_USER)
    assert not later.closed
    assert "s3:PutObject" in may(later, "attic")
    assert "is not known" in said(later)


def test_what_may_not_be_listed_is_a_blind_spot(narrow: Office) -> None:
    survey = with_reaches(narrow.start(), take_survey(narrow.start()))
    assert any("111122223333" in one.what for one in survey.blind_spots)
    assert {one.name for one in survey.buckets} == {"family-archive", "office-backup"}


def test_the_route_that_keeps_the_users_rights_is_not_held_up(narrow: Office) -> None:
    assert not open_plan(narrow, Route.SAME_USER).closed


# ── Carried out ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_is_reached_besides_is_proved_like_the_rest(wide: Office) -> None:
    result = wide.rotate(other_buckets=OtherBuckets.INCLUDE)
    assert result.ending is Ending.WAITING
    rotation = find_rotation(wide.start().journal, result.rotation)
    assert {"attic", "cellar"} <= {one.bucket for one in rotation.proved(Step.PROVE_AGAIN)}
    assert not wide.account.trace_of("attic").uploads


def test_new_objects_where_nothing_was_expected_are_shown_while_it_is_watched(wide: Office) -> None:
    wide.rotate(watch_days=3.0, left_out_buckets=("cellar",), unsure_buckets=("attic",))
    wide.clock.advance(86_400)
    wide.account.put_object("cellar", "new", b"x", age_days=-1)
    result = rotation_service.carry_on(wide.start(), None)
    told = " ".join(note for one in result.awaiting for note in one.notes)
    assert "cellar, which you left out, got new objects after the switch" in told
    assert "attic" not in told
    assert "AWS does not report which key wrote or read an object." in told


def test_where_nothing_new_was_written_nothing_is_said_of_it(wide: Office) -> None:
    wide.rotate(watch_days=3.0)
    wide.clock.advance(86_400)
    result = rotation_service.carry_on(wide.start(), None)
    assert not any("new objects" in note for one in result.awaiting for note in one.notes)
