"""Several questions at once, for callers that know nothing of threads."""

from __future__ import annotations

import threading
from functools import partial

import pytest

from keyturn.aws.parallel import in_parallel


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


def test_questions_may_ask_several_at_once_themselves() -> None:
    def ask(number: int) -> list[int]:
        return in_parallel([lambda: number, lambda: number + 1])

    assert in_parallel([lambda: ask(1), lambda: ask(3)]) == [[1, 2], [3, 4]]


def test_what_has_not_begun_when_the_program_is_stopped_does_not_begin() -> None:
    begun: list[int] = []
    stopped = threading.Event()

    def ask(number: int) -> None:
        begun.append(number)
        if number == 0:
            stopped.set()
            raise KeyboardInterrupt
        stopped.wait(10)

    with pytest.raises(KeyboardInterrupt):
        in_parallel([partial(ask, number) for number in range(500)])
    assert len(begun) < 500
