"""What a person said is shown as said and can be taken back; a key that is off is past, and no alarm."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pytestqt.qtbot import QtBot

from keyturn.desktop import dates
from keyturn.desktop.assistant_jobs import Jobs
from keyturn.desktop.assistant_work import Page
from keyturn.desktop.flow import Flow
from keyturn.desktop.map_nodes import LineState
from keyturn.desktop.old_key_use import UsesTold
from keyturn.desktop.overview import Overview, look
from keyturn.desktop.picture import draw, rows
from keyturn.desktop.rest_page import summary
from keyturn.desktop.runner import Desk, Runner
from keyturn.rotation.cancelling import CancelToken
from keyturn.rotation.finding.situation import Mood
from keyturn.rotation.location import Location
from keyturn.rotation.workplace import Workplace
from keyturn_practice.timeline import HandClock

from .conftest import SmallHome
from .test_assistant import Person
from .test_flow import BEGIN, LOOK, Walk, off


def test_a_tick_is_taken_back_where_it_was_given(
    qtbot: QtBot, small_home: SmallHome, start_runner: Callable[[Location, HandClock], Runner]
) -> None:
    person = Person(qtbot, small_home, start_runner(small_home.location, small_home.clock))
    person.home.write_notes()
    person.open()
    person.to_the_proof()
    person.press("Continue")
    (item,) = person.assistant.flow.by_hand
    person.press(f"I did this: {item.title}")
    assert person.page() is Page.WATCH
    assert f"You told Keyturn that this is done: {item.title}" in person.read()
    person.press(f"Take it back: {item.title}")
    assert person.page() is Page.BY_HAND
    assert [one.item for one in person.assistant.flow.by_hand] == [item.item]


def seen(home: SmallHome) -> Overview:
    with Workplace(home.location, home.clock) as workplace:
        return look(Desk(workplace, lambda event: None, CancelToken()))


@pytest.fixture
def walk(small_home: SmallHome) -> Walk:
    old = small_home.old
    text = f"AWSAccessKeyId={old.access_key_id.value}\nAWSSecretKey={old.secret.reveal()}\n"
    (small_home.home / "rootkey.csv").write_text(text)
    key = old.access_key_id
    return off(Walk(small_home, Flow(key), Jobs(small_home.location, key=key)))


def test_a_window_that_is_opened_later_knows_when_the_old_key_was_looked_at_last(small_home: SmallHome) -> None:
    key = small_home.old.access_key_id
    walk = Walk(small_home, Flow(key), Jobs(small_home.location, key=key))
    walk.look().plan().do(BEGIN)
    walk.do(LOOK)
    looked = small_home.clock.now()
    for path in (small_home.s3ql, small_home.duck):
        path.unlink()  # so that a look at the keys of this computer tells nothing of it
    small_home.advance(1)
    overview = seen(small_home)
    (use,) = overview.uses.values()
    assert use.told is UsesTold.NOBODY
    assert use.age(small_home.clock.now()) == f"Looked {dates.lately(looked)}; AWS can be a few hours behind."
    assert use.age(looked) == f"Looked {dates.clock(looked)}; AWS can be a few hours behind."
    again = Walk(small_home, Flow(key), Jobs(small_home.location, key=key)).look()
    assert again.flow.standing is not None
    assert again.flow.standing.use == use


def test_from_off_on_a_refused_old_key_is_a_faded_card_with_its_day_and_no_alarm(walk: Walk, qtbot: QtBot) -> None:
    overview = seen(walk.ground)
    (found,) = [one for one in overview.survey.keys if one.key.access_key_id == walk.ground.old.access_key_id]
    rotation = overview.retired(found)
    assert rotation is not None and rotation.off_at is not None
    (card,) = [one for one in draw(overview, rows(overview)).keys if one.key == found.key.access_key_id]
    assert (card.state, card.pill) == (LineState.RETIRED, "off")
    assert card.detail == f"since {rotation.off_at.astimezone().day} {rotation.off_at.astimezone():%B}"
    assert "does not accept" not in summary(overview)
    assert overview.situation.mood is Mood.FINE  # good news, and nothing to do for some days


def test_after_the_end_the_overview_speaks_of_the_keys_that_are_left(walk: Walk) -> None:
    from keyturn.desktop.assistant_work import WindowJob, Work

    walk.ground.advance(8)
    walk = walk.come_back()
    walk.ground.account.root_delete(walk.ground.old.access_key_id)
    walk.do(WindowJob(Work.DELETE, confirm=walk.ground.old.access_key_id.last4))
    overview = seen(walk.ground)
    (card,) = [one for one in draw(overview, rows(overview)).keys if one.state is LineState.RETIRED]
    assert card.pill == "deleted"
    assert card.detail.endswith("as you said")  # nobody listed root's keys since
    key = walk.ground.old.access_key_id
    assert overview.situation.title == f"Done. AWS refuses {key.masked}, and you said that it is deleted"
    assert "Two places have a key of their own" in overview.situation.sentences[0]
    assert overview.situation.mood is Mood.FINE


def test_some_weeks_after_the_end_the_overview_speaks_of_what_is_here(walk: Walk) -> None:
    from keyturn.desktop.assistant_work import WindowJob, Work

    walk.ground.advance(8)
    walk = walk.come_back()
    walk.ground.account.root_delete(walk.ground.old.access_key_id)
    walk.do(WindowJob(Work.DELETE, confirm=walk.ground.old.access_key_id.last4))
    walk.ground.advance(31)
    assert not seen(walk.ground).situation.title.startswith("Done")


def test_a_key_that_somebody_turned_on_again_is_no_longer_past(walk: Walk) -> None:
    walk.ground.account.root_turn_on(walk.ground.old.access_key_id)
    walk.ground.advance(1)
    overview = seen(walk.ground)
    (found,) = [one for one in overview.survey.keys if one.key.access_key_id == walk.ground.old.access_key_id]
    assert overview.retired(found) is None
