"""`setup` makes a path without blanks, which `move` then takes, and never in the place of anything else."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from keyturn.computer.computer import Computer, Platform
from keyturn.rotation.key_life import helper as helpers
from keyturn.rotation.key_life.helper import helper_for
from keyturn.rotation.location import Location
from keyturn.terminal import setting_up

from .conftest import Answer


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """This Keyturn, in a folder with a blank, on a computer whose home is a temporary one."""
    found = tmp_path / "my programs" / "keyturn"
    found.parent.mkdir()
    found.write_text("#!/bin/sh\n")
    found.chmod(0o755)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for module in (helpers, setting_up):
        monkeypatch.setattr(module, "own_program", lambda: found)
    monkeypatch.setattr(helpers, "is_lasting", lambda path: "passing" not in str(path))
    return found


def test_the_link_is_made_once_and_taken_by_whoever_needs_one(
    typed: Callable[..., Answer], program: Path, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    link = home / ".local" / "bin" / "keyturn"
    computer = Computer(Platform.LINUX, home, {}, is_this_one=False)
    assert helpers._own_or_link(computer) == program
    made = typed("setup", "--json")
    assert (made.code, made.document) == (0, {"program": str(link), "leads_to": str(program), "made": True})
    assert link.readlink() == program
    assert typed("setup", "--json").document["made"] is False
    assert helper_for(Location(), computer, home, None).program == link


@pytest.mark.parametrize("kind", ["file", "link to another", "folder", "dangling"])
def test_what_is_not_its_own_stays(typed: Callable[..., Answer], program: Path, tmp_path: Path, kind: str) -> None:
    link = tmp_path / "home" / ".local" / "bin" / "keyturn"
    link.parent.mkdir(parents=True)
    if kind == "file":
        link.write_text("mine")
    elif kind == "folder":
        link.mkdir()
    else:
        link.symlink_to(tmp_path if kind == "link to another" else tmp_path / "nowhere")
    before = os.lstat(link)
    refused = typed("setup", "--json")
    assert (refused.code, refused.document["problem"]["code"]) == (1, "setup.taken")
    assert os.lstat(link) == before
    other = tmp_path / "elsewhere" / "keyturn"
    assert typed("setup", "--at", str(other), "--json").document["program"] == str(other)
    assert other.readlink() == program


@pytest.mark.parametrize("at", ["two words/keyturn", "other-name"])
def test_a_link_that_would_not_help_is_not_made(
    typed: Callable[..., Answer], program: Path, tmp_path: Path, at: str
) -> None:
    refused = typed("setup", "--at", str(tmp_path / at), "--json")
    assert (refused.code, refused.document["problem"]["code"]) == (2, "setup.no-help")
    assert not os.path.lexists(tmp_path / at)
    assert program.exists()


def test_one_that_may_be_gone_tomorrow_gets_none(
    typed: Callable[..., Answer], program: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(helpers, "is_lasting", lambda path: path != program)
    refused = typed("setup", "--json")
    assert (refused.code, refused.document["problem"]["code"]) == (2, "setup.no-help")
    assert "temporary" in refused.document["problem"]["message"]
    assert not (tmp_path / "home" / ".local" / "bin").exists()
