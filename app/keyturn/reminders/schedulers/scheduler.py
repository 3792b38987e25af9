"""What is asked of the system's scheduler, whichever it is. Nothing of Keyturn's own stays running for it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time
from pathlib import Path
from typing import Protocol

from keyturn.computer.computer import Computer
from keyturn.computer.private_files import read_private_file
from keyturn.computer.programs import ProgramResult, find_program, run_check
from keyturn.computer.search_path import fixed_path
from keyturn.model.errors import ClientError, StoreError
from keyturn.model.text import _

_PATIENCE = 20.0  # seconds
# Where the person's session is; nothing else of the environment is handed on.
_SESSION = ("DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR", "SYSTEMROOT")


@dataclass(frozen=True, slots=True)
class ScheduledJob:
    """What is started.

    Attributes:
        name: of the scheduler's entry.
        command: program and arguments.
        times: the local times of day at which it begins; at least one, each once.
    """

    name: str
    command: tuple[str, ...]
    times: tuple[time, ...]


def job_name(options: Sequence[str]) -> str:
    """Return the name of the entry for one memory of Keyturn's, which these options lead to: the usual one has none."""
    if not options:
        return "keyturn-renew"
    return f"keyturn-renew-{hashlib.sha256(chr(0).join(options).encode()).hexdigest()[:8]}"


class Scheduler(Protocol):
    """One system's scheduler. A run that the computer slept through is made up at the next chance.

    An entry is replaced and removed only where it is Keyturn's own. Each method but `advice` raises `StoreError`
    (`schedule.failed`) where that fails, or where something else has the entry's name.
    """

    def set(self, job: ScheduledJob) -> None:
        """Start this at its times from now on, instead of what the entry of this name started."""
        ...

    def remove(self, name: str) -> None:
        """Start it no more; nothing happens where there is no such entry."""
        ...

    def advice(self, name: str) -> tuple[str, ...]:
        """What people have to know of this scheduler, in sentences."""
        ...


class Commands(Protocol):
    """Runs the system's own programs."""

    def run(self, program: str, *arguments: str, stdin: bytes = b"", with_errors: bool = True) -> ProgramResult | None:
        """Run it to its end; None where it is not there, or may not be started.

        Args:
            with_errors: what it writes to standard error is among its output.
        """
        ...


class SystemCommands:
    """The programs of the computer that Keyturn runs on; of another one's disk none is run."""

    def __init__(self, computer: Computer) -> None:
        self._computer = computer

    def run(self, program: str, *arguments: str, stdin: bytes = b"", with_errors: bool = True) -> ProgramResult | None:
        """Run it with nothing of the environment but where the session is."""
        found = find_program(program, self._computer)
        if found is None:
            return None
        session = {name: os.environ[name] for name in _SESSION if os.environ.get(name)}
        environment = {**session, "PATH": fixed_path(), "HOME": str(self._computer.home), "LC_ALL": "C"}
        try:
            return run_check(
                [str(found), *arguments],
                environment=environment,
                timeout=_PATIENCE,
                stdin=stdin,
                with_errors=with_errors,
            )
        except ClientError:
            return None


def went_well(result: ProgramResult | None) -> bool:
    """Return whether the program ran, and ended well."""
    return result is not None and result.exit_code == 0


def expect_ours(path: Path, mark: bytes) -> bool:
    """Return whether the file is there, and see that it is Keyturn's own.

    Args:
        mark: what stands in every one that Keyturn writes.

    Raises:
        StoreError: where it is somebody else's, or cannot be read.
    """
    try:
        content = read_private_file(path)
    except FileNotFoundError:
        return False
    except OSError as error:
        raise failed(f"{path}: {error.strerror or error}") from error
    if mark not in content:
        raise not_ours(str(path))
    return True


def not_ours(entry: str) -> StoreError:
    """The error of an entry that Keyturn did not write."""
    return failed(_("{entry} is there already, and Keyturn did not write it").format(entry=entry))


def failed(reason: str) -> StoreError:
    """The error of every scheduler."""
    return StoreError(
        _("What the computer starts by itself could not be changed"),
        _(
            "{reason}. Nothing else was changed, and your backups go on as they are. `keyturn renew --due`, started "
            "once a day in any other way, does the same."
        ).format(reason=reason),
        code="schedule.failed",
    )
