"""`scan --search`: every file below some folders is looked into, and what could not be is told."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import sqlite3
import subprocess
import sys
import tarfile
import zipfile
from base64 import b64encode
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

import keyturn
from keyturn.clients.registry import claims
from keyturn.clients.search.file_scanner import TURN
from keyturn.clients.search.folder_search import Searched, Searching, search_folders
from keyturn.clients.search.search_rows import named
from keyturn.clients.search.stream import PIECE
from keyturn.model.keys import AccessKeyId
from keyturn.model.places import Findings, Place, PlaceKind

KEY = AccessKeyId("AKIAONE2222222222222")
OTHER = AccessKeyId("ASIATWO3333333333333")
TEXT = f"first line\nkey={KEY}\n".encode()


def write(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def search(folder: Path, *, any_key: bool = False) -> Searched:
    return search_folders(named([folder]), () if any_key else (KEY,), any_key=any_key)


def located(searched: Searched) -> dict[str, str]:
    """The locators without the key, by the names of the files."""
    return {place.path.name: place.locator.rpartition(", ")[0] for place in searched.findings.places}


def zipped(members: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return packed.getvalue()


def tarred(members: dict[str, bytes], form: int = tarfile.GNU_FORMAT) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=form) as archive:
        for name, content in members.items():
            about = tarfile.TarInfo(name)
            about.size = len(content)
            archive.addfile(about, io.BytesIO(content))
    return packed.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1"])
@pytest.mark.parametrize("text", ["{key}", "é={key}", "s3://{key}:secret@host/", "\n\n'{key}'\n", "x{key}x"])
def test_a_known_id_is_found_in_every_encoding_and_between_anything(text: str, encoding: str, tmp_path: Path) -> None:
    write(tmp_path / "notes", text.format(key=KEY).encode(encoding))

    searched = search(tmp_path)

    assert [place.access_key_id for place in searched.findings.places] == [KEY]
    assert searched.findings.problems == ()


@pytest.mark.parametrize("at", [0, 1, PIECE - 60, PIECE - 21, PIECE - 20, PIECE - 7, PIECE - 1, PIECE, 3 * PIECE - 10])
@pytest.mark.parametrize("encoding", ["ascii", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("any_key", [False, True])
def test_it_is_found_wherever_in_the_file_it_stands(at: int, encoding: str, any_key: bool, tmp_path: Path) -> None:
    write(tmp_path / "large", b"\n" * at + KEY.value.encode(encoding) + b"\n" * 50)

    assert located(search(tmp_path, any_key=any_key)) == {"large": f"line {at + 1}"}


@pytest.mark.parametrize("others", [0, 20])
@pytest.mark.parametrize("before", ["", "k", "id", "[default]\naws_access_key_id="])
def test_a_known_id_is_found_within_base64(before: str, others: int, tmp_path: Path) -> None:
    """As Kubernetes has it in the `data:` of a secret."""
    coded = b64encode(f"{before}{KEY}\nmore".encode()).decode()
    write(tmp_path / "k8s/secret.yaml", f"kind: Secret\ndata:\n  id: {coded}\n")
    keys = [KEY, *(AccessKeyId(f"AKIA{number:016}") for number in range(others))]
    assert located(search_folders(named([tmp_path]), keys)) == {"secret.yaml": "line 3"}


def test_a_very_large_file_is_searched_in_parts_and_its_holes_are_not_read(tmp_path: Path) -> None:
    with (tmp_path / "disk.img").open("wb") as image:
        image.seek(50 * TURN - 10)
        image.write(b"\n" + KEY.value.encode())
        image.truncate(200 * TURN)

    searched = search(tmp_path)

    assert located(searched) == {"disk.img": f"byte {50 * TURN - 9}"}
    assert searched.size < 4 * TURN
    assert searched.files == 1


@pytest.mark.parametrize(
    ("name", "content", "where"),
    [
        ("a.zip", zipped({"b/c.env": TEXT}), "b/c.env, line 2"),
        ("a.docx", zipped({"word/document.xml": TEXT}), "word/document.xml, line 2"),
        ("a.pyz", b"#!/usr/bin/python3\n" + zipped({"__main__.py": TEXT}), "__main__.py, line 2"),
        ("a.zip", zipped({"naïve \u202e\n.env": TEXT}), "naïve \u202e\n.env, line 2"),
        ("notes.gz", gzip.compress(TEXT), "notes, line 2"),
        ("notes.gz", gzip.compress(b"more\n") + gzip.compress(TEXT), "notes, line 3"),
        ("notes.bz2", bz2.compress(TEXT), "notes, line 2"),
        ("notes.xz", lzma.compress(b"more\n") + b"\0" * 8 + lzma.compress(TEXT), "notes, line 3"),
        ("a.tar", tarred({"x": b"", "etc/" + "long" * 40: TEXT}), f"etc/{'long' * 40}, line 2"),
        ("a.tar", tarred({"x": b"y" * 700, "ü" * 80: TEXT}, tarfile.PAX_FORMAT), f"{'ü' * 80}, line 2"),
        ("a.tar.gz", gzip.compress(tarred({"etc/env": TEXT})), "a.tar → etc/env, line 2"),
        (
            "a.zip",
            zipped({"b.tar.gz": gzip.compress(tarred({"c.zip": zipped({"d": TEXT})}))}),
            "b.tar → c.zip → d, line 2",
        ),
        ("a.zip", zipped({"key.bin": b"\0\1\2" + TEXT}), "key.bin, byte 18"),
        ("a.bin", b"\0\1\2" + TEXT, "byte 18"),
        ("a.zip", zipped({"wide": f"first\nkey={KEY}".encode("utf-16")}), "wide, line 2"),
    ],
    # Bytes make no names, and those of an archive differ with the time of day.
    ids=lambda value: repr(value) if isinstance(value, str) else "",
)
def test_archives_are_looked_into_and_the_member_is_told(name: str, content: bytes, where: str, tmp_path: Path) -> None:
    write(tmp_path / name, content)

    searched = search(tmp_path)

    assert located(searched) == {name: where}
    assert searched.findings.problems == ()


def test_one_archive_is_one_place_also_where_the_id_stands_unpacked_in_its_bytes(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("one", TEXT)
        archive.writestr("two", TEXT)

    assert located(search(tmp_path)) == {"a.zip": "one, line 2"}


@pytest.mark.parametrize("encoding", ["UTF-8", "UTF-16le"])
def test_a_database_tells_the_column_also_where_the_value_is_spread_over_pages(encoding: str, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "app.db")) as database:
        database.execute(f"PRAGMA encoding = '{encoding}'")
        database.execute('CREATE TABLE "the ""settings""" (name, "va""lue" BLOB)')
        # Somewhere among these the ID lies across the border of two pages.
        for length in range(4096, 4096 + 40):
            database.execute('INSERT INTO "the ""settings""" VALUES (?, ?)', ("x", "é" + "-" * length))
        database.execute(
            'UPDATE "the ""settings""" SET "va""lue" = substr("va""lue", 1, 4060) || ?', (str(KEY) + "-" * 9000,)
        )
        database.commit()
    before = sorted(tmp_path.iterdir()), (tmp_path / "app.db").stat().st_mtime_ns

    searched = search(tmp_path)

    assert located(searched) == {"app.db": 'column the "settings".va"lue'}
    assert (sorted(tmp_path.iterdir()), (tmp_path / "app.db").stat().st_mtime_ns) == before


