"""The window and the icon beside bare ones of PySide6, and how long the window's own thread is ever away.

The window is visible when the X server has mapped it. Memory is the proportional set size of a process alone: what it
shares with others is counted in part. A gap is how long the window's thread took to answer: nothing is drawn meanwhile.
"""

from __future__ import annotations

import hashlib
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtWidgets import QAbstractButton, QApplication

    from window_user import WindowUser

DESTINATIONS, LISTED = 50, 1000
PLACES = 5  # of a rotation that is looked at
_FRAME = 100  # milliseconds between two pictures
_ROUNDS = 9
_PULSE = 0.002  # seconds
_REST = 60  # seconds in which the icon is counted waking up
_BARE = "import sys; from PySide6.QtWidgets import QApplication, {name}; application = QApplication([]);"
BARE_WINDOW = _BARE.format(name="QMainWindow") + (
    "window = QMainWindow(); window.resize(860, 580); window.show(); sys.exit(application.exec())"
)
BARE_TRAY = _BARE.format(name="QMenu, QStyle, QSystemTrayIcon") + (
    "icon = QSystemTrayIcon(application.style().standardIcon(QStyle.StandardPixmap.SP_ComputerIcon)); menu = QMenu();"
    "menu.addAction('Quit'); icon.setContextMenu(menu); icon.show(); sys.exit(application.exec())"
)


@dataclass(frozen=True)
class Start:
    """How long a window took to be there.

    Attributes:
        seconds: by the clock on the wall.
        processor: of the processor.
    """

    seconds: float
    processor: float


@dataclass(frozen=True)
class Rest:
    """What a program takes that does nothing.

    Attributes:
        memory: proportional set size in bytes.
        wakes: how often one of its threads was woken, for each minute.
    """

    memory: int
    wakes: float


@dataclass(frozen=True)
class Gap:
    """The longest time that the window's thread did not answer.

    Attributes:
        seconds: by the clock on the wall, also where the computer was busy with something else.
        processor: the longest that it computed between two answers.
    """

    seconds: float
    processor: float


@dataclass(frozen=True)
class Stillness:
    """For how long nothing changed in the window while it worked, in seconds; by frames ten times a second.

    Attributes:
        frames: the whole picture, with the spinner.
        words: what stands there to be read, and how far each place is: without the spinner.
    """

    frames: float
    words: float


def missing() -> list[str]:
    """The programs that are needed and not here."""
    return [name for name in ("Xvfb", "trayer", "xev") if shutil.which(name) is None]


def starts(keyturn: Sequence[str]) -> tuple[Start, Start]:
    """The median start of a bare window and of Keyturn's, in pulse."""
    bare, ours = [], []
    with _display() as environment:
        for _round in range(_ROUNDS):
            bare.append(_start([sys.executable, "-c", BARE_WINDOW], environment))
            ours.append(_start(keyturn, environment))
    return _median(bare), _median(ours)


def at_rest(tray: Sequence[str]) -> tuple[Rest, Rest]:
    """A bare icon at rest, and Keyturn's, one after the other."""
    with _display() as environment, _running(["trayer", "--distance", "1"], environment):
        return _rest([sys.executable, "-c", BARE_TRAY], environment), _rest(tray, environment)


def gaps() -> dict[str, Gap]:
    """The longest gaps, by what was done in the window."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "LANGUAGE": "en"}
    done = subprocess.run(
        [sys.executable, __file__, "gaps"], env=environment, check=True, stdout=subprocess.PIPE, text=True
    )
    return {name: Gap(*gap) for name, gap in json.loads(done.stdout).items()}


def stillness() -> Stillness:
    """The longest time without a change through a rotation at the round trip of `bench_rotation`."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "LANGUAGE": "en"}
    command = [sys.executable, __file__, "stillness"]
    done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    return Stillness(*json.loads(done.stdout))


# ── Another display ──────────────────────────────────────────────────────────────────────────────────────────────────


@contextmanager
def _display() -> Iterator[dict[str, str]]:
    """The environment of programs on a display that nobody sees."""
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1280x900x24", "-nolisten", "tcp", "-noreset"]
    with _running(command, os.environ, pass_fds=(writing,)):
        os.close(writing)
        with os.fdopen(reading) as told:
            display = f":{told.readline().strip()}"
        yield {**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}


