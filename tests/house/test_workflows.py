"""What runs elsewhere is pinned, may do little, and publishes nothing by itself."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

import skips

_TOP = Path(__file__).parents[2]
_FOLDER = _TOP / ".github" / "workflows"
_WORKFLOWS = sorted(_FOLDER.glob("*.yml"))


def _read(path: Path) -> dict[str, Any]:
    read: dict[str, Any] = YAML(typ="safe").load(path)
    return read


def _used(text: str) -> Iterator[str]:
    return (match[1].strip() for match in re.finditer(r"^\s*-?\s*uses: (.+)$", text, re.MULTILINE))


@pytest.mark.parametrize("path", _WORKFLOWS, ids=lambda path: path.name)
def test_every_action_is_pinned_by_a_commit_s_hash_and_says_its_version(path: Path) -> None:
    for used in _used(path.read_text(encoding="utf-8")):
        local = used.removeprefix("./.github/workflows/")
        pinned = re.fullmatch(r"[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", used)
        assert (_FOLDER / local).is_file() if used.startswith("./") else pinned, used


def test_an_action_is_used_in_one_version_everywhere() -> None:
    used = {one for path in _WORKFLOWS for one in _used(path.read_text(encoding="utf-8")) if "@" in one}
    assert len(used) == len({one.partition("@")[0] for one in used})


@pytest.mark.parametrize("path", _WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_may_only_read_and_what_publishes_alone_may_write(path: Path) -> None:
    workflow = _read(path)
    assert workflow["permissions"] == {"contents": "read"}
    writing = {name for name, job in workflow["jobs"].items() if "write" in job.get("permissions", {}).values()}
    assert writing == ({"draft", "pypi"} if path.name == "release.yml" else set())


def test_a_release_is_a_draft_and_the_package_index_is_switched_off() -> None:
    jobs = _read(_FOLDER / "release.yml")["jobs"]
    (publishes,) = (step["run"] for step in jobs["draft"]["steps"] if "gh release" in step.get("run", ""))
    assert "--draft" in publishes.split()
    assert jobs["pypi"]["if"] == "vars.PUBLISH_TO_PYPI == 'yes'"
    assert jobs["pypi"]["permissions"] == {"id-token": "write"}


def test_every_python_that_keyturn_says_it_runs_on_is_tested_and_every_kind_of_system() -> None:
    project = tomllib.loads((_TOP / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    promised = {one.rpartition(" ")[2] for one in project["classifiers"] if re.search(r":: 3\.\d+$", one)}
    matrix = _read(_FOLDER / "build.yml")["jobs"]["test"]["strategy"]["matrix"]
    assert set(matrix["python"]) == promised
    systems = {*matrix["system"], *(one["system"] for one in matrix["include"])}
    assert systems == {"ubuntu-latest", "ubuntu-24.04-arm", "macos-latest", "macos-15-intel", "windows-latest"}


def test_nobody_is_told_to_install_a_name_of_the_package_index_that_nobody_owns() -> None:
    pages = [_TOP / "README.md", _TOP / "CHANGELOG.md", *(_TOP / ".github").rglob("*.md"), *_TOP.glob("packaging/*.md")]
    sources = (_TOP / "app").rglob("*.py")
    for path in (*pages, *sources):
        assert not re.search(r"pipx? install '?\"?keyturn\b", path.read_text(encoding="utf-8")), path


def _run(tmp_path: Path, *, tests: int, skipped: int) -> Path:
    skip = '<skipped type="pytest.skip" message="the program s3fs is not on this computer"/>'
    cases = (f'<testcase name="{one}">{skip if one < skipped else ""}</testcase>' for one in range(tests))
    report = tmp_path / "tests.xml"
    report.write_text(f"<testsuites><testsuite>{''.join(cases)}</testsuite></testsuites>", encoding="utf-8")
    return report


def test_skips_are_counted_with_their_reason_and_bounded(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert skips.main([str(_run(tmp_path, tests=20, skipped=2))]) == 0
    assert "2 the program s3fs is not on this computer" in capsys.readouterr().out
    assert skips.main([str(_run(tmp_path, tests=20, skipped=3))]) == 1


def test_a_run_without_any_test_is_no_run(tmp_path: Path) -> None:
    assert skips.main([str(_run(tmp_path, tests=0, skipped=0))]) == 2
