"""Evidence is not a tick: what only a person said is told as said by a person, and not seen, until it is seen."""

from __future__ import annotations

import pytest

from keyturn.model.errors import UsageError
from keyturn.rotation import labels, rotation_service
from keyturn.rotation.carrying_out.standing import standing
from keyturn.rotation.finding.survey import take_survey
from keyturn.rotation.reporting.report import make_report
from keyturn.rotation.reporting.report_page import as_page
from keyturn.rotation.reporting.report_table import as_table
from keyturn.rotation.steps import By, Ending, Result, Route, State, Step
from keyturn.terminal import json_documents
from keyturn_practice import faults

from .conftest import Office

SAID = "said by a person, not seen"


def off(office: Office, route: Route) -> None:
    office.rotate(route)
    assert rotation_service.turn_off(office.start(), None, By.KEY).step is Step.DELETE


def done_delete(office: Office, confirm: str | None = None) -> Result:
    return rotation_service.tick(office.start(), None, "delete", confirm or office.old.access_key_id.last4)


def status_of(office: Office) -> list[dict[str, object]]:
    (rotation,) = office.rotations()
    (shown,) = json_documents.of_rotations([(rotation, standing(office.start(), rotation))])["rotations"]
    awaiting: list[dict[str, object]] = shown["awaiting"]
    return awaiting


def reports_of(office: Office) -> tuple[str, str, list[dict[str, object]]]:
    context = office.start()
    report = make_report(context, take_survey(context), asked_aws=True)
    journal: list[dict[str, object]] = json_documents.of_report(report)["rotations"][0]["journal"]
    return as_page(report), as_table(report), journal


def test_saying_that_the_key_is_deleted_takes_its_last_four_characters(office: Office) -> None:
    off(office, Route.SCOPED_USER)
    for confirm in (None, "ZZZZ", ""):
        with pytest.raises(UsageError) as caught:
            rotation_service.tick(office.start(), None, "delete", confirm)
        assert caught.value.code == "usage.confirm"
    (rotation,) = office.rotations()
    assert rotation.state is State.WAITING


def test_a_deletion_that_nobody_can_see_is_told_as_said_and_not_seen(office: Office) -> None:
    off(office, Route.SCOPED_USER)
    office.account.root_delete(office.old.access_key_id)
    result = done_delete(office)
    assert (result.ending, result.state) == (Ending.DONE, State.DONE)
    (rotation,) = office.rotations()
    assert SAID in labels.standing(rotation, standing(office.start(), rotation))
    (item,) = status_of(office)
    assert (item["item"], item["by"], item["seen"]) == ("delete", "person", False)
    page, table, journal = reports_of(office)
    assert SAID in page
    assert SAID in table
    (deletion,) = [one for one in journal if one["step"] == "delete"]
    assert (deletion["by"], deletion["seen"], deletion["went"]) == ("person", False, "by-hand")


def test_a_deletion_that_another_key_of_its_owner_sees_is_evidence(office: Office) -> None:
    off(office, Route.NEW_ROOT_KEY)
    office.account.root_delete(office.old.access_key_id)
    assert done_delete(office).state is State.DONE
    (rotation,) = office.rotations()
    assert SAID not in labels.standing(rotation, standing(office.start(), rotation))
    assert status_of(office) == []
    page, _table, journal = reports_of(office)
    assert SAID not in page
    (deletion,) = [one for one in journal if one["step"] == "delete"]
    assert (deletion["by"], deletion["seen"]) == ("person", True)


def test_a_key_that_its_owners_other_key_still_lists_is_not_deleted_whatever_is_said(office: Office) -> None:
    off(office, Route.NEW_ROOT_KEY)
    result = done_delete(office)
    assert result.ending is Ending.WAITING
    assert result.problem is not None
    assert "inactive" in result.problem.message
    (rotation,) = office.rotations()
    assert not rotation.is_over


def test_what_was_said_is_seen_as_soon_as_the_new_key_may_look(office: Office) -> None:
    off(office, Route.NEW_ROOT_KEY)
    office.account.root_delete(office.old.access_key_id)
    rule = office.account.fail("iam:ListAccessKeys", faults.refused(403, "AccessDenied"), times=99)
    assert done_delete(office).state is State.DONE
    assert rule.met
    assert [one["by"] for one in status_of(office)] == ["person"]
    office.account.faults.clear()
    (rotation,) = office.rotations()
    rotation_service.carry_on(office.start(), rotation.name)
    assert status_of(office) == []
    assert SAID not in reports_of(office)[0]


def test_a_tick_is_never_told_as_evidence(office: Office) -> None:
    office.write("notes.txt", f"the old key: {office.old.access_key_id}\n")
    waits = office.rotate(Route.SCOPED_USER)
    (item,) = [one.item for one in waits.awaiting if one.item.startswith("place-")]
    assert [one["by"] for one in status_of(office)] == [None] * len(waits.awaiting)
    rotation_service.tick(office.start(), None, item)
    said = [one for one in status_of(office) if one["by"] == "person"]
    assert [(one["item"], one["seen"]) for one in said] == [(item, False)]
    assert item not in [one.item for one in rotation_service.carry_on(office.start(), None).awaiting]
    _page, _table, journal = reports_of(office)
    (tick,) = [one for one in journal if one["step"] == item]
    assert (tick["by"], tick["seen"], tick["detail"]) == ("person", False, SAID)


def test_what_keyturn_did_itself_is_nobodys_word(office: Office) -> None:
    office.use_key_of_user("anna", age_days=900)
    off(office, Route.SAME_USER)
    rotation_service.delete(office.start(), None, office.old.access_key_id.last4)
    assert status_of(office) == []
    _page, _table, journal = reports_of(office)
    assert all(one["by"] is None and one["seen"] for one in journal)
