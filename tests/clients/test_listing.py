"""Folders that cannot be listed: a key may lie there, so they are told, never taken for empty."""

from __future__ import annotations

import os
import resource
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from keyturn.clients.listing import CLOSED_FOLDER, Listing
from keyturn.clients.registry import find_everything
from keyturn.clients.unreadable import closed_ones_together
from keyturn.computer.computer import Computer
from keyturn.model.places import Problem

NOBODY = 65534


@contextmanager
def no_file_can_be_opened() -> Iterator[None]:
    """The process has as many files open as it may."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    lowest_free = os.dup(0)
    os.close(lowest_free)
    resource.setrlimit(resource.RLIMIT_NOFILE, (lowest_free, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


@contextmanager
def as_an_ordinary_account() -> Iterator[None]:
    """Root may list everything: where the tests run as root, be somebody else for a while."""
    own = os.geteuid()
    if own == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(own)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every account may enter, which pytest's own are not."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def test_a_folder_that_is_not_there_is_empty(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    listing = Listing()

    assert listing.entries(tmp_path / "nothing") == []
    assert listing.entries(tmp_path / "file") == []
    assert not listing.is_there(tmp_path / "file" / "below")
    assert not listing.failed


def test_a_folder_that_cannot_be_listed_is_no_empty_one(tmp_path: Path) -> None:
    (tmp_path / "one").touch()
    listing = Listing()

    with no_file_can_be_opened():
        found = listing.entries(tmp_path)

    assert found == []
    assert listing.failed[tmp_path].code == "file.unreadable"


def test_what_matches_is_found_name_by_name(tmp_path: Path) -> None:
    for name in ("b/plugins/it", "a/plugins/it", "a/other/it", "c"):
        (tmp_path / name).mkdir(parents=True)
    listing = Listing()

    found = listing.matching(tmp_path, ("*", "plug*", "it"))

    assert [str(path.relative_to(tmp_path)) for path in found] == ["a/plugins/it", "b/plugins/it"]
    assert not listing.failed


def test_every_program_says_when_it_could_not_list_its_folders(tmp_path: Path) -> None:
    (tmp_path / ".config" / "kopia").mkdir(parents=True)
    (tmp_path / "Library" / "Application Support" / "kopia").mkdir(parents=True)
    computer = Computer.at(tmp_path, None)
    find_everything(computer)  # what is loaded late is loaded

    with no_file_can_be_opened():
        found = find_everything(computer)

    unread = {client for problem in found.problems if problem.code == "file.unreadable" for client in problem.clients}
    assert {"restic", "compose", "duplicacy", "git-annex", "kopia", "leftover", "systemd"} <= unread


def test_a_closed_folder_on_the_way_is_told_and_holds_no_program_up(open_folder: Path) -> None:
    closed = open_folder / "projects"
    closed.mkdir(mode=0o700)

    with as_an_ordinary_account():
        if os.geteuid() != NOBODY:
            closed.chmod(0)
        problems = find_everything(Computer.at(open_folder, None)).problems

    assert [(problem.code, problem.client, problem.path) for problem in problems] == [(CLOSED_FOLDER, "", closed)]


def test_what_belongs_to_root_is_told_once_and_holds_no_program_up(open_folder: Path) -> None:
    computer = Computer(home=open_folder, platform=Computer.this().platform, environment={}, is_this_one=True)

    with as_an_ordinary_account():
        problems = find_everything(computer, corners=False).problems

    assert not [one for one in problems if one.client and one.code in {"file.closed", CLOSED_FOLDER}]
    told = [one for one in problems if one.code == CLOSED_FOLDER]
    assert len(told) == 1
    assert str(told[0].path or told[0].message).count("/root") == 1


def test_a_file_at_home_that_may_not_be_read_stays_its_programs_problem(tmp_path: Path) -> None:
    own = Problem(tmp_path / ".s3cfg", "closed", "", client="s3cmd", code="file.closed")
    systems = Problem(Path("/etc/backup.env"), "closed", "", client="restic", code="file.closed")

    told = list(closed_ones_together([own, systems], Computer.at(tmp_path, "linux")))

    assert told[0] is own
    assert [(one.client, one.code, one.path) for one in told[1:]] == [("", CLOSED_FOLDER, systems.path)]
