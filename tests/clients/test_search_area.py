"""What a search goes into and what it passes over, and what it need not read a second time."""

from __future__ import annotations

import json as a_package_of_old_files
import os
import string as an_old_file_with_the_alphabet
from collections.abc import Mapping
from pathlib import Path

import pytest

from keyturn.clients.search.folder_search import Searched, search_folders, search_with
from keyturn.clients.search.mounts import MountKind, Mounts, of_linux, of_macos
from keyturn.clients.search.scope import area_of
from keyturn.clients.search.search_rows import Area, GapReason, named
from keyturn.clients.search.tree import Tree
from keyturn.clients.search.worker_pool import WorkerPool
from keyturn.computer.computer import Computer, Platform
from keyturn.model.keys import AccessKeyId
from keyturn.model.search_scope import SearchScope

KEY = AccessKeyId("AKIAONE2222222222222")
TEXT = f"first line\nkey={KEY}\n"
MUCH_LATER = 2**62


def write(path: Path, content: str = TEXT) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    return path


def usual(home: Path) -> Area:
    area = area_of(Computer(Platform.LINUX, home, {}, is_this_one=False), SearchScope.USUAL)
    assert area is not None
    return area


def found(searched: Searched) -> set[str]:
    return {place.path.name for place in searched.findings.places}


def mark(path: Path) -> int:
    (work,) = Tree(named([path]), Mounts({}), now=lambda: MUCH_LATER).pieces()
    return work.marks[0]


def test_the_usual_search_leaves_out_what_holds_no_settings_and_counts_it_by_kind(tmp_path: Path) -> None:
    for name in ("a.jpg", "B.PNG", "song.mp3", "film.mkv", "disk.iso", "notes.txt", "keys.png.txt"):
        write(tmp_path / "Documents" / name)
    write(tmp_path / ".cache" / "program" / "notes")
    with write(tmp_path / "large").open("a") as large:
        large.truncate(17 * 1024 * 1024)

    searched = search_folders(usual(tmp_path), [KEY])

    assert found(searched) == {"notes.txt", "keys.png.txt"}
    (problem,) = searched.findings.problems
    assert problem.code == "search.left-out"
    assert problem.title.endswith(": 7")
    for told in ("pictures (2)", "films (1)", "music (1)", "disk images (1)", "caches (1)", "more than 16 MB (1)"):
        assert told in problem.message
    assert "--search-scope all" in problem.do


def test_a_search_of_named_folders_leaves_nothing_out(tmp_path: Path) -> None:
    for name in ("a.jpg", ".cache/notes", "disk.iso"):
        write(tmp_path / name)

    assert found(search_folders(named([tmp_path]), [KEY])) == {"a.jpg", "notes", "disk.iso"}


def test_a_folder_that_the_person_wants_searched_each_time_is_searched_whole(tmp_path: Path) -> None:
    home, away = tmp_path / "home", tmp_path / "nas"
    for name in ("a.jpg", ".cache/notes", "disk.iso"):
        write(away / name)
        write(home / "own" / name)
        write(home / "kept" / name)
    write(home / ".cache" / "deep" / "settings.txt")
    computer = Computer(Platform.LINUX, home, {}, is_this_one=False)
    wanted = (away, home / "kept", home / ".cache" / "deep", tmp_path / "not attached now")
    area = area_of(computer, SearchScope.USUAL, wanted)
    assert area is not None

    searched = search_folders(area, [KEY])

    places = {str(place.path.relative_to(tmp_path)) for place in searched.findings.places}
    assert places == {f"{one}/{name}" for one in ("nas", "home/kept") for name in ("a.jpg", ".cache/notes", "disk.iso")}
    assert area_of(computer, SearchScope.NONE, wanted) is None


def test_nothing_is_searched_where_nothing_is_wanted(tmp_path: Path) -> None:
    assert area_of(Computer(Platform.LINUX, tmp_path, {}, is_this_one=False), SearchScope.NONE) is None


@pytest.mark.parametrize("platform", list(Platform))
def test_of_another_computers_disk_nothing_of_this_computer_is_searched(platform: Platform, tmp_path: Path) -> None:
    home = tmp_path / "Users" / "ada"
    (tmp_path / "ProgramData").mkdir(parents=True)
    home.mkdir(parents=True)
    for scope in (SearchScope.USUAL, SearchScope.ALL):
        area = area_of(Computer(platform, home, {}, is_this_one=False), scope)
        assert area is not None
        assert all(Path(folder).is_relative_to(tmp_path) for folder in area.folders)
        assert str(home) in area.folders


def test_this_computers_usual_search_goes_where_servers_keep_their_settings(tmp_path: Path) -> None:
    area = area_of(Computer(Platform.LINUX, tmp_path, {}, is_this_one=True), SearchScope.USUAL)
    assert area is not None
    assert {"/etc", "/opt", "/srv", "/usr/local"} & set(area.folders)
    assert all(Path(folder).is_dir() for folder in area.folders)


MOUNTINFO = r"""
22 28 0:21 / /proc rw,nosuid - proc proc rw
28 1 254:0 / / rw,relatime - ext4 /dev/vda1 rw
30 28 0:40 / /home/ada/nas rw - nfs4 nas:/vol rw
31 28 0:41 / /home/ada/my\040cloud rw - fuse.rclone store: rw
32 28 0:42 / /mnt/windows rw - fuseblk /dev/sdb1 rw
33 28 0:43 / /net rw - autofs systemd-1 rw
34 28 8:17 / /mnt/stick rw - vfat /dev/sdb1 rw
35 28 0:44 / /twice rw - nfs4 nas:/vol rw
36 35 8:18 / /twice rw - ext4 /dev/sdc1 rw
"""


