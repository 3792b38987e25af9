"""No program that Keyturn starts opens a black box on Windows: each start says so, or has its reason here."""

from __future__ import annotations

import ast
from pathlib import Path

import keyturn

_APP = Path(keyturn.__file__).parent
_NOT_THERE = {
    "clients/search/mounts.py",  # macOS's mount
    "computer/trust.py",  # macOS's security
    "desktop/tray_program.py",  # a program without a console starts itself
    "terminal/program_start.py",  # the person's own command, in the person's own console
}


def _starts(tree: ast.AST) -> list[ast.Call]:
    calls = [one for one in ast.walk(tree) if isinstance(one, ast.Call) and isinstance(one.func, ast.Attribute)]
    return [
        one
        for one in calls
        if isinstance(one.func, ast.Attribute)
        and isinstance(one.func.value, ast.Name)
        and (one.func.value.id, one.func.attr)
        in {("subprocess", name) for name in ("run", "Popen", "call", "check_call", "check_output")}
    ]


def test_each_child_is_started_without_a_console_of_its_own() -> None:
    without, found = set(), 0
    texts = {path: path.read_text(encoding="utf-8") for path in _APP.rglob("*.py")}
    for path, text in texts.items():
        for call in _starts(ast.parse(text)) if "subprocess" in text else ():
            found += 1
            if "creationflags" not in {word.arg for word in call.keywords}:
                without.add(path.relative_to(_APP).as_posix())
    assert found > len(_NOT_THERE)
    assert without == _NOT_THERE
