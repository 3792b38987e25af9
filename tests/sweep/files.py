"""The sample computer's files as the oracles read them: with a few lines of their own, and none of Keyturn's."""

from __future__ import annotations

import os
import re
import stat
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

_KEY = re.compile(rb"AKIA[A-Z0-9]{16}")
_SECRET = re.compile(rb"(?<![A-Za-z0-9/+])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])")
# Nanoseconds: two changes in one tick of the system's clock leave the same time (man 7 time).
_TICK = 50_000_000


@dataclass(frozen=True)
class Reading:
    """What a file holds.

    Attributes:
        pairs: key IDs with the secrets that stand behind them, in the file's order.
        rest: the file's bytes with every key and secret blanked.
        rights: permission bits, owner and group; the file's own, behind links.
        is_link: whether its name is a link.
        attributes: extended attributes.
    """

    pairs: tuple[tuple[str, str], ...]
    rest: bytes
    rights: tuple[int, int, int]
    is_link: bool
    attributes: Mapping[str, bytes]


def read(path: Path) -> Reading:
    """Read one file. Keys without a secret, and the other way round, show as pairs with an empty half.

    It is asked for at each request, so a file that is as it was is not read again.
    """
    named, found = path.lstat(), path.stat()
    if time.time_ns() - max(named.st_ctime_ns, found.st_ctime_ns) < _TICK:
        return _read(path)
    return _read_once(path, named.st_ino, named.st_ctime_ns, found.st_ino, found.st_ctime_ns, found.st_size)


@lru_cache(maxsize=64)
def _read_once(path: Path, *_as_it_is: int) -> Reading:
    return _read(path)


def _read(path: Path) -> Reading:
    content = path.read_bytes()
    keys = [match[0].decode() for match in _KEY.finditer(content)]
    secrets = [match[0].decode() for match in _SECRET.finditer(content)]
    length = max(len(keys), len(secrets))
    keys += [""] * (length - len(keys))
    secrets += [""] * (length - len(secrets))
    found = path.stat()
    return Reading(
        pairs=tuple(zip(keys, secrets, strict=True)),
        rest=_SECRET.sub(b"<SECRET>", _KEY.sub(b"<KEY>", content)),
        rights=(stat.S_IMODE(found.st_mode), found.st_uid, found.st_gid),
        is_link=path.is_symlink(),
        attributes={name: os.getxattr(path, name) for name in os.listxattr(path)},
    )


def strange_files(home: Path, memory: Path, temporary: Path) -> list[str]:
    """What a killed program may have left: temporary files of replacements, of the secrets' file, of checks.

    Not counted is what Python writes to see whether the folder for temporary files takes a file (`tempfile`).
    """
    found = [str(path.relative_to(home)) for path in home.rglob(".keyturn-*")]
    found += [f"memory/{path.name}" for path in memory.glob(".keyturn-*")]
    found += [f"tmp/{path.name}" for path in temporary.iterdir() if not _tries_the_folder(path)]
    return found


def _tries_the_folder(path: Path) -> bool:
    return path.is_file() and path.read_bytes() in {b"", b"blat"}
