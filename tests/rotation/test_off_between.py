"""A person has the old key deleted: whether it was off all the time is told and written down, and stops nobody."""

from __future__ import annotations

import pytest

from keyturn.rotation import rotation_service
from keyturn.rotation.events.rotation_events import OffThroughout
from keyturn.rotation.finding.survey import take_survey
from keyturn.rotation.reporting.report import make_report
from keyturn.rotation.reporting.report_page import as_page
from keyturn.rotation.steps import By, Ending, Route, Step
from keyturn_practice import faults

from .conftest import Office


def deleted_after_its_days(office: Office) -> OffThroughout:
    """Delete the old key, and return what was written down of the time in between."""
    office.clock.advance(8 * 24 * 3600)
    office.events.clear()
    result = rotation_service.delete(office.start(), None, office.old.access_key_id.last4)
    assert result.ending is Ending.DONE, str(result.problem)
    assert not office.account.accepts(office.old)
    (rotation,) = office.rotations()
    seen = rotation.newest(OffThroughout)
    assert seen is not None
    return seen


def told(office: Office) -> str:
    return " ".join(event.detail for event in office.events if event.step is Step.DELETE)


def report_of(office: Office) -> str:
    context = office.start()
    return as_page(make_report(context, take_survey(context), asked_aws=True))


@pytest.fixture
def off(office: Office) -> Office:
    """The old key is off, and waits to be deleted; the new one may read the event history."""
    office.rotate(Route.NEW_ROOT_KEY)
    assert rotation_service.turn_off(office.start(), None, By.KEY).step is Step.DELETE
    return office


def test_that_nobody_turned_it_on_in_between_is_evidence(off: Office) -> None:
    assert deleted_after_its_days(off) == OffThroughout(True)
    for said in (told(off), report_of(off)):
        assert "nobody turned it on in between" in said


def test_that_somebody_did_and_took_it_back_is_told_and_the_persons_yes_counts(off: Office) -> None:
    off.clock.advance(3600)
    off.account.root_turn_on(off.old.access_key_id)
    off.account.root_turn_off(off.old.access_key_id)
    seen = deleted_after_its_days(off)
    assert (seen.off_throughout, seen.turned_on is not None) == (False, True)
    for said in (told(off), report_of(off)):
        assert "somebody turned it on again on " in said


@pytest.mark.parametrize("fault", [faults.refused(400, "AccessDeniedException"), faults.broken_server()])
def test_what_the_event_history_does_not_tell_is_named_and_stops_nobody(off: Office, fault: faults.Fault) -> None:
    off.account.fail("cloudtrail:LookupEvents", fault, times=1000)
    assert deleted_after_its_days(off) == OffThroughout(False)
    for said in (told(off), report_of(off)):
        assert "whether it was on in between was not seen" in said
