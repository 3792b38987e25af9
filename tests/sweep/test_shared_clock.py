"""The sweep's clock never turns back."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from .shared_clock import MappedClock, SharedClock, new_clock_file


@pytest.fixture
def eager_threads() -> Iterator[None]:
    """Threads that give way as often as Python lets them."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


@pytest.mark.usefixtures("eager_threads")
def test_threads_that_sleep_at_once_all_move_it_on(tmp_path: Path) -> None:
    new_clock_file(tmp_path / "clock")
    began, clock = SharedClock(tmp_path / "clock").now(), MappedClock(tmp_path / "clock")

    def sleep_often() -> None:
        for _number in range(5000):
            clock.sleep(1.0)

    sleepers = [threading.Thread(target=sleep_often) for _number in range(4)]
    for sleeper in sleepers:
        sleeper.start()
    for sleeper in sleepers:
        sleeper.join()
    assert clock.monotonic() == 20_000
    assert (SharedClock(tmp_path / "clock").now() - began).total_seconds() == 20_000


def test_a_computers_clock_that_is_set_leaves_aws_and_every_wait_alone(tmp_path: Path) -> None:
    new_clock_file(tmp_path / "clock")
    at_aws, here = SharedClock(tmp_path / "clock"), MappedClock(tmp_path / "clock")
    at_aws.set_computers(-600.0)
    here.sleep(5.0)
    at_aws.advance(1.0)
    assert (at_aws.now() - here.now()).total_seconds() == 600.0
    assert here.monotonic() == 6.0
    at_aws.set_computers(0.0)
    assert at_aws.now() == here.now()
