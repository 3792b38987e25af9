"""A search through files that were made to stop it, to fill the memory, or to hide."""

from __future__ import annotations

import gzip
import io
import lzma
import os
import sqlite3
import struct
import subprocess
import sys
import tarfile
import zipfile
import zlib
from contextlib import closing
from pathlib import Path

import pytest

from keyturn.clients.search.folder_search import Searched, search_folders
from keyturn.clients.search.search_rows import named
from keyturn.model.keys import AccessKeyId

KEY = AccessKeyId("AKIAONE2222222222222")
_ZEROS = 320 * 1024 * 1024


def search(folder: Path) -> Searched:
    return search_folders(named([folder]), [KEY])


def codes(searched: Searched) -> list[str]:
    return [problem.code for problem in searched.findings.problems]


def zipped(name: str, content: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return packed.getvalue()


@pytest.fixture(scope="module")
def bomb() -> bytes:
    """A gzip file of half a megabyte that unpacks to much more than is looked at."""
    packer = zlib.compressobj(9, wbits=31)
    zeros = bytes(1024 * 1024)
    return b"".join(packer.compress(zeros) for _ in range(_ZEROS // len(zeros))) + packer.flush()


@pytest.mark.parametrize("inner", [False, True])
def test_an_archive_that_unpacks_without_end_is_left_and_told(inner: bool, bomb: bytes, tmp_path: Path) -> None:
    (tmp_path / "bomb").write_bytes(zipped("a.gz", bomb) if inner else bomb)
    (tmp_path / "notes").write_text(f"{KEY}\n")

    searched = search(tmp_path)

    assert codes(searched) == ["search.large"]
    assert [place.path.name for place in searched.findings.places] == ["notes"]
    assert searched.size < _ZEROS


def test_a_zip_whose_members_all_are_the_same_bytes_is_left_in_time(tmp_path: Path) -> None:
    # As in https://www.bamsoftware.com/hacks/zipbomb/: the list names one packed member thousands of times.
    packer = zlib.compressobj(9, wbits=-15)
    kernel = packer.compress(bytes(10_000_000)) + packer.flush()
    about = struct.pack("<HHHHHLLLHH", 20, 0, 8, 0, 0, zlib.crc32(bytes(10_000_000)), len(kernel), 10_000_000, 1, 0)
    entry = b"PK\x01\x02\x14\x00" + about + struct.pack("<HHHLL", 0, 0, 0, 0, 0) + b"a"
    listed = entry * 5000
    local = b"PK\x03\x04" + about + b"a" + kernel
    end = b"PK\x05\x06" + struct.pack("<HHHHLLH", 0, 0, 5000, 5000, len(listed), len(local), 0)
    (tmp_path / "a.zip").write_bytes(local + listed + end)

    searched = search(tmp_path)

    assert set(codes(searched)) <= {"search.large", "search.damaged"}
    assert codes(searched)


def test_a_zip_in_a_zip_in_a_zip_is_left_at_some_depth(tmp_path: Path) -> None:
    content = f"{KEY}\n".encode()
    for depth in range(20):
        content = zipped(f"{depth}.zip", content)
    (tmp_path / "a.zip").write_bytes(content)

    assert codes(search(tmp_path)) == ["search.deep"]


def test_a_zip_that_claims_a_list_of_gigabytes_is_not_taken_into_memory(tmp_path: Path) -> None:
    end = b"PK\x05\x06" + struct.pack("<HHHHLLH", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFF0, 0, 0)
    with (tmp_path / "a.zip").open("wb") as file:
        file.write(b"PK\x03\x04")
        file.truncate(0xFFFFFFF0)
        file.seek(0xFFFFFFF0)
        file.write(end)

    assert codes(search(tmp_path)) == ["search.large"]


@pytest.mark.parametrize("kind", [tarfile.GNUTYPE_LONGNAME, tarfile.XHDTYPE])
def test_a_tar_whose_name_claims_gigabytes_is_not_taken_into_memory(kind: bytes, tmp_path: Path) -> None:
    header = tarfile.TarInfo("x")
    header.type, header.size = kind, 8 * 1024**3 - 1
    (tmp_path / "a.tar.gz").write_bytes(gzip.compress(header.tobuf(tarfile.GNU_FORMAT) + bytes(1_000_000)))

    assert codes(search(tmp_path)) == ["search.damaged"]


def test_an_xz_that_wants_all_memory_is_left(tmp_path: Path) -> None:
    filters = [
        {"id": lzma.FILTER_LZMA2, "dict_size": 1 << 30, "mode": lzma.MODE_FAST, "mf": lzma.MF_HC3, "nice_len": 4}
    ]
    del filters[0]["mf"], filters[0]["nice_len"], filters[0]["mode"]
    packed = lzma.compress(f"{KEY}\n".encode(), preset=None, filters=[{**filters[0], "dict_size": 1 << 24}])
    # The size of the dictionary stands in one byte of the block's header; its checksum is made to fit.
    head = bytearray(packed[12:24])
    head[4] = 40
    head[8:12] = struct.pack("<L", zlib.crc32(bytes(head[:8])))
    (tmp_path / "a.xz").write_bytes(packed[:12] + bytes(head) + packed[24:])

    assert codes(search(tmp_path)) == ["search.large"]


def test_a_database_with_a_hostile_schema_runs_nothing_and_ends(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "a.db")) as database:
        database.execute("CREATE TABLE one (name, value)")
        database.execute("INSERT INTO one VALUES (?, ?)", ("x", str(KEY)))
        endless = "WITH RECURSIVE more(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM more) SELECT n FROM more"
        database.execute(f"CREATE VIEW two AS {endless}")
        database.execute("CREATE TABLE three (n, huge AS (hex(zeroblob(20000000))))")
        database.execute("INSERT INTO three (n) VALUES (1)")
        database.execute('CREATE TABLE "a""; DROP TABLE one; --" ("b"" FROM one; --")')
        database.execute("CREATE VIRTUAL TABLE four USING fts5(text)")
        database.execute("PRAGMA writable_schema = ON")
        database.execute("INSERT INTO sqlite_master VALUES ('table', 'five', 'five', 2, 'no SQL at all')")
        database.commit()

    searched = search(tmp_path)

    assert set(codes(searched)) <= {"search.damaged"}
    assert [place.path.name for place in searched.findings.places] == ["a.db"]


def test_a_database_whose_pages_lead_back_to_one_another_is_left(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "a.db")) as database:
        database.execute("CREATE TABLE one (value)")
        database.executemany("INSERT INTO one VALUES (?)", [("x" * 300,)] * 20_000)
        database.commit()
        (root,) = database.execute("SELECT rootpage FROM sqlite_master").fetchone()
    content = bytearray((tmp_path / "a.db").read_bytes())
    page = content[(root - 1) * 4096 : root * 4096]
    assert page[0] == 5  # an inner page of a table: now each child is the inner page beside it, which leads here again
    for cell in range(struct.unpack(">H", page[3:5])[0]):
        at = struct.unpack(">H", page[12 + 2 * cell : 14 + 2 * cell])[0]
        content[(root - 1) * 4096 + at : (root - 1) * 4096 + at + 4] = struct.pack(">L", root)
    (tmp_path / "a.db").write_bytes(content)

    assert codes(search(tmp_path)) in (["search.damaged"], ["search.large"])


@pytest.mark.parametrize(
    "name", ["a.zip", "a.gz", "a.bz2", "a.xz", "a.tar", "a.db", "a.exe"], ids=lambda name: name[2:]
)
def test_bytes_that_only_begin_like_an_archive_are_a_problem_and_their_text_is_found(name: str, tmp_path: Path) -> None:
    beginnings = {
        "a.zip": b"PK\x03\x04",
        "a.gz": b"\x1f\x8b\x08\x08",
        "a.bz2": b"BZh91AY&SY",
        "a.xz": b"\xfd7zXZ\x00",
        "a.tar": b"\n" * 257 + b"ustar\0",
        "a.db": b"SQLite format 3\0",
        "a.exe": b"MZ",
    }
    (tmp_path / name).write_bytes(beginnings[name] + os.urandom(600) + f"\n{KEY}\n".encode())

    searched = search(tmp_path)

    assert codes(searched) == ([] if name == "a.exe" else ["search.damaged"])
    assert [place.path.name for place in searched.findings.places] == [name]


@pytest.mark.parametrize("cut", range(0, 260, 20))
def test_an_archive_cut_anywhere_never_ends_the_search(cut: int, tmp_path: Path) -> None:
    for name, content in {
        "a.zip": zipped("one", os.urandom(100)),
        "a.gz": gzip.compress(os.urandom(200)),
        "a.xz": lzma.compress(os.urandom(200)),
    }.items():
        (tmp_path / name).write_bytes(content[:cut])
    (tmp_path / "notes").write_text(f"{KEY}\n")

    assert [place.path.name for place in search(tmp_path).findings.places] == ["notes"]


def test_ten_thousand_files_in_one_folder_with_names_of_any_bytes(tmp_path: Path) -> None:
    for number in range(10_000):
        with (tmp_path / os.fsdecode(b"\xff\n%d" % number)).open("w") as file:
            file.write(f"{KEY}\n" if number % 1000 == 0 else "x")

    searched = search(tmp_path)

    assert searched.files == 10_000
    assert len(searched.findings.places) == 10
    assert searched.findings.problems == ()


def test_what_vanishes_during_the_search_is_no_problem(tmp_path: Path) -> None:
    for number in range(2000):
        folder = tmp_path / f"d{number % 40}"
        folder.mkdir(exist_ok=True)
        (folder / f"{number}").write_text(f"{KEY}\n")
    gone = [False]

    def vanish(_searching: object) -> None:
        if not gone[0]:
            gone[0] = True
            for path in [*tmp_path.glob("*/*")][::2]:
                path.unlink()

    searched = search_folders(named([tmp_path]), [KEY], progress=vanish)

    assert searched.findings.problems == ()
    assert searched.files >= 1000


def test_a_search_takes_little_memory_whatever_lies_there(bomb: bytes, tmp_path: Path) -> None:
    (tmp_path / "bomb.gz").write_bytes(bomb)
    (tmp_path / "large").write_bytes(bytes(100_000_000))
    (tmp_path / "held.gz").write_bytes(gzip.compress(zipped("a", os.urandom(20_000_000)), 1))
    code = (
        "import resource, sys; from pathlib import Path; from keyturn.model.keys import AccessKeyId;"
        "from keyturn.clients.search.folder_search import search_folders;"
        "from keyturn.clients.search.search_rows import named;"
        f"search_folders(named([Path(sys.argv[1])]), [AccessKeyId('{KEY}')]);"
        "print(*(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))"
    )
    # A shell between, because a new program takes over the peak of the one that it was copied from.
    shell = ["sh", "-c", '"$@"; exit $?', "sh", sys.executable, "-c", code, str(tmp_path)]

    done = subprocess.run(shell, capture_output=True, text=True, check=True)

    own, largest_helper = (int(word) * (1 if sys.platform == "darwin" else 1024) for word in done.stdout.split())
    assert 5_000_000 < own + largest_helper < 150_000_000
