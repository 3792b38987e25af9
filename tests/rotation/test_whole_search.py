"""The whole computer is searched for the old key: before it is switched, and again before it is turned off."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from keyturn.clients.search.folder_search import Searched
from keyturn.model.keys import AccessKeyId, KeyStatus
from keyturn.model.places import Findings
from keyturn.model.search_scope import SearchScope
from keyturn.rotation import rotation_service
from keyturn.rotation.events.rotation_events import Extent
from keyturn.rotation.finding.survey import take_survey
from keyturn.rotation.finding.whole_search import what_was_searched
from keyturn.rotation.reporting.report import make_report
from keyturn.rotation.steps import By, Ending, Result, Route, Step

from .conftest import Office

DEEP = "projects/shop/deploy/2019/settings.local"


@pytest.fixture
def searched_office(office: Office) -> Office:
    office.search_scope = SearchScope.USUAL
    return office


def titles(result: Result) -> str:
    return " ".join(one.title for one in result.awaiting)


def turn_off(office: Office) -> Result:
    return rotation_service.turn_off(office.start(), None, By.KEY)


def test_a_file_that_no_program_of_ours_reads_is_found_before_the_key_is_switched(searched_office: Office) -> None:
    office = searched_office
    path = office.write(DEEP, f"key: {office.old.access_key_id}\n")

    plan = office.plan(Route.SCOPED_USER)

    assert [one for one in plan.by_hand if str(path) in one.title]
    assert any("Searched for the key" in note for note in plan.notes)
    held = rotation_service.rotate(office.start(), plan)
    assert str(path) in titles(held)
    assert turn_off(office).ending is Ending.WAITING


def test_a_file_that_came_after_the_plan_is_found_before_the_old_key_goes_off(searched_office: Office) -> None:
    office = searched_office
    office.rotate(Route.SCOPED_USER)
    path = office.write(DEEP, f"key: {office.old.access_key_id}\n")

    held = turn_off(office)

    assert held.ending is Ending.WAITING
    assert str(path) in titles(held)
    assert office.status_of(office.old.access_key_id) is KeyStatus.ACTIVE
    assert str(path) in titles(rotation_service.carry_on(office.start(), None))
    (item,) = (one.item for one in held.awaiting if str(path) in one.title)
    rotation_service.tick(office.start(), None, item)
    assert turn_off(office).step is Step.DELETE


def test_a_program_that_got_the_old_key_back_keeps_it_on(searched_office: Office) -> None:
    office = searched_office
    office.rotate(Route.SCOPED_USER)
    office.write_programs()  # somebody put a backup of the files back

    held = turn_off(office)

    # Every program is proved now, and this one holds another key than it was given.
    assert held.ending in {Ending.STOPPED, Ending.WAITING}
    assert held.problem is not None
    assert "rclone oma" in f"{held.problem.title} {held.problem.message} {titles(held)}"
    assert office.status_of(office.old.access_key_id) is KeyStatus.ACTIVE


def test_what_holds_the_old_key_no_longer_is_not_awaited_any_more(searched_office: Office) -> None:
    office = searched_office
    office.rotate(Route.SCOPED_USER)
    path = office.write(DEEP, f"key: {office.old.access_key_id}\n")
    assert turn_off(office).ending is Ending.WAITING

    path.unlink()

    assert turn_off(office).step is Step.DELETE


def test_copies_that_no_program_reads_are_looked_through_together(searched_office: Office) -> None:
    office = searched_office
    for name in ("old/rclone.conf.bak", "old/backup.log", "old/backup.log.1", ".local/share/x/notes~"):
        office.write(name, f"key: {office.old.access_key_id}\n")
    office.write("old/run", f"key: {office.old.access_key_id}\n")

    awaited = office.rotate(Route.SCOPED_USER).awaiting

    (together,) = (one for one in awaited if one.item.startswith("copies-"))
    assert "4 copies" in together.title
    assert "rclone.conf.bak" in together.steps[0]
    assert len([one for one in awaited if "Look at" in one.title]) == 1


def test_where_nothing_was_to_be_searched_the_plan_and_the_journal_say_so(office: Office) -> None:
    office.write(DEEP, f"key: {office.old.access_key_id}\n")

    plan = office.plan(Route.SCOPED_USER)
    rotation_service.rotate(office.start(), plan)
    turned = turn_off(office)

    assert any("was not searched beyond the places" in note for note in plan.notes)
    assert turned.step is Step.DELETE
    (rotation,) = office.rotations()
    assert rotation.searched == Extent()


def test_folders_that_the_settings_name_are_searched_before_the_switch_and_before_turn_off(
    searched_office: Office, tmp_path: Path
) -> None:
    office = searched_office
    away = tmp_path / "nas"
    away.mkdir()
    office.search_folders = (away,)
    (away / "before.jpg").write_text(f"key: {office.old.access_key_id}\n")

    plan = office.plan(Route.SCOPED_USER)
    assert [one for one in plan.by_hand if "before.jpg" in one.title]

    office.rotate(Route.SCOPED_USER)
    (away / "since.jpg").write_text(f"key: {office.old.access_key_id}\n")
    assert "since.jpg" in titles(turn_off(office))


def test_the_journal_says_how_much_was_searched(searched_office: Office) -> None:
    office = searched_office
    office.rotate(Route.SCOPED_USER)
    turn_off(office)

    (rotation,) = office.rotations()
    assert rotation.searched is not None
    assert (rotation.searched.scope, rotation.searched.finished) == (SearchScope.USUAL, True)
    assert rotation.searched.files >= 2
    assert rotation.still_holding == ()


def test_the_report_says_that_a_search_was_ended_early_and_that_one_was_left_out(searched_office: Office) -> None:
    office = searched_office
    plan = office.plan(Route.SCOPED_USER)
    assert plan.searched is not None
    rotation_service.rotate(office.start(), replace(plan, searched=replace(plan.searched, finished=False)))

    def told() -> list[str]:
        context = office.start()
        (story,) = make_report(context, take_survey(context), asked_aws=True).rotations
        return [one.detail for one in story.happened if one.step == "search"]

    assert [one.endswith("then ended early") for one in told()] == [True]
    rotation_service.undo(office.start(), None)
    office.search_scope = SearchScope.NONE
    office.rotate(Route.SCOPED_USER)
    context = office.start()
    newest = make_report(context, take_survey(context), asked_aws=True).rotations[0]
    assert [one.detail for one in newest.happened if one.step == "search"] == ["left out, as was asked"]


def test_a_search_that_was_ended_early_is_told_in_the_plan() -> None:
    said = what_was_searched(
        Searched(Findings(), files=12, size=3000, finished=False), AccessKeyId("AKIAIOSFODNN7EXAMPLE")
    )

    assert "ended early, after 12 files" in said
    assert "searches again" in said
