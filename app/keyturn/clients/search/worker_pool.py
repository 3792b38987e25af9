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
from array import array
from collections import deque
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import keyturn
from keyturn.clients.search.file_scanner import TURN, FileScanner
from keyturn.clients.search.mounts import mounts
from keyturn.clients.search.search_patterns import SearchPatterns
from keyturn.clients.search.search_rows import Area, Gap, GapReason, PassedOver, SearchWork, WorkReport
from keyturn.clients.search.tree import Tree
from keyturn.clients.search.worker import WorkRequest, packed_work, receive, send, unpacked_piece, unpacked_report

WORKER_WORD = "search-worker"  # what the bundled program is started with to be a worker
_START = "import sys; sys.path.append(sys.argv[1]); from keyturn.clients.search.worker import serve; serve()"
_MOST = 8  # more wait for the disk, not for a processor
_PATIENCE = 0.05  # seconds between two looks at whether somebody wants to stop
_STOCK = 8  # pieces of a walk that wait for each process, so that none has to wait for the walk
_STOCK_AHEAD = 400  # the same before it is known what to look for: some 100,000 files


class _Task(Enum):
    """What a process is asked for besides work: the next files of its walk, or to end."""

    WALK_ON = "walk-on"
    END = "end"


class Stopped(BaseException):
    """Somebody asked to stop. Like Ctrl-C it is no mistake, and no handler of mistakes may swallow it."""


