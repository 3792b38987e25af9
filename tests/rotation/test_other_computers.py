"""Other computers that back up with Arq, told from the account's buckets; each active one is asked about."""

from __future__ import annotations

import json
import plistlib
import sqlite3
from contextlib import closing

import pytest

from keyturn.computer.computer import Computer, Platform
from keyturn.rotation import rotation_service
from keyturn.rotation.decision import OtherComputer
from keyturn.rotation.finding.other_computers import ComputersFound, find_other_computers
from keyturn.rotation.planning.plan import Plan
from keyturn.rotation.steps import By, Ending, Route, Step
from keyturn_practice import faults

from .conftest import Office

STUDY, ATTIC = "6E7D9CE7-04DA-42E3-B55E-B35D76F29D03", "7E7D9CE7-04DA-42E3-B55E-B35D76F29D03"
FOLDER = "0C0FFEE0-04DA-42E3-B55E-B35D76F29D03"
BUCKET = "family-archive"


def arq_7(office: Office, uuid: str, name: str, *, age_days: float, bucket: str = BUCKET, plan: str = "All") -> None:
    """Put what Arq 7 keeps in a bucket for one plan."""
    about = {"computerName": name, "backupName": plan, "isEncrypted": True}
    records = f"{uuid}/backupfolders/{FOLDER}/backuprecords"
    office.account.put_object(bucket, f"{uuid}/backupconfig.json", json.dumps(about).encode(), age_days=900)
    office.account.put_object(bucket, f"{records}/00161/4294169.backuprecord", b"x", age_days=age_days + 400)
    office.account.put_object(bucket, f"{records}/00178/0000001.backuprecord", b"x", age_days=age_days)


def arq_5(office: Office, uuid: str, name: str, *, age_days: float) -> None:
    """Put what Arq 5 keeps in a bucket for one computer."""
    about = plistlib.dumps({"userName": "anna", "computerName": name})
    office.account.put_object(BUCKET, f"{uuid}/computerinfo", about, age_days=3000)
    office.account.put_object(BUCKET, f"{uuid}/bucketdata/{FOLDER}/refs/heads/master", b"x", age_days=age_days)


def computers(plan: Plan) -> tuple[OtherComputer, ...]:
    assert plan.decision is not None
    return plan.decision.computers


def found(office: Office) -> ComputersFound:
    start, key = office.start(), office.found().key
    assert key.owner is not None
    return find_other_computers(start.aws, office.old, start.computer, (), key.owner, office.clock.now())


def test_an_active_computer_is_named_with_its_plan_and_its_last_upload(office: Office) -> None:
    arq_7(office, STUDY, "Study iMac", age_days=2, plan="Everything")

    (one,) = computers(office.plan(Route.SCOPED_USER))

    assert (one.name, one.bucket, one.plans, one.program) == ("Study iMac", BUCKET, ("Everything",), "Arq 7")
    assert one.last_upload is not None
    assert 1.9 < (office.clock.now() - one.last_upload).total_seconds() / 86400 < 2.1


def test_a_bucket_that_no_program_here_uses_is_looked_into_with_a_root_key(office: Office) -> None:
    office.account.create_bucket("lauras-backup", region="eu-west-1")
    arq_7(office, ATTIC, "Laura’s Mac", age_days=3, bucket="lauras-backup")

    (one,) = computers(office.plan(Route.SCOPED_USER))

    assert (one.name, one.bucket) == ("Laura’s Mac", "lauras-backup")


def test_a_computer_that_has_been_quiet_for_long_is_told_of_and_not_waited_for(office: Office) -> None:
    arq_5(office, STUDY, "Old iMac", age_days=700)

    plan = office.plan(Route.SCOPED_USER)

    assert computers(plan) == ()
    assert any("“Old iMac” backed up to family-archive with Arq 5 until" in note for note in plan.notes)


def test_arq_5_is_dated_by_its_newest_commit(office: Office) -> None:
    arq_5(office, STUDY, "Study iMac", age_days=5)

    (one,) = computers(office.plan(Route.SCOPED_USER))

    assert (one.program, one.plans) == ("Arq 5", ())
    assert one.last_upload is not None


def test_a_computer_whose_last_upload_is_not_known_counts_as_active(office: Office) -> None:
    office.account.put_object(BUCKET, f"{STUDY}/backupconfig.json", b"\xff not json", age_days=900)

    (one,) = computers(office.plan(Route.SCOPED_USER))

    assert (one.name, one.last_upload) == ("", None)
    (item,) = (one for one in office.plan(Route.SCOPED_USER).by_hand if one.item == "computer-1")
    assert "a computer without a name" in item.title


