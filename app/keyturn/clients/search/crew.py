"""All processors at once: this process and some more look into files, each taking the next piece of work.

Processes, because Python's threads would wait for one another; and new ones, not copies of this one, because a window
that is open must not be copied.
"""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import keyturn
from keyturn.clients.search.glance import TURN, Glance
from keyturn.clients.search.needles import Needles
from keyturn.clients.search.report import Gap, GapReason, Report, Work
from keyturn.clients.search.worker import packed_work, receive, send, unpacked_report

WORKER_WORD = "search-worker"  # what the bundled program is started with to be a worker
_START = "import sys; sys.path.append(sys.argv[1]); from keyturn.clients.search.worker import serve; serve()"
_MOST = 8  # more wait for the disk, not for a processor
_PATIENCE = 0.05  # seconds between two looks at whether somebody wants to stop


class Stopped(BaseException):
    """Somebody asked to stop. Like Ctrl-C it is no mistake, and no handler of mistakes may swallow it."""


class Crew:
    """Looks into files; to be used in a `with` block, at whose end all processes are gone.

    Args:
        stop: asked often, in the thread that uses the crew; whether somebody wants to stop.
        processors: how many to use; None means all.
    """

    def __init__(self, needles: Needles, stop: Callable[[], bool], processors: int | None = None) -> None:
        self._needles = needles
        self._stop = stop
        self._others = min(_MOST, processors or _processors()) - 1
        self._glance = Glance(needles, self._check)
        self._changed = threading.Condition()
        self._waiting: deque[Work] = deque()
        self._reports: deque[tuple[Work, Report]] = deque()
        self._busy = 0
        self._closing = False
        self._processes: list[subprocess.Popen[bytes]] = []
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        for process in self._processes:
            process.kill()
        for thread in self._threads:
            thread.join()

    def reports(self, files: Iterator[list[str]]) -> Iterator[tuple[Work, Report]]:
        """Yield what came of each piece of work, as it comes.

        Raises:
            Stopped: where `stop` said so.
        """
        for paths in files:
            self._check()
            self._add(Work(paths))
            yield from self._come()
            # With enough in stock for the others, this process does its share; alone it does all.
            while len(self._waiting) > 2 * self._others:
                yield from self._do_one()
        while self._waiting or self._busy or self._reports:
            if self._waiting:
                yield from self._do_one()
            else:
                with self._changed:
                    self._changed.wait_for(lambda: self._reports or self._waiting or not self._busy, _PATIENCE)
                self._check()
            yield from self._come()

    def _do_one(self) -> Iterator[tuple[Work, Report]]:
        with self._changed:
            work = self._waiting.popleft() if self._waiting else None
        if work is not None:
            try:
                report = self._glance.at(work)
            except Stopped:
                yield work, self._glance.so_far(len(work.paths))
                raise
            self._follow_up(work, report)
            yield work, report
        yield from self._come()

    def _come(self) -> Iterator[tuple[Work, Report]]:
        while self._reports:
            work, report = self._reports.popleft()
            self._follow_up(work, report)
            yield work, report

    def _follow_up(self, work: Work, report: Report) -> None:
        """Add the work that a report asks for."""
        if report.done < len(work.paths):
            self._add(Work(work.paths[report.done :]))
        for file, size in report.large:
            for start, end in parts(work.paths[file], size):
                self._add(Work([work.paths[file]], start, end))

    def _add(self, work: Work) -> None:
        with self._changed:
            self._waiting.append(work)
            self._changed.notify()
        # Where the first piece is all there is, nobody has to come for it.
        if len(self._waiting) > 1 and len(self._threads) < self._others:
            self._threads.append(threading.Thread(target=self._send_work, daemon=True))
            self._threads[-1].start()

    def _send_work(self) -> None:
        """Keep one more process busy, in a thread that only waits. Where it cannot be started, others do its share."""
        with suppress(OSError), self._process() as process:
            come, go = process.stdout, process.stdin
            if come is None or go is None:
                return
            send(go, json.dumps({"keys": sorted(self._needles.keys), "any_key": self._needles.any_key}).encode())
            if receive(come) is None:
                return
            while (work := self._next()) is not None:
                message = None
                with suppress(OSError):
                    send(go, packed_work(work))
                    message = receive(come)
                with self._changed:
                    self._reports.append((work, unpacked_report(message) if message else _lost(work)))
                    self._busy -= 1
                    self._changed.notify_all()
                if message is None:
                    return

    def _process(self) -> subprocess.Popen[bytes]:
        folder = str(Path(keyturn.__file__).parent.parent)
        bundled = getattr(sys, "frozen", False)
        command = [sys.executable, WORKER_WORD] if bundled else [sys.executable, "-I", "-S", "-c", _START, folder]
        # None of the person's variables, some of which are secrets, is any business of a worker.
        environment = {name: value for name, value in os.environ.items() if name in {"SYSTEMROOT", "TEMP", "TMP"}}
        process = subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            process_group=0 if os.name == "posix" else None,  # Ctrl-C is for this process to hear
        )
        with self._changed:
            self._processes.append(process)
            if self._closing:
                process.kill()
        return process

    def _next(self) -> Work | None:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closing)
            if self._closing:
                return None
            self._busy += 1
            return self._waiting.popleft()

    def _check(self) -> None:
        if self._stop():
            raise Stopped


def parts(path: str, size: int) -> Iterator[tuple[int, int]]:
    """Yield where the parts of a large file begin and end, without its holes, which a disk image may have many of."""
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except OSError:
        yield 0, size  # whoever reads the part tells why it cannot be read
        return
    try:
        start = 0
        while start < size:
            end = size
            if hasattr(os, "SEEK_DATA"):
                try:
                    start = os.lseek(handle, start, os.SEEK_DATA)
                    end = min(size, os.lseek(handle, start, os.SEEK_HOLE))
                except OSError as error:
                    if error.errno == errno.ENXIO:  # only a hole is left
                        return
            for at in range(start, end, TURN):
                yield at, min(at + TURN, end)
            start = end
    finally:
        os.close(handle)


def _lost(work: Work) -> Report:
    return Report(0, 0, [], [Gap(file, GapReason.LOST) for file in range(len(work.paths))], len(work.paths), [])


def _processors() -> int:
    usable = getattr(os, "sched_getaffinity", None)
    return len(usable(0)) if usable is not None else os.cpu_count() or 1
