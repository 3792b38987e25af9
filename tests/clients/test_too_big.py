"""A script, a unit or a file of variables of more bytes than are read is named; what nobody would read is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from keyturn.clients.registry import find_everything
from keyturn.computer.computer import Computer
from keyturn.model.places import Problem
from keyturn.rotation.finding.blind_spots import blind_spots

KB = 1024
# A script that unpacks itself, as makeself writes them: lines for a shell, then an archive.
UNPACKS_ITSELF = (
    b"#!/bin/sh\nexport RESTIC_REPOSITORY=s3:h.example/bkt\nrestic ls\n" + b"tail -n +3 $0 | tar xz\n" * 400
)
PROGRAM = b"\x7fELF\2\1\1" + bytes(200)


def write(path: Path, beginning: bytes, size: int, *, runs: bool = False) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(beginning + b"x" * (size - len(beginning)))
    path.chmod(0o700 if runs else 0o600)
    return path


def too_big(home: Path) -> list[Problem]:
    problems = find_everything(Computer.at(home, "linux")).problems
    return [one for one in problems if one.code == "file.too-big"]


@pytest.mark.parametrize("started_by", [".crontab", ".config/systemd/user/a.service", "bin/all.sh"])
@pytest.mark.parametrize("beginning", [UNPACKS_ITSELF, b"#!/usr/bin/env python3\nPK\3\4\0\0", b"restic ls\n"])
def test_a_large_script_that_something_starts_is_unread(started_by: str, beginning: bytes, tmp_path: Path) -> None:
    script = write(tmp_path / "kept/very/deep/run", beginning, 2400 * KB, runs=True)
    line = {"a.service": "[Service]\nExecStart={}\n", ".crontab": "@daily {}\n"}.get(
        Path(started_by).name, "restic; {}"
    )
    write(tmp_path / started_by, line.format(script).encode(), 0)

    (problem,) = too_big(tmp_path)

    assert (problem.path, problem.clients) == (script, ("environment",))
    assert "256 KB" in problem.message
    (spot,) = blind_spots([problem])
    assert str(script) in spot.what
    assert "keyturn scan --search" in spot.do


@pytest.mark.parametrize(
    ("path", "beginning", "size"),
    [
        ("bin/backup", UNPACKS_ITSELF, 2400 * KB),
        ("bin/backup.sh", b"restic ls\n", 2400 * KB),
        ("bin/backup", UNPACKS_ITSELF, 300 * KB),
        ("photos/.env", b"S3_BUCKET=a\n", 300 * KB),
    ],
)
def test_a_large_file_that_would_have_been_read_for_its_name_is_named(
    path: str, beginning: bytes, size: int, tmp_path: Path
) -> None:
    file = write(tmp_path / path, beginning, size, runs=beginning.startswith(b"#!"))
    assert [one.path for one in too_big(tmp_path)] == [file]


def test_one_that_is_started_and_lies_in_a_corner_is_told_once(tmp_path: Path) -> None:
    script = write(tmp_path / "bin/backup", UNPACKS_ITSELF, 2400 * KB, runs=True)
    write(tmp_path / ".crontab", f"@daily {script}\n".encode(), 0)
    assert [(one.path, one.clients) for one in too_big(tmp_path)] == [(script, ("environment",))]


@pytest.mark.parametrize(
    ("path", "beginning", "runs"),
    [
        ("Documents/holiday.jpg", b"\xff\xd8\xff\xe0\0\x10JFIF", False),
        ("bin/restic", PROGRAM, True),
        ("bin/yt-dlp", b"#!/usr/bin/env python3\nPK\3\4\0\0", True),
        (".config/app/state.json", b'{"a": "', False),
        ("Documents/novel", b"It was a dark and stormy night", False),
        ("backup/app.env", b"\x1f\x8b\x08\0\0\0", False),
    ],
)
def test_what_nobody_would_read_is_not_named(path: str, beginning: bytes, runs: bool, tmp_path: Path) -> None:
    write(tmp_path / path, beginning, 2400 * KB, runs=runs)
    assert too_big(tmp_path) == []


def test_a_large_program_that_something_starts_is_no_script(tmp_path: Path) -> None:
    program = write(tmp_path / "kept/very/deep/run", PROGRAM, 2400 * KB, runs=True)
    write(tmp_path / ".crontab", f"@daily {program}\n".encode(), 0)
    assert too_big(tmp_path) == []


def test_a_large_script_that_was_read_all_the_same_is_not_called_unread(tmp_path: Path) -> None:
    pair = b"#!/bin/sh\nexport AWS_ACCESS_KEY_ID=AKIAONE0000000000001\n"
    script = write(tmp_path / "bin/backup", pair, 300 * KB, runs=True)
    write(tmp_path / ".crontab", f"@daily {script}\n".encode(), 0)
    assert too_big(tmp_path) == []
    assert [one.path for one in find_everything(Computer.at(tmp_path, "linux")).places] == [script]
