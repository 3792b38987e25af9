"""Arq took the new key: its own runs after the old key was off say so, or AWS does; everything else stays unknown."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from keyturn.computer.computer import Computer, Platform
from keyturn.model.keys import AccessKeyId
from keyturn.model.other_buckets import OtherBuckets
from keyturn.rotation import rotation_service
from keyturn.rotation.context import Context
from keyturn.rotation.finding.survey import take_survey
from keyturn.rotation.planning.plan import Options, Plan
from keyturn.rotation.planning.planning import make_plan
from keyturn.rotation.steps import By, Ending, Result, Route, Step

from .conftest import Office

PLAN = "5E7D9CE7-04DA-42E3-B55E-B35D76F29D03"
SCHEMA = (
    "CREATE TABLE storage_locations (id INTEGER PRIMARY KEY, active, json);"
    "CREATE TABLE backup_plans (id INTEGER PRIMARY KEY, active, plan_uuid, storage_location_id, json);"
    "CREATE TABLE activities (id INTEGER PRIMARY KEY, type, sub_type, message, created_time, finished_time, aborted,"
    " error_count, plan_uuid);"
)


@dataclass
class Mac:
    """A Mac's disk with Arq 7 on it, and the old key's file in Downloads."""

    office: Office
    root: Path

    @property
    def database(self) -> Path:
        return self.root / "Library" / "Application Support" / "ArqAgent" / "server.db"

    def start(self) -> Context:
        return replace(self.office.start(), computer=Computer.at(self.root / "Users" / "anna", "macos"))

    def set_up(self) -> None:
        old = self.office.old
        csv = self.root / "Users" / "anna" / "Downloads" / "rootkey.csv"
        csv.parent.mkdir(parents=True)
        csv.write_text(f"AWSAccessKeyId={old.access_key_id}\nAWSSecretKey={old.secret.reveal()}\n")
        self.database.parent.mkdir(parents=True)
        with closing(sqlite3.connect(self.database)) as database:
            database.executescript(SCHEMA)
            about = json.dumps({"name": "Home folder"})
            database.execute("INSERT INTO backup_plans VALUES (1, 1, ?, 1, ?)", (PLAN, about))
            database.commit()
        self.put_key(old.access_key_id)

    def put_key(self, key: AccessKeyId) -> None:
        """What Arq writes when a person saves another key in its window."""
        about = {"name": "Amazon S3", "providerType": "s3", "username": key.value, "path": "/family-archive"}
        with closing(sqlite3.connect(self.database)) as database:
            database.execute("REPLACE INTO storage_locations VALUES (1, 1, ?)", (json.dumps(about),))
            database.commit()

    def run(self, began: datetime, *, finished: bool = True, aborted: int = 0, errors: int | None = 0) -> None:
        """What Arq writes about a backup."""
        end = began.timestamp() + 60 if finished else None
        message = "Idle" if finished else "Backing up"
        values = ("backup", "backup", message, began.timestamp(), end, aborted, errors, PLAN)
        with closing(sqlite3.connect(self.database)) as database:
            columns = "type, sub_type, message, created_time, finished_time, aborted, error_count, plan_uuid"
            database.execute(f"INSERT INTO activities ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)  # noqa: S608
            database.commit()

    def plan(self, also: tuple[str, ...] = ()) -> Plan:
        start = self.start()
        survey = take_survey(start)
        (found,) = survey.find(self.office.old.access_key_id.value)
        options = Options(route=Route.SCOPED_USER, also=also, buckets=("office-backup",), watch_days=0, off_days=0)
        return make_plan(start, survey, found, options)

    def rotate(self, also: tuple[str, ...] = ()) -> AccessKeyId:
        """Rotate up to the person's part, and return the new key."""
        result = rotation_service.rotate(self.start(), self.plan(also))
        assert result.ending is Ending.WAITING, result.problem
        assert result.new_access_key_id is not None
        return result.new_access_key_id

    def changed_and_off(self) -> datetime:
        """Give Arq the new key, tick it, turn the old key off; return when that was."""
        self.put_key(self.rotate())
        rotation_service.tick(self.start(), None, "guided-arq-7")
        result = rotation_service.turn_off(self.start(), None, By.KEY)
        assert result.ending is Ending.DONE, result.problem
        (rotation,) = self.office.rotations()
        assert rotation.off_at is not None
        return rotation.off_at

    def carry_on(self) -> Result:
        return rotation_service.carry_on(self.start(), None)


