"""What is written to a stream by hand, beside the one screen, is made fit to be shown where it may hold a name."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

_PROGRAM = Path(__file__).parents[2] / "app" / "keyturn"
_STREAMS = ("sys.stdout.write", "sys.stderr.write")
# Keyturn's own words, and what JSON escapes.
_FIT = ("shown", "json.dumps", "_without_a_tray", "type")


def _written_by_hand() -> Iterator[tuple[str, ast.Call]]:
    for path in sorted(_PROGRAM.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in _STREAMS:
                yield f"{path.relative_to(_PROGRAM)}:{node.lineno}", node


def _unfit(call: ast.Call) -> list[str]:
    """The values put into the text that go through nothing that makes them fit."""
    values = [one.value for one in ast.walk(call) if isinstance(one, ast.FormattedValue)]
    values += [one.value for inner in ast.walk(call) if isinstance(inner, ast.Call) for one in inner.keywords]
    return [ast.unparse(one) for one in values if not ast.unparse(one).startswith(tuple(f"{name}(" for name in _FIT))]


def test_every_name_in_what_is_written_by_hand_is_made_fit_to_be_shown() -> None:
    found = dict(_written_by_hand())
    assert len(found) >= 5
    unfit = {where: values for where, call in found.items() if (values := _unfit(call))}
    known = {"error.code", "problem.code", "__version__", "document if as_json else said"}
    known.add("printable(pair.secret.reveal())")  # `rotate --show-secret`: the person asked to see it
    assert {value for values in unfit.values() for value in values} <= known, unfit