@contextmanager
def _running(
    command: Sequence[str], environment: Mapping[str, str], *, pass_fds: Sequence[int] = ()
) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        command,
        env=dict(environment),
        pass_fds=pass_fds,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def _start(command: Sequence[str], environment: Mapping[str, str]) -> Start:
    watch = ["stdbuf", "-oL", "xev", "-root", "-event", "substructure"]
    with _running(watch, environment) as watcher:
        assert watcher.stdout is not None  # noqa: S101
        # xev listens long before a Python has started.
        before, used = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
        with _running(command, environment):
            for line in watcher.stdout:
                if line.startswith("MapNotify"):
                    break
            taken = time.perf_counter() - before
        now = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Start(taken, now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime)


def _median(taken: Sequence[Start]) -> Start:
    return Start(median(one.seconds for one in taken), median(one.processor for one in taken))


def _rest(command: Sequence[str], environment: Mapping[str, str]) -> Rest:
    with _running(command, environment) as process:
        proc = Path(f"/proc/{process.pid}")
        quiet = 0
        while quiet < 10:  # until it has started nothing for some seconds
            time.sleep(0.5)
            quiet = 0 if any(path.read_text().strip() for path in proc.glob("task/*/children")) else quiet + 1
        before = _switches(proc)
        time.sleep(_REST)
        wakes = (_switches(proc) - before) * 60 / _REST
        rollup = (proc / "smaps_rollup").read_text().splitlines()
        return Rest(next(int(line.split()[1]) * 1024 for line in rollup if line.startswith("Pss:")), wakes)


def _switches(proc: Path) -> int:
    """How often all threads have gone to sleep so far."""
    lines = (line for path in proc.glob("task/*/status") for line in path.read_text().splitlines())
    return sum(int(line.split()[1]) for line in lines if line.startswith("voluntary_ctxt_switches"))


# ── Gaps ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _measure_gaps() -> dict[str, Gap]:
    """Use the window, and note the longest gap of each use."""
    from PySide6.QtWidgets import QLineEdit

    application = _application()
    pulse = _Pulse()
    found: dict[str, Gap] = {}

    def opened(url: str, folder: Path) -> WindowUser:
        return _opened(application, url, folder)

    with _practice(DESTINATIONS) as (url, folder):
        user = opened(url, folder)
        user.settle()
        begin = _at_the_plan(user, "Create new key and update one program")
        pulse.forget()
        begin.click()
        user.settle()
        found[f"rotation, {DESTINATIONS} destinations"] = pulse.longest
        user.leave()
    with _practice(LISTED) as (url, folder):
        pulse.forget()
        user = opened(url, folder)
        user.settle()
        if user.window.view.list.model.rowCount() != LISTED:
            raise RuntimeError(f"the window did not find {LISTED} destinations")
        found[f"look, {LISTED:,} destinations found"] = pulse.longest
        user.window.view.tabs.setCurrentIndex(1)
        user.draw()
        field = user.find("Narrow the list")
        assert isinstance(field, QLineEdit)  # noqa: S101
        pulse.forget()
        for number in (0, 1):
            user.window.view.tabs.setCurrentIndex(number)
            user.draw()
        for text in ("7", "77", ""):
            field.setText(text)
            user.draw()
        found[f"list of {LISTED:,}, narrowed"] = pulse.longest
        user.leave()
    pulse.end()
    return found


# ── Stillness ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _measure_stillness() -> Stillness:
    """Take frames of a rotation, and note how long nothing changed in them."""
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QLabel

    from bench_rotation import ROUND_TRIP
    from keyturn.desktop.pages.stage_row import StageRow

    application = _application()
    with _practice(PLACES, ROUND_TRIP) as (url, folder):
        user = _opened(application, url, folder)
        user.settle()
        begin = _at_the_plan(user, "Create new key and update one program")
        last: dict[str, object] = {}
        since: dict[str, float] = {}
        longest = {"frames": 0.0, "words": 0.0}

        def note(what: str, seen: object, now: float) -> None:
            longest[what] = max(longest[what], now - since.setdefault(what, now))
            if last.get(what) != seen:
                last[what], since[what] = seen, now

        def frame() -> None:
            now = time.perf_counter()
            picture = user.window.grab().toImage()
            note("frames", hashlib.sha256(bytes(picture.constBits())).digest(), now)
            words = [one.text() for one in user.window.findChildren(QLabel) if one.isVisible()]
            ways = [repr(one.way) for one in user.window.findChildren(StageRow) if one.isVisible()]
            note("words", (words, ways), now)

        timer = QTimer(interval=_FRAME)
        timer.timeout.connect(frame)
        timer.start()
        begin.click()
        user.wait_for(lambda: user.assistant.flow.job is None)
        timer.stop()
        user.leave()
    return Stillness(longest["frames"], longest["words"])


