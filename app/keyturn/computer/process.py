"""This very process, before it does anything: its standard streams are there, and no copy of its memory is left.

The first thing that runs, so it imports next to nothing.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress

_STREAMS = (("stdin", "r"), ("stdout", "w"), ("stderr", "w"))
# Linux, `man 2 PR_SET_DUMPABLE`.
_PR_SET_DUMPABLE = 4


def prepare_process() -> None:
    """Make this process fit to hold secrets and to be started from anywhere."""
    complete_descriptors()
    complete_streams()
    leave_no_dump()
    if sys.platform == "win32":
        # What this process starts looks for programs in the current folder no more than this one does
        # (Microsoft, NeedCurrentDirectoryForExePathW; the case of a variable's name counts for nothing there).
        os.environ["NODEFAULTCURRENTDIRECTORYINEXEPATH"] = "1"


def complete_descriptors() -> None:
    """Open standard input, output and error where they were closed.

    A file that is opened later would get their number, and all that is said there would be written into it.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest number that is free


def complete_streams() -> None:
    """Let Python have its three streams where it found none, as in a program of Windows without a console."""
    for name, mode in _STREAMS:
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115  (for good)


def leave_no_dump() -> None:
    """Let nobody get a copy of this process's memory, in which secrets stand, when it crashes or while it runs."""
    if sys.platform == "win32":
        return
    import resource

    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        # Where dumps go to a program, the limit does not count (man 5 core).
        import ctypes

        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
