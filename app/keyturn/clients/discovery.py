"""One walk through the usual locations: every small file in which something of keys or of S3 stands, read once."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.clients.base64_ids import may_hold_ids
from keyturn.clients.listing import Listing
from keyturn.clients.usual_locations import Corner, corners, is_for_keys
from keyturn.clients.variables.script_kinds import may_set_or_run, sets_or_runs
from keyturn.clients.walking import Walk
from keyturn.edits import failures

if TYPE_CHECKING:
    from keyturn.clients.readings import Readings
    from keyturn.computer.computer import Computer
    from keyturn.edits.files import FileContent
    from keyturn.model.errors import FileError

SIZE_LIMIT = 1024 * 1024
# Of files that count only for what their name tells: what a person writes is smaller.
_TELLING_LIMIT = 256 * 1024
# What tells a script from a program: its first line, and that letters follow.
_BEGINNING = 4096
# Files and folders looked at in one corner; a corner with more is named as not read to its end.
_BUDGET = 4000
# Looked at in all folders of projects together.
_PROJECTS_BUDGET = 20_000
_KEY_ID = re.compile(rb"A[KS]IA[A-Z0-9]{16}|A\0[KS]\0I\0A\0(?:[A-Z0-9]\0){15}")
# How the name of a file begins that a script reads by `. FILE`.
_SOURCED = (b"/", b"~", b"$", b'"', b"'", b"./", b"../")
# One of these stands in each script, unit or compose file that names a key, or a file with one, in whatever words.
_WORDS = (
    *(
        b"ccess_key",
        b"CCESS_KEY",
        b"ccessKey",
        b"CCESSKEY",
        b"ccess-key",
        b"AWS_",
        b"S3_",
        b"MC_HOST",
        b"rclone",
        b"RCLONE",
    ),
    *(
        b"restic",
        b"s3cmd",
        b"s3fs",
        b"s3://",
        b"aws ",
        b"op://",
        b"env_file",
        b"--env-file",
        b"include:",
        b"extends:",
        b"COMPOSE_FILE",
        b"duplic",
        b"kopia",
        b"rustic",
        b"goofys",
        b"geesefs",
        b"mount-s3",
        b"backrest",
        b"secrets:",
        b"velero",
        b"envdir",
        b"chpst",
        b"stack deploy",
        b"MC_HOST_",
        *(b"mc ", b"mcli "),
    ),
    # A file that is sourced may hold what nothing else here speaks of.
    *(b"source ", *(before + b". " + file for before in (b"\n", b" ", b"\t", b";") for file in _SOURCED)),
)
# Opened without waiting, so that a pipe in the place of a file cannot hold the search up.
_OPEN = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


@dataclass(frozen=True, slots=True)
class Discovered:
    """What the walk found.

    Attributes:
        texts: the files in which something of keys stands, each real file once, in the order of the locations.
        failed: what could not be looked at, with the reason.
        bounded: folders that were not searched to their end.
        too_big: scripts and the like of more bytes than are read, which would have been read for their names.
    """

    texts: tuple[FileContent, ...]
    failed: Mapping[Path, FileError]
    bounded: tuple[Path, ...]
    too_big: Mapping[Path, FileError]


def discovered(computer: Computer, readings: Readings) -> Discovered:
    """Return what stands in the usual locations; they are walked through at the first call."""
    return readings.once(discovered, lambda: _walk(computer, readings))


def files_of_corners(
    computer: Computer, readings: Readings, bounded: list[Path] | None = None, listing: Listing | None = None
) -> Iterator[tuple[os.DirEntry[str], Corner, Walk]]:
    """Yield each file of the usual locations once, with the corner and the walk in which it was met.

    Args:
        bounded: takes the folders that were not walked through to their end.
        listing: takes what could not be looked at.
    """
    listing = Listing(readings=readings) if listing is None else listing
    passed: set[str] = set()
    projects = Walk.beside(listing, _PROJECTS_BUDGET, readings.left_out)
    for corner in corners(computer, listing, bounded):
        if corner.folder in readings.left_out:
            continue
        walk = projects if corner.is_project else Walk.beside(listing, _BUDGET, readings.left_out)
        for entry in walk.files(corner.folder, corner.depth, corner.enters):
            if entry.path not in passed and corner.wants(entry):
                passed.add(entry.path)
                if computer.is_this_one or not entry.is_symlink() or _stays_on_disk(entry.path, computer):
                    yield entry, corner, walk
                else:
                    walk.nowhere.append(entry.path)
        _tell_of_links(walk, computer)
        ended_early = walk.bounded is not None and (corner.all_files or walk.budget < 0)
        if bounded is not None and walk.bounded is not None and ended_early and walk.bounded not in bounded:
            bounded.append(walk.bounded)


def _stays_on_disk(link: str, computer: Computer) -> bool:
    """Whether a link of another computer's disk leads to a file of that disk, and not of this computer."""
    return Path(os.path.realpath(link)).is_relative_to(os.path.realpath(computer.disk or computer.home))


