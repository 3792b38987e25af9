"""What AWS's event history names is asked about before the old key goes off; what it does not name opens nothing."""

from __future__ import annotations

import pytest

from keyturn.model.keys import AccessKeyId
from keyturn.rotation import rotation_service
from keyturn.rotation.planning.by_hand import USED_ELSEWHERE
from keyturn.rotation.steps import By, Ending, Result, Route, State
from keyturn_practice import faults
from keyturn_practice.records import Record

from .conftest import Office

CRON = ("cron/1.0", "203.0.113.7")


def happened(office: Office, key: AccessKeyId, agent: str, address: str, action: str = "s3:ListAllMyBuckets") -> None:
    """Somebody used the key a moment ago, as the event history has it; the last use comes hours later."""
    record = Record(office.clock.now(), key, action, "", "us-east-1", 200, "ok", address, agent)
    office.account._door.log.add(record)


def items(result: Result) -> list[str]:
    return [one.item for one in result.awaiting]


def asked(office: Office) -> list[AccessKeyId | None]:
    """Who asked for the event history so far."""
    return [one.key for one in office.account.records if one.action == "cloudtrail:LookupEvents"]


def test_a_program_at_another_address_is_asked_about_before_the_old_key_goes_off(office: Office) -> None:
    happened(office, office.old.access_key_id, *CRON)
    office.clock.sleep(3600)

    result = office.rotate(Route.SCOPED_USER)

    assert (result.ending, result.state) == (Ending.WAITING, State.WAITING)
    assert USED_ELSEWHERE in items(result)
    (item,) = [one for one in result.awaiting if one.item == USED_ELSEWHERE]
    assert "cron/1.0 from 203.0.113.7 in us-east-1" in item.steps[0]
    held = rotation_service.turn_off(office.start(), None, By.KEY)
    assert USED_ELSEWHERE in items(held)
    rotation_service.tick(office.start(), None, USED_ELSEWHERE)
    assert rotation_service.turn_off(office.start(), None, By.KEY).ending is Ending.DONE


def test_what_came_from_where_keyturn_itself_comes_from_is_this_computer(office: Office) -> None:
    office.found()  # Keyturn looks, and so AWS knows where it comes from
    happened(office, office.old.access_key_id, "rclone/v1.60.1", "127.0.0.1")

    assert USED_ELSEWHERE not in items(office.rotate(Route.SCOPED_USER))


def test_what_is_read_and_written_in_buckets_is_not_known_and_nothing_is_asked_about_it(office: Office) -> None:
    happened(office, office.old.access_key_id, "restic", "203.0.113.7", action="s3:PutObject")

    assert USED_ELSEWHERE not in items(office.rotate(Route.SCOPED_USER))


def test_a_use_after_the_switch_keeps_the_old_key_on_and_is_named(office: Office) -> None:
    office.rotate(Route.NEW_ROOT_KEY)
    office.clock.sleep(3600)
    happened(office, office.old.access_key_id, *CRON)
    office.clock.sleep(60)

    held = rotation_service.turn_off(office.start(), None, By.KEY)

    assert held.ending is Ending.WAITING
    assert held.problem is not None
    assert "cron/1.0 from 203.0.113.7" in held.problem.message
    assert "Is that this computer?" in held.problem.message


def test_after_the_switch_the_old_key_never_asks(office: Office) -> None:
    for route in (Route.SCOPED_USER, Route.NEW_ROOT_KEY):
        office.rotate(route)
        before = len(asked(office))
        rotation_service.carry_on(office.start(), None)
        assert office.old.access_key_id not in asked(office)[before:]
        rotation_service.undo(office.start(), None)


def test_keyturns_own_requests_are_nobodys_use(office: Office) -> None:
    office.found()
    result = office.rotate(Route.NEW_ROOT_KEY)
    office.clock.sleep(60)

    assert USED_ELSEWHERE not in items(result)
    assert rotation_service.turn_off(office.start(), None, By.KEY).ending is Ending.DONE


@pytest.mark.parametrize(
    "fault", [faults.broken_server(), faults.refused(400, "AccessDeniedException"), faults.portal()]
)
def test_a_history_that_cannot_be_read_stops_nothing_and_opens_nothing(office: Office, fault: faults.Fault) -> None:
    office.account.fail("cloudtrail:LookupEvents", fault, times=1000)

    result = office.rotate(Route.NEW_ROOT_KEY)

    assert result.state is State.WAITING
    assert result.problem is None
    office.clock.sleep(3600)
    office.use(office.old, "iam", "ListUsers", {})
    office.clock.sleep(3600)
    assert rotation_service.turn_off(office.start(), None, By.KEY).ending is Ending.WAITING


@pytest.mark.parametrize("watch_days", [0.0, 3.0])
def test_where_only_the_old_key_may_read_the_history_that_is_said_while_it_is_watched(
    office: Office, watch_days: float
) -> None:
    result = office.rotate(Route.SCOPED_USER, watch_days=watch_days)

    (notes,) = [one.notes for one in result.awaiting if any("event history" in note for note in one.notes)]
    (note,) = [note for note in notes if "event history" in note]
    assert "the new key has no right to ask" in note
    assert "CloudTrail, Event history" in note
    assert asked(office)[-1:] == [office.old.access_key_id]
    before = len(asked(office))
    rotation_service.carry_on(office.start(), None)
    assert len(asked(office)) == before


def test_where_the_new_key_may_read_it_nothing_of_the_kind_is_said(office: Office) -> None:
    result = office.rotate(Route.NEW_ROOT_KEY, watch_days=3.0)
    rotation_service.carry_on(office.start(), None)

    assert not [note for one in result.awaiting for note in one.notes if "is not asked who uses" in note]
    assert asked(office)[-1] == result.new_access_key_id
