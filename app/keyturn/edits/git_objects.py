"""A file of a branch in somebody's Git repository, read without Git.

Git obeys the configuration of the repository that it is asked about, which can name programs (git-config(1)), so it is
never started there. What stands in a pack is not read: a repository that was packed tells nothing.
"""

from __future__ import annotations

import re
import zlib
from pathlib import Path

from keyturn.edits.files import read_file
from keyturn.model.errors import FileError
from keyturn.model.late_patterns import pattern

_NAME = pattern(rb"[0-9a-f]{40}")
_PACKED = pattern(rb"^([0-9a-f]{40}) refs/heads/git-annex$", re.MULTILINE)
_LIMIT = 4 * 1024 * 1024  # bytes of an object, also unpacked
_REFERENCES = 1024 * 1024  # bytes of the list of packed references


def file_of_annex(repository: Path, name: str) -> bytes | None:
    """Return a file at the top of the branch `git-annex`; None where that cannot be told.

    Args:
        repository: the folder with `objects` and `refs`.
    """
    try:
        commit = _object(repository, _tip(repository), b"commit")
        tree = _object(repository, commit[len(b"tree ") : len(b"tree ") + 40], b"tree")
        return _object(repository, _entry(tree, name.encode()), b"blob")
    except (FileError, ValueError, zlib.error):
        return None


def _tip(repository: Path) -> bytes:
    try:
        return read_file(repository / "refs" / "heads" / "git-annex", limit=1024).content.strip()
    except FileError:
        found = _PACKED.search(read_file(repository / "packed-refs", limit=_REFERENCES).content)
        if found is None:
            raise
        return found[1]


def _object(repository: Path, name: bytes, kind: bytes) -> bytes:
    """The content of a loose object (gitformat-loose(5))."""
    if not _NAME.fullmatch(name):
        raise ValueError("no name of an object")
    path = repository / "objects" / name[:2].decode() / name[2:].decode()
    unpacker = zlib.decompressobj()
    content = unpacker.decompress(read_file(path, limit=_LIMIT).content, _LIMIT)
    head, zero, rest = content.partition(b"\0")
    if not zero or not unpacker.eof or head.split(b" ")[0] != kind:
        raise ValueError("no such object")
    return rest


def _entry(tree: bytes, name: bytes) -> bytes:
    """The object's name beside that of a file: `100644 NAME`, a zero byte, and 20 bytes, one entry after the other."""
    at = 0
    while at < len(tree):
        end = tree.index(b"\0", at)
        if tree[at:end].partition(b" ")[2] == name:
            return tree[end + 1 : end + 21].hex().encode()
        at = end + 21
    raise ValueError("no such file")
