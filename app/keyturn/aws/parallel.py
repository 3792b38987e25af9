"""Several questions at once, for callers that know nothing of threads."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")

_AT_ONCE = 8


def in_parallel(tasks: Sequence[Callable[[], T]]) -> list[T]:
    """Return the results of all tasks, in their order.

    Raises:
        Exception: the first task's that failed, after all tasks that began have ended.
    """
    return list(as_they_end(tasks))


def as_they_end(tasks: Sequence[Callable[[], T]]) -> Iterator[T]:
    """Yield the results of all tasks, in their order, each as soon as it and those before it are known.

    They begin with the first one that is asked for. What has not begun when nobody asks any more never begins.

    Raises:
        Exception: as `in_parallel`.
    """
    if len(tasks) < 2:
        for task in tasks:
            yield task()
        return
    with ThreadPoolExecutor(min(_AT_ONCE, len(tasks)), thread_name_prefix="aws") as pool:
        futures = [pool.submit(task) for task in tasks]
        try:
            for future in futures:
                yield future.result()
        except BaseException as error:
            if not isinstance(error, Exception):
                # Ctrl-C, or nobody asks any more: what has not begun need not begin.
                pool.shutdown(wait=False, cancel_futures=True)
            raise
