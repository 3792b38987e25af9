"""What is remembered of searched files: never more than was seen, and worth nothing but time."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from keyturn.model.keys import AccessKeyId
from keyturn.state import searched_files
from keyturn.state.searched_files import FILE_NAME, Marks

ONE, OTHER = AccessKeyId("AKIAONE2222222222222"), AccessKeyId("AKIATWO3333333333333")


def test_a_file_counts_as_searched_only_for_the_keys_that_were_looked_for(tmp_path: Path) -> None:
    searched_files.add(tmp_path, [ONE, OTHER], [3, 1, 2])
    searched_files.add(tmp_path, [ONE], [9])

    assert sorted(searched_files.load(tmp_path, [ONE])) == [1, 2, 3, 9]
    assert sorted(searched_files.load(tmp_path, [OTHER, ONE])) == [1, 2, 3]
    assert 9 not in searched_files.load(tmp_path, [OTHER])
    assert len(searched_files.load(tmp_path, [AccessKeyId("AKIANEW4444444444444")])) == 0


def test_what_was_searched_adds_up(tmp_path: Path) -> None:
    for marks in ([2**64 - 1, 5], [7], [5]):
        searched_files.add(tmp_path, [ONE], marks)

    assert list(searched_files.load(tmp_path, [ONE])) == [5, 7, 2**64 - 1]
    assert 5 in searched_files.load(tmp_path, [ONE])
    assert 6 not in Marks([5, 7])


def test_keys_come_and_go_and_the_file_stays_small(tmp_path: Path) -> None:
    for number in range(20):
        searched_files.add(tmp_path, [AccessKeyId(f"AKIA{number:016}")], range(1000))

    assert len(json.loads((tmp_path / FILE_NAME).read_text())["searched"]) == 4
    assert len(searched_files.load(tmp_path, [AccessKeyId(f"AKIA{19:016}")])) == 1000


@pytest.mark.parametrize(
    "content",
    [
        *("", "[]", "nonsense", '{"version": 1}', '{"version": 1, "searched": [{"keys": 3, "marks": 4}]}'),
        *('{"version": 1, "searched": [{"keys": ["AKIAONE2222222222222"], "marks": "AAA="}]}', "\xff\0"),
    ],
)
def test_a_damaged_file_is_as_none_and_is_written_anew(content: str, tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(content.encode("latin-1"))

    assert len(searched_files.load(tmp_path, [ONE])) == 0
    searched_files.add(tmp_path, [ONE], [4])
    assert list(searched_files.load(tmp_path, [ONE])) == [4]


def test_a_newer_keyturns_file_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    path.write_text('{"version": 2, "searched": "otherwise"}')

    searched_files.add(tmp_path, [ONE], [4])

    assert len(searched_files.load(tmp_path, [ONE])) == 0
    assert "otherwise" in path.read_text()


def test_a_folder_that_cannot_be_written_is_no_reason_to_fail(tmp_path: Path) -> None:
    searched_files.add(tmp_path / "nowhere", [ONE], [4])

    assert len(searched_files.load(tmp_path / "nowhere", [ONE])) == 0
