"""What cannot be read is a place: counted, asked about, and looked at by the person where it is left out."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from keyturn.model.errors import UsageError
from keyturn.model.places import PlaceKind
from keyturn.rotation import rotation_service
from keyturn.rotation.finding import situation
from keyturn.rotation.finding.survey import Survey, take_survey
from keyturn.rotation.steps import Ending, Route

from .conftest import Office


@pytest.fixture
def damaged(office: Office) -> Path:
    """restic's file cannot be read any more; rclone's can."""
    path = office.home / ".config/restic/office.env"
    path.unlink()
    path.mkdir()
    return path


@pytest.fixture
def never_read(office: Office) -> Path:
    """s3cmd's file could never be read, and s4cmd reads the same one."""
    path = office.home / ".s3cfg"
    path.mkdir()
    return path


def survey_of(office: Office) -> Survey:
    return take_survey(office.start())


def test_it_closes_the_gate_and_says_how_to_leave_it_out(office: Office, never_read: Path) -> None:
    (gate,) = office.plan(Route.SCOPED_USER).closed

    assert gate.code == "file.not-a-file"
    assert f"--leave-out {never_read}" in gate.reason
    assert "try again" in gate.reason


def test_a_file_that_two_programs_read_is_told_once(office: Office, never_read: Path) -> None:
    told = [problem for problem in survey_of(office).problems if problem.path == never_read]

    assert [problem.clients for problem in told] == [("s3cmd", "s4cmd")]


def test_plan_and_headline_count_it(office: Office, never_read: Path) -> None:
    survey = survey_of(office)
    said = situation.of_survey(survey, office.clock.now(), office.home)
    offline = situation.not_asked(survey)
    plan = office.plan(Route.SCOPED_USER)

    assert "at least two places" in said.sentences[0]
    assert "One more place could not be read" in said.sentences[0]
    assert "at least one access key" in offline.title
    assert any("at least two places" in note and str(never_read) in note for note in plan.notes)
    (unread,) = plan.as_json()["unread"]
    assert (unread["path"], unread["clients"], unread["left_out"]) == (str(never_read), ["s3cmd", "s4cmd"], False)


def test_no_key_found_is_said_only_of_what_could_be_read(office: Office, never_read: Path) -> None:
    office.forget_programs()
    said = situation.of_survey(survey_of(office), office.clock.now(), office.home)

    assert said.title == "No AWS access key was found in what could be read on this computer."
    assert said.sentences[0].startswith("One place could not be read")


@pytest.mark.parametrize("options", [{"leave_out": (Path("~/.s3cfg"),)}, {"only": ("rclone", "restic")}])
def test_what_was_never_read_can_be_left_out_by_path_and_by_program(
    office: Office, never_read: Path, options: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(office.home))
    plan = office.plan(Route.SCOPED_USER, **options)

    assert not plan.closed
    assert plan.as_json()["unread"][0]["left_out"]
    assert any("before the old key is turned off" in note for note in plan.notes)


def test_what_is_left_out_is_looked_at_before_the_old_key_goes_off(office: Office, never_read: Path) -> None:
    result = office.rotate(Route.SCOPED_USER, leave_out=(never_read,))
    awaited = {one.title: one.item for one in result.awaiting}
    (title,) = [title for title in awaited if str(never_read) in title]
    off = rotation_service.turn_off(office.start(), result.rotation, None, 0)

    assert "nobody knows whether it holds" in title
    assert off.ending is Ending.WAITING
    ticked = rotation_service.tick(office.start(), result.rotation, awaited[title])
    assert title not in {one.title for one in ticked.awaiting}


def test_what_is_left_out_and_turns_out_to_hold_the_key_is_found_again(office: Office, never_read: Path) -> None:
    result = office.rotate(Route.SCOPED_USER, leave_out=(never_read,))
    never_read.rmdir()
    key, secret = office.old.access_key_id.value, office.old.secret.reveal()
    office.write(".s3cfg", f"[default]\naccess_key = {key}\nsecret_key = {secret}\n")
    office.search_scope = type(office.search_scope).USUAL

    off = rotation_service.turn_off(office.start(), result.rotation, None, 0)

    assert any("holds the old key" in one.title and str(never_read) in one.title for one in off.awaiting)


def test_one_of_two_files_of_the_same_program_can_be_left_out(office: Office) -> None:
    other = office.write(".config/restic/second.env", "")
    os.truncate(other, 1 << 30)
    open_gates = [gate.code for gate in office.plan(Route.SCOPED_USER, only=("restic", "rclone")).closed]
    plan = office.plan(Route.SCOPED_USER, leave_out=(other,))

    assert open_gates == ["file.too-big"]
    assert not plan.closed
    assert {edit.path.name for edit in plan.edits} == {"office.env", "rclone.conf"}


def test_a_file_that_was_read_can_be_left_out_too(office: Office) -> None:
    restic = office.home / ".config/restic/office.env"
    plan = office.plan(Route.SCOPED_USER, leave_out=(restic,))

    assert [edit.path.name for edit in plan.edits] == ["rclone.conf"]
    assert plan.decision is not None
    assert [(one.path, one.kind) for one in plan.decision.mentions] == [(restic, PlaceKind.DESTINATION)]


def test_a_program_that_was_never_read_may_be_named_with_only(office: Office, never_read: Path) -> None:
    plan = office.plan(Route.SCOPED_USER, only=("rclone", "s3cmd"))

    assert [gate.code for gate in plan.closed] == ["file.not-a-file"]


def test_a_file_that_has_nothing_to_do_with_the_key_is_refused(office: Office) -> None:
    with pytest.raises(UsageError, match="no file that this rotation would touch"):
        office.plan(Route.SCOPED_USER, leave_out=(office.home / "letter.txt",))


def test_a_damaged_file_counts_where_the_keys_id_stands_in_it(office: Office, damaged: Path) -> None:
    damaged.rmdir()
    office.write(".config/resticprofile/profiles.yaml", "a: [\n- nothing here\n")
    assert not office.plan(Route.SCOPED_USER).unread
    office.write(".config/resticprofile/profiles.yaml", f"a: [\n- {office.old.access_key_id}\n")
    plan = office.plan(Route.SCOPED_USER)

    assert [(one.code, left) for one, left in plan.unread] == [("file.unparsable", False)]
    left = office.plan(Route.SCOPED_USER, leave_out=(office.home / ".config/resticprofile/profiles.yaml",))
    assert left.decision is not None
    assert [one.kind for one in left.decision.mentions] == [PlaceKind.MENTION]


def test_an_unread_place_outlives_a_restart(office: Office, never_read: Path) -> None:
    result = office.rotate(Route.SCOPED_USER, leave_out=(never_read,))
    (rotation,) = office.rotations()

    (place,) = rotation.decision.mentions
    assert (place.kind, place.path) == (PlaceKind.UNREAD, never_read)
    assert replace(place, note="").secret is None
    assert result.rotation == rotation.name