def test_what_a_database_has_not_taken_over_yet_is_found_in_its_wal(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "app.db")) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("CREATE TABLE settings (value)")
        database.execute("INSERT INTO settings VALUES (?)", (str(KEY),))
        database.commit()

        places = search(tmp_path).findings.places

    assert [place.path.name for place in places] == ["app.db-wal"]
    assert "database" in places[0].note


def test_any_finds_whatever_is_shaped_like_an_id_and_says_of_what_kind(tmp_path: Path) -> None:
    write(tmp_path / "one", f"a={KEY};b={OTHER}")
    write(tmp_path / "not", f"x{KEY} {KEY}9 {KEY}a AKIAONE0000000000001 AKIASHORT akiaone2222222222222")

    places = search(tmp_path, any_key=True).findings.places

    assert {(place.path.name, place.access_key_id) for place in places} == {("one", KEY), ("one", OTHER)}
    notes = {place.access_key_id: place.note for place in places}
    assert "long-term" in notes[KEY]
    assert "temporary" in notes[OTHER]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_any_sees_the_borders_of_wide_letters_too(encoding: str, tmp_path: Path) -> None:
    write(tmp_path / "one", f"a={KEY};".encode(encoding))
    write(tmp_path / "before", f"a{KEY};".encode(encoding))
    write(tmp_path / "after", f"={KEY}a".encode(encoding))

    assert set(located(search(tmp_path, any_key=True))) == {"one"}


def test_with_any_a_known_id_of_another_shape_is_found_too(tmp_path: Path) -> None:
    odd = AccessKeyId("MINIO0000000000000000001")
    write(tmp_path / "one", f"x{odd}x and {KEY}")

    places = search_folders(named([tmp_path]), (odd,), any_key=True).findings.places

    assert {place.access_key_id for place in places} == {odd, KEY}


