"""How the work of a reader grows with its file, told by the processor's time alone: other programs have no say."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from contextlib import suppress

import pytest

from keyturn.model.errors import FileError

MOST = 2.4  # times the work for twice the file: n log n needs a little more than 2
_MEASURABLE = 0.03  # seconds of the processor
_ATTEMPTS = 4  # a measurement can be disturbed, for memory and its caches are shared
LARGEST = 4 * 1024 * 1024  # bytes; larger files are not read

Read = Callable[[bytes], object]
Made = Callable[[int], bytes]


def cpu_seconds(read: Read, content: bytes) -> float:
    """Return the processor's time that one reading takes, in seconds."""
    gc.disable()  # it looks at all the objects of the tests, and its work is not the reader's
    try:
        start = time.thread_time()
        with suppress(FileError):
            read(content)
        return time.thread_time() - start
    finally:
        gc.enable()


def expect_linear(read: Read, made: Made, *, largest: int = LARGEST, what: str = "") -> None:
    """Fail where the work grows much more than the file.

    Args:
        made: makes a file of about so many bytes.
        largest: a file of at most twice as many bytes is tried; one that is done at once is never too much.
        what: named in the failure.
    """
    size = 1000
    while (once := cpu_seconds(read, made(size))) < _MEASURABLE and size < largest:
        size *= 2
    if once < _MEASURABLE:
        return
    ratios = []
    gc.collect()
    for _attempt in range(_ATTEMPTS):
        once = min(once, *(cpu_seconds(read, made(size)) for _time in range(2)))
        twice = min(cpu_seconds(read, made(size * 2)) for _time in range(2))
        ratios.append(twice / once)
        if ratios[-1] <= MOST:
            return
        size *= 2  # what is left of a disturbance weighs less there, and what grows too fast grows on
        once = twice
    pytest.fail(f"{what} each time twice as large, up to {size} bytes: {[round(ratio, 1) for ratio in ratios]}")


def repeated(unit: str, before: str = "", after: str = "") -> Made:
    """Return what makes files of `unit` as often as fits; `{n}` in it is a number that is another one each time."""

    def made(size: int) -> bytes:
        if "{n}" not in unit:
            return (before + unit * (size // len(unit)) + after).encode(errors="surrogateescape")
        return (before + "".join(unit.replace("{n}", f"{n:06}") for n in range(size // len(unit))) + after).encode()

    return made


def both(first: Made, second: Made) -> Made:
    """Return what makes files that are half the one and half the other."""
    return lambda size: first(size // 2) + second(size // 2)
