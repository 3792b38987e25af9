"""The recipes name files that are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

_TOP = Path(__file__).parents[2]
_TEXT = (_TOP / ".github" / "CONTRIBUTING.md").read_text(encoding="utf-8")
_NAMED = sorted(set(re.findall(r"`((?:app|tests|packaging|resources|\.github)/[\w./-]+)`", _TEXT)))


def _is_a_pattern(path: str) -> bool:
    return "NAME" in path or "locale" in path


@pytest.mark.parametrize("path", [one for one in _NAMED if not _is_a_pattern(one)])
def test_a_file_that_a_recipe_names_is_there(path: str) -> None:
    assert (_TOP / path).exists()


def test_each_recipe_of_the_table_is_there_and_each_recipe_is_in_the_table() -> None:
    anchors = re.findall(r"^\| \[[^\]]+\]\(#([a-z-]+)\)", _TEXT, re.MULTILINE)
    headings = re.findall(r"^### (.+)$", _TEXT.partition("\n## Recipes\n")[2].partition("\n## ")[0], re.MULTILINE)
    assert anchors == [heading.lower().replace(" ", "-") for heading in headings]
