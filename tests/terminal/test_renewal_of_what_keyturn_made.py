"""What Keyturn makes, Keyturn renews: after the route scoped-user, with the keeper, and nobody in the console."""

from __future__ import annotations

import pytest

from keyturn.model.keys import KeyStatus

from .conftest import Desk


@pytest.mark.timeout(900)
def test_a_scoped_users_key_renews_itself_with_the_keeper(small_desk: Desk) -> None:
    desk = small_desk
    new = desk.rotate().lines[-1]["new_access_key_id"]
    made = desk.type("keeper", "make", "--as", f"key:{desk.old.access_key_id.value}", "--yes", "--json")
    assert made.code == 0, made.out + made.err
    desk.advance(1)
    alone = desk.type("renew", new, "--every", "90", "--at", "03:00", "--json")
    assert alone.code == 3, "it may ask IAM nothing"
    answer = desk.type("renew", new, "--every", "90", "--at", "03:00", "--delete", "--as", "keeper", "--json")
    assert answer.code == 0, answer.out + answer.err
    did = []
    for days in (88, 1, 1, 3, 1, 7, 1, 82, 3, 4, 8):
        desk.advance(days)
        ran = desk.type("renew", "--due", "--json")
        assert ran.code == 0, ran.out + ran.err
        did += [one["did"] for one in ran.document["ran"] if one["did"] != "nothing"]
    assert did == ["made", "turned-off", "deleted"] * 2
    (renewal,) = desk.type("renew", "--list", "--json").document["renewals"]
    assert renewal["key"] not in {new, desk.old.access_key_id.value}
    statuses = {one.access_key_id.value: one.status for one in desk.account.listed_keys()}
    assert new not in statuses
    assert statuses[renewal["key"]] is KeyStatus.ACTIVE
    assert statuses[desk.old.access_key_id.value] is KeyStatus.ACTIVE, "a root key is a person's alone"
