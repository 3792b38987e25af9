"""Programs are started only from folders in which nobody but the system and the person could have put them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from keyturn.computer.computer import Computer, Platform
from keyturn.computer.programs import find_program
from keyturn.computer.search_path import fixed_path, is_out_of_others_reach, trusted_path


def program_in(folder: Path, mode: int = 0o755) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / "made-up-program"
    program.write_text("#!/bin/sh\n")
    program.chmod(mode)
    return program


def found(path: str, home: Path) -> Path | None:
    return find_program("made-up-program", Computer(Platform.LINUX, home, {"PATH": path}, is_this_one=True))


@pytest.mark.parametrize("entry", ["", ".", "tools", "./tools", ":"])
def test_no_program_of_the_folder_that_keyturn_is_in_is_found(
    entry: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program_in(tmp_path)
    program_in(tmp_path / "tools")
    monkeypatch.chdir(tmp_path)

    assert found(entry, tmp_path / "home") is None
    assert found(f"{entry}{os.pathsep}{tmp_path / 'tools'}", tmp_path / "home") == tmp_path / "tools/made-up-program"


@pytest.mark.parametrize("mode", [0o777, 0o1777, 0o757])
def test_a_folder_that_is_open_to_all_is_passed_over_for_the_next_one(mode: int, tmp_path: Path) -> None:
    program_in(tmp_path / "open")
    (tmp_path / "open").chmod(mode)
    kept = program_in(tmp_path / "kept")

    assert found(f"{tmp_path / 'open'}{os.pathsep}{kept.parent}", tmp_path) == kept


def test_a_folder_below_one_that_is_open_to_all_counts_only_where_nobody_else_may_take_its_place(
    tmp_path: Path,
) -> None:
    program = program_in(tmp_path / "above" / "bin")
    (tmp_path / "above").chmod(0o777)
    assert found(str(program.parent), tmp_path) is None
    (tmp_path / "above").chmod(0o1777)
    assert found(str(program.parent), tmp_path) == program


def test_a_program_that_others_may_write_and_a_link_to_one_are_passed_over(tmp_path: Path) -> None:
    theirs = program_in(tmp_path / "theirs", 0o777)
    (tmp_path / "links").mkdir()
    (tmp_path / "links" / theirs.name).symlink_to(theirs)

    assert found(f"{theirs.parent}{os.pathsep}{tmp_path / 'links'}", tmp_path) is None


def test_a_link_to_a_folder_counts_as_what_it_leads_to(tmp_path: Path) -> None:
    program = program_in(tmp_path / "open")
    (tmp_path / "open").chmod(0o777)
    (tmp_path / "link").symlink_to(program.parent)

    assert found(str(tmp_path / "link"), tmp_path) is None


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root can give a folder to somebody else")
@pytest.mark.parametrize(("owner", "group", "mode"), [(12345, 0, 0o755), (0, 12345, 0o775)])
def test_what_belongs_to_somebody_else_is_passed_over(owner: int, group: int, mode: int, tmp_path: Path) -> None:
    program = program_in(tmp_path / "theirs")
    program.parent.chmod(mode)
    os.chown(program.parent, owner, group)

    assert found(str(program.parent), tmp_path) is None


@pytest.mark.parametrize("folder", ["bin", ".local/bin"])
def test_a_persons_own_programs_are_theirs(folder: str, tmp_path: Path) -> None:
    assert found("", tmp_path) is None
    program = program_in(tmp_path / folder)
    assert found("", tmp_path) == program


@pytest.mark.parametrize("name", ["../made-up-program", "/bin/sh", "bin/made-up-program", "..\\made-up-program"])
def test_a_name_is_no_path(name: str, tmp_path: Path) -> None:
    program_in(tmp_path / "bin")
    computer = Computer(Platform.LINUX, tmp_path, {"PATH": str(tmp_path / "bin")}, is_this_one=True)
    assert find_program(name, computer) is None


def test_a_search_path_is_cleaned_of_what_is_not_trusted_and_the_systems_own_is_fixed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = program_in(tmp_path / "kept").parent
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o777)
    monkeypatch.chdir(tmp_path)
    written = os.pathsep.join(["", ".", "kept", str(tmp_path / "open"), str(tmp_path / "gone"), str(kept), "/usr/bin"])

    assert trusted_path(written) == os.pathsep.join([str(kept), "/usr/bin"])
    monkeypatch.setenv("PATH", written)
    assert str(tmp_path) not in fixed_path()
    assert "/usr/bin" in fixed_path().split(os.pathsep)


def test_what_is_not_there_is_not_trusted(tmp_path: Path) -> None:
    assert not is_out_of_others_reach(tmp_path / "gone")
