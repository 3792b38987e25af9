"""Several questions to AWS at once, for callers that know nothing of threads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")

_AT_ONCE = 8


def in_parallel(tasks: Sequence[Callable[[], T]]) -> list[T]:
    """Return the results of all tasks, in their order.

    Raises:
        Exception: the first task's that failed, after all tasks that began have ended.
    """
    if len(tasks) < 2:
        return [task() for task in tasks]
    with ThreadPoolExecutor(min(_AT_ONCE, len(tasks)), thread_name_prefix="aws") as pool:
        futures = [pool.submit(task) for task in tasks]
        try:
            return [future.result() for future in futures]
        except BaseException as error:
            if not isinstance(error, Exception):
                # Ctrl-C: what has not begun need not begin.
                pool.shutdown(wait=False, cancel_futures=True)
            raise
