"""Long work: off the window's thread, one change at a time, and nothing that comes back to a page that is gone."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import delete
from tests.messengers.sinks import hook_sink

from keyturn.computer.lock import OneAtATime
from keyturn.desktop.runner import Desk, Runner
from keyturn.desktop.uncaught_errors import mistakes_told
from keyturn.model.errors import AppError
from keyturn.model.keys import Secret
from keyturn.model.recipients import HookRecipient, HookShape
from keyturn.rotation.context import Event, Moment
from keyturn.rotation.steps import Step
from keyturn.rotation.workplace import Workplace
from keyturn.state import stored_recipients
from keyturn.state.recipient_secrets import RecipientSecrets


class _Heard:
    """What came back, and in which thread."""

    def __init__(self) -> None:
        self.answers: list[object] = []
        self.errors: list[AppError] = []
        self.events: list[Event] = []
        self.threads: set[threading.Thread] = set()

    def done(self, answer: object) -> None:
        self.threads.add(threading.current_thread())
        self.answers.append(answer)

    def failed(self, error: AppError) -> None:
        self.threads.add(threading.current_thread())
        self.errors.append(error)

    def told(self, event: Event) -> None:
        self.threads.add(threading.current_thread())
        self.events.append(event)


@pytest.fixture
def heard() -> _Heard:
    return _Heard()


def _idle(qtbot: QtBot, runner: Runner) -> None:
    qtbot.waitUntil(lambda: runner.is_idle, timeout=20_000)


def test_work_runs_elsewhere_and_everything_comes_back_to_the_window(
    runner: Runner, heard: _Heard, qtbot: QtBot
) -> None:
    event = Event(Step.CHECK, Moment.GOING_ON, "one of two")

    def work(desk: Desk) -> threading.Thread:
        desk.progress(event)
        return threading.current_thread()

    runner.read(runner, work, done=heard.done, failed=heard.failed, told=heard.told, doing="looking")
    _idle(qtbot, runner)
    assert heard.answers
    assert heard.answers != [threading.current_thread()]
    assert heard.events == [event]
    assert heard.threads == {threading.current_thread()}


def test_a_failure_is_told_with_its_own_sentence(runner: Runner, heard: _Heard, qtbot: QtBot) -> None:
    def work(desk: Desk) -> None:
        raise AppError("The disk is gone", "Attach it.", code="disk.gone")

    runner.read(runner, work, done=heard.done, failed=heard.failed, doing="looking")
    _idle(qtbot, runner)
    assert [error.code for error in heard.errors] == ["disk.gone"]
    assert heard.threads == {threading.current_thread()}


def test_a_mistake_of_ours_says_where_the_backups_stand_and_nothing_of_its_own_text(
    runner: Runner, heard: _Heard, qtbot: QtBot
) -> None:
    def work(desk: Desk) -> None:
        raise RuntimeError("wJalrXUtnFEMI/EXAMPLE")

    runner.read(runner, work, done=heard.done, failed=heard.failed, doing="looking")
    _idle(qtbot, runner)
    (error,) = heard.errors
    assert error.code == "unexpected"
    assert "each should hold one complete key" in error.message
    assert "RuntimeError in test_runner.py" in error.message
    assert "at looking" in error.message
    assert "EXAMPLE" not in str(error)


def test_changes_come_one_after_the_other_while_readings_go_on(runner: Runner, heard: _Heard, qtbot: QtBot) -> None:
    first_may_end = threading.Event()
    order: list[str] = []

    def first(desk: Desk) -> None:
        assert first_may_end.wait(20)
        order.append("first change")

    def second(desk: Desk) -> None:
        order.append("second change")

    def reading(desk: Desk) -> None:
        order.append("reading")
        first_may_end.set()

    with qtbot.waitSignals([runner.changing, runner.changing], check_params_cbs=[lambda on: on, lambda on: not on]):
        runner.change(runner, first, done=heard.done, failed=heard.failed, doing="the first")
        runner.change(runner, second, done=heard.done, failed=heard.failed, doing="the second")
        assert runner.change_under_way == "the first"
        runner.read(runner, reading, done=heard.done, failed=heard.failed, doing="reading")
    assert order == ["reading", "first change", "second change"]
    assert runner.change_under_way is None


def test_a_change_waits_for_no_other_keyturn(runner: Runner, heard: _Heard, qtbot: QtBot) -> None:
    folder = runner.location.state_dir
    assert folder is not None
    folder.mkdir(parents=True)
    with OneAtATime(folder):
        runner.change(runner, lambda desk: None, done=heard.done, failed=heard.failed, doing="a change")
        _idle(qtbot, runner)
    assert [type(error).__name__ for error in heard.errors] == ["AnotherKeyturnError"]


def test_cancelled_work_ends_at_its_next_safe_point(runner: Runner, heard: _Heard, qtbot: QtBot) -> None:
    begun, asked = threading.Event(), threading.Event()

    def work(desk: Desk) -> None:
        begun.set()
        assert asked.wait(20)
        desk.cancel.check()

    task = runner.read(runner, work, done=heard.done, failed=heard.failed, doing="looking")
    assert begun.wait(20)
    task.cancel()
    asked.set()
    _idle(qtbot, runner)
    assert [error.code for error in heard.errors] == ["cancelled"]


def test_nothing_comes_back_to_a_page_that_is_gone(runner: Runner, heard: _Heard, qtbot: QtBot) -> None:
    page = QWidget()
    may_end = threading.Event()
    runner.read(page, lambda desk: may_end.wait(20), done=heard.done, failed=heard.failed, doing="looking")
    delete(page)
    may_end.set()
    _idle(qtbot, runner)
    assert heard.answers == []


def test_what_was_asked_before_does_not_overwrite_what_is_asked_now(
    runner: Runner, heard: _Heard, qtbot: QtBot
) -> None:
    runner.read(runner, lambda desk: "old", done=heard.done, failed=heard.failed, doing="looking").forget()
    runner.read(runner, lambda desk: "new", done=heard.done, failed=heard.failed, doing="looking")
    _idle(qtbot, runner)
    assert heard.answers == ["new"]
    assert heard.errors == []


def test_leaving_asks_everything_to_stop_and_waits_no_longer_than_it_was_told(
    runner: Runner, heard: _Heard, qtbot: QtBot
) -> None:
    begun, may_end = threading.Event(), threading.Event()

    def work(desk: Desk) -> bool:
        begun.set()
        assert may_end.wait(20)
        return desk.cancel.asked

    runner.read(runner, work, done=heard.done, failed=heard.failed, doing="looking")
    assert begun.wait(20)
    assert not runner.leave(0.01)
    may_end.set()
    assert runner.leave(20)
    _idle(qtbot, runner)
    assert heard.answers == [True]


def test_an_error_in_a_slot_is_told_on_the_page_and_the_program_goes_on(runner: Runner, qtbot: QtBot) -> None:
    with qtbot.waitSignal(runner.mistaken, timeout=20_000) as told:
        _in_a_thread(lambda: runner.tell_mistake(ValueError("secret text"), "the window"))
    assert "secret text" not in str(told.args[0])
    assert told.args[0].code == "unexpected"


def test_errors_that_nobody_caught_are_handed_over_and_the_hooks_go_back() -> None:
    import sys

    earlier = sys.excepthook, threading.excepthook
    told: list[tuple[str, str]] = []
    with mistakes_told(lambda error, doing: told.append((type(error).__name__, doing)), "the window"):
        sys.excepthook(KeyError, KeyError("x"), None)
        _in_a_thread(lambda: 1 // 0)
    assert told == [("KeyError", "the window"), ("ZeroDivisionError", "the window")]
    assert (sys.excepthook, threading.excepthook) == earlier


def _in_a_thread(call: Callable[[], object]) -> None:
    thread = threading.Thread(target=call)
    thread.start()
    thread.join(20)


def test_the_runner_needs_no_owner_but_itself(runner: Runner, heard: _Heard, qtbot: QtBot) -> None:
    keeper = QObject()
    runner.read(keeper, lambda desk: desk.workplace.rotations(), done=heard.done, failed=heard.failed, doing="looking")
    _idle(qtbot, runner)
    assert heard.answers == [()]


def test_after_a_change_whoever_is_to_be_told_is_told_and_after_a_look_nobody(
    runner: Runner, heard: _Heard, qtbot: QtBot
) -> None:
    with Workplace(runner.location, runner.clock) as workplace, hook_sink() as sink:
        secrets = RecipientSecrets(runner.location.secrets, workplace.folder)
        secrets.keep("hook-1", Secret(f"{sink.base}/veryMadeUpToken4711"))
        since = runner.clock.now()
        stored_recipients.save(workplace.folder, [HookRecipient("hook-1", since, HookShape.HEALTHCHECKS, "127.0.0.1")])
        runner.read(runner, lambda desk: None, done=heard.done, failed=heard.failed, doing="looking")
        _idle(qtbot, runner)
        assert runner.leave(20)
        assert not sink.posted
        runner.change(runner, lambda desk: None, done=heard.done, failed=heard.failed, doing="changing")
        _idle(qtbot, runner)
        assert runner.leave(20)
    assert [one.headers["Keyturn-Event"].partition(":")[0] for one in sink.posted] == ["looked"]