@pytest.fixture
def mac(office: Office, tmp_path: Path) -> Iterator[Mac]:
    mac = Mac(office, tmp_path / "disk")
    mac.set_up()
    yield mac


def awaited(result: Result) -> list[str]:
    return [one.item for one in result.awaiting]


def test_arq_alone_is_enough_for_a_rotation(mac: Mac) -> None:
    plan = mac.plan()

    assert not plan.closed
    assert plan.policy is not None
    assert "s3:RestoreObject" in plan.policy.text()
    assert "family-archive" in plan.policy.text()
    assert plan.by_hand[0].item == "guided-arq-7"
    assert "Amazon S3 (plan “Home folder”)" in plan.by_hand[0].title


def test_a_key_whose_secret_only_arq_has_is_told_a_way_out(mac: Mac) -> None:
    (mac.root / "Users" / "anna" / "Downloads" / "rootkey.csv").unlink()

    (gate,) = (gate for gate in mac.plan().closed if gate.code == "key.unusable")

    assert "Arq 7 shows only the ID of AKIA" in gate.reason
    assert "--also arq-7 --bucket family-archive" in gate.reason


def test_a_second_root_key_leads_arq_to_a_key_of_its_own(mac: Mac) -> None:
    second = mac.office.account.create_root_key(age_days=1)
    csv = mac.root / "Users" / "anna" / "Downloads" / "rootkey.csv"
    csv.write_text(f"AWSAccessKeyId={second.access_key_id}\nAWSSecretKey={second.secret.reveal()}\n")
    start = mac.start()
    survey = take_survey(start)
    (found,) = survey.find(second.access_key_id.value)
    options = Options(
        route=Route.SCOPED_USER,
        also=("arq-7",),
        buckets=("family-archive",),
        other_buckets=OtherBuckets.LEAVE_OUT,
    )

    plan = make_plan(start, survey, found, options)

    assert not plan.closed
    assert plan.by_hand[0].item == "guided-arq-7"
    assert plan.policy is not None
    assert "s3:RestoreObject" in plan.policy.text()
    assert "s3:PutObjectRetention" not in plan.policy.text(), "the bucket has no lock"


def test_a_tick_does_not_count_while_arq_shows_the_old_key(mac: Mac) -> None:
    new = mac.rotate()

    told = rotation_service.tick(mac.start(), None, "guided-arq-7")
    assert told.problem is not None
    assert "holds the old key still" in told.problem.message

    mac.put_key(new)
    assert rotation_service.tick(mac.start(), None, "guided-arq-7").ending is Ending.DONE


def test_the_old_key_is_not_deleted_before_arq_backed_up_without_it(mac: Mac) -> None:
    off_at = mac.changed_and_off()

    held = mac.carry_on()
    assert (held.step, awaited(held)) == (Step.DELETE, ["ran-arq-7"])
    assert held.awaiting[0].notes == ("“Home folder”: its last backup cannot be seen.",)

    mac.run(off_at + timedelta(minutes=5))
    assert awaited(mac.carry_on()) == ["delete"]


@pytest.mark.parametrize(
    ("minutes", "run", "seen"),
    [
        (-5, {}, "no backup has begun since"),
        (5, {"finished": False}, "is going on since"),
        (5, {"aborted": 1}, "was cut short"),
        (5, {"errors": 3}, "ended with errors"),
        (5, {"errors": None}, "ended with errors"),
    ],
    ids=["begun before", "going on", "cut short", "errors of files", "errors not told"],
)
def test_what_proves_nothing_is_said_and_waited_for(minutes: int, run: dict[str, Any], seen: str, mac: Mac) -> None:
    off_at = mac.changed_and_off()
    mac.run(off_at + timedelta(minutes=minutes), **run)

    held = mac.carry_on()

    assert awaited(held) == ["ran-arq-7"]
    assert seen in held.awaiting[0].notes[0]
    assert "“Home folder”" in held.awaiting[0].notes[0]


