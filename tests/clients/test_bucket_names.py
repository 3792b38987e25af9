"""Where the names of buckets stand on a computer: what addresses one, and what only names it."""

from __future__ import annotations

from pathlib import Path

import pytest

from keyturn.clients.bucket_settings import NameSpot, spots_of_names
from keyturn.computer.computer import Computer

NAMES = ("films", "films-old", "photos")


def written(home: Path, text: str, name: str = "bin/backup.sh") -> Path:
    path = home / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def spots(home: Path) -> dict[str, list[NameSpot]]:
    return {name: list(found) for name, found in spots_of_names(Computer.at(home, "linux"), NAMES).items()}


@pytest.mark.parametrize(
    "line",
    [
        "aws s3 sync /srv s3://films/a",
        "restic -r s3:s3.amazonaws.com/films backup /srv",
        "restic -r s3:https://s3.eu-central-1.amazonaws.com/films/x backup /srv",
        "curl https://films.s3.eu-central-1.amazonaws.com/x",
        "kopia repository connect s3 --bucket films",
        "kopia repository connect s3 --bucket=films",
        "BUCKET=films",
        'export S3_BUCKET_NAME="films"',
        "rclone copy /srv oma:films/a",
    ],
)
def test_a_line_that_addresses_a_bucket_is_told_with_its_number(tmp_path: Path, line: str) -> None:
    path = written(tmp_path, f"#!/bin/sh\n{line}\n")
    assert spots(tmp_path) == {"films": [NameSpot(path, 2, addresses=True)]}


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("cp -r /srv/films /mnt", "bin/backup.sh"),
        ("# was: aws s3 sync /srv s3://films", "bin/backup.sh"),
        ("rsync -a /srv nas:films", "bin/backup.sh"),
        ("aws s3 ls s3://films", ".bash_history"),
    ],
)
def test_a_name_that_only_stands_there_is_no_more_than_a_hint(tmp_path: Path, line: str, name: str) -> None:
    path = written(tmp_path, f"{line}\n", name)
    assert spots(tmp_path) == {"films": [NameSpot(path, 1, addresses=False)]}


@pytest.mark.parametrize("line", ["aws s3 sync /srv s3://films-older", "aws s3 ls s3://myfilms", "filmstrip"])
def test_a_part_of_another_name_is_no_name(tmp_path: Path, line: str) -> None:
    written(tmp_path, f"{line}\n")
    assert spots(tmp_path) == {}


def test_the_longer_of_two_names_is_meant(tmp_path: Path) -> None:
    written(tmp_path, "aws s3 sync /srv s3://films-old\n")
    assert set(spots(tmp_path)) == {"films-old"}


def test_what_addresses_it_comes_before_what_only_names_it(tmp_path: Path) -> None:
    written(tmp_path, "cp /srv/films /mnt\naws s3 sync /srv s3://films\n")
    assert [one.line for one in spots(tmp_path)["films"]] == [2, 1]
