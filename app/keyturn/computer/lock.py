"""One Keyturn at a time: two at once could undo each other's changes."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from keyturn.computer.private_files import expect_private_file, read_private_file, replace_private_file
from keyturn.model.errors import AnotherKeyturnError, StateError
from keyturn.model.text import _, printable

if TYPE_CHECKING:
    from filelock import BaseFileLock

_LOCK_NAME = "keyturn.lock"
_HOLDER_NAME = "keyturn.holder"


@contextmanager
def one_after_the_other(path: Path, patience: float) -> Iterator[None]:
    """Let one program after the other run its `with` block, for what may happen twice and need not.

    Args:
        path: the lock's file, in a folder of Keyturn's own.
        patience: seconds to wait for another program; after that, and where there are no locks, the block runs without.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(path, timeout=patience, mode=0o600, fallback_to_soft=False)
    with suppress(Timeout, OSError, NotImplementedError):
        with suppress(FileNotFoundError):
            expect_private_file(path)
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


class OneAtATime:
    """Holds the lock of a state folder while its `with` block runs.

    The operating system lets go of the lock when its process ends, however it ends, so a lock that a dead Keyturn left
    behind is no obstacle. The file beside it tells only who holds the lock; it decides nothing.

    Args:
        folder: the state folder; it exists.

    Raises:
        AnotherKeyturnError: `lock.held`, on entering, at once.
        StateError: `lock.unavailable`, where the folder's file system has no locks or the folder may not be written.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock: BaseFileLock | None = None

    def __enter__(self) -> Self:
        from filelock import FileLock, Timeout

        # A "soft" lock outlives its process and would block the next start for ever.
        path = self._folder / _LOCK_NAME
        lock = FileLock(path, timeout=0, mode=0o600, thread_local=False, fallback_to_soft=False)
        try:
            with suppress(FileNotFoundError):
                expect_private_file(path)  # the lock would be made through a link, and empties what it finds there
            lock.acquire()
        except Timeout:
            raise self._held_by_another() from None
        except (OSError, NotImplementedError) as error:
            raise StateError(
                _("Keyturn cannot lock its folder {path}").format(path=self._folder),
                _(
                    "Without the lock two Keyturns could undo each other's changes, so nothing was changed and your "
                    "backups go on as they are. The system says: {reason}. Look at {name} there, or name a folder on "
                    "this computer's own disk with --state-dir."
                ).format(reason=getattr(error, "strerror", None) or type(error).__name__, name=_LOCK_NAME),
                code="lock.unavailable",
            ) from error
        self._lock = lock
        self._write_holder()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._lock is None:
            return
        with suppress(OSError):
            (self._folder / _HOLDER_NAME).unlink()
        self._lock.release()
        self._lock = None

    def _write_holder(self) -> None:
        # The first word after the program's name is the command; what follows may name keys and folders.
        command = " ".join(["keyturn", *(word for word in sys.argv[1:2] if not word.startswith("-"))])
        # Who holds the lock is a courtesy: its absence must not stop the work.
        with suppress(OSError):
            replace_private_file(
                self._folder / _HOLDER_NAME, json.dumps({"pid": os.getpid(), "command": printable(command)})
            )

    def _held_by_another(self) -> AnotherKeyturnError:
        what_to_do = _(
            "Two at once could undo each other's changes, so this one changed nothing and your backups go on as they "
            "are. Wait until the other one is done, or close it, then try again."
        )
        holder = self._read_holder()
        if holder is None:
            return AnotherKeyturnError(_("Another Keyturn is working"), what_to_do, code="lock.held")
        pid, command = holder
        title = _("Another Keyturn is working: “{command}”, process {pid}").format(command=command, pid=pid)
        return AnotherKeyturnError(title, what_to_do, code="lock.held")

    def _read_holder(self) -> tuple[int, str] | None:
        """Who holds the lock, where that is known: not yet written, or left by a dead process, is not known."""
        try:
            written = json.loads(read_private_file(self._folder / _HOLDER_NAME))
            pid, command = int(written["pid"]), str(written["command"])
            import psutil

            return (pid, command) if psutil.pid_exists(pid) else None
        except (OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError):
            return None