def test_linuxs_mounts_are_told_apart() -> None:
    told = of_linux(MOUNTINFO)

    assert told.kinds == {
        "/proc": MountKind.KERNEL,
        "/home/ada/nas": MountKind.REMOTE,
        "/home/ada/my cloud": MountKind.REMOTE,
        "/net": MountKind.REMOTE,
    }
    assert told.without_change_times == {"/mnt/windows", "/mnt/stick"}


def test_what_is_not_local_on_macos_lies_on_another_computer() -> None:
    told = of_macos(
        "/dev/disk3s1s1 on / (apfs, sealed, local, read-only, journaled)\n"
        "devfs on /dev (devfs, local, nobrowse)\n"
        "//ada@nas/vol on /Volumes/vol (1) (smbfs, nodev, nosuid)\n"
        "store: on /Users/ada/cloud (macfuse, nodev, local)\n"
    )
    assert told.kinds == {
        "/dev": MountKind.KERNEL,
        "/Volumes/vol (1)": MountKind.REMOTE,
        "/Users/ada/cloud": MountKind.REMOTE,
    }


def walked(area: Area, mounts: Mounts) -> tuple[set[str], Mapping[str, GapReason]]:
    tree = Tree(area, mounts)
    files = {Path(path).name for work in tree.pieces() for path in work.paths}
    return files, {one.path: one.reason for one in tree.passed_over}


def test_a_mount_of_another_computer_is_entered_only_where_a_person_named_it(tmp_path: Path) -> None:
    write(tmp_path / "home" / "notes")
    nas = write(tmp_path / "home" / "nas" / "far").parent
    mounts = Mounts({os.path.realpath(nas): MountKind.REMOTE})

    assert walked(named([tmp_path / "home"]), mounts) == ({"notes"}, {os.path.realpath(nas): GapReason.REMOTE})
    assert walked(named([nas]), mounts) == ({"far"}, {})


def test_a_folder_that_macos_guards_is_not_entered_and_is_told(tmp_path: Path) -> None:
    write(tmp_path / "Library" / "Mail" / "letter")
    write(tmp_path / "notes")
    area = named([tmp_path])._replace(private=[str(tmp_path / "Library" / "Mail")])

    files, passed = walked(area, Mounts({}))

    assert files == {"notes"}
    assert list(passed.values()) == [GapReason.PRIVATE]


def test_a_second_search_reads_nothing_that_is_the_same() -> None:
    area = named([Path(a_package_of_old_files.__file__).parent])
    first = search_folders(area, [KEY])

    second = search_folders(area, [KEY], known=frozenset(first.clean))

    assert first.size > 0
    assert (second.files, second.size) == (first.files, 0)
    assert second.findings == first.findings


def test_any_change_of_a_file_gives_it_another_mark(tmp_path: Path) -> None:
    path = write(tmp_path / "notes", "nothing")
    before, times = mark(path), path.stat()

    path.write_text("somekey")  # as long as before, and then as old
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))

    assert before
    assert mark(path) != before


def test_a_file_that_changed_just_now_is_read_again(tmp_path: Path) -> None:
    write(tmp_path / "notes", "nothing")

    assert list(search_folders(named([tmp_path]), [KEY]).clean) == []


def test_a_file_system_without_times_of_change_tells_nothing(tmp_path: Path) -> None:
    path = write(tmp_path / "notes", "nothing")
    mounts = Mounts({}, without_change_times=frozenset({str(tmp_path)}))

    (work,) = Tree(named([path]), mounts, now=lambda: MUCH_LATER).pieces()

    assert list(work.marks) == [0]


@pytest.mark.parametrize("processors", [1, 2])
def test_a_file_that_holds_what_is_looked_for_is_never_taken_for_searched(processors: int) -> None:
    alphabet = AccessKeyId("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    area = named([Path(a_package_of_old_files.__file__).parent, Path(an_old_file_with_the_alphabet.__file__)])
    first = search_folders(area, [alphabet], processors=processors)

    second = search_folders(area, [alphabet], known=frozenset(first.clean), processors=processors)

    assert found(first) == {"string.py"}
    assert found(second) == found(first)
    assert 0 < second.size < first.size


@pytest.mark.parametrize("processors", [1, 3])
def test_a_walk_that_began_ahead_finds_what_one_that_did_not_finds(processors: int, tmp_path: Path) -> None:
    for number in range(1500):
        write(tmp_path / str(number % 7) / f"f{number}", TEXT if number % 50 == 0 else "nothing")
    with WorkerPool(named([tmp_path]), lambda: False, processors) as crew:
        crew.walk_ahead()
        ahead = search_with(crew, [KEY], (), any_key=False, known=(), progress=lambda _: None)

    assert ahead == search_folders(named([tmp_path]), [KEY], processors=processors)
    assert (len(ahead.findings.places), ahead.files) == (30, 1500)


@pytest.mark.parametrize("program", ["/bin/false", "/nowhere"])
def test_a_walk_whose_process_is_lost_is_walked_here(
    program: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(600):
        write(tmp_path / f"f{number}")
    monkeypatch.setattr("sys.executable", program)
    with WorkerPool(named([tmp_path]), lambda: False, 2) as crew:
        crew.walk_ahead()
        ahead = search_with(crew, [KEY], (), any_key=False, known=(), progress=lambda _: None)

    assert (len(ahead.findings.places), ahead.files, ahead.findings.problems) == (600, 600, ())
