"""Long work away from the window's thread: one change after the other, and a few readings at a time.

What Qt's own thread classes get wrong with Python (facts/anchors.md 3.2) is avoided by two rules: all that a worker
has to say reaches the window's thread through one queued signal of one object that lives there as long as the program;
and no worker ever holds a widget, because the last one to let go of an object frees it.
"""

from __future__ import annotations

import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from PySide6.QtCore import QObject, Qt, Signal, Slot
from shiboken6 import isValid

from keyturn.computer.clock import Clock
from keyturn.model.errors import AppError, UsageError
from keyturn.model.text import _
from keyturn.rotation.cancelling import CancelToken
from keyturn.state.secrets_kind import SecretsKind

if TYPE_CHECKING:
    # Imported by the first worker, while the window is seen already.
    from keyturn.model.keys import Secret
    from keyturn.rotation.context import Context, Event, ProgressSink
    from keyturn.rotation.location import Location
    from keyturn.rotation.workplace import Workplace
    from keyturn.state.secrets import MemorySecrets

_READERS = 3
# Seconds after which a worker that computes lets the window's thread go on. That one gives way whenever it calls Qt,
# and with Python's usual 5 ms a page of many widgets would take many times that.
_GIVING_WAY = 0.0005
_LOOK_WHETHER_STOPPED = 0.2  # seconds between two looks while a person is asked
Answer = TypeVar("Answer")


class Desk(NamedTuple):
    """What a piece of work has in its thread: a workplace of its own, a way to tell, and a way to be stopped.

    Attributes:
        give: hands over a part of the answer that can be shown before the rest is known.
    """

    workplace: Workplace
    progress: ProgressSink
    cancel: CancelToken
    give: Callable[[object], None] = lambda part: None

    def context(self) -> Context:
        """Everything a rotation touches."""
        return self.workplace.context(self.progress, self.cancel)


class CodeWanted:
    """A question for the code of an MFA device, for which a worker waits.

    Attributes:
        device: its serial number or ARN.
    """

    def __init__(self, device: str) -> None:
        self.device = device
        self._answered = threading.Event()
        self._code: str | None = None

    def answer(self, code: str | None) -> None:
        """Let the worker go on with this code; None where the person gives none."""
        self._code = code
        self._answered.set()

    def wait(self, token: CancelToken) -> str:
        """Wait for the answer; in a worker.

        Raises:
            UsageError: where the person gave none.
            Cancelled: where the work is to stop.
        """
        while not self._answered.wait(_LOOK_WHETHER_STOPPED):
            token.check()
        if self._code is None:
            raise UsageError(
                _("No code of the MFA device was given"),
                _("Nothing was changed. The role wants the six digits that {device} shows.").format(device=self.device),
                code="signer.mfa",
            )
        return self._code


class Task:
    """A piece of work that was handed over, as its owner sees it."""

    def __init__(self, doing: str) -> None:
        self.doing = doing
        self.token = CancelToken()
        self.is_forgotten = False

    def cancel(self) -> None:
        """Ask it to stop at the next safe point; how it ended is still told."""
        self.token.ask()

    def forget(self) -> None:
        """Ask it to stop, and hear nothing of it any more: something newer takes its place."""
        self.token.ask()
        self.is_forgotten = True


class _Listener(NamedTuple):
    """Who is called back; kept in the window's thread alone."""

    owner: QObject
    done: Callable[[Any], None]
    failed: Callable[[AppError], None]
    told: Callable[[Event], None]
    given: Callable[[Any], None]
    asked: Callable[[CodeWanted], None]


class _Message(NamedTuple):
    """From a worker to the owner of the task.

    Attributes:
        tell: runs in the window's thread.
        is_last: how the task ended.
        unheard: called where nobody hears it any more.
    """

    task: Task
    tell: Callable[[_Listener], None]
    is_last: bool
    unheard: Callable[[], None] = lambda: None


