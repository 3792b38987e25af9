"""One of five states and a sentence; unknown is a state of its own."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from keyturn.model.keys import KeyStatus
from keyturn.reminders.outlook import Known, Overall, outlook
from keyturn.rotation.steps import Step
from keyturn.state.journal import Mark
from keyturn.state.reminding import Reminding
from keyturn.state.seen_keys import SeenKey, SeenKeys
from keyturn.state.settings import Settings

from .conftest import NEW, NOW, OLD, SWITCHED, MakeKey, MakeRotation

AN_HOUR_AGO = NOW - timedelta(hours=1)


def seen(*keys: SeenKey) -> Known:
    return Known(SeenKeys(keys, AN_HOUR_AGO))


def test_nothing_due_is_well_and_says_when_the_next_thing_will_be(make_key: MakeKey) -> None:
    found = outlook(seen(make_key(days=300)), NOW)
    assert (found.state, found.due) == (Overall.OK, ())
    assert found.next_due == NOW + timedelta(days=65)
    assert found.sentence == "Nothing is due. The next thing will be on 25 January 2027."
    assert found.checked == AN_HOUR_AGO


def test_a_computer_without_keys_is_well(make_key: MakeKey) -> None:
    found = outlook(seen(), NOW)
    assert (found.state, found.next_due, found.checked) == (Overall.OK, None, AN_HOUR_AGO)
    assert "No AWS access key" in found.sentence


def test_an_old_key_asks_for_attention(make_key: MakeKey) -> None:
    found = outlook(seen(make_key()), NOW)
    assert found.state is Overall.ATTENTION
    assert found.sentence == f"Your AWS root key {OLD.masked} is 9 years old."


def test_several_things_are_counted_behind_the_first(make_key: MakeKey) -> None:
    keys = [make_key(), make_key(key=NEW, days=400)]
    assert outlook(seen(*keys), NOW).sentence.endswith("9 years old, and one thing more.")


def test_a_rotation_in_the_middle_of_a_step_is_urgent(make_key: MakeKey, make_rotation: MakeRotation) -> None:
    interrupted = make_rotation(*SWITCHED[:3], (Step.SWITCH, Mark.INTENT, 1))
    facts = replace(seen(make_key(key=NEW)), rotations=(interrupted,))
    found = outlook(facts, NOW)
    assert found.state is Overall.URGENT
    assert found.sentence.startswith(f"Replacing {OLD.masked} was interrupted")


def test_what_another_keyturn_does_now_is_not_interrupted(make_rotation: MakeRotation) -> None:
    at_work = make_rotation(*SWITCHED[:3], (Step.SWITCH, Mark.INTENT, 0))
    found = outlook(Known(SeenKeys((), AN_HOUR_AGO), (at_work,), working=True), NOW)
    assert (found.state, found.due) == (Overall.WORKING, ())


def test_what_was_never_looked_at_is_unknown() -> None:
    found = outlook(Known(), NOW)
    assert (found.state, found.checked) == (Overall.UNKNOWN, None)
    assert "not looked" in found.sentence


def test_a_look_of_long_ago_is_unknown(make_key: MakeKey) -> None:
    facts = Known(SeenKeys((make_key(days=10),), NOW - timedelta(days=36)))
    assert outlook(facts, NOW).state is Overall.UNKNOWN
    assert outlook(facts, NOW - timedelta(days=2)).state is Overall.OK


def test_a_key_about_which_aws_could_not_be_asked_is_unknown(make_key: MakeKey) -> None:
    silent = make_key(owner=None, days=None, status=KeyStatus.UNKNOWN, checked=None)
    found = outlook(seen(silent, make_key(key=NEW, days=10)), NOW)
    assert (found.state, found.checked) == (Overall.UNKNOWN, None)
    assert found.sentence == f"AWS could not be asked about {OLD.masked}."


def test_a_key_whose_age_aws_does_not_tell_is_unknown(make_key: MakeKey) -> None:
    found = outlook(seen(make_key(days=None)), NOW)
    assert (found.state, found.checked) == (Overall.UNKNOWN, AN_HOUR_AGO)
    facts = replace(seen(make_key(days=None)), settings=Settings(root_limit_days=None, user_limit_days=None))
    assert outlook(facts, NOW).state is Overall.OK, "no limit, so its age matters to nobody"


def test_an_id_that_no_program_reads_leaves_nothing_unknown(make_key: MakeKey) -> None:
    example = make_key(owner=None, days=None, status=KeyStatus.UNKNOWN, used=False, checked=None)
    assert outlook(seen(example), NOW).state is Overall.OK


def test_the_picture_is_as_old_as_its_oldest_part(make_key: MakeKey) -> None:
    old_answer = NOW - timedelta(days=5)
    facts = seen(make_key(days=10, checked=old_answer), make_key(key=NEW, days=10))
    assert outlook(facts, NOW).checked == old_answer


@pytest.mark.parametrize(("days", "held_back"), [(1, True), (0, False), (-1, False)])
def test_snoozing_holds_reminders_back_and_hides_nothing(make_key: MakeKey, days: int, held_back: bool) -> None:
    until = NOW + timedelta(days=days)
    found = outlook(replace(seen(make_key()), reminding=Reminding(until)), NOW)
    assert (found.snoozed_until == until) is held_back
    assert found.state is Overall.ATTENTION
    assert len(found.due) == 1
