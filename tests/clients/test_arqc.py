"""`arqc`, stood in for by a script that answers as the real one does (facts/arq.md 3). No Mac is at hand."""

from __future__ import annotations

import json
import shlex
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from keyturn.clients.programs.arq_runs import ArqRuns
from keyturn.clients.programs.arqc import Arqc, find_arqc
from keyturn.computer.computer import Computer, Platform
from keyturn.model.keys import AccessKeyId
from keyturn.model.places import Place, PlaceKind

PLAN = "5E7D9CE7-04DA-42E3-B55E-B35D76F29D03"
OTHER = "0A1B2C3D-04DA-42E3-B55E-B35D76F29D03"
ONE_PLAN = f'UUID={PLAN}\tname="Home folder"\tstorage location="Amazon S3"\n'
IDLE: dict[str, Any] = {
    "type": "backup",
    "message": "Idle",
    "aborted": False,
    "errorCount": 0,
    "createdTime": 1.78e9,
    "finishedTime": 1.78e9 + 90,
}


class FakeArqc:
    """Answers by verb, and writes down what it was asked and what it saw around it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.program = folder / "arqc"
        answering = folder / "arqc.py"
        # A shell in between: the line with the program's name ends at a space, and Python's own path may hold one.
        self.program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} {shlex.quote(str(answering))} "$@"\n')
        answering.write_text(
            "import os, pathlib, sys, time\n"
            f"folder = pathlib.Path({str(folder)!r})\n"
            "with (folder / 'asked').open('a') as file: print(*sys.argv[1:], file=file)\n"
            "(folder / 'environment').write_text(repr(dict(os.environ)))\n"
            "answer = folder / f'{sys.argv[1]}.answer'\n"
            "if not answer.exists(): sys.exit('unknown command')\n"
            "if answer.read_text() == 'hang': time.sleep(60)\n"
            "sys.stdout.write(answer.read_text())\n"
        )
        self.program.chmod(0o755)

    def answers(self, verb: str, text: str) -> None:
        (self.folder / f"{verb}.answer").write_text(text)

    @property
    def asked(self) -> list[str]:
        return (self.folder / "asked").read_text().splitlines()


@pytest.fixture
def fake(tmp_path: Path) -> FakeArqc:
    return FakeArqc(tmp_path)


@pytest.fixture
def arqc(fake: FakeArqc, tmp_path: Path) -> Arqc:
    found = find_arqc(Computer(Platform.MACOS, tmp_path, {"PATH": str(tmp_path)}, is_this_one=True))
    assert found is not None
    return found


def test_the_plans_are_listed(fake: FakeArqc, arqc: Arqc) -> None:
    fake.answers("listBackupPlans", f"{ONE_PLAN}total backup plans: 1\n")

    assert arqc.plans() == (PLAN,)


@pytest.mark.parametrize(
    "answer",
    [
        f'UUID={PLAN}\tname="Say "x""\tstorage location="S3"\ntotal backup plans: 1\n',
        f"{ONE_PLAN}total backup plans: 2\n",
        ONE_PLAN,
        "Error: the app is locked\n",
        "",
    ],
    ids=["quotation marks in a name", "one is missing", "torn", "something else", "nothing"],
)
def test_a_list_that_could_be_read_in_two_ways_is_not_believed(answer: str, fake: FakeArqc, arqc: Arqc) -> None:
    fake.answers("listBackupPlans", answer)

    assert arqc.plans() is None


def test_a_finished_run_is_told(fake: FakeArqc, arqc: Arqc) -> None:
    fake.answers("latestBackupActivityJSON", json.dumps(IDLE))

    run = arqc.latest_run(PLAN)

    assert run is not None
    assert (run.ended_well, run.going_on) == (True, False)
    assert fake.asked == [f"latestBackupActivityJSON {PLAN}"]


def test_a_warning_before_the_answer_does_not_hide_it(fake: FakeArqc, arqc: Arqc) -> None:
    fake.answers("latestBackupActivityJSON", f"Warning: no app password is set.\n{json.dumps(IDLE, indent=2)}\n")

    run = arqc.latest_run(PLAN)

    assert run is not None
    assert run.ended_well


@pytest.mark.parametrize(
    ("told", "ended_well", "going_on"),
    [
        ({"message": "Backing up"}, None, True),
        ({"aborted": True}, False, False),
        ({"errorCount": 3}, None, False),
        ({"errorCount": None}, None, False),
        ({"finishedTime": "yesterday"}, None, False),
    ],
    ids=["going on", "aborted", "errors", "errors not told", "no time"],
)
def test_only_a_finished_run_without_errors_ended_well(
    told: dict[str, Any], ended_well: bool | None, going_on: bool, fake: FakeArqc, arqc: Arqc
) -> None:
    fake.answers("latestBackupActivityJSON", json.dumps(IDLE | told))

    run = arqc.latest_run(PLAN)

    assert run is not None
    assert (run.ended_well, run.going_on) == (ended_well, going_on)


@pytest.mark.parametrize("answer", ["", "[]", "{", "no activity", '{"type": "restore"}', "[" * 9999 + "{}"])
def test_an_answer_of_another_form_is_not_known(answer: str, fake: FakeArqc, arqc: Arqc) -> None:
    fake.answers("latestBackupActivityJSON", answer)

    assert arqc.latest_run(PLAN) is None


def test_a_plan_is_started_by_its_uuid(fake: FakeArqc, arqc: Arqc) -> None:
    fake.answers("startBackupPlan", "")

    assert arqc.start(PLAN)
    assert fake.asked == [f"startBackupPlan {PLAN}"]


def test_backups_are_held_and_let_go_on(fake: FakeArqc, arqc: Arqc) -> None:
    fake.answers("pauseBackups", "")
    fake.answers("resumeBackups", "")

    assert arqc.pause(15)
    assert arqc.resume()
    assert fake.asked == ["pauseBackups 15", "resumeBackups"]


def test_a_refusal_is_no_success(arqc: Arqc) -> None:
    assert not arqc.start(PLAN)
    assert arqc.plans() is None


def test_what_is_no_uuid_is_never_an_argument(fake: FakeArqc, arqc: Arqc) -> None:
    fake.answers("startBackupPlan", "")

    assert not arqc.start("--all")
    assert arqc.latest_run(f"{PLAN}\n--all") is None
    assert not (fake.folder / "asked").exists()


def test_a_program_that_hangs_is_stopped_and_nothing_is_known(fake: FakeArqc, arqc: Arqc) -> None:
    fake.answers("latestBackupActivityJSON", "hang")

    assert Arqc(arqc.program, arqc.computer, seconds=0.3).latest_run(PLAN) is None


def test_it_sees_nothing_of_the_surrounding_variables(
    fake: FakeArqc, arqc: Arqc, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "never")
    fake.answers("startBackupPlan", "")

    arqc.start(PLAN)

    assert "AWS_" not in (fake.folder / "environment").read_text()


def test_another_computers_disk_has_no_arqc(tmp_path: Path, fake: FakeArqc) -> None:
    assert find_arqc(Computer(Platform.MACOS, tmp_path, {"PATH": str(tmp_path)}, is_this_one=False)) is None
    assert find_arqc(Computer(Platform.LINUX, tmp_path, {"PATH": str(tmp_path)}, is_this_one=True)) is None


# ── The runs of a storage location's plans, from `arqc` and from the database ────────────────────────────────────────


@pytest.fixture
def place(tmp_path: Path) -> Place:
    path = tmp_path / "server.db"
    with closing(sqlite3.connect(path)) as database:
        database.executescript(
            "CREATE TABLE storage_locations (id INTEGER PRIMARY KEY);"
            "CREATE TABLE backup_plans (id INTEGER PRIMARY KEY, name, plan_uuid, storage_location_id);"
            "CREATE TABLE activities (id INTEGER PRIMARY KEY, type, sub_type, created_time, finished_time, aborted,"
            " error_count, plan_uuid);"
        )
        database.execute("INSERT INTO backup_plans VALUES (1, 'Home folder', ?, 2), (2, 'Other', ?, 3)", (PLAN, OTHER))
        database.execute("INSERT INTO activities VALUES (1, 'backup', 'backup', 1.7e9, 1.7e9, 1, 0, ?)", (PLAN,))
        database.commit()
    key = AccessKeyId("AKIAOLD0EXAMPLE07Q2P")
    return Place("arq-7", "S3", path, "storage_locations 2", PlaceKind.DESTINATION, key)


def test_a_run_that_the_database_tells_of_is_not_asked_for(place: Place, fake: FakeArqc, arqc: Arqc) -> None:
    (newest,) = ArqRuns().newest(arqc.computer, [place])

    assert newest.plan == "Home folder"
    assert newest.run is not None
    assert newest.run.ended_well is False
    assert not (fake.folder / "asked").exists()


@pytest.mark.parametrize(
    "change",
    ["DELETE FROM activities", "UPDATE activities SET aborted = 0, error_count = NULL"],
    ids=["no run", "a run of which not enough is told"],
)
def test_arqc_is_asked_where_the_database_does_not_tell_and_only_about_the_places_plans(
    change: str, place: Place, fake: FakeArqc, arqc: Arqc
) -> None:
    with closing(sqlite3.connect(place.path)) as database:
        database.execute(change)
        database.commit()
    fake.answers("latestBackupActivityJSON", json.dumps(IDLE))

    (newest,) = ArqRuns().newest(arqc.computer, [place])

    assert newest.run is not None
    assert newest.run.ended_well
    assert fake.asked == [f"latestBackupActivityJSON {PLAN}"]


def test_only_plans_that_arqc_lists_are_started(place: Place, fake: FakeArqc, arqc: Arqc) -> None:
    fake.answers("startBackupPlan", "")
    fake.answers("listBackupPlans", "total backup plans: 0\n")
    assert ArqRuns().start(arqc.computer, [place]) == ()

    fake.answers("listBackupPlans", f"{ONE_PLAN}total backup plans: 1\n")
    assert ArqRuns().start(arqc.computer, [place]) == ("Home folder",)
    assert fake.asked[-1] == f"startBackupPlan {PLAN}"


def test_backups_are_held_only_where_there_is_an_arqc(fake: FakeArqc, arqc: Arqc, tmp_path: Path) -> None:
    fake.answers("pauseBackups", "")
    elsewhere = Computer(Platform.MACOS, tmp_path, {}, is_this_one=False)

    assert (ArqRuns().at_hand(arqc.computer), ArqRuns().hold(arqc.computer, 30)) == (True, True)
    assert (ArqRuns().at_hand(elsewhere), ArqRuns().hold(elsewhere, 30)) == (False, False)


def test_a_database_that_is_gone_has_no_plans(place: Place, arqc: Arqc) -> None:
    place.path.unlink()

    assert ArqRuns().newest(arqc.computer, [place]) == ()
    assert ArqRuns().start(arqc.computer, [place]) == ()
