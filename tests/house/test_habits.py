"""What runs beside the code: hooks, forms and the workflow say what the project's own commands do."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

import commands

_TOP = Path(__file__).parents[2]


def _yaml(name: str) -> dict[str, Any]:
    document: dict[str, Any] = YAML(typ="safe").load((_TOP / name).read_text(encoding="utf-8"))
    return document


def test_the_hooks_run_the_commands_of_dev_py() -> None:
    hooks = [hook for repo in _yaml(".pre-commit-config.yaml")["repos"] for hook in repo["hooks"]]
    assert [hook["entry"] for hook in hooks] == ["python3 packaging/dev.py check", "python3 packaging/dev.py test"]
    assert {hook["entry"].split()[-1] for hook in hooks} <= set(commands.COMMANDS)


def test_every_action_is_pinned_by_hash_and_says_which_release_that_is() -> None:
    workflows = (_TOP / ".github" / "workflows").glob("*.yml")
    used = [action for path in workflows for action in re.findall(r"uses: (.+)", path.read_text(encoding="utf-8"))]
    others = [action for action in used if not action.startswith("./.github/")]
    assert others
    for action in others:
        assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action), action


def test_the_workflow_tests_each_python_from_the_oldest_that_is_supported() -> None:
    oldest = re.search(r'requires-python = ">=3\.(\d+)"', (_TOP / "pyproject.toml").read_text(encoding="utf-8"))
    assert oldest is not None
    tested = _yaml(".github/workflows/build.yml")["jobs"]["test"]["strategy"]["matrix"]["python"]
    assert tested == [f"3.{minor}" for minor in range(int(oldest[1]), int(oldest[1]) + len(tested))]
    assert "3.14" in tested


def test_the_forms_are_whole_and_warn_of_real_keys() -> None:
    for name in ("fault", "program"):
        form = _yaml(f".github/ISSUE_TEMPLATE/{name}.yml")
        assert {"name", "description", "body"} <= set(form)
        assert "Never paste a real key" in form["body"][0]["attributes"]["value"]
        named = [one["id"] for one in form["body"] if one["type"] != "markdown"]
        assert len(named) == len(set(named))


def test_a_file_of_more_than_400_lines_says_at_its_top_why() -> None:
    silent = []
    for path in sorted((_TOP / "app").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        about = " ".join((ast.get_docstring(ast.parse(text)) or "").split())
        if text.count("\n") > 400 and "Longer than other files, since" not in about:
            silent.append(str(path.relative_to(_TOP)))
    assert silent == []
