"""The locks pin what pyproject.toml asks for, with hashes, and name no server."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

_TOP = Path(__file__).parents[2]
_RUN = _TOP / "packaging" / "requirements.lock"
_TEST = _TOP / "packaging" / "requirements-test.lock"
_PIN = re.compile(r"^([\w.-]+)==([^\s;]+)[^\\\n]*((?: \\\n    --hash=sha256:[0-9a-f]{64})*)\n", re.MULTILINE)


def _pins(lock: Path) -> dict[str, str]:
    return {match[1]: match[2] for match in _PIN.finditer(lock.read_text(encoding="utf-8"))}


def _asked_for(*, tests: bool) -> list[Requirement]:
    project = tomllib.loads((_TOP / "pyproject.toml").read_text(encoding="utf-8"))
    lines = [
        *project["build-system"]["requires"],
        *project["project"]["dependencies"],
        *project["project"]["optional-dependencies"]["practice"],
        *project["dependency-groups"]["build"],
        *(project["dependency-groups"]["test"] if tests else []),
    ]
    return [Requirement(line) for line in lines]


@pytest.mark.parametrize(("lock", "tests"), [(_RUN, False), (_TEST, True)])
def test_a_lock_pins_all_that_is_asked_for(lock: Path, tests: bool) -> None:
    pins = _pins(lock)
    for requirement in _asked_for(tests=tests):
        assert requirement.specifier.contains(pins[canonicalize_name(requirement.name)]), requirement


def test_the_tests_run_with_the_packages_that_people_run_with() -> None:
    assert _pins(_RUN).items() <= _pins(_TEST).items()


@pytest.mark.parametrize("lock", [_RUN, _TEST])
def test_each_pin_has_hashes(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    found = list(_PIN.finditer(text))
    assert len(found) == text.count("==") - len(re.findall(r"; .*==", text))
    assert [match[1] for match in found if not match[3]] == []


@pytest.mark.parametrize("lock", [_RUN, _TEST])
def test_a_lock_names_no_server_and_no_folder_of_a_computer(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    assert re.findall(r"\S*(?:://|--[a-z-]*index|--find-links|--trusted-host|/(?:home|tmp|Users)/)\S*", text) == []
