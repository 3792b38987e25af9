"""While something is done, the window shows that it moves: stages of each place, a turning arc, seconds."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from keyturn.desktop.assistant_work import WindowJob, Work
from keyturn.desktop.button_bar import ButtonBar
from keyturn.desktop.flow import Flow
from keyturn.desktop.pages.stage_row import StageRow
from keyturn.desktop.progressing import PlaceProgress, beginning
from keyturn.desktop.spinner import Spinner, Working
from keyturn.rotation.context import Event, Moment
from keyturn.rotation.steps import Route, Step

from .conftest import PATIENCE


def test_each_place_goes_from_the_key_made_to_the_proof() -> None:
    progress = beginning(Route.SCOPED_USER, ("one", "two"))
    ways = []
    for event in (
        Event(Step.CREATE, Moment.STARTED),
        Event(Step.CREATE, Moment.DONE),
        Event(Step.PROVE, Moment.STARTED),
        Event(Step.PROVE, Moment.DONE),
        Event(Step.SWITCH, Moment.STARTED),
        Event(Step.SWITCH, Moment.GOING_ON, "/one", ("one",)),
        Event(Step.SWITCH, Moment.DONE),
        Event(Step.PROVE_AGAIN, Moment.STARTED),
        Event(Step.PROVE_AGAIN, Moment.GOING_ON, "one", ("one",)),
    ):
        progress = progress.after(event)
        ways.append(progress.way_of("one"))
    assert ways == [
        PlaceProgress(0, is_working=True),
        PlaceProgress(1),
        PlaceProgress(1, is_working=True),
        PlaceProgress(2),
        PlaceProgress(2, is_working=True),
        PlaceProgress(3),
        PlaceProgress(3),
        PlaceProgress(3, is_working=True),
        PlaceProgress(4),
    ]
    assert progress.way_of("two") == PlaceProgress(3, is_working=True)
    assert progress.places_done == 1


def test_a_place_that_waits_says_so_in_words_and_does_not_turn(qtbot: QtBot) -> None:
    row = StageRow("rclone", "oma")
    qtbot.addWidget(row)
    row.resize(700, 60)
    row.show()
    row.show_way(PlaceProgress(1))
    still = row.grab().toImage()
    row.turn()
    assert row.grab().toImage() == still
    row.show_way(PlaceProgress(1, is_working=True))
    assert row.state.accessibleName() == "rclone: AWS learns it…"
    turning = row.grab().toImage()
    row.turn()
    assert row.grab().toImage() != turning


def test_the_arc_turns_while_it_is_seen_and_not_longer(qtbot: QtBot) -> None:
    spinner = Spinner()
    qtbot.addWidget(spinner)
    spinner.show()
    first = spinner.grab().toImage()
    qtbot.waitUntil(lambda: spinner.grab().toImage() != first, timeout=PATIENCE)
    spinner.hide()
    assert not any(timer.isActive() for timer in spinner.findChildren(QTimer))


def test_the_seconds_are_counted_and_go_on_where_the_same_is_told_again(qtbot: QtBot) -> None:
    working = Working()
    qtbot.addWidget(working)
    assert working.isHidden()
    working.show_doing("Making the plan")
    qtbot.waitUntil(lambda: "Making the plan · 1 s" in working.text.text(), timeout=PATIENCE)
    working.show_doing("Making the plan")
    assert "1 s" in working.text.text()
    working.show_doing("")
    assert working.isHidden()


def test_the_bar_tells_of_every_job_also_of_one_that_only_looks_or_waits(qtbot: QtBot) -> None:
    bar = ButtonBar()
    qtbot.addWidget(bar)
    bar.show()
    for job in (WindowJob(Work.LOOK), WindowJob(Work.PLAN), WindowJob(Work.TURN_OFF, wait=600)):
        bar.present(Flow(job=job), None)
        (working,) = bar.findChildren(Working)
        assert working.isVisible()
        assert working.text.text().lower().startswith(job.work.doing[:12].lower())
    bar.present(Flow(job=None), None)
    assert working.isHidden()