def test_hundreds_of_known_ids_are_looked_for_at_once(tmp_path: Path) -> None:
    keys = [AccessKeyId(f"AKIA{number:016}") for number in range(500)] + [
        AccessKeyId(f"MINIO{n:020}") for n in range(9)
    ]
    write(tmp_path / "all", "\n".join(f"{key}" for key in keys))
    write(tmp_path / "none", "AKIA0000000000000999 AKIA00000000000001")
    write(tmp_path / "wide", str(keys[7]).encode("utf-16"))

    places = search_folders(named([tmp_path]), keys).findings.places

    assert len(places) == len(keys) + 1
    assert {place.locator.partition(",")[0] for place in places if place.access_key_id == keys[99]} == {"line 100"}


def test_what_is_known_is_not_told_again_also_through_another_name(tmp_path: Path) -> None:
    path = write(tmp_path / "real" / "notes", f"{KEY} {OTHER}\n")
    (tmp_path / "link").symlink_to("real")
    known = Place("file", "notes", path, "line 1", PlaceKind.MENTION, KEY)

    searched = search_folders(named([tmp_path / "link", tmp_path]), [KEY, OTHER], claims((known,)))

    assert [place.access_key_id for place in searched.findings.places] == [OTHER]
    assert searched.files == 1


def test_nothing_outside_is_followed_and_nothing_special_is_opened(tmp_path: Path) -> None:
    outside = write(tmp_path / "outside" / "notes", TEXT).parent
    inside = write(tmp_path / "inside" / "notes", TEXT).parent
    (inside / "folder").symlink_to(outside)
    (inside / "file").symlink_to(outside / "notes")
    (inside / "same").symlink_to("notes")
    (inside / "ring").symlink_to(".")
    (inside / "broken").symlink_to("nowhere")
    os.mkfifo(inside / "pipe")

    searched = search(inside)

    assert located(searched) == {"notes": "line 2"}
    (problem,) = searched.findings.problems
    assert problem.code == "search.outside"
    assert str(inside / "folder") in problem.message
    assert str(inside / "file") in problem.message
    assert "same" not in problem.message


def test_a_folder_that_is_left_out_is_not_entered(tmp_path: Path) -> None:
    write(tmp_path / "own" / "journal", TEXT)

    assert search_folders(named([tmp_path], left_out=[tmp_path / "own"]), [KEY]).findings == Findings()


def test_a_file_can_be_named_instead_of_a_folder(tmp_path: Path) -> None:
    path = write(tmp_path / "notes", TEXT)

    assert located(search(path)) == {"notes": "line 2"}


def test_without_anything_to_look_for_no_file_is_read_and_that_is_said(tmp_path: Path) -> None:
    write(tmp_path / "notes", TEXT)

    searched = search_folders(named([tmp_path]), ())

    assert searched.files == 0
    assert [problem.code for problem in searched.findings.problems] == ["search.nothing"]


def test_all_processors_find_what_one_finds(tmp_path: Path) -> None:
    for number in range(1500):
        write(tmp_path / str(number % 7) / f"f{number}", TEXT if number % 50 == 0 else b"nothing here\n" * 20)
    write(tmp_path / "a.zip", zipped({"b": TEXT}))

    alone = search_folders(named([tmp_path]), [KEY], processors=1)
    together = search_folders(named([tmp_path]), [KEY], processors=4)

    assert len(alone.findings.places) == 31
    assert together == alone


def test_names_of_any_bytes_go_to_the_other_processors_and_back(tmp_path: Path) -> None:
    names = [os.fsdecode(b"caf\xe9 %d\n\xff" % number) for number in range(600)]
    for name in names:
        write(tmp_path / name, TEXT)

    places = search_folders(named([tmp_path]), [KEY], processors=3).findings.places

    assert {place.path.name for place in places} == set(names)


def test_lines_are_counted_in_a_text_that_is_searched_in_parts(tmp_path: Path) -> None:
    with (tmp_path / "log").open("wb") as log:
        for _ in range(70):
            log.write((b"x" * 999 + b"\n") * 1000)
        log.write(TEXT)

    assert located(search(tmp_path)) == {"log": "line 70002"}


def test_a_lost_helper_is_told_and_the_search_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3000):
        write(tmp_path / f"f{number}", TEXT)
    # What says that it is ready, takes some work and ends stands in for a process that is ended for want of memory.
    stand_in = write(tmp_path.parent / "stand-in", "#!/bin/sh\nhead -c 8 /dev/zero\nexec head -c 1000 > /dev/null\n")
    stand_in.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(stand_in))

    searched = search_folders(named([tmp_path]), [KEY], processors=2)

    (problem,) = searched.findings.problems
    assert problem.code == "search.lost"
    assert len(searched.findings.places) >= 3000 - 256