def test_a_person_who_looked_may_say_so(mac: Mac) -> None:
    mac.changed_and_off()

    assert rotation_service.tick(mac.start(), None, "ran-arq-7").ending is Ending.DONE
    assert awaited(mac.carry_on()) == ["delete"]


def test_a_database_that_cannot_be_read_is_unknown_and_not_a_success(mac: Mac) -> None:
    mac.changed_and_off()
    mac.database.write_bytes(b"gone")

    held = mac.carry_on()

    assert awaited(held) == ["ran-arq-7"]
    assert "cannot see its backups" in held.awaiting[0].notes[0]


@pytest.mark.parametrize(("also", "left"), [((), ["delete"]), (("hyper-backup",), ["ran-arq-7"])])
def test_a_use_of_the_new_key_that_aws_saw_is_proof_where_only_arq_has_it(
    also: tuple[str, ...], left: list[str], mac: Mac
) -> None:
    mac.put_key(mac.rotate(also))
    for name in ("arq-7", *also):
        rotation_service.tick(mac.start(), None, f"guided-{name}")
    mac.office.clock.advance(3600)
    new = mac.office.kept(mac.office.rotations()[0].new_key or mac.office.old.access_key_id)
    mac.office.use(new, "s3", "ListObjectsV2", {"Bucket": "family-archive"}, "eu-central-1")
    mac.office.clock.advance(7 * 3600)

    mac.carry_on()
    assert mac.office.rotations()[0].new_key_used is not None
    rotation_service.turn_off(mac.start(), None, By.KEY)

    assert awaited(mac.carry_on()) == left


def test_keyturns_own_uses_of_the_new_key_prove_nothing(mac: Mac) -> None:
    mac.put_key(mac.rotate())
    mac.office.clock.advance(8 * 3600)

    mac.carry_on()

    assert mac.office.rotations()[0].new_key_used is None


def test_an_undo_waits_for_arq_to_have_the_old_key_again(mac: Mac) -> None:
    mac.put_key(mac.rotate())  # and nothing was ticked

    held = rotation_service.undo(mac.start(), None)
    assert awaited(held) == ["back-arq-7"]

    mac.put_key(mac.office.old.access_key_id)
    assert rotation_service.undo(mac.start(), None).ending is Ending.DONE


@pytest.fixture
def with_arqc(mac: Mac, tmp_path: Path) -> Computer:
    """The same Mac with an `arqc` that takes everything on and writes down what it was told."""
    folder = tmp_path / "programs"
    folder.mkdir()
    lists = f'UUID={PLAN}\\tname="Home folder"\\tstorage location="Amazon S3"\\ntotal backup plans: 1\\n'
    (folder / "arqc").write_text(f"#!/bin/sh\necho \"$@\" >> {folder}/told\nprintf '{lists}'\n")
    (folder / "arqc").chmod(0o755)
    return Computer(Platform.MACOS, mac.root / "Users" / "anna", {"PATH": str(folder)}, is_this_one=True)


def test_backups_are_held_while_the_key_is_changed_and_run_once_it_is_ticked(
    mac: Mac, with_arqc: Computer, tmp_path: Path
) -> None:
    told = tmp_path / "programs" / "told"
    start = replace(mac.start(), computer=with_arqc)
    rotation_service.rotate(start, mac.plan())
    assert told.read_text().splitlines() == ["pauseBackups 30"]

    new = mac.office.rotations()[0].new_key
    assert new is not None
    mac.put_key(new)
    rotation_service.tick(start, None, "guided-arq-7")

    assert told.read_text().splitlines()[1:] == ["resumeBackups", "listBackupPlans", f"startBackupPlan {PLAN}"]
    assert any("Arq 7 backs up now: “Home folder”" in event.detail for event in mac.office.events)
