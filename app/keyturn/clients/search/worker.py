"""A process that looks into files for another Keyturn: work comes through its standard input, reports go back.

It starts with nothing but what it needs, which takes a few hundredths of a second.
"""

from __future__ import annotations

import json
import os
import signal
import struct
import sys
from array import array
from collections.abc import Iterator
from enum import Enum
from typing import IO

from keyturn.clients.search.file_scanner import FileScanner
from keyturn.clients.search.mounts import mounts
from keyturn.clients.search.search_patterns import SearchPatterns
from keyturn.clients.search.search_rows import Area, Gap, GapReason, KeySighting, PassedOver, SearchWork, WorkReport
from keyturn.clients.search.tree import Tree

_LENGTH = struct.Struct("<Q")
_WORK = struct.Struct("<QQ")
_FILES, _END = b"f", b"e"  # how the two answers to `next` begin
_NO_MARKS: array[int] = array("Q")


def serve() -> None:
    """Do one request after the other until nothing comes any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who typed Ctrl-C meant the Keyturn that sends the work
    come, go = sys.stdin.buffer, sys.stdout.buffer
    send(go, b"")  # it has come so far that it can be asked
    tree: Tree | None = None
    pieces: Iterator[SearchWork] = iter(())
    scanner: FileScanner | None = None
    while message := receive(come):
        request, content = WorkRequest(message[:1]), message[1:]
        if request is WorkRequest.WALK:
            tree = Tree(Area(*json.loads(content)), mounts())
            pieces = tree.pieces()
        elif request is WorkRequest.SEEK:
            about = json.loads(content)
            scanner = FileScanner(SearchPatterns(about["keys"], any_key=about["any_key"]), lambda: None)
        elif request is WorkRequest.LOOK and scanner is not None:
            send(go, json.dumps(scanner.at(unpacked_work(content))).encode())
        elif request is WorkRequest.NEXT and tree is not None:
            piece = next(pieces, None)
            send(go, _END + json.dumps(tree.passed_over).encode() if piece is None else packed_piece(piece))


class WorkRequest(bytes, Enum):
    """What is asked of a working process.

    `walk`: begin to walk through an area. `next`: the next files of that walk; at its end, what it passed over.
    `seek`: what to look for from now on. `look`: look into some files.
    """

    WALK = b"w"
    NEXT = b"n"
    SEEK = b"s"
    LOOK = b"l"


def send(stream: IO[bytes], message: bytes) -> None:
    """Send one message."""
    stream.write(_LENGTH.pack(len(message)) + message)
    stream.flush()


def receive(stream: IO[bytes]) -> bytes | None:
    """Return the next message, or None where the other side is gone."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    message = stream.read(_LENGTH.unpack(head)[0])
    return message if len(message) == _LENGTH.unpack(head)[0] else None


def packed_work(work: SearchWork) -> bytes:
    """A piece of work as a message, without its marks; no path holds a zero byte."""
    return _WORK.pack(work.start, work.end) + os.fsencode("\0".join(work.paths))


def unpacked_work(message: bytes) -> SearchWork:
    """The piece of work in a message."""
    start, end = _WORK.unpack_from(message)
    return SearchWork(os.fsdecode(message[_WORK.size :]).split("\0"), _NO_MARKS, start, end)


def packed_piece(piece: SearchWork) -> bytes:
    """Some files of a walk as a message: how many, their marks, their paths."""
    return _FILES + _LENGTH.pack(len(piece.paths)) + piece.marks.tobytes() + os.fsencode("\0".join(piece.paths))


def unpacked_piece(message: bytes) -> SearchWork | list[PassedOver]:
    """The files in a message of a walk; at its end, what it passed over."""
    if message.startswith(_END):
        rows = json.loads(message[len(_END) :])
        return [
            PassedOver(path, GapReason(reason), detail, number, tuple(more))
            for path, reason, detail, number, more in rows
        ]
    begin = len(_FILES) + _LENGTH.size
    (count,) = _LENGTH.unpack_from(message, len(_FILES))
    marks = array("Q")
    end = begin + count * marks.itemsize
    marks.frombytes(message[begin:end])
    return SearchWork(os.fsdecode(message[end:]).split("\0"), marks)


def unpacked_report(message: bytes) -> WorkReport:
    """The report in a message."""
    files, size, sightings, gaps, done, large = json.loads(message)
    return WorkReport(
        files,
        size,
        [KeySighting(*row) for row in sightings],
        [Gap(file, GapReason(reason), detail) for file, reason, detail in gaps],
        done,
        [(file, length) for file, length in large],
    )
