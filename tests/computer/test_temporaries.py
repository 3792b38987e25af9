"""What a killed Keyturn left of a key is removed at the next start, and nothing else is."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

from keyturn.computer.leftover_copies import clear_system_temporaries, clear_temporaries
from keyturn.edits.temporary_folders import temporary_folder
from keyturn.model.temporaries import is_temporary, maker_of, temporary_name


@pytest.fixture
def dead() -> int:
    """The number of a process that has ended."""
    with subprocess.Popen(["/bin/true"]) as ended:
        ended.wait()
    return ended.pid


def left_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_a_name_tells_who_made_the_copy() -> None:
    assert maker_of(temporary_name(4711)) == 4711
    assert maker_of(temporary_name(4711) + "-journal") == 4711
    assert maker_of("keyturn-check-4711-x8_k") == 4711
    assert is_temporary(".keyturn-0123456789abcdef.tmp")
    for other in (".keyturn-notes", ".keyturn-0-0123456789abcdef.tmp", "x.keyturn-1-0123456789abcdef.tmp", "keyturn-1"):
        assert maker_of(other) is None
        assert not is_temporary(other)


def test_copies_of_an_ended_process_are_removed_and_those_of_one_at_work_stay(tmp_path: Path, dead: int) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "key").write_text("made up")
    (tmp_path / temporary_name(dead)).write_text("made up")
    folder = tmp_path / temporary_name(dead)
    folder.mkdir()
    (folder / "link").symlink_to(elsewhere)
    (tmp_path / f"keyturn-check-{dead}-x").mkdir()
    (tmp_path / temporary_name(dead)).symlink_to(elsewhere / "key")
    mine = temporary_name(os.getpid())
    (tmp_path / mine).write_text("made up")
    (tmp_path / "keyturn-check-other").mkdir()
    clear_temporaries(tmp_path)
    assert left_in(tmp_path) == {mine, "keyturn-check-other", "elsewhere"}
    assert (elsewhere / "key").read_text() == "made up"


def test_a_copy_that_is_older_than_the_process_of_its_number_is_a_leftover(tmp_path: Path) -> None:
    older = tmp_path / temporary_name(os.getpid())
    older.write_text("made up")
    long_ago = time.time() - 10_000_000
    os.utime(older, (long_ago, long_ago))
    clear_temporaries(tmp_path)
    assert left_in(tmp_path) == set()


def test_a_folder_that_is_gone_or_closed_is_no_reason_to_stop(tmp_path: Path) -> None:
    clear_temporaries(tmp_path / "gone")
    (tmp_path / "file").write_text("")
    clear_temporaries(tmp_path / "file")


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root can give a file to somebody else")
def test_another_persons_folder_is_left_alone(tmp_path: Path, dead: int) -> None:
    theirs = tmp_path / temporary_name(dead)
    theirs.mkdir()
    os.chown(theirs, 12345, 12345)
    clear_temporaries(tmp_path)
    assert left_in(tmp_path) == {theirs.name}


def test_the_systems_own_folders_are_looked_into(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dead: int) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with temporary_folder() as folder:
        assert folder.parent == tmp_path
        assert folder.stat().st_mode & 0o777 == 0o700
        (tmp_path / temporary_name(dead)).mkdir()
        clear_system_temporaries()
        assert left_in(tmp_path) == {folder.name}
    assert left_in(tmp_path) == set()