def test_two_plans_of_one_computer_are_one_computer_with_the_newer_date(office: Office) -> None:
    arq_7(office, STUDY, "Study iMac", age_days=60, plan="Photos")
    arq_7(office, ATTIC, "Study iMac", age_days=1, plan="Letters")

    (one,) = computers(office.plan(Route.SCOPED_USER))

    assert one.plans == ("Photos", "Letters")
    assert one.last_upload is not None
    assert (office.clock.now() - one.last_upload).days == 1


def test_this_computers_own_backups_are_not_another_computers(office: Office) -> None:
    arq_7(office, STUDY, "Study iMac", age_days=2)
    folder = office.home / "disk" / "Library" / "Application Support" / "ArqAgent"
    folder.mkdir(parents=True)
    with closing(sqlite3.connect(folder / "server.db")) as database:
        database.execute("CREATE TABLE backup_plans (id INTEGER PRIMARY KEY, plan_uuid TEXT, storage_location_id)")
        database.execute("INSERT INTO backup_plans VALUES (1, ?, 1)", (STUDY.lower(),))
        database.commit()
    home = office.home / "disk" / "Users" / "anna"
    home.mkdir(parents=True)
    start, key = office.start(), office.found().key
    assert key.owner is not None

    told = find_other_computers(start.aws, office.old, Computer.at(home, "macos"), (), key.owner, office.clock.now())

    assert told.active == ()


def test_a_computer_of_this_computers_name_is_this_one(office: Office) -> None:
    here = Computer(Platform.MACOS, office.home, {}, is_this_one=True)
    arq_7(office, STUDY, here.name.upper().replace("-", " "), age_days=2)
    start, key = office.start(), office.found().key
    assert key.owner is not None

    assert find_other_computers(start.aws, office.old, here, (), key.owner, office.clock.now()).active == ()


def test_folders_that_are_not_arqs_are_nobodys(office: Office) -> None:
    office.account.put_object(BUCKET, f"{STUDY}/something", b"x")
    office.account.put_object(BUCKET, "photos/backupconfig.json", b"{}")

    assert found(office) == ComputersFound((), ())


def test_one_bucket_that_cannot_be_read_hides_no_other_and_is_named(office: Office) -> None:
    arq_7(office, STUDY, "Study iMac", age_days=2)
    office.account.create_bucket(
        "closed",
        policy=json.dumps(
            {"Statement": [{"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::closed"}]}
        ),
    )

    told = found(office)

    assert [one.name for one in told.active] == ["Study iMac"]
    (note,) = told.notes
    assert "closed" in note
    assert BUCKET not in note


def test_a_plan_is_made_also_where_the_accounts_buckets_are_not_listed(office: Office) -> None:
    arq_7(office, STUDY, "Study iMac", age_days=2)
    office.account.fail("s3:ListAllMyBuckets", faults.refused(403, "AccessDenied"), times=99)

    assert [one.name for one in computers(office.plan(Route.SCOPED_USER))] == ["Study iMac"]


def test_looking_reads_and_leaves_no_trace(office: Office) -> None:
    arq_7(office, STUDY, "Study iMac", age_days=2)
    before, asked = office.account.trace_of(BUCKET), len(office.account.records)

    found(office)

    actions = {record.action for record in office.account.records[asked:]}
    assert {action for action in actions if action.startswith("s3:")} <= {
        "s3:ListAllMyBuckets",
        "s3:ListBucket",
        "s3:GetObject",
    }
    assert office.account.trace_of(BUCKET) == before


def test_the_old_key_is_not_turned_off_before_each_active_computer_is_ticked(office: Office) -> None:
    arq_7(office, STUDY, "Study iMac", age_days=2)
    arq_7(office, ATTIC, "Attic PC", age_days=4)
    waiting = office.rotate(Route.SCOPED_USER)
    assert [one.item for one in waiting.awaiting] == ["computer-1", "computer-2"]
    assert "“Attic PC”" in waiting.awaiting[0].title

    rotation_service.tick(office.start(), None, "computer-1")
    held = rotation_service.turn_off(office.start(), None, By.KEY)
    assert held.problem is not None
    assert "“Study iMac”" in held.problem.message
    assert "Attic" not in held.problem.message

    rotation_service.tick(office.start(), None, "computer-2")
    assert (done := rotation_service.turn_off(office.start(), None, By.KEY)).ending is Ending.DONE
    assert done.step is Step.DELETE


@pytest.mark.parametrize("route", [Route.NEW_ROOT_KEY, Route.RETIRE])
def test_every_route_asks_about_other_computers(route: Route, office: Office) -> None:
    arq_7(office, STUDY, "Study iMac", age_days=2)
    if route is Route.RETIRE:
        office.forget_programs()
        office.write(
            "Downloads/rootkey.csv",
            f"AWSAccessKeyId={office.old.access_key_id}\nAWSSecretKey={office.old.secret.reveal()}\n",
        )

    assert [one.name for one in computers(office.plan(route))] == ["Study iMac"]
