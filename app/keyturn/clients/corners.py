"""The usual corners: the small files in which keys stand that no client module knows (DESIGN, Completeness)."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.clients.listing import Listing
from keyturn.clients.looking import key_ids_in, mention
from keyturn.clients.readings import Readings
from keyturn.clients.walking import SKIPPED_FOLDERS, Walk, personal_folders, unfinished
from keyturn.computer.computer import Platform
from keyturn.model.errors import FileError
from keyturn.model.keys import AccessKeyId
from keyturn.model.places import Findings, Place, Problem
from keyturn.model.text import _

if TYPE_CHECKING:
    from keyturn.computer.computer import Computer

NAME = "file"  # the client of a place that belongs to no program Keyturn knows
SIZE_LIMIT = 1024 * 1024
# Files and folders looked at in one corner; a corner with more is named as not read to its end.
_BUDGET = 4000
# Opened without waiting, so that a pipe in the place of a file cannot hold the search up.
_OPEN = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


# Old versions, logs also with their day or number, archives, mail boxes, what an editor or a trash keeps.
_COPY = re.compile(
    r"\.(?:bak|old|orig|backup|save|swp|swo|log|zip|gz|tgz|bz2|tbz2|xz|txz|tar|jar|whl|mbox|eml|part|crdownload|\d+)$"
    r"|\.log[.-]|[._-](?:bak|old|orig|backup)[._-]?\d*$"
)
_FOLDERS_OF_COPIES = frozenset({".git", ".hg", ".svn", "trash", ".trash", "$recycle.bin", "undo", "file-history"})


@dataclass(frozen=True, slots=True)
class _Corner:
    folder: Path
    depth: int


def search_corners(
    computer: Computer,
    claimed: Collection[tuple[str, AccessKeyId]],
    readings: Readings,
    leave_out: Collection[Path] = (),
    progress: Callable[[Path], None] | None = None,
) -> Findings:
    """Return a mention for every key-ID-shaped text in the usual corners that no client has claimed.

    Args:
        claimed: real paths with the key IDs that clients found there.
        readings: what is known of the disk already.
        leave_out: folders that are not entered.
        progress: told each corner before it is searched.
    """
    places: list[Place] = []
    failed: dict[Path, FileError] = {}
    bounded: list[Path] = []
    seen: set[str] = set()
    listing = Listing(failed=failed, readings=readings)
    for corner in _corners(computer, listing):
        if corner.folder in leave_out:
            continue
        if progress is not None:
            progress(corner.folder)
        walk = Walk.beside(listing, _BUDGET, leave_out)
        for entry in walk.files(corner.folder, corner.depth):
            content = _small_content(entry, walk)
            found = [] if content is None else list(key_ids_in(content))
            real = os.path.realpath(entry.path) if found else ""
            if found and real not in seen:
                seen.add(real)
                path = Path(entry.path)
                note = what_it_is(path)
                places += [mention(NAME, path, key, line, note) for key, line in found if (real, key) not in claimed]
        bounded += [] if walk.bounded is None else [walk.bounded]
    told = (Problem(path, error.title, error.message, code=error.code) for path, error in failed.items())
    return Findings(tuple(places), (*told, *unfinished(bounded)))


def what_it_is(path: Path) -> str:
    """Return a sentence on what kind of file this is, by its name and folder."""
    name, folders = path.name.lower(), {part.lower() for part in path.parts[:-1]}
    suffix = path.suffix.lower()
    if "crontab" in name or folders & {"cron", "crontabs", "cron.d", "cron.daily", "cron.hourly", "cron.weekly"}:
        return _("This is a timetable of jobs (cron).")
    if suffix in (".service", ".timer", ".mount") or "systemd" in folders:
        return _("This is a unit of systemd; after a change, run “systemctl daemon-reload”.")
    if folders & {"launchagents", "launchdaemons"}:
        return _("This is a job of launchd; after a change, unload it and load it again.")
    if name.endswith("history"):
        return _("This is a history of commands; no program reads its key from it.")
    if "compose" in name and suffix in (".yml", ".yaml"):
        return _("This is a Docker Compose file; after a change, start its containers anew.")
    if suffix in (".bat", ".cmd", ".ps1", ".psm1"):
        return _("This is a script for Windows.")
    if suffix in (".sh", ".bash", ".zsh", ".py", ".pl", ".rb", ".js", ".php") or folders & {"bin", "scripts"}:
        return _("This is a script.")
    if suffix in (".bak", ".old", ".orig", ".backup", ".save") or name.endswith("~"):
        return _("This looks like an old copy of a file.")
    if suffix in (".conf", ".cfg", ".ini", ".json", ".yaml", ".yml", ".toml", ".xml", ".plist", ".env"):
        return _("This is a configuration file of a program that Keyturn does not know.")
    return _("Keyturn cannot say what reads this file.")


def is_a_copy(path: Path) -> bool:
    """Return whether no program reads its key from such a file: an archive, a log, a history, an old copy.

    Told by name and folder alone; where that says nothing, it is none.
    """
    name, folders = path.name.lower(), {part.lower() for part in path.parts[:-1]}
    if name.endswith(("history", "~", ".zsh_sessions")) or folders & _FOLDERS_OF_COPIES:
        return True
    return bool(_COPY.search(name))


def _corners(computer: Computer, listing: Listing) -> Iterator[_Corner]:
    home, config = computer.home, computer.xdg_config_home
    yield _Corner(home, 0)
    yield from (_Corner(folder, 2) for folder in _dot_folders(home, listing) if folder != config)
    yield _Corner(config, 4)
    for folder in personal_folders(computer, listing):
        yield _Corner(folder, 2)
    for name in ("bin", "scripts", "Scripts"):
        yield _Corner(home / name, 2)
    yield _Corner(home / ".local" / "bin", 1)
    yield _Corner(home / ".local" / "share" / "systemd", 2)
    if computer.platform is Platform.MACOS:
        yield _Corner(home / "Library" / "LaunchAgents", 0)
        yield _Corner(home / "Library" / "Preferences", 0)
    if computer.platform is not Platform.LINUX:
        yield _Corner(computer.application_support, 3)
    if computer.platform is Platform.WINDOWS:
        yield _Corner(home / "AppData" / "Local", 2)
    yield from _system_corners(computer)


def _system_corners(computer: Computer) -> Iterator[_Corner]:
    for parts, depth in (
        (("etc",), 0),
        (("etc", "systemd"), 3),
        (("etc", "cron.d"), 0),
        (("etc", "default"), 0),
        (("etc", "profile.d"), 0),
        (("var", "spool", "cron"), 2),
        (("usr", "local", "bin"), 0),
        (("usr", "local", "etc"), 1),
    ):
        folder = computer.system_folder(*parts)
        if folder is not None:
            yield _Corner(folder, depth)
    if computer.platform is Platform.MACOS:
        for name in ("LaunchAgents", "LaunchDaemons"):
            folder = computer.system_folder("Library", name)
            if folder is not None:
                yield _Corner(folder, 0)


def _dot_folders(home: Path, listing: Listing) -> list[Path]:
    return [
        Path(entry.path)
        for entry in listing.entries(home)
        if entry.name.startswith(".")
        and entry.name not in SKIPPED_FOLDERS
        and listing.is_folder(entry, follow_symlinks=False)
    ]


def _small_content(entry: os.DirEntry[str], listing: Listing) -> bytes | None:
    """The file's content, or None where it is large, gone or cannot be read, which is noted in `listing`."""
    try:
        if not 20 <= entry.stat().st_size <= SIZE_LIMIT:
            return None
        handle = os.open(entry.path, _OPEN)
        try:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                return None
            content = b""
            while len(content) <= SIZE_LIMIT and (piece := os.read(handle, SIZE_LIMIT)):
                content += piece
            return content
        finally:
            os.close(handle)
    except OSError as error:
        listing.note(entry.path, error)
    return None