def _tell_of_links(walk: Walk, computer: Computer) -> None:
    """Note the links of the home that lead nowhere and are called as files for keys are; programs leave many others."""
    for name in walk.nowhere:
        path = Path(name)
        gone = not computer.is_this_one or not path.exists()
        if gone and is_for_keys(path.name) and path.is_relative_to(computer.home):
            walk.failed.setdefault(path, failures.leads_nowhere(path))
    walk.nowhere.clear()


def _walk(computer: Computer, readings: Readings) -> Discovered:
    texts: dict[Path, FileContent] = {}
    listing = Listing(readings=readings)
    bounded: list[Path] = []
    too_big: dict[Path, FileError] = {}
    for entry, corner, walk in files_of_corners(computer, readings, bounded, listing):
        found = _read(entry, corner, walk, readings, too_big)
        if found is not None:
            texts.setdefault(found.real_path, found)
    return Discovered(tuple(texts.values()), listing.failed, tuple(bounded), too_big)


def _read(
    entry: os.DirEntry[str], corner: Corner, walk: Walk, readings: Readings, too_big: dict[Path, FileError]
) -> FileContent | None:
    """The file, where something of keys stands in it; what cannot be read is noted in the walk, or in `too_big`."""
    path = Path(entry.path)
    known = readings.known(path)
    if known is not None:
        return known if holds_something(known.content) else None
    limit = SIZE_LIMIT if corner.all_files else _TELLING_LIMIT
    try:
        there = entry.stat()
        if there.st_size > limit:
            if may_set_or_run(path, there) and sets_or_runs(path, beginning_of(entry.path)):
                too_big[path] = failures.too_big(path, limit)
            return None
        if there.st_size < 20:
            return None
        content, found = _content_of(entry.path, SIZE_LIMIT)
    except OSError as error:
        walk.note(entry.path, error)
        return None
    if not stat.S_ISREG(found.st_mode):
        return None
    if holds_something(content):
        return readings.keep(path, content, found)
    if len(content) > _TELLING_LIMIT and _speaks_of_s3(content) and sets_or_runs(path, content[:_BEGINNING]):
        too_big[path] = failures.too_big(path, _TELLING_LIMIT)
    return None


def beginning_of(path: str) -> bytes:
    """Return the first bytes of a file, enough to tell a script from a program; raises OSError."""
    return _content_of(path, _BEGINNING)[0]


def _content_of(path: str, size: int) -> tuple[bytes, os.stat_result]:
    """The bytes of a regular file, hardly more than `size`; none of anything else."""
    handle = os.open(path, _OPEN)
    try:
        found = os.fstat(handle)
        content = b""
        while stat.S_ISREG(found.st_mode) and len(content) <= size and (piece := os.read(handle, size)):
            content += piece
    finally:
        os.close(handle)
    return content, found


def holds_something(content: bytes) -> bool:
    """Return whether a key ID stands in a file, or a word that names a key, or a program that uses one."""
    if (b"IA" in content or b"I\0A" in content) and _KEY_ID.search(content) is not None:
        return True
    return len(content) <= _TELLING_LIMIT and (_speaks_of_s3(content) or may_hold_ids(content))


def _speaks_of_s3(content: bytes) -> bool:
    return any(word in content for word in _WORDS)
