"""No error says how the whole rotation stands: that is composed in one place, from a look (rotation/aftermath.py)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import keyturn

_APP = Path(keyturn.__file__).parent
# What one step cannot know: what others did, and what was put back since.
_HOPE = re.compile(
    r"(backups|programs) keep the (old )?key|everything is as it was|both keys stay|left alone|leaves it alone|"
    r"backups go on with|backups are not (touched|affected)",
    re.IGNORECASE,
)
_STEPS = ("creating", "proving", "switching", "undoing", "way_back", "pairs")
# Rooms whose errors come up in the middle of a rotation, and the modules that take its steps.
_INNER = [
    *(path for room in ("model", "edits", "clients", "aws") for path in sorted((_APP / room).rglob("*.py"))),
    _APP / "state" / "secrets.py",
    *(
        _APP / "rotation" / f"{name}.py"
        for name in ("creating", "proving", "switching", "undoing", "way_back", "pairs")
    ),
]


def _sentences(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"_", "plural"}:
            for argument in node.args:
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    yield node.lineno, argument.value


@pytest.mark.parametrize("path", _INNER, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_no_inner_error_hopes_for_the_whole(path: Path) -> None:
    assert not [(line, said) for line, said in _sentences(path) if _HOPE.search(said)]