class Runner(QObject):
    """Runs work, and calls back in the window's thread. It outlives every page.

    Args:
        standing: how the backups stand, for the sentence that is said where Keyturn made a mistake; None is what
            always holds.

    Attributes:
        changing: a change began (True), or none is left (False).
        mistaken: Keyturn made a mistake that no work's owner is told of; the `AppError` says it.
    """

    changing = Signal(bool)
    mistaken = Signal(object)
    _posted = Signal(object)

    def __init__(self, location: Location, clock: Clock, standing: Callable[[], str] | None = None) -> None:
        super().__init__()
        self.location = location
        self.clock = clock
        self._standing = standing
        self._in_memory: MemorySecrets | None = None
        self._passwords: dict[str, Secret] = {}
        self._opening = threading.Lock()
        sys.setswitchinterval(_GIVING_WAY)
        self._readers = _Lane("reader", _READERS)
        self._changer = _Lane("changer", 1)
        self._listeners: dict[Task, _Listener] = {}
        self._changes: list[Task] = []
        self._posted.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def read(
        self,
        owner: QObject,
        work: Callable[[Desk], Answer],
        *,
        done: Callable[[Answer], None],
        failed: Callable[[AppError], None],
        told: Callable[[Event], None] = lambda event: None,
        given: Callable[[Any], None] = lambda part: None,
        asked: Callable[[CodeWanted], None] = lambda wanted: wanted.answer(None),
        doing: str,
    ) -> Task:
        """Run work that changes nothing; several run at a time.

        Args:
            owner: where this object is gone, nobody is called back.
            work: runs in a worker, and must not hold widgets.
            done, failed: one of them is called, once, in the window's thread.
            told: called in the window's thread with each event.
            given: the same with each part of the answer that the work gives ahead.
            asked: the same with each question for a code, which it has answered at some time.
            doing: what is done, as it follows a colon in a sentence: for who wants to close, and in a mistake's report.
        """
        task = Task(doing)
        self._listeners[task] = _Listener(owner, done, failed, told, given, asked)
        self._readers.add(lambda: self._work(task, work))
        return task

    def change(
        self,
        owner: QObject,
        work: Callable[[Desk], Answer],
        *,
        done: Callable[[Answer], None],
        failed: Callable[[AppError], None],
        told: Callable[[Event], None] = lambda event: None,
        asked: Callable[[CodeWanted], None] = lambda wanted: wanted.answer(None),
        doing: str,
    ) -> Task:
        """Run work that changes something: after the one before, and alone on this computer. As `read` otherwise.

        `AnotherKeyturnError` reaches `failed` where another Keyturn is working.
        """

        def alone(desk: Desk) -> Answer:
            with desk.workplace.alone():
                return work(desk)

        task = Task(doing)
        self._listeners[task] = _Listener(owner, done, failed, told, lambda part: None, asked)
        self._changes.append(task)
        self.changing.emit(True)
        self._changer.add(lambda: self._work(task, alone))
        return task

    def unlock(self, client: str, password: Secret) -> None:
        """Let all work from now on open what a program keeps locked; the password is kept in memory only."""
        self._passwords[client] = password

    @property
    def change_under_way(self) -> str | None:
        """The name of the change that runs now, or None."""
        return self._changes[0].doing if self._changes else None

    @property
    def is_idle(self) -> bool:
        """True where nothing is at work, and everything was delivered."""
        return not self._listeners

    def tell_mistake(self, error: BaseException, doing: str) -> None:
        """Say `mistaken` for an error that no work owns. May be called from any thread."""

        self._readers.add(lambda: self._posted.emit(self._mistake(error, doing)))

    def leave(self, seconds: float) -> bool:
        """Ask all work to stop, and wait for it; False where some of it is still at it after `seconds`."""
        for task in self._listeners:
            task.cancel()
        deadline = time.monotonic() + seconds
        ended = [lane.wait(max(0.0, deadline - time.monotonic())) for lane in (self._changer, self._readers)]
        return all(ended)

    def _work(self, task: Task, work: Callable[[Desk], object]) -> None:
        from keyturn.rotation.workplace import Workplace

        workplace = Workplace(self.location, self.clock, secrets=self._secrets())
        for client, password in tuple(self._passwords.items()):
            workplace.unlock(client, password)

        def code_from(device: str) -> str:
            wanted = CodeWanted(device)
            self._posted.emit(
                _Message(
                    task,
                    lambda listener: listener.asked(wanted),
                    is_last=False,
                    unheard=lambda: wanted.answer(None),
                )
            )
            return wanted.wait(task.token)

        workplace.code_from = code_from

        def progress(event: Event) -> None:
            self._posted.emit(_Message(task, lambda listener: listener.told(event), is_last=False))

        def give(part: object) -> None:
            self._posted.emit(_Message(task, lambda listener: listener.given(part), is_last=False))

        def done(answer: object) -> _Message:
            return _Message(task, lambda listener: listener.done(answer), is_last=True)

        def failed(error: AppError) -> _Message:
            return _Message(task, lambda listener: listener.failed(error), is_last=True)

        try:
            task.token.check()
            outcome = done(work(Desk(workplace, progress, task.token, give)))
        except AppError as error:
            outcome = failed(error)
        except Exception as error:
            outcome = failed(self._mistake(error, task.doing))
        try:
            workplace.close()
        except AppError as error:
            self.tell_mistake(error, task.doing)
        self._posted.emit(outcome)

    def _tell_people(self) -> None:
        """Tell people what a change did; how that went is in Keyturn's memory, and shown by `status`."""
        from keyturn.reminders.telling import tell_people
        from keyturn.rotation.workplace import Workplace

        try:
            with suppress(AppError), Workplace(self.location, self.clock, offline=True) as workplace:
                tell_people(workplace)
        except Exception as error:  # a reader that ends takes its place with it
            self._posted.emit(self._mistake(error, "telling people"))

    def _secrets(self) -> MemorySecrets | None:
        """In memory only, secrets have to outlive the single piece of work; else each opens the store for itself."""
        if self.location.secrets is not SecretsKind.MEMORY:
            return None
        with self._opening:
            if self._in_memory is None:
                from keyturn.state.secrets import MemorySecrets

                self._in_memory = MemorySecrets()
            return self._in_memory

    def _mistake(self, error: BaseException, doing: str) -> AppError:
        from keyturn.rotation.mistakes import how_it_stands, mistake

        return mistake(error, standing=(self._standing or how_it_stands)(), doing=doing)

    @Slot(object)
    def _deliver(self, message: _Message | AppError) -> None:
        if isinstance(message, AppError):
            self.mistaken.emit(message)
            return
        task = message.task
        listener = self._listeners[task]
        if message.is_last:
            del self._listeners[task]
            self._no_longer_changing(task)
        if not task.is_forgotten and isValid(listener.owner):
            message.tell(listener)
        else:
            message.unheard()

    def _no_longer_changing(self, task: Task) -> None:
        if task in self._changes:
            self._changes.remove(task)
            self._readers.add(self._tell_people)
            if not self._changes:
                self.changing.emit(False)


class _Lane:
    """Threads that take one job after the other; each is started when a job finds no idle one.

    They never keep the program from ending: anyone who closes the window waits for changes, and readers may be cut.
    """

    def __init__(self, name: str, width: int) -> None:
        self._name, self._width = name, width
        self._started = 0
        self._jobs: deque[Callable[[], None]] = deque()
        self._left = 0
        self._changed = threading.Condition()

    def add(self, job: Callable[[], None]) -> None:
        with self._changed:
            self._left += 1
            self._jobs.append(job)
            self._changed.notify_all()
            if self._started < min(self._left, self._width):
                threading.Thread(target=self._take, name=f"{self._name}-{self._started}", daemon=True).start()
                self._started += 1

    def wait(self, seconds: float) -> bool:
        """True once nothing is left to do; False where that took too long."""
        with self._changed:
            return self._changed.wait_for(lambda: self._left == 0, seconds)

    def _take(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._jobs)
                job = self._jobs.popleft()
            job()
            del job
            with self._changed:
                self._left -= 1
                self._changed.notify_all()
