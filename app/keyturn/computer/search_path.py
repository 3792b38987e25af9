"""From which folders Keyturn starts programs: only where nobody else could have put one in place of the person's.

An entry of `PATH` that is empty or relative means the folder in which Keyturn happens to be, and Windows looks there
first of all; another user may lay a program into a folder that is open to all. The person's own folders, such as
`~/.local/bin`, count: what is in there is what their backup job starts, too.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

# Programs started from a desktop see a short PATH on macOS; these are where people's tools are.
USUAL_FOLDERS = (
    *("/usr/local/bin", "/opt/homebrew/bin", "/opt/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin"),
    *("/snap/bin", "/run/current-system/sw/bin"),
)
# Groups whose members look after the system; on macOS `staff` are all of its people.
_CARETAKERS = frozenset({"root", "wheel", "admin"} if sys.platform == "darwin" else {"root", "wheel", "staff"})


def fixed_path(environment: Mapping[str, str] = os.environ) -> str:
    """Return a `PATH` of the system's own folders, for programs that Keyturn starts, whatever the person's says."""
    if sys.platform == "win32":
        system = Path(environment.get("SYSTEMROOT") or r"C:\Windows")
        return os.pathsep.join((str(system / "System32"), str(system)))
    return os.pathsep.join(USUAL_FOLDERS)


def trusted_folders(entries: Iterable[str]) -> Iterator[Path]:
    """Yield those folders of a search path in which nobody else could have put a program, in its order."""
    for entry in entries:
        folder = Path(entry)
        if folder.is_absolute() and is_out_of_others_reach(folder):
            yield folder


def trusted_path(path: str) -> str:
    """Return a `PATH` without what `trusted_folders` leaves out."""
    return os.pathsep.join(str(folder) for folder in trusted_folders(path.split(os.pathsep)))


def is_out_of_others_reach(path: Path) -> bool:
    """Return whether only the system and this person could have written what is at `path`, or put it there.

    Links are followed. On Windows, where a folder's rights are no such bits, whatever is there counts.
    """
    try:
        real = path.resolve(strict=True)
        if sys.platform == "win32":
            return True
        system = Path("/").stat().st_uid  # not 0 in a container that gives root another number
        first = True
        for part in (real, *real.parents):
            found = part.stat()
            if found.st_uid not in (0, system, os.geteuid()):
                return False
            # In a folder with the sticky bit others may add something, but not take the place of what is there.
            is_kept = stat.S_ISDIR(found.st_mode) and bool(found.st_mode & stat.S_ISVTX) and not first
            if not is_kept and _others_may_write(found):
                return False
            first = False
    except (OSError, RuntimeError):
        return False
    return True


def _others_may_write(found: os.stat_result) -> bool:
    if found.st_mode & stat.S_IWOTH:
        return True
    return bool(found.st_mode & stat.S_IWGRP) and not _is_trusted_group(found.st_gid)


def _is_trusted_group(number: int) -> bool:
    """Whether the group is the system's, or has nobody in it but this person, as Debian makes one for each."""
    if sys.platform == "win32":
        return True
    import grp
    import pwd

    try:
        group, person = grp.getgrgid(number), pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return False
    return group.gr_name in _CARETAKERS or (group.gr_name == person and set(group.gr_mem) <= {person})