def test_progress_tells_how_far_it_is_and_when_it_is_over(tmp_path: Path) -> None:
    for number in range(600):
        write(tmp_path / f"f{number}", TEXT)
    told: list[Searching] = []

    search_folders(named([tmp_path]), [KEY], progress=told.append)

    assert told[0] == Searching(0, 0, tmp_path)
    assert [one.files for one in told] == sorted(one.files for one in told)
    assert told[-1] == Searching(600, 600 * len(TEXT), tmp_path, over=True)
    assert [one.over for one in told[:-1]] == [False] * (len(told) - 1)


def test_a_search_that_is_stopped_returns_what_it_found_and_leaves_no_process_behind(tmp_path: Path) -> None:
    for number in range(5000):
        write(tmp_path / f"f{number:04}", TEXT)
    wish: list[bool] = []

    searched = search_folders(
        named([tmp_path]), [KEY], processors=3, progress=lambda _: wish.append(True), stop=lambda: len(wish) > 3
    )

    assert not searched.finished
    assert 0 < searched.files < 5000
    assert len(searched.findings.places) == searched.files
    assert [problem.code for problem in searched.findings.problems] == ["search.stopped"]
    assert f"{searched.files:,} files" in searched.findings.problems[0].message
    assert _children() == set()


def _children() -> set[str]:
    told = subprocess.run(
        ["ps", "--ppid", str(os.getpid()), "-o", "args="], capture_output=True, text=True, check=False
    )
    return {line for line in told.stdout.splitlines() if "search.worker" in line}


def test_a_stop_is_felt_inside_a_large_archive_and_what_was_found_before_is_kept(tmp_path: Path) -> None:
    notes = write(tmp_path / "notes", TEXT)
    archive = write(tmp_path / "a.gz", gzip.compress(b"x" * 50_000_000))
    asked: list[bool] = []

    def stop() -> bool:
        asked.append(True)
        return len(asked) > 20

    searched = search_folders(named([notes, archive]), [KEY], stop=stop)

    assert not searched.finished
    assert located(searched) == {"notes": "line 2"}
    assert searched.size < 50_000_000


def test_a_helper_that_cannot_start_costs_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3000):
        write(tmp_path / f"f{number}", TEXT)
    for program in ("/bin/false", "/nowhere"):
        monkeypatch.setattr(sys, "executable", program)

        searched = search_folders(named([tmp_path]), [KEY], processors=3)

        assert searched.findings.problems == ()
        assert len(searched.findings.places) == 3000


def test_the_bundled_program_is_its_own_helper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3000):
        write(tmp_path / "many" / f"f{number}", TEXT)
    bundle = write(tmp_path / "keyturn", "")
    started, app = tmp_path / "started", Path(keyturn.__file__).parent.parent
    bundle.write_text(f'#!/bin/sh\ntouch {started}\nPYTHONPATH={app} exec {sys.executable} -m keyturn "$@"\n')
    bundle.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(bundle))
    monkeypatch.setattr(sys, "frozen", True, raising=False)

    searched = search_folders(named([tmp_path / "many"]), [KEY], processors=2)

    assert len(searched.findings.places) == 3000
    assert started.exists()


def test_a_helper_gets_none_of_the_persons_variables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "made+up/secret")
    seen = tmp_path / "seen"
    stand_in = write(tmp_path / "python", f'#!/bin/sh\nenv > {seen}\necho "$@" >> {seen}\n')
    stand_in.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(stand_in))
    for number in range(600):
        write(tmp_path / "many" / f"f{number}", TEXT)

    search_folders(named([tmp_path / "many"]), [KEY], processors=2)

    told = seen.read_text() if seen.exists() else ""
    assert "made+up" not in told
    assert KEY.value not in told


@pytest.mark.parametrize("make", [zipped, tarred])
def test_what_is_damaged_is_told_and_what_stands_before_the_damage_is_found(
    make: Callable[[dict[str, bytes]], bytes], tmp_path: Path
) -> None:
    packed = gzip.compress(make({"one": TEXT, "two": os.urandom(100_000)}))
    write(tmp_path / "a.gz", packed[:-30_000])

    searched = search(tmp_path)

    assert {problem.code for problem in searched.findings.problems} == {"search.damaged"}
    if make is tarred:
        assert located(searched) == {"a.gz": "a → one, line 2"}
