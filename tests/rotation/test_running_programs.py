"""A program that remembers its file and would write it over the new key is stopped before, or nothing is changed."""

from __future__ import annotations

import errno
import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from keyturn.clients.running_programs import overwriters
from keyturn.rotation import rotation_service
from keyturn.rotation.steps import Ending, Step

from .conftest import Office

CONFIG = ".config/backrest/config.json"


@pytest.fixture
def backrest(office: Office) -> Path:
    """Backrest's file, with a repository on S3 and the old key."""
    key, secret = office.old.access_key_id.value, office.old.secret.reveal()
    repository = {
        "id": "laptop",
        "uri": f"s3:{office.url}/office-backup/backrest",
        "env": [f"AWS_ACCESS_KEY_ID={key}", f"AWS_SECRET_ACCESS_KEY={secret}"],
    }
    return office.write(CONFIG, json.dumps({"repos": [repository]}, indent=2))


@contextmanager
def running(folder: Path, config: Path) -> Iterator[int]:
    """Something that is called backrest and was told to read `config`; gives its process number."""
    program = folder / "backrest"
    program.write_text("#!/bin/sh\necho ready\nread -r _\n")
    program.chmod(0o755)
    with subprocess.Popen(
        [program], env={"BACKREST_CONFIG": str(config)}, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        process.stdout.readline()
        try:
            yield process.pid
        finally:
            process.stdin.close()


def test_while_it_runs_nothing_is_made_and_the_reason_is_told(office: Office, backrest: Path, tmp_path: Path) -> None:
    with running(tmp_path, backrest) as pid:
        plan = office.plan()
        (gate,) = plan.closed
        assert (gate.code, gate.step, gate.waits) == ("program.running", Step.CHECK, True)
        assert str(pid) in gate.reason
        assert "Stop Backrest" in gate.reason
        result = rotation_service.rotate(office.start(), plan)

    assert result.ending is Ending.WAITING
    assert office.account.user_names() == ()


def test_once_it_is_stopped_the_rotation_goes_on(office: Office, backrest: Path) -> None:
    result = office.rotate()

    assert result.problem is None
    assert result.new_access_key_id is not None
    assert office.pairs_in_files() == {result.new_access_key_id.value}


def test_one_that_was_started_since_the_plan_keeps_the_old_key(office: Office, backrest: Path, tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in office.home.rglob("*") if path.is_file()}
    plan = office.plan()
    with running(tmp_path, backrest):
        result = rotation_service.rotate(office.start(), plan)

    assert (result.ending, result.problem and result.problem.code) == (Ending.PUT_BACK, "program.running")
    assert {path: path.read_bytes() for path in before} == before
    assert office.account.user_names() == ()


def test_undo_waits_until_it_is_stopped(office: Office, backrest: Path, tmp_path: Path) -> None:
    new = office.rotate().new_access_key_id
    assert new is not None
    with running(tmp_path, backrest):
        result = rotation_service.undo(office.start(), None)
        assert result.problem is not None
        assert result.problem.code == "program.running"
        assert new.value in backrest.read_text()

    assert rotation_service.undo(office.start(), None).ending is Ending.DONE
    assert office.pairs_in_files() == {office.old.access_key_id.value}


def test_one_that_reads_another_file_is_not_in_the_way(office: Office, backrest: Path, tmp_path: Path) -> None:
    places = [place for place in office.found().places if place.client == "backrest"]
    assert len(places) == 1
    with running(tmp_path, tmp_path / "another.json"):
        assert overwriters(office.start().computer, places) == ()
    with running(tmp_path, backrest):
        assert len(overwriters(office.start().computer, places)) == 1


def unseen(*_: object) -> Iterator[psutil.Process]:
    raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))


def test_where_the_system_does_not_tell_what_runs_nothing_is_begun(
    office: Office, backrest: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(psutil, "process_iter", unseen)
    assert [gate.code for gate in office.plan().closed] == ["program.unseen"]


def test_where_the_system_does_not_tell_what_runs_the_person_looks_before_the_old_key_goes_off(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.rotate()
    monkeypatch.setattr(psutil, "process_iter", unseen)
    waiting = rotation_service.turn_off(office.start(), None)
    (item,) = (one for one in waiting.awaiting if one.item == "restart-unseen")
    assert "rclone, restic" in item.title
    assert waiting.ending is Ending.WAITING
    assert rotation_service.tick(office.start(), None, item.item).ending is Ending.DONE
    assert [one.item for one in rotation_service.turn_off(office.start(), None).awaiting] == ["turn-off"]
