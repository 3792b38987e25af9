"""The ID by which other computers know this one is drawn once, and never written over."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from keyturn.model.errors import StateError
from keyturn.model.keys import AccessKeyId
from keyturn.state.this_computer import FILE_NAME, drawn, load, save


def test_it_is_drawn_once_and_differs_between_computers(tmp_path: Path) -> None:
    first, other = tmp_path / "first", tmp_path / "other"
    for folder in (first, other):
        folder.mkdir()
    assert load(first) is None
    known = drawn(first)
    assert known == drawn(first) == load(first)
    assert known.drawn_id != drawn(other).drawn_id


def test_what_was_asked_for_is_there_for_the_next_program(tmp_path: Path) -> None:
    held = replace(drawn(tmp_path), holds=(AccessKeyId("AKIAIT2JM32CYOQZC7NK"),))
    save(tmp_path, held)
    assert load(tmp_path) == held


@pytest.mark.parametrize(
    "damaged", ["{", '{"version": 1}', '{"version": 1, "id": "nas", "holds": []}', '{"version": 2}']
)
def test_a_damaged_one_is_told_and_no_other_is_drawn(tmp_path: Path, damaged: str) -> None:
    (tmp_path / FILE_NAME).write_text(damaged)
    with pytest.raises(StateError):
        drawn(tmp_path)
    assert (tmp_path / FILE_NAME).read_text() == damaged
