"""What there is to tell follows from the journal, from what is due and from the time, and has no whole key ID."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

from keyturn.model.news import News, NewsKind
from keyturn.reminders.due import Standing
from keyturn.reminders.news_to_tell import all_news, looked
from keyturn.reminders.outlook import Known, outlook
from keyturn.rotation.events.entry import Entry
from keyturn.rotation.events.key_events import Begun
from keyturn.rotation.events.rotation_events import Failed
from keyturn.rotation.steps import BegunBy, Step
from keyturn.state.journal import Mark
from keyturn.state.reminding import Reminding
from keyturn.state.seen_keys import SeenKey, SeenKeys

from .conftest import NEW, NOW, OFF, OLD, SWITCHED, MakeKey, MakeRotation


def told_of(known: Known, days: float = 0) -> dict[NewsKind, News]:
    now = NOW + timedelta(days=days)
    found = all_news(known, outlook(known, now), now, "office")
    assert len({one.name for one in found}) == len(found), "each has an ID of its own"
    for one in found:
        for key in (OLD, NEW):
            assert key.value not in json.dumps(one.as_json())
    return {one.kind: one for one in found}


def of(*rotations: Standing, keys: tuple[SeenKey, ...] = ()) -> Known:
    return Known(SeenKeys(keys, NOW), rotations)


def renewed(one: Standing) -> Standing:
    first, *others = one.rotation.entries
    first = replace(first, events=(*first.events, Begun(BegunBy.RENEWAL)))
    return replace(one, rotation=replace(one.rotation, entries=(first, *others)))


def test_a_new_key_that_is_in_place_is_told_once_for_ever(make_rotation: MakeRotation) -> None:
    known = of(make_rotation(*SWITCHED, watch_days=30))
    made = told_of(known)[NewsKind.MADE]
    assert made.at == NOW - timedelta(days=10)
    assert made.key == OLD.masked
    assert (made.rotation, made.computer) == ("20261111-AMPL", "office")
    assert made.title == f"{NEW.masked} is in the place of {OLD.masked}"
    assert told_of(known, days=5)[NewsKind.MADE].name == made.name


def test_a_renewal_that_is_done_is_told_as_one(make_rotation: MakeRotation) -> None:
    found = told_of(of(renewed(make_rotation(*SWITCHED, watch_days=30))))
    assert NewsKind.MADE not in found
    assert found[NewsKind.RENEWED].title == f"{OLD.masked} was renewed: {NEW.masked} is in its place"


def test_that_a_key_goes_off_is_told_the_day_before_and_once(make_rotation: MakeRotation) -> None:
    known = of(renewed(make_rotation(*SWITCHED, watch_days=12)))
    assert NewsKind.OFF_TOMORROW not in told_of(known, days=0.9)
    first = told_of(known, days=1.1)[NewsKind.OFF_TOMORROW]
    assert first.title == f"{OLD.masked} goes off tomorrow"
    assert told_of(known, days=1.9)[NewsKind.OFF_TOMORROW].name == first.name
    assert NewsKind.OFF_TOMORROW not in told_of(known, days=2.1)
    person = told_of(of(make_rotation(*SWITCHED, watch_days=12)), days=1.5)[NewsKind.OFF_TOMORROW]
    assert "may be turned off" in person.title, "nothing of a person's goes off by itself"


def test_off_and_what_may_be_deleted_are_told(make_rotation: MakeRotation) -> None:
    off = told_of(of(make_rotation(*OFF)))
    assert off[NewsKind.OFF].at == NOW - timedelta(days=5)
    assert NewsKind.MAY_BE_DELETED not in off
    assert told_of(of(make_rotation(*OFF)), days=3)[NewsKind.MAY_BE_DELETED].title == f"{OLD.masked} can be deleted"


def test_a_key_that_was_turned_on_and_off_again_is_off_twice(make_rotation: MakeRotation) -> None:
    again = make_rotation(*OFF, (Step.TURN_ON, Mark.DONE, 4), (Step.TURN_OFF, Mark.DONE, 2))
    known = of(again)
    names = {one.name for one in all_news(known, outlook(known, NOW), NOW, "office") if one.kind is NewsKind.OFF}
    assert len(names) == 2


def test_what_failed_is_told_with_what_to_do_and_again_in_another_week(make_rotation: MakeRotation) -> None:
    known = of(make_rotation(*SWITCHED[:3], (Step.SWITCH, Mark.INTENT, 1), (Step.SWITCH, Mark.FAILED, 1)))
    failed = told_of(known)[NewsKind.FAILED]
    assert failed.is_bad
    assert "keyturn continue 20261111-AMPL" in failed.message
    assert told_of(known, days=0.5)[NewsKind.FAILED].name == failed.name
    assert told_of(known, days=8)[NewsKind.FAILED].name != failed.name


def test_another_failure_in_the_same_week_is_told_too(make_rotation: MakeRotation) -> None:
    at_switch = make_rotation(*SWITCHED[:3], (Step.SWITCH, Mark.INTENT, 1), (Step.SWITCH, Mark.FAILED, 1))
    at_proof = make_rotation(*SWITCHED[:4], (Step.PROVE_AGAIN, Mark.INTENT, 1), (Step.PROVE_AGAIN, Mark.FAILED, 1))
    first, second = (told_of(of(one))[NewsKind.FAILED].name for one in (at_switch, at_proof))
    assert first != second


def test_what_failed_and_was_put_back_is_told_and_an_undo_that_somebody_wanted_is_not(
    make_rotation: MakeRotation,
) -> None:
    undone = ((Step.UNDO, Mark.INTENT, 1.0), (Step.UNDO, Mark.DONE, 1.0))
    failed = make_rotation(*SWITCHED[:3], (Step.SWITCH, Mark.INTENT, 1), (Step.SWITCH, Mark.FAILED, 1), *undone)
    told = told_of(of(failed))[NewsKind.FAILED]
    assert told.name == "20261111-AMPL:put-back"
    assert "everything was put back" in told.title
    assert NewsKind.FAILED not in told_of(of(make_rotation(*SWITCHED, *undone)))
    entries = failed.rotation.entries
    stopped = tuple(replace(one, events=(Failed("cancelled"),)) if one.mark is Mark.FAILED else one for one in entries)
    by_a_person = replace(failed, rotation=replace(failed.rotation, entries=stopped))
    assert NewsKind.FAILED not in told_of(of(by_a_person))


def test_an_old_key_is_due_and_held_back_while_reminders_are(make_key: MakeKey) -> None:
    known = of(keys=(make_key(),))
    due = told_of(known)[NewsKind.DUE]
    assert due.title == f"Your AWS root key {OLD.masked} is 9 years old"
    snoozed = replace(known, reminding=Reminding(NOW + timedelta(days=2)))
    assert told_of(snoozed) == {}
    assert told_of(snoozed, days=3)[NewsKind.DUE].name == due.name


def test_two_keys_that_end_alike_are_two_pieces_of_news(make_key: MakeKey) -> None:
    from keyturn.model.keys import AccessKeyId

    other = AccessKeyId("AKIAOTHERKEYOTHERMPL")
    known = of(keys=(make_key(), make_key(key=other)))
    names = {one.name for one in all_news(known, outlook(known, NOW), NOW, "office")}
    assert len(names) == 2
    assert not any(OLD.value in name or other.value in name for name in names)


def test_what_has_several_lines_has_no_sign_that_a_mail_would_obey(make_rotation: MakeRotation) -> None:
    known = of(make_rotation(*SWITCHED, by_hand=("Restart it.\r\nBcc: b@example.com",)))
    (due,) = (one for one in all_news(known, outlook(known, NOW), NOW, "office") if one.kind is NewsKind.DUE)
    assert due.title.isprintable()
    assert due.message.startswith("Restart it.\nBcc: b@example.com. ")
    assert "\r" not in due.message


def test_what_is_older_than_a_year_is_no_news(make_rotation: MakeRotation) -> None:
    assert NewsKind.MADE not in told_of(of(make_rotation(*SWITCHED, watch_days=30)), days=360)


def test_that_keyturn_looked_says_whether_somebody_has_to_come(make_rotation: MakeRotation) -> None:
    well, ill = of(), of(make_rotation(*SWITCHED[:3], (Step.SWITCH, Mark.INTENT, 1), (Step.SWITCH, Mark.FAILED, 1)))
    assert not looked(outlook(well, NOW), NOW, "office").is_bad
    assert looked(outlook(ill, NOW), NOW, "office").is_bad


def test_entries_of_no_step_of_ours_are_passed_over(make_rotation: MakeRotation) -> None:
    one = make_rotation(*SWITCHED, watch_days=30)
    stranger = Entry(NOW, Step.WATCH, Mark.NOTED)
    known = of(replace(one, rotation=replace(one.rotation, entries=(*one.rotation.entries, stranger))))
    assert set(told_of(known)) == {NewsKind.MADE}
