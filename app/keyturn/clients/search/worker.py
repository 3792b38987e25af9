"""A process that looks into files for another Keyturn: work comes through its standard input, reports go back.

It starts with nothing but what it needs, which takes a few hundredths of a second.
"""

from __future__ import annotations

import json
import os
import signal
import struct
import sys
from typing import IO

from keyturn.clients.search.glance import Glance
from keyturn.clients.search.needles import Needles
from keyturn.clients.search.report import Gap, GapReason, Report, Sighting, Work

_LENGTH = struct.Struct("<Q")
_WORK = struct.Struct("<QQ")


def serve() -> None:
    """Do one piece of work after the other until nothing comes any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who typed Ctrl-C meant the Keyturn that sends the work
    come, go = sys.stdin.buffer, sys.stdout.buffer
    about = json.loads(receive(come) or b"{}")
    glance = Glance(Needles(about["keys"], any_key=about["any_key"]), lambda: None)
    send(go, b"")  # it has come so far that work can be given to it
    while message := receive(come):
        send(go, json.dumps(glance.at(unpacked_work(message))).encode())


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


def packed_work(work: Work) -> bytes:
    """A piece of work as a message; no path holds a zero byte."""
    return _WORK.pack(work.start, work.end) + os.fsencode("\0".join(work.paths))


def unpacked_work(message: bytes) -> Work:
    """The piece of work in a message."""
    start, end = _WORK.unpack_from(message)
    return Work(os.fsdecode(message[_WORK.size :]).split("\0"), start, end)


def unpacked_report(message: bytes) -> Report:
    """The report in a message."""
    files, size, sightings, gaps, done, large = json.loads(message)
    return Report(
        files,
        size,
        [Sighting(*row) for row in sightings],
        [Gap(file, GapReason(reason), detail) for file, reason, detail in gaps],
        done,
        [(file, length) for file, length in large],
    )
