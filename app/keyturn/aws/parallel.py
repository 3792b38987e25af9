"""Several questions to AWS at once, for callers that know nothing of threads.

Whatever the questions report on their way (each use of a key, for the journal) runs in the thread that asked, because
the journal's database belongs to that thread.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from queue import SimpleQueue
from typing import TypeVar

T = TypeVar("T")

_AT_ONCE = 8

_thread = threading.local()


def in_asking_thread(work: Callable[[], None]) -> None:
    """Run `work` in the thread that waits in `in_parallel`, or right here where nobody waits.

    Raises:
        CancelledError: where the asking thread stopped waiting (Ctrl-C).
    """
    post: _Post | None = getattr(_thread, "post", None)
    if post is None:
        work()
    else:
        post.send(work)


def in_parallel(tasks: Sequence[Callable[[], T]]) -> list[T]:
    """Return the results of all tasks, in their order.

    Raises:
        Exception: the first task's that failed, after all tasks have ended.
    """
    if len(tasks) < 2:
        return [task() for task in tasks]
    post = _Post()
    with ThreadPoolExecutor(min(_AT_ONCE, len(tasks)), thread_name_prefix="aws") as pool:
        futures = [pool.submit(_run, task, post) for task in tasks]
        for future in futures:
            future.add_done_callback(post.one_has_ended)
        try:
            post.serve(len(futures))
        except BaseException:
            for future in futures:
                future.cancel()
            post.close()
            raise
    return [future.result() for future in futures]


def _run(task: Callable[[], T], post: _Post) -> T:
    _thread.post = post
    return task()


class _Post:
    """Carries work from the worker threads to the thread that waits for them."""

    def __init__(self) -> None:
        self._letters: SimpleQueue[tuple[Callable[[], None], Future[None]] | None] = SimpleQueue()
        self._guard = threading.Lock()
        self._closed = False

    def send(self, work: Callable[[], None]) -> None:
        done: Future[None] = Future()
        with self._guard:
            if self._closed:
                raise CancelledError
            self._letters.put((work, done))
        done.result()

    def one_has_ended(self, _: object) -> None:
        self._letters.put(None)

    def serve(self, running: int) -> None:
        while running:
            letter = self._letters.get()
            if letter is None:
                running -= 1
                continue
            work, done = letter
            try:
                in_asking_thread(work)
            except BaseException as error:
                # The worker that sent the work raises it, and its future hands it to whoever asked.
                done.set_exception(error)
            else:
                done.set_result(None)

    def close(self) -> None:
        with self._guard:
            self._closed = True
        while not self._letters.empty():
            letter = self._letters.get()
            if letter is not None:
                letter[1].set_exception(CancelledError())
