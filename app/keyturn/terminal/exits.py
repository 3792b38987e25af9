"""How a command ends, as its exit code tells (ARCHITECTURE.md, "Exit codes")."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from keyturn.model.errors import AnotherKeyturnError, AppError, StateError, UsageError

if TYPE_CHECKING:
    from keyturn.rotation.steps import Ending


class Exit(IntEnum):
    """The exit codes that scripts may rely on."""

    DONE = 0
    FAILED = 1  # and what was changed was put back, or nothing was changed
    USAGE = 2
    WAITING = 3  # a gate is closed; the reason was printed
    STOPPED = 4  # somebody has to look at it
    ANOTHER = 5  # another Keyturn is working


def of_ending(ending: Ending) -> Exit:
    """The exit code of a command on a rotation."""
    from keyturn.rotation.steps import Ending

    return {
        Ending.DONE: Exit.DONE,
        Ending.PUT_BACK: Exit.FAILED,
        Ending.WAITING: Exit.WAITING,
        Ending.STOPPED: Exit.STOPPED,
    }[ending]


def of_error(error: AppError, *, began: bool) -> Exit:
    """The exit code where a command ended with an error.

    Args:
        began: the command had begun to change something, so the rotation may stand half-way.
    """
    if isinstance(error, UsageError):
        return Exit.USAGE
    if isinstance(error, AnotherKeyturnError):
        return Exit.ANOTHER
    if error.waits:
        return Exit.WAITING  # nothing was put back for it, and the command may be run again
    if isinstance(error, StateError):
        return Exit.STOPPED  # what was done before, or is kept for it, cannot be told
    return Exit.STOPPED if began else Exit.FAILED
