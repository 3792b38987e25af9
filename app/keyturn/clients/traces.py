"""Traces of a program on a computer: files and folders named by patterns that hold on every person's computer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from keyturn.clients.listing import Listing
from keyturn.computer.computer import Computer, Platform
from keyturn.edits.failures import NOT_THERE

# As many matches of one pattern are looked at: a folder full of them is somebody's joke or somebody's attack.
_LIMIT = 1000


def traces_on(computer: Computer, patterns: Iterable[str], listing: Listing) -> Iterator[Path]:
    """Yield the files and folders on `computer` that fit, pattern by pattern, each pattern's own in order of name.

    Args:
        patterns: paths with `/`, and `*` within a name. They begin with `~` (the home folder), `$XDG_CONFIG_HOME`,
            `%APPDATA%`, `%LOCALAPPDATA%`, `%PROGRAMDATA%` (where programs keep what belongs to all persons), or `/`
            for the root of the disk, which is looked at on another computer's disk only if it is known or likely.
    """
    for pattern in patterns:
        base, rest = _split(computer, PurePosixPath(pattern))
        if base is None:
            continue
        yield from islice(listing.matching(base, rest.parts), _LIMIT)


def is_any_there(computer: Computer, paths: Iterable[str]) -> bool:
    """Return whether something is at one of the paths, or may be: what cannot be looked at counts as there.

    Args:
        paths: as the patterns of `traces_on`, without `*`.
    """
    for path in paths:
        base, rest = _split(computer, PurePosixPath(path))
        if base is None:
            continue
        try:
            (base / rest).lstat()
        except OSError as error:
            if error.errno not in NOT_THERE:
                return True
        else:
            return True
    return False


def _split(computer: Computer, pattern: PurePosixPath) -> tuple[Path | None, PurePosixPath]:
    """The folder that a pattern begins in, or None where that is not known, and the rest."""
    first, rest = pattern.parts[0], PurePosixPath(*pattern.parts[1:])
    if first == "/":
        return computer.disk or _likely_root(computer), rest
    if first == "%PROGRAMDATA%":
        return computer.shared_support, rest
    starts = {
        "~": computer.home,
        "$XDG_CONFIG_HOME": computer.xdg_config_home,
        "%APPDATA%": computer.application_support,
        "%LOCALAPPDATA%": computer.home / "AppData" / "Local",
    }
    return starts[first], rest


def _likely_root(computer: Computer) -> Path | None:
    """Where the root of another computer's disk is, if its homes are in `home` (hier(7)).

    Homes may as well be a disk of their own, so nothing may be said of what is not found there.
    """
    homes = computer.home.parent
    return homes.parent if computer.platform is Platform.LINUX and homes.name == "home" else None
