"""Where nobody knows what AWS does, the practice account can be either way, and a rotation ends well with both.

The unknowns are those of facts/aws.md section C and its every [?] that a program without a browser can meet.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from keyturn.model.keys import KeyStatus
from keyturn.rotation import rotation_service
from keyturn.rotation.steps import By, Ending, Route, State
from keyturn_practice.timeline import Lag

from .conftest import Office, opened_office

# C2, C3, C4, C5, C7, C8; and what facts/clients.md 20 leaves open.
SWITCHES: list[dict[str, bool | str]] = [
    {},
    {"inactive_is_denied": True},
    {"users_see_root_use": True},
    {"rejected_uses_count": True},
    {"rejected_uses_count": True, "inactive_is_denied": True},
    {"status_is_a_rotation": True},
    {"initiator_may_abort": False},
    {"root_alias": "grandmas-account"},
    {"private_acl_needs_right": False},
    {"iam_region_counts": True},
    {"pretend_tls": True},
]

# C6 and C9: how fast last use and changes move.
LAGS = {
    "at once": Lag(),
    "as people measured": Lag(new=8, off=4, policy=6, user=4, last_use=900, flap=2, echo=60, more={"s3": 1}),
    "last use hours late": Lag(new=8, off=4, policy=6, last_use=4 * 3600),
    "iam behind the others": Lag(new=8, off=4, policy=6, user=12, more={"iam": 10}),
    "slow": Lag(new=60, off=40, policy=80, user=14, flap=20, echo=300, last_use=900),
}


def carried_through(office: Office, route: Route) -> None:
    """From the old key to its deletion, with the way back tried once in between."""
    key = office.old.access_key_id
    before = {bucket: office.account.trace_of(bucket) for bucket in office.account.buckets}
    rotated = office.rotate(route)
    assert rotated.ending is Ending.WAITING, str(rotated.problem)
    assert rotated.new_access_key_id is not None
    assert rotation_service.carry_on(office.start(), None).problem is None

    def off() -> None:
        if route is Route.SCOPED_USER:
            office.account.root_turn_off(key)
            office.clock.advance(90)
        result = rotation_service.turn_off(office.start(), None, None if route is Route.SCOPED_USER else By.KEY)
        assert (result.ending, result.problem) == (Ending.DONE, None), str(result.problem)
        assert office.status_of(key) is KeyStatus.INACTIVE

    off()
    if route is Route.SCOPED_USER:
        asked = rotation_service.turn_on(office.start(), None)
        assert (asked.ending, [one.item for one in asked.awaiting]) == (Ending.WAITING, ["turn-on"])
        office.account.root_turn_on(key)
        office.clock.advance(90)
    on = rotation_service.turn_on(office.start(), None)
    assert on.ending is Ending.DONE, str(on.problem)
    off()

    deleted = rotation_service.delete(office.start(), None, key.last4)
    if route is Route.SCOPED_USER:
        assert deleted.ending is Ending.WAITING
        office.account.root_delete(key)
        office.clock.advance(90)
        deleted = rotation_service.tick(office.start(), None, "delete", office.old.access_key_id.last4)
    assert (deleted.ending, deleted.state) == (Ending.DONE, State.DONE), str(deleted.problem)
    assert [one.access_key_id for one in office.account.listed_keys()] == [rotated.new_access_key_id]
    assert office.pairs_in_files() == {rotated.new_access_key_id.value}
    assert {bucket: office.account.trace_of(bucket) for bucket in office.account.buckets} == before


def taken_back(office: Office, route: Route) -> None:
    rotated = office.rotate(route)
    assert rotated.ending is Ending.WAITING, str(rotated.problem)
    back = rotation_service.undo(office.start(), None)
    assert (back.ending, back.state) == (Ending.DONE, State.UNDONE), str(back.problem)
    assert office.pairs_in_files() == {office.old.access_key_id.value}
    assert [one.access_key_id for one in office.account.listed_keys()] == [office.old.access_key_id]
    assert office.account.user_names() == ()


def _name(switches: dict[str, bool | str]) -> str:
    return " and ".join(switches) or "as it is by default"


@pytest.mark.parametrize("route", [Route.SCOPED_USER, Route.NEW_ROOT_KEY])
@pytest.mark.parametrize("switches", SWITCHES, ids=_name)
def test_a_rotation_ends_well_whichever_way_aws_is(
    tmp_path: Path, route: Route, switches: dict[str, bool | str]
) -> None:
    with opened_office(tmp_path, switches=switches) as office:
        carried_through(office, route)


@pytest.mark.parametrize("route", [Route.SCOPED_USER, Route.NEW_ROOT_KEY])
@pytest.mark.parametrize("lag", LAGS)
def test_a_rotation_ends_well_however_slowly_changes_spread(tmp_path: Path, route: Route, lag: str) -> None:
    with opened_office(tmp_path, lag=LAGS[lag]) as office:
        carried_through(office, route)


@pytest.mark.parametrize("route", [Route.SCOPED_USER, Route.NEW_ROOT_KEY])
@pytest.mark.parametrize("lag", LAGS)
def test_an_undo_ends_well_however_slowly_changes_spread(tmp_path: Path, route: Route, lag: str) -> None:
    with opened_office(tmp_path, lag=LAGS[lag]) as office:
        taken_back(office, route)
