"""What cannot be read, told once: a file that several programs read, and all that the account may not read.

An ordinary account may not look into the home of root, nor read every file of the system. A backup of another account
may have its key there. That stands in no edit's way: this account's programs cannot read it either. A file in the
person's own home is another matter; its program may run with other rights.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.clients.listing import CLOSED_FOLDER
from keyturn.clients.walking import unread
from keyturn.computer.computer import Platform
from keyturn.model.places import Problem
from keyturn.model.text import _

if TYPE_CHECKING:
    from keyturn.computer.computer import Computer


def closed_ones_together(problems: Collection[Problem], computer: Computer) -> Iterator[Problem]:
    """Yield the problems, with one in the place of all that are about what this account may not read.

    Args:
        computer: files in its home that cannot be read stay problems of their own.
    """
    closed: dict[Path, None] = {}
    for problem in problems:
        if problem.path is not None and _is_told_together(problem, computer.home):
            closed[_closed_above(problem.path)] = None
        else:
            yield problem
    yield from unread(closed, _full_disk_access(computer))


def _full_disk_access(computer: Computer) -> str:
    """On a Mac not the account alone counts: the system asks which program may look (support.apple.com, Privacy)."""
    if computer.platform is not Platform.MACOS or not computer.is_this_one:
        return ""
    return _(
        "On a Mac, open System Settings, Privacy & Security, Full Disk Access, and switch it on for Keyturn, or for "
        "the terminal in which you started it. Start it again, and look once more."
    )


def each_file_once(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Return the problems, with one for each file that cannot be read or understood, whichever programs read it."""
    told: dict[object, Problem] = {}
    for problem in problems:
        if problem.path is None or not problem.code.startswith("file."):
            told[len(told)] = problem
            continue
        real = os.path.realpath(problem.path)
        first = told.get(real)
        if first is None:
            told[real] = problem
        elif not first.client:
            told[real] = replace(first, client=problem.client)
        elif problem.client and problem.client not in first.clients:
            told[real] = replace(first, also=(*first.also, problem.client))
    return tuple(told.values())


def _is_told_together(problem: Problem, home: Path) -> bool:
    if problem.code == CLOSED_FOLDER:
        return True
    outside = problem.path is not None and not problem.path.is_relative_to(home)
    return problem.code == "file.closed" and (outside or not problem.client)


def _closed_above(path: Path) -> Path:
    """The outermost folder on the way that may not be entered, or the path itself."""
    as_who_reads = os.access in os.supports_effective_ids  # where the program was given another account's rights
    above = reversed(path.parents)
    return next((one for one in above if not os.access(one, os.X_OK, effective_ids=as_who_reads)), path)
