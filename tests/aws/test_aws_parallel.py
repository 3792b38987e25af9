"""Several questions at once, for callers that know nothing of threads."""

from __future__ import annotations

import threading
from concurrent.futures import CancelledError

import pytest

from keyturn.aws.parallel import in_asking_thread, in_parallel


def test_results_come_in_the_order_of_the_questions_and_run_at_the_same_time() -> None:
    meeting = threading.Barrier(3, timeout=10)

    def ask(number: int) -> int:
        meeting.wait()
        return number

    assert in_parallel([lambda: ask(1), lambda: ask(2), lambda: ask(3)]) == [1, 2, 3]


def test_all_end_before_the_first_failure_is_told() -> None:
    ended: list[str] = []

    def fail(name: str) -> None:
        ended.append(name)
        raise ValueError(name)

    with pytest.raises(ValueError, match="first"):
        in_parallel([lambda: fail("first"), lambda: fail("second"), lambda: ended.append("third")])
    assert sorted(ended) == ["first", "second", "third"]


def test_notes_are_taken_in_the_asking_thread_at_any_depth() -> None:
    threads: list[threading.Thread] = []

    def note() -> None:
        threads.append(threading.current_thread())

    def ask() -> None:
        in_asking_thread(note)
        in_parallel([lambda: in_asking_thread(note), lambda: in_asking_thread(note)])

    in_parallel([ask, ask])
    assert threads == [threading.current_thread()] * 6


def test_a_note_that_fails_fails_the_question_that_sent_it() -> None:
    def fail() -> None:
        raise OSError("no space left")

    outcomes: list[str] = []

    def ask() -> None:
        try:
            in_asking_thread(fail)
        except OSError as error:
            outcomes.append(str(error))

    in_parallel([ask, ask])
    assert outcomes == ["no space left"] * 2


def test_nobody_waits_forever_when_the_asking_thread_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    # Ctrl-C reaches the asking thread while it waits for word from the others.
    import queue

    from keyturn.aws import parallel

    class Stopped(queue.SimpleQueue[object]):
        def get(self, *arguments: object, **_: object) -> object:
            if threading.current_thread() is threading.main_thread() and not hasattr(self, "stopped"):
                self.stopped = True
                raise KeyboardInterrupt
            return super().get()

    monkeypatch.setattr(parallel, "SimpleQueue", Stopped)
    outcomes: list[type[BaseException]] = []

    def ask() -> None:
        try:
            while True:
                in_asking_thread(lambda: None)
        except CancelledError as error:
            outcomes.append(type(error))

    with pytest.raises(KeyboardInterrupt):
        in_parallel([ask, ask])
    assert outcomes == [CancelledError] * 2