# ── A window, and an account to use it on ────────────────────────────────────────────────────────────────────────────


def _application() -> QApplication:
    from keyturn.desktop.application import make_application
    from window_user import wear_light

    application = make_application()
    wear_light(application)
    return application


def _opened(application: QApplication, url: str, folder: Path) -> WindowUser:
    from keyturn.computer.clock import SystemClock
    from keyturn.desktop.assistant import AssistantPages
    from keyturn.desktop.main_window import Doors, MainWindow
    from keyturn.desktop.runner import Runner
    from keyturn.rotation.location import Location
    from keyturn.state.secrets_kind import SecretsKind
    from window_user import WindowUser

    location = Location(endpoint_url=url, home=folder / "home", state_dir=folder / "state", secrets=SecretsKind.FILE)
    doors = Doors(AssistantPages, lambda home: None, lambda: None)
    window = MainWindow(Runner(location, SystemClock()), doors)
    window.show()
    window.look()
    return WindowUser(application, window)


def _at_the_plan(user: WindowUser, commit: str) -> QAbstractButton:
    """Go to the plan, and return the button that carries it out."""
    from PySide6.QtWidgets import QAbstractButton

    for name in ("Replace it safely…", "Choose the way out", "Show the plan"):
        user.press(name)
    begin = user.find(commit)
    assert isinstance(begin, QAbstractButton)  # noqa: S101
    return begin


@contextmanager
def _practice(destinations: int, round_trip: float = 0) -> Iterator[tuple[str, Path]]:
    """An account in a process of its own, so that only the window computes here, and a home with its old key."""
    with (
        tempfile.TemporaryDirectory(prefix="keyturn-bench-") as folder,
        _running(
            [sys.executable, __file__, "serve", str(destinations), folder, str(round_trip)], os.environ
        ) as account,
    ):
        assert account.stdout is not None  # noqa: S101
        yield account.stdout.readline().strip(), Path(folder)


def _serve(destinations: int, folder: Path, round_trip: float) -> None:
    from bench_rotation import furnish_home
    from keyturn_practice.account import PracticeAccount
    from keyturn_practice.faults import hang_after

    account = PracticeAccount()
    old = account.create_root_key(age_days=3000)
    with account.serving() as url:
        furnish_home(account, old, folder / "home", destinations, url)
        if round_trip:
            account.fail("*", hang_after(round_trip), times=1_000_000)
        print(url, flush=True)
        threading.Event().wait()


class _Pulse:
    """Calls the window's thread again and again from another one, and notes how long it took to answer.

    One call at a time, as a person would: calls that queue up behind one another would be counted as one long gap.
    """

    def __init__(self) -> None:
        from PySide6.QtCore import QObject, Qt, Signal

        class Caller(QObject):
            called = Signal(float)

        self._caller = Caller()
        self._caller.called.connect(self._answer, Qt.ConnectionType.QueuedConnection)
        self._over, self._answered = threading.Event(), threading.Semaphore(0)
        self.forget()
        self._thread = threading.Thread(target=self._call)
        self._thread.start()

    def forget(self) -> None:
        """Begin anew."""
        self.longest = Gap(0.0, 0.0)
        self._since, self._computed = time.perf_counter(), time.thread_time()

    def _call(self) -> None:
        while not self._over.is_set():
            self._caller.called.emit(time.perf_counter())
            self._answered.acquire()
            self._over.wait(_PULSE)

    def end(self) -> None:
        """Call no more."""
        self._over.set()
        self._answered.release()
        self._thread.join()

    def _answer(self, called: float) -> None:
        self._answered.release()
        if called < self._since:
            return
        taken, computed = time.perf_counter() - called, time.thread_time() - self._computed
        self._computed += computed
        self.longest = Gap(max(self.longest.seconds, taken), max(self.longest.processor, computed))


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        _serve(int(sys.argv[2]), Path(sys.argv[3]), float(sys.argv[4]))
    if sys.argv[1] == "stillness":
        print(json.dumps(astuple(_measure_stillness())))
        sys.exit()
    print(json.dumps({name: (gap.seconds, gap.processor) for name, gap in _measure_gaps().items()}))