class WorkerPool:
    """Walks through an area and looks into its files, in a `with` block at whose end all processes are gone.

    Args:
        stop: asked often, in the thread that uses the pool; whether somebody wants to stop.
        processors: how many to use; None means all.

    Attributes:
        passed_over: what the walk did not look into; whole once `reports` has ended.
        unchanged: how many files were not read, because they were searched before and are the same.
        clean: the marks of the files that were read to their end and hold nothing of what is looked for.
    """

    def __init__(self, area: Area, stop: Callable[[], bool], processors: int | None = None) -> None:
        self.passed_over: list[PassedOver] = []
        self.unchanged = 0
        self.clean = array("Q")
        self.area = area
        self._stop = stop
        self._others = min(_MOST, processors or _processors()) - 1
        self._patterns: SearchPatterns | None = None
        self._known: Collection[int] = ()
        self._changed = threading.Condition()
        self._walked: deque[SearchWork] = deque()  # as the walk gave them, while it is not known yet what to look for
        self._waiting: deque[SearchWork] = deque()
        self._reports: deque[tuple[SearchWork, WorkReport]] = deque()
        self._walk: Iterator[SearchWork] | None = None  # where this process walks itself
        self._met = array("q")  # the hash of each path that the walk gave, should it have to begin again
        self._is_walking = True
        self._busy = 0
        self._closing = False
        self._parts: dict[str, _Parts] = {}
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

    def walk_ahead(self) -> None:
        """Let another process begin with the walk, while this one finds out what to look for."""
        if self._others:
            self._start(walks=True)

    def reports(self, patterns: SearchPatterns, known: Collection[int] = ()) -> Iterator[tuple[SearchWork, WorkReport]]:
        """Yield what came of each piece of work, as it comes.

        Args:
            known: marks of files that need not be read, because what is looked for does not stand in them.

        Raises:
            Stopped: where `stop` said so.
        """
        with self._changed:
            self._patterns, self._known = patterns, known
            while self._walked:
                self._put(self._walked.popleft())
            self._changed.notify_all()
        if not self._threads:
            self._walk_here()
        scanner = FileScanner(patterns, self._check)
        while True:
            self._check()
            yield from self._come()
            # With enough in stock for the others, this process does its share; alone it does all.
            if self._walk is not None and len(self._waiting) <= 2 * self._others:
                self._walk_on()
            elif self._waiting:
                yield from self._do_one(scanner)
            elif self._is_walking or self._busy or self._reports:
                with self._changed:
                    self._changed.wait_for(
                        lambda: self._reports or self._waiting or self._walk or not (self._busy or self._is_walking),
                        _PATIENCE,
                    )
            else:
                return

    def _walk_here(self) -> None:
        """Walk in this process, from the beginning; what another one gave of the walk is not given again."""
        tree, met = Tree(self.area, mounts()), frozenset(self._met)
        self._met = array("q")

        def pieces() -> Iterator[SearchWork]:
            for piece in tree.pieces():
                yield _without(piece, met) if met else piece
            self.passed_over = tree.passed_over

        self._walk = pieces()

    def _walk_on(self) -> None:
        piece = next(self._walk, None) if self._walk is not None else None
        if piece is None:
            self._walk, self._is_walking = None, False
        else:
            self._add(piece)

    def _do_one(self, scanner: FileScanner) -> Iterator[tuple[SearchWork, WorkReport]]:
        with self._changed:
            work = self._waiting.popleft() if self._waiting else None
        if work is not None:
            try:
                report = scanner.at(work)
            except Stopped:
                yield work, scanner.so_far(len(work.paths))
                raise
            self._follow_up(work, report)
            yield work, report
        yield from self._come()

    def _come(self) -> Iterator[tuple[SearchWork, WorkReport]]:
        while self._reports:
            work, report = self._reports.popleft()
            self._follow_up(work, report)
            yield work, report

    def _follow_up(self, work: SearchWork, report: WorkReport) -> None:
        """Add the work that a report asks for, and note what holds nothing."""
        holds = {one.file for one in report.sightings} | {one.file for one in report.gaps}
        if work.end:
            self._note_part(work.paths[0], is_clean=not holds)
            return
        if report.done < len(work.paths):
            self._add(SearchWork(work.paths[report.done :], work.marks[report.done :]))
        for file, size in report.large:
            pieces = list(parts(work.paths[file], size))
            self._parts[work.paths[file]] = _Parts(work.marks[file], len(pieces))
            for start, end in pieces:
                self._add(SearchWork([work.paths[file]], work.marks[file : file + 1], start, end))
        unfinished = holds | {file for file, _size in report.large}
        self.clean.extend(
            mark for file, mark in enumerate(work.marks[: report.done]) if mark and file not in unfinished
        )

    def _note_part(self, path: str, *, is_clean: bool) -> None:
        of_file = self._parts[path]
        of_file.waiting -= 1
        of_file.clean = of_file.clean and is_clean
        if not of_file.waiting and of_file.clean and of_file.mark:
            self.clean.append(of_file.mark)

    def _add(self, work: SearchWork) -> None:
        with self._changed:
            self._put(work)
            self._changed.notify()
        # Where the first piece is all there is, nobody has to come for it.
        if len(self._waiting) > 1 and len(self._threads) < self._others:
            self._start(walks=False)

    def _put(self, work: SearchWork) -> None:
        """Put work into stock, but for the files that need not be read. Called while nobody else changes it."""
        if self._patterns is None:
            self._walked.append(work)
            return
        if self._known and not work.end:
            new = [at for at, mark in enumerate(work.marks) if mark not in self._known]
            self.unchanged += len(work.paths) - len(new)
            if len(new) < len(work.paths):
                work = SearchWork([work.paths[at] for at in new], array("Q", [work.marks[at] for at in new]))
        if work.paths:
            self._waiting.append(work)

    def _start(self, *, walks: bool) -> None:
        self._threads.append(threading.Thread(target=self._send_work, args=(walks,), daemon=True))
        self._threads[-1].start()

    def _send_work(self, walks: bool) -> None:
        """Keep one more process busy, in a thread that only waits. Where it cannot be started, others do its share."""
        try:
            with suppress(OSError), self._process() as process:
                if process.stdout is not None and process.stdin is not None and receive(process.stdout) is not None:
                    walks = self._converse(process.stdout, process.stdin, walks=walks)
        finally:
            if walks:
                with self._changed:
                    self._walk_here()
                    self._changed.notify_all()

    def _converse(self, come: IO[bytes], go: IO[bytes], *, walks: bool) -> bool:
        """Ask a process for one thing after the other; return whether its walk ended before its time."""
        if walks:
            send(go, WorkRequest.WALK.value + json.dumps(self.area).encode())
        seeks = False
        while (task := self._next(walks=walks)) is not _Task.END:
            if task is _Task.WALK_ON:
                send(go, WorkRequest.NEXT.value)
                message = receive(come)
                if message is None:
                    return True
                walks = self._take(unpacked_piece(message))
                continue
            message = None
            with suppress(OSError):
                if not seeks and self._patterns is not None:
                    about = {"keys": sorted(self._patterns.keys), "any_key": self._patterns.any_key}
                    send(go, WorkRequest.SEEK.value + json.dumps(about).encode())
                    seeks = True
                send(go, WorkRequest.LOOK.value + packed_work(task))
                message = receive(come)
            with self._changed:
                self._reports.append((task, unpacked_report(message) if message else _lost(task)))
                self._busy -= 1
                self._changed.notify_all()
            if message is None:
                return walks
        return False

    def _take(self, piece: SearchWork | list[PassedOver]) -> bool:
        """Take what a process walked through; return whether its walk goes on."""
        with self._changed:
            if isinstance(piece, SearchWork):
                self._met.extend(map(hash, piece.paths))
                self._put(piece)
            else:
                self.passed_over = piece
                self._is_walking = False
            self._changed.notify_all()
        if isinstance(piece, SearchWork) and len(self._waiting) > 2 and len(self._threads) < self._others:
            self._start(walks=False)
        return isinstance(piece, SearchWork)

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
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            process_group=0 if os.name == "posix" else None,  # Ctrl-C is for this process to hear
        )
        with self._changed:
            self._processes.append(process)
            if self._closing:
                process.kill()
        return process

    def _next(self, *, walks: bool) -> SearchWork | _Task:
        """The next thing to ask of a process."""
        with self._changed:
            self._changed.wait_for(lambda: self._closing or self._waiting or (walks and self._wants_more()))
            if self._closing:
                return _Task.END
            if walks and self._wants_more():
                return _Task.WALK_ON
            self._busy += 1
            return self._waiting.popleft()

    def _wants_more(self) -> bool:
        """Whether the walk shall go on before what it gave is looked into."""
        if self._patterns is None:
            return len(self._walked) < _STOCK_AHEAD
        return len(self._waiting) < _STOCK * (self._others + 1)

    def _check(self) -> None:
        if self._stop():
            raise Stopped


@dataclass(slots=True)
class _Parts:
    """A large file that is searched in parts.

    Attributes:
        waiting: how many parts are not done yet.
        clean: those that are done hold nothing.
    """

    mark: int
    waiting: int
    clean: bool = True


def _without(piece: SearchWork, met: frozenset[int]) -> SearchWork:
    new = [at for at, path in enumerate(piece.paths) if hash(path) not in met]
    return SearchWork([piece.paths[at] for at in new], array("Q", [piece.marks[at] for at in new]))


def parts(path: str, size: int) -> Iterator[tuple[int, int]]:
    """Yield where the parts of a large file begin and end, without its holes, which a disk image may have many of."""
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except OSError:
        yield 0, size  # the reader of the part tells why it cannot be read
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


def _lost(work: SearchWork) -> WorkReport:
    return WorkReport(0, 0, [], [Gap(file, GapReason.LOST) for file in range(len(work.paths))], len(work.paths), [])


def _processors() -> int:
    usable = getattr(os, "sched_getaffinity", None)
    return len(usable(0)) if usable is not None else os.cpu_count() or 1
