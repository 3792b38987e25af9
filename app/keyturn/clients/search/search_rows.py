"""What the search of some files gave. Rows of plain values: they come through a pipe from another process."""

from __future__ import annotations

import os
from array import array
from collections.abc import Iterable
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path  # each working process imports this module at its start, and does without


class GapReason(StrEnum):
    """Why something was not looked into, or not to its end.

    `denied`: this account may not read it. `failed`: the system could not read it. `damaged`: an archive or a database
    that cannot be understood. `locked`: encrypted. `large`: it unpacks to more than is reasonable, or has too many
    parts. `deep`: archives in archives in archives. `closed`: of a kind that Keyturn cannot look into. `outside`: a
    link that leads out of the folders. `kernel`: on no disk, made up by the kernel. `remote`: on another computer, or
    made up by a program (FUSE). `elsewhere`: a file whose content would have to be fetched first. `private`: macOS asks
    the person before a program may look. `left-out`: of a kind that holds no settings. `lost`: the process that looked
    into it was ended from outside.
    """

    DENIED = "denied"
    FAILED = "failed"
    DAMAGED = "damaged"
    LOCKED = "locked"
    LARGE = "large"
    DEEP = "deep"
    CLOSED = "closed"
    OUTSIDE = "outside"
    KERNEL = "kernel"
    REMOTE = "remote"
    ELSEWHERE = "elsewhere"
    PRIVATE = "private"
    LEFT_OUT = "left-out"
    LOST = "lost"


class KeySighting(NamedTuple):
    """A key ID that stands in a file.

    Attributes:
        file: which of the files that were looked at, counted from 0.
        line: counted from 1; 0 where it was not counted.
        offset: in bytes, from the beginning of the file or of the member.
        text: it stands in text, so that its line says more than its offset.
        member: the way to it through archives, outermost first; empty where it stands in the file itself.
        column: the table and the column of a database; empty elsewhere.
    """

    file: int
    key: str
    line: int
    offset: int
    text: bool = True
    member: str = ""
    column: str = ""


class Gap(NamedTuple):
    """Something that was not looked into, or not to its end.

    Attributes:
        file: which of the files that were looked at, counted from 0.
        detail: the member of an archive, the kind of the file, or what the system said; may be empty.
    """

    file: int
    reason: GapReason
    detail: str = ""


class WorkReport(NamedTuple):
    """What came of one piece of work.

    Attributes:
        files: how many were looked into.
        size: how many bytes were looked through, also inside archives.
        done: how many of the paths are done with; the others wait for another turn.
        large: which files are so large that they are better searched in parts, each with its size in bytes.
    """

    files: int
    size: int
    sightings: list[KeySighting]
    gaps: list[Gap]
    done: int
    large: list[tuple[int, int]]


class SearchWork(NamedTuple):
    """Files to look into, or one part of a large file.

    Attributes:
        marks: for each file a number that is another one after any change of it; 0 where it does not tell. They stay
            with the one who gives the work out.
        start, end: the part of the only file, in bytes; an `end` of 0 means whole files.
    """

    paths: list[str]
    marks: array[int]
    start: int = 0
    end: int = 0


class Area(NamedTuple):
    """Which files are searched.

    Attributes:
        folders: each with all below it; a file stands for itself.
        left_out: folders that are not entered and not told of.
        private: folders that macOS guards with a question to the person, which no search may raise unannounced.
        only_settings: leave out what holds no settings: pictures, films, music, disk images, caches, large files.
        whole: folders among them, or in them, of which a person named each: there nothing of the kind is left out.
    """

    folders: list[str]
    left_out: list[str]
    private: list[str]
    only_settings: bool
    whole: tuple[str, ...] = ()


def named(folders: Iterable[Path], left_out: Iterable[Path] = ()) -> Area:
    """Return the area of a search whose folders a person named: every file in them."""
    return Area([os.fspath(one) for one in folders], [os.fspath(one) for one in left_out], [], only_settings=False)


class PassedOver(NamedTuple):
    """What a walk did not look into.

    Attributes:
        path: the first of them.
        detail: the kind of file, or what the system said; may be empty.
        number: how many there are.
        more: some of the others, to be named.
    """

    path: str
    reason: GapReason
    detail: str = ""
    number: int = 1
    more: tuple[str, ...] = ()
