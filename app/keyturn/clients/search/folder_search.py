"""The search of whole folders for key IDs, in files of any size, encoding and kind."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from keyturn.clients.default_locations import what_it_is
from keyturn.clients.described.guide import FILE
from keyturn.clients.findings import mention_at
from keyturn.clients.search import skipped
from keyturn.clients.search.search_patterns import SearchPatterns
from keyturn.clients.search.search_rows import Area, KeySighting
from keyturn.clients.search.stream import line_of
from keyturn.clients.search.worker_pool import Stopped, WorkerPool
from keyturn.model.keys import AccessKeyId
from keyturn.model.places import Findings, Place
from keyturn.model.text import _


@dataclass(frozen=True, slots=True)
class Searching:
    """How far a search is.

    Attributes:
        files: how many were looked into.
        size: how many bytes were looked through.
        folder: where it is at work.
        over: it has come to its end, or to the end that somebody asked for.
    """

    files: int
    size: int
    folder: Path
    over: bool = False


@dataclass(frozen=True, slots=True)
class Searched:
    """What a search gave.

    Attributes:
        files: how many were looked into, now or in an earlier search since which they are the same.
        size: how many bytes were looked through now, also inside archives.
        finished: nobody stopped it.
        folders: with all below them, but for what was passed over.
        passed_over: what was not looked into, and why.
        seconds: how long it took.
        clean: the marks of the files that were looked into now and hold nothing of what was looked for.
    """

    findings: Findings
    files: int = 0
    size: int = 0
    finished: bool = True
    folders: tuple[Path, ...] = ()
    passed_over: tuple[skipped.Unseen, ...] = ()
    seconds: float = field(default=0.0, compare=False)
    clean: Sequence[int] = field(default=(), compare=False, repr=False)


def search_folders(
    area: Area,
    wanted: Collection[AccessKeyId],
    claimed: Collection[tuple[str, AccessKeyId]] = (),
    *,
    any_key: bool = False,
    known: Collection[int] = (),
    progress: Callable[[Searching], None] = lambda searching: None,
    stop: Callable[[], bool] = lambda: False,
    processors: int | None = None,
) -> Searched:
    """Return a mention for every file of an area that contains one of the key IDs.

    Looked into are: the bytes of every ordinary file, for text of one byte or two bytes a letter, and in small ones
    within Base64; what is packed in zip (and what is built like it), gzip, bzip2, xz and tar, also in one another; the
    values of SQLite databases. Links are not followed, and nothing special is opened: pipes, devices, what the kernel
    makes up, what lies on other computers.
    A file that grows is read as far as it went when it was opened. What could not be looked into is in the problems,
    with the reason.

    Args:
        claimed: real paths with the key IDs that are known to stand there.
        any_key: look for everything that is shaped like a key ID, too.
        known: marks of files in which none of the key IDs stands, as `Searched.clean` of earlier searches has them.
        progress: told often how far the search is, in this thread; first at its start, last when it is over.
        stop: asked often, in this thread, whether the search shall end now; what was found until then is returned.
        processors: how many processors to use; None means all.
    """
    with WorkerPool(area, stop, processors) as pool:
        return search_with(pool, wanted, claimed, any_key=any_key, known=known, progress=progress)


def search_with(
    pool: WorkerPool,
    wanted: Collection[AccessKeyId],
    claimed: Collection[tuple[str, AccessKeyId]],
    *,
    any_key: bool,
    known: Collection[int],
    progress: Callable[[Searching], None],
) -> Searched:
    """The same as `search_folders`, by a pool that may have begun to walk through its area."""
    patterns = SearchPatterns([key.value for key in wanted], any_key=any_key)
    if not patterns:
        return Searched(Findings((), (skipped.nothing_to_look_for(),)))
    begun = time.monotonic()
    folders = tuple(map(Path, pool.area.folders))
    files = size = 0
    seen: dict[tuple[str, str], KeySighting] = {}
    unseen: list[skipped.Unseen] = []
    finished = True
    progress(Searching(0, 0, folders[0]))
    try:
        for work, report in pool.reports(patterns, () if any_key else known):
            files, size = files + report.files, size + report.size
            for sighting in report.sightings:
                at = work.paths[sighting.file], sighting.key
                seen[at] = min(seen.get(at, sighting), sighting, key=_telling)
            unseen += (skipped.Unseen(work.paths[gap.file], gap.reason, gap.detail) for gap in report.gaps)
            progress(Searching(files + pool.unchanged, size, Path(work.paths[-1]).parent))
    except Stopped:
        finished = False
    files += pool.unchanged
    progress(Searching(files, size, folders[0], over=True))
    passed_over = (*unseen, *(skipped.Unseen(*one) for one in pool.passed_over))
    problems = (*skipped.problems(passed_over), *(() if finished else (skipped.stopped(files, size),)))
    return Searched(
        Findings(tuple(_places(seen, wanted, claimed)), problems),
        files,
        size,
        finished,
        folders,
        passed_over,
        time.monotonic() - begun,
        () if any_key else pool.clean,
    )


def _telling(sighting: KeySighting) -> tuple[int, int]:
    """What says most of a file that was looked into in several ways, or in parts, comes first."""
    return 0 if sighting.column else 1 if sighting.member else 2, sighting.offset


def _places(
    seen: dict[tuple[str, str], KeySighting],
    wanted: Collection[AccessKeyId],
    claimed: Collection[tuple[str, AccessKeyId]],
) -> Iterator[Place]:
    for (path, _key), sighting in sorted(seen.items()):
        key = AccessKeyId(sighting.key)
        if (os.path.realpath(path), key) in claimed:
            continue
        if sighting.text and not sighting.line:
            line = line_of(path, sighting.offset)
            sighting = sighting._replace(line=line, text=line > 0)
        note = _note(Path(path), sighting)
        if key not in wanted:
            note = f"{_kind(key)} {note}"
        yield mention_at(FILE, Path(path), key, _locator(sighting, key), note)


def _locator(sighting: KeySighting, key: AccessKeyId) -> str:
    """The same words in every language, as of every place."""
    if sighting.column:
        spot = f"column {sighting.column}"
    else:
        spot = f"line {sighting.line}" if sighting.text else f"byte {sighting.offset}"
        spot = f"{sighting.member}, {spot}" if sighting.member else spot
    return f"{spot}, {key.masked}"


def _note(path: Path, sighting: KeySighting) -> str:
    if sighting.column:
        return _("It stands in a database, in column {column}.").format(column=sighting.column)
    if sighting.member:
        return _("It stands in an archive, in {member}.").format(member=sighting.member)
    if path.name.endswith(("-wal", "-journal")):
        return _("This is what a database is about to write, or to take back.")
    return what_it_is(path)


def _kind(key: AccessKeyId) -> str:
    if key.is_temporary:
        return _("It is shaped like the ID of a temporary access key, which expires by itself.")
    return _("It is shaped like the ID of a long-term access key.")
