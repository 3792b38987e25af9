"""Opening what a program keeps locked, with the password that the person types: tried first, then kept in memory."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from keyturn.desktop.runner import Desk, Runner
from keyturn.model.errors import AppError, FileError
from keyturn.model.keys import Secret
from keyturn.model.places import Problem
from keyturn.model.text import _
from keyturn.rotation.workplace import Workplace

RCLONE = "rclone"
_CODES = frozenset({"client.encrypted", "file.locked"})


def is_locked(code: str) -> bool:
    """True for a problem or a gate that a password opens."""
    return code in _CODES


def try_password(workplace: Workplace, password: Secret) -> None:
    """Open rclone's encrypted configurations of this computer with a password.

    Raises:
        FileError: `file.locked`, where it does not open one of them.
    """
    from keyturn.clients.registry import client_named

    workplace.unlock(RCLONE, password)
    found = client_named(RCLONE).find(workplace.computer)
    still: Problem | None = next((one for one in found.problems if is_locked(one.code)), None)
    if still is not None:
        raise FileError(still.title, still.message, code="file.locked")


def unlock(
    runner: Runner,
    owner: QObject,
    password: Secret,
    opened: Callable[[], None],
    failed: Callable[[AppError], None],
) -> None:
    """Try a password away from the window's thread, and let all work from now on have it where it fits.

    Args:
        opened, failed: one of them is called, in the window's thread, unless `owner` is gone.
    """

    def work(desk: Desk) -> None:
        try_password(desk.workplace, password)

    def keep(nothing: None) -> None:
        runner.unlock(RCLONE, password)
        opened()

    runner.read(owner, work, done=keep, failed=failed, doing=_("trying the password"))
