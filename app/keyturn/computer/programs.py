"""Programs on this computer: finding them, running their own checks, seeing which ones run."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath
from typing import IO, TYPE_CHECKING

from keyturn.computer.computer import Computer, Platform
from keyturn.computer.search_path import USUAL_FOLDERS, is_out_of_others_reach, trusted_folders
from keyturn.model.errors import ClientError
from keyturn.model.text import _

if TYPE_CHECKING:
    import psutil

OUTPUT_LIMIT = 64 * 1024  # bytes of a check's output that are kept: its end, where the reason stands
# How long a check's own children may keep its output open once it has ended, in seconds.
_STRAGGLERS = 1.0
_LOOK_EVERY = 0.02
# On Windows a program of the terminal opens a console window of its own where its parent has none.
NO_CONSOLE: int = getattr(subprocess, "CREATE_NO_WINDOW", 0)
# The programs that run other programs' scripts: s3cmd and aws show up as `python3 /usr/bin/s3cmd`.
_INTERPRETERS = ("python", "pypy", "perl", "ruby", "node", "sh", "bash", "dash")
# What Windows starts by itself. A batch file is read by the command interpreter, which finds commands in arguments.
_ENDINGS = (".exe", ".com")
# After these no script's path follows.
_NO_SCRIPT = ("-c", "-m", "-e")


@dataclass(frozen=True, slots=True)
class ProgramResult:
    """How a check ended.

    Attributes:
        exit_code: the program's own; negative, the signal that ended it; None where it was stopped at the time limit,
            which says nothing about the backup (facts/clients.md 0.3).
        output: the end of what it wrote, errors and output as they came, at most `OUTPUT_LIMIT` bytes.
    """

    exit_code: int | None
    output: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class RunningProgram:
    """A program that runs now.

    Attributes:
        name: the one of the names asked for that it goes by.
        arguments: its command line; empty where that is another person's to see.
        environment: its variables, which may hold secrets; None where they are not ours to see.
        started: when, in UTC; None where the system does not tell.
    """

    pid: int
    name: str
    arguments: tuple[str, ...] = field(repr=False)
    environment: Mapping[str, str] | None = field(repr=False)
    started: datetime | None


def find_program(name: str, computer: Computer) -> Path | None:
    """Return where the program is that the person would start by `name`, as an absolute path.

    The person's own `~/bin` and `~/.local/bin` count: what is there is the person's own program, and a backup job
    would start it. A folder of `PATH` that is relative, or in which somebody else could put a program, does not.

    None where it is not installed, and always for another computer's disk: its programs are not for this computer.
    """
    if not computer.is_this_one or PureWindowsPath(name).name != name:
        return None
    entries = computer.environment.get("PATH", os.defpath).split(os.pathsep)
    if computer.platform is not Platform.WINDOWS:
        entries += [str(computer.home / ".local" / "bin"), str(computer.home / "bin"), *USUAL_FOLDERS]
    for folder in trusted_folders(dict.fromkeys(entries)):
        for ending in _endings(name):
            program = folder / f"{name}{ending}"
            if program.is_file() and os.access(program, os.X_OK) and is_out_of_others_reach(program):
                return program
    return None


def _endings(name: str) -> tuple[str, ...]:
    """What may follow the name of a program in the name of its file."""
    if sys.platform == "win32":
        return ("",) if name.lower().endswith(_ENDINGS) else _ENDINGS
    else:
        return ("",)


def run_check(
    argv: Sequence[str],
    *,
    environment: Mapping[str, str],
    timeout: float,
    stdin: bytes = b"",
    folder: Path | None = None,
    with_errors: bool = True,
) -> ProgramResult:
    """Run a program to its end, or to the time limit, and return how it ended.

    The program sees exactly `environment`, and is stopped together with all it started.

    Args:
        argv: program and arguments; no shell reads them.
        timeout: the time limit in seconds.
        stdin: what the program reads; nothing unless given, so that a question for a password ends at once.
        with_errors: what it writes to standard error is among its output; else it is passed over.
        folder: in which it runs; the root folder unless given, so that no file there is taken for its configuration.

    Raises:
        ClientError: `program.not-started`, where the program is gone or may not be run.
    """
    try:
        process = subprocess.Popen(
            argv,
            env=dict(environment),
            cwd=folder or Path.home().anchor or "/",
            stdin=subprocess.PIPE if stdin else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT if with_errors else subprocess.DEVNULL,
            bufsize=0,
            start_new_session=True,
            creationflags=NO_CONSOLE,
        )
    except (OSError, ValueError) as error:
        raise ClientError(
            _("{program} could not be started").format(program=PurePath(argv[0]).name if argv else "?"),
            _(
                "Its own check of the backup was left out; nothing was changed by it. "
                "See that the program is installed and may be run, then try again."
            ),
            code="program.not-started",
        ) from error
    return _await_end(process, timeout, stdin)


def _await_end(process: subprocess.Popen[bytes], timeout: float, stdin: bytes) -> ProgramResult:
    tail = _Tail()
    # Threads, because pipes cannot be waited for together on Windows; daemons, because a child that left the group
    # may hold the pipe open for ever.
    reader = threading.Thread(target=tail.read_all, args=(process.stdout,), daemon=True)
    reader.start()
    if process.stdin is not None:
        threading.Thread(target=_feed, args=(process.stdin, stdin), daemon=True).start()
    deadline = time.monotonic() + timeout
    ended = False
    try:
        while not ended and time.monotonic() < deadline:
            reader.join(_LOOK_EVERY)
            ended = _has_ended(process)
            if not reader.is_alive() and not ended:
                time.sleep(_LOOK_EVERY)
        if ended:
            reader.join(_STRAGGLERS)
    finally:
        # The ended process is not yet waited for: until then nobody else is given the number of its group.
        if not ended or reader.is_alive():
            _stop_group(process)
        exit_code = process.wait()
    reader.join(_STRAGGLERS)
    return ProgramResult(exit_code if ended else None, tail.text())


def _has_ended(process: subprocess.Popen[bytes]) -> bool:
    if sys.platform == "win32" or sys.platform == "darwin":  # macOS: waitid only from Python 3.13 on
        return process.poll() is not None
    else:
        return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _stop_group(process: subprocess.Popen[bytes]) -> None:
    if sys.platform == "win32":
        import psutil

        with suppress(psutil.NoSuchProcess):
            for child in psutil.Process(process.pid).children(recursive=True):
                with suppress(psutil.NoSuchProcess):
                    child.kill()
        process.kill()
    else:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)


def _feed(pipe: IO[bytes], content: bytes) -> None:
    with suppress(OSError):  # the program may end without reading
        view = memoryview(content)
        while view:
            view = view[pipe.write(view) or 0 :]
    with suppress(OSError):
        pipe.close()


class _Tail:
    """Keeps the end of a stream."""

    def __init__(self) -> None:
        self._kept = b""
        self._cut = False

    def read_all(self, stream: IO[bytes]) -> None:
        with suppress(OSError), stream:
            while piece := stream.read(OUTPUT_LIMIT):
                self._cut = self._cut or len(self._kept) + len(piece) > OUTPUT_LIMIT
                self._kept = (self._kept + piece)[-OUTPUT_LIMIT:]

    def text(self) -> str:
        # Half a word may be half a secret, which nobody recognises.
        torn = re.match(rb"\S{,8192}(?=\s)", self._kept) if self._cut else None
        return self._kept[0 if torn is None else torn.end() :].decode(errors="replace")


def running_programs(names: Collection[str]) -> tuple[RunningProgram, ...]:
    """Return the programs of this computer that run now under one of `names`, by process number.

    A script is found by its own name, not by its interpreter's. What may not be seen of another person's program is
    left empty; the program is listed all the same.

    Raises:
        ClientError: `program.unseen`, where the system does not tell: that is not "none runs".
    """
    import psutil

    wanted = {_plain(name): name for name in names}
    found = []
    try:
        for process in psutil.process_iter():
            with suppress(psutil.NoSuchProcess):
                program = _look_at(process, wanted)
                if program is not None and program.pid != os.getpid():
                    found.append(program)
    except (psutil.Error, OSError) as error:
        raise ClientError(
            _("Keyturn cannot see which programs run now"),
            _("One that runs may hold a key in memory. The system says: {reason}. Look at it, then try again.").format(
                reason=getattr(error, "strerror", None) or type(error).__name__
            ),
            code="program.unseen",
        ) from error
    return tuple(sorted(found, key=lambda program: program.pid))


def _look_at(process: psutil.Process, wanted: Mapping[str, str]) -> RunningProgram | None:
    import psutil

    # psutil lets the system's own refusals through in places. Another error leaves open whether this is one of those.
    not_to_be_seen = (psutil.AccessDenied, psutil.ZombieProcess, PermissionError)
    arguments: tuple[str, ...] = ()
    with suppress(*not_to_be_seen):
        arguments = tuple(process.cmdline())
    own_name = ""
    with suppress(*not_to_be_seen):
        own_name = process.name()
    name = next((wanted[word] for word in _names_of(own_name, arguments) if word in wanted), None)
    if name is None:
        return None
    with suppress(*not_to_be_seen):
        if process.status() == psutil.STATUS_ZOMBIE:
            return None  # it has ended, and only who started it has not asked how
    environment: Mapping[str, str] | None = None
    with suppress(*not_to_be_seen, OSError):
        environment = process.environ()
    started: datetime | None = None
    with suppress(*not_to_be_seen, OSError):
        started = datetime.fromtimestamp(process.create_time(), UTC)
    return RunningProgram(process.pid, name, arguments, environment, started)


def _names_of(own_name: str, arguments: Sequence[str]) -> Iterator[str]:
    yield _plain(own_name)
    if not arguments:
        return
    first = _plain(arguments[0])
    yield first
    if first.rstrip("0123456789.") in _INTERPRETERS:
        script = next((word for word in arguments[1:] if not word.startswith("-") or word in _NO_SCRIPT), "")
        yield _plain(script)


def _plain(name: str) -> str:
    """The program's name without folders and `.exe`; both kinds of path, because both occur in command lines."""
    base = PureWindowsPath(name).name if "\\" in name else PurePosixPath(name).name
    return base.lower().removesuffix(".exe")
