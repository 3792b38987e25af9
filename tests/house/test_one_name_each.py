"""A name says one thing: no two files and no two public classes of the program are called the same."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

APP = Path(__file__).parents[2] / "app"
# What every package may have.
_OF_EACH = {"__init__", "__main__", "interface"}


def shared(pairs: Iterator[tuple[str, Path]]) -> dict[str, list[str]]:
    """The names that more than one file gives, with these files."""
    found = defaultdict(list)
    for name, path in pairs:
        found[name].append(str(path.relative_to(APP)))
    return {name: sorted(paths) for name, paths in found.items() if len(paths) > 1}


def test_no_two_files_are_called_the_same() -> None:
    assert shared((path.stem, path) for path in APP.rglob("*.py") if path.stem not in _OF_EACH) == {}


def test_no_two_public_classes_are_called_the_same() -> None:
    def classes() -> Iterator[tuple[str, Path]]:
        for path in APP.rglob("*.py"):
            for node in ast.parse(path.read_text(encoding="utf-8")).body:
                if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                    yield node.name, path

    assert shared(classes()) == {}
