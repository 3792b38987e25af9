"""While something is done, the window shows that it moves: stages of each place, a turning arc, seconds."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from keyturn.desktop.assistant_work import Page, WindowJob, Work
from keyturn.desktop.button_bar import ButtonBar
from keyturn.desktop.flow import Flow
from keyturn.desktop.pages.parts import Fold
from keyturn.desktop.pages.running_page import ProgressPage
from keyturn.desktop.pages.stage_row import StageRow
from keyturn.desktop.progress_state import Reached
from keyturn.desktop.progressing import PlaceProgress, beginning
from keyturn.desktop.rotation_view import KeyFacts, Program
from keyturn.desktop.spinner import Spinner, Working
from keyturn.desktop.stages import Stage
from keyturn.desktop.step_list import StepList
from keyturn.model.keys import AccessKey, AccessKeyId, KeyStatus
from keyturn.rotation.context import Event, Moment
from keyturn.rotation.steps import Route, Step

from .conftest import PATIENCE

if TYPE_CHECKING:
    from keyturn.desktop.pages.assistant_page import Actor


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


def test_many_places_of_one_program_share_a_row_that_is_as_far_as_the_slowest(qtbot: QtBot) -> None:
    places = [Program(str(number), "rclone", "rclone", f"remote{number}", "~/rclone.conf", ()) for number in range(50)]
    places.append(Program("s3cmd", "s3cmd", "s3cmd", ".s3cfg", "~/.s3cfg", ()))
    progress = beginning(Route.SCOPED_USER, tuple(one.identity for one in places))
    key = AccessKey(AccessKeyId("AKIAIOSFODNN7EXAMPLE"), None, KeyStatus.ACTIVE)
    facts = KeyFacts(key, "", "", tuple(places), (), (), ())
    flow = Flow(facts=facts, job=WindowJob(Work.BEGIN), page=Page.PROGRESS, progress=progress)
    page = ProgressPage(
        cast("Actor", SimpleNamespace(runner=SimpleNamespace(location=SimpleNamespace(rehearsal=False))))
    )
    qtbot.addWidget(page)
    page.resize(700, 500)
    page.show()

    def told(*events: Event) -> list[PlaceProgress]:
        nonlocal flow
        for event in events:
            flow = replace(flow, progress=flow.progress.after(event))
        page.present(flow)
        QApplication.processEvents()
        return [one.way for one in page.findChildren(StageRow)]

    assert told() == [PlaceProgress(0, is_working=True)] * 2
    switched = [Event(Step.SWITCH, Moment.GOING_ON, one.where, (one.identity,)) for one in places[:49]]
    rclone, s3cmd = told(Event(Step.PROVE, Moment.DONE), Event(Step.SWITCH, Moment.STARTED), *switched)
    assert rclone == PlaceProgress(2, is_working=True), "one of its fifty places is not written yet"
    assert s3cmd == PlaceProgress(2, is_working=True)
    next(one.button for one in page.findChildren(Fold) if one.button.text() == "All 50 places of rclone").click()
    qtbot.waitUntil(lambda: len(page.findChildren(StageRow)) == 52, timeout=PATIENCE)
    assert told(Event(Step.SWITCH, Moment.DONE), Event(Step.PROVE_AGAIN, Moment.DONE)) == [PlaceProgress(4)] * 52


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
        assert working.text.text().lower().startswith(job.doing[:12].lower())
    bar.present(Flow(job=None), None)
    assert working.isHidden()


class _LaidOut(QObject):
    """Counts how often something is to be laid out anew."""

    count = 0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.count += event.type() is QEvent.Type.LayoutRequest
        return False


def test_an_event_that_changes_no_step_lays_no_step_out_anew(qtbot: QtBot) -> None:
    steps = StepList(lambda page: None)
    qtbot.addWidget(steps)
    begun = (Stage("Plan", Reached.DONE), Stage("New key in place", Reached.CURRENT))
    steps.present("Replacing AKIA…2EPF", begun)
    steps.show()
    for _time in range(3):
        QApplication.processEvents()
    laid_out = _LaidOut()
    steps.installEventFilter(laid_out)
    for _event in range(50):
        steps.present("Replacing AKIA…2EPF", begun)
        QApplication.processEvents()
    assert laid_out.count == 0
    steps.present("Replacing AKIA…2EPF", (begun[0], replace(begun[1], note="one of two")))
    QApplication.processEvents()
    assert laid_out.count > 0
