"""The search through whole trees takes about twice the time for a file of twice the size, an archive or not."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import zipfile
from array import array
from collections.abc import Callable
from pathlib import Path

import pytest

from fuzz import OLD
from keyturn.clients.search.archives import Unpacking
from keyturn.clients.search.file_scanner import FileScanner
from keyturn.clients.search.kinds import FileKind, kind_of
from keyturn.clients.search.search_patterns import SearchPatterns
from keyturn.clients.search.search_rows import GapReason, SearchWork

from .growing import Made, expect_linear, repeated

ID = OLD.access_key_id.value


def checks_nothing() -> None:
    """Nobody stops the search."""


def many(count: int) -> SearchPatterns:
    return SearchPatterns([f"AKIA0000000000{number:06}" for number in range(count)], any_key=False)


def zipped(size: int) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for number in range(size // 150):
            archive.writestr(f"{number:08}", "x")
    return held.getvalue()


def tarred(size: int) -> bytes:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as archive:
        for number in range(size // 1024 + 1):
            member = tarfile.TarInfo(f"{number:08}")
            member.size = 4
            archive.addfile(member, io.BytesIO(b"AKIA"))
    return held.getvalue()


def sharing(size: int) -> bytes:
    """A zip of members that share the bytes of one large one: each says that it has them all."""
    half = size // 2
    body = bytes(half)
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("a", body)
    content = held.getvalue()
    start = content.index(b"PK\x01\x02")
    entry = content[start : content.index(b"PK\x05\x06")]
    count = half // len(entry)
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count & 0xFFFF, count & 0xFFFF, len(entry) * count, start, 0)
    return content[:start] + entry * count + end


ARCHIVES: dict[str, Made] = {
    "zip": zipped,
    "tar": tarred,
    "zip of members that share their bytes": sharing,
    "xz in many streams": lambda size: lzma.compress(b"AKIA") * (size // 60),
    "bzip2 in many streams": lambda size: bz2.compress(b"AKIA") * (size // 40),
    "gzip in many members": lambda size: gzip.compress(b"AKIA", mtime=0) * (size // 24),
}


@pytest.mark.parametrize("name", ARCHIVES)
def test_an_archive_is_looked_through_in_its_time(name: str) -> None:
    def look(content: bytes) -> None:
        kind = kind_of(content)
        assert isinstance(kind, FileKind)
        Unpacking(0, len(content), many(1), checks_nothing).look(io.BytesIO(content), kind, "a")

    expect_linear(look, ARCHIVES[name], what=name)


def test_members_of_a_zip_that_share_their_bytes_are_named_and_not_unpacked() -> None:
    content = sharing(200_000)
    unpacking = Unpacking(0, len(content), many(1), checks_nothing)

    unpacking.look(io.BytesIO(content), FileKind.ZIP, "a")

    assert {reason for reason, _detail in unpacking.gaps} == {GapReason.DAMAGED}
    assert unpacking.unpacked <= len(content)


TEXTS: dict[str, tuple[Callable[[], SearchPatterns], Made]] = {
    "one key again and again": (lambda: many(1), repeated("AKIA0000000000000000 ")),
    "the beginning of a key": (lambda: many(3), repeated("AKIA0000000000")),
    "the beginnings of many keys": (lambda: many(50), repeated("AKIA")),
    "anything like a key": (lambda: SearchPatterns([], any_key=True), repeated("AKIA22222222222{n}")),
    "wide letters": (lambda: many(50), repeated("A\0K\0I\0A\0")),
    "lines": (lambda: many(50), repeated(f"{ID}\n")),
    "letters and digits": (lambda: SearchPatterns([], any_key=True), repeated("AKIAAKIAAKIAAKIAAKI1")),
}


@pytest.mark.parametrize("name", TEXTS)
def test_a_file_is_looked_through_in_its_time(name: str, tmp_path: Path) -> None:
    needles, made = TEXTS[name]
    file = tmp_path / "file"
    glance = FileScanner(needles(), checks_nothing)

    def look(content: bytes) -> None:
        file.write_bytes(content)
        glance.at(SearchWork([str(file)], array("q", [0])))

    expect_linear(look, made, what=name)
