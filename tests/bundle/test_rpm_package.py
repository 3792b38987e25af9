"""The packages for Fedora and its kin, as rpm reads them; no Fedora has been at hand."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

pytestmark = [pytest.mark.timeout(600), pytest.mark.bundle]
_EDITIONS = ("keyturn", "keyturn-cli")


def _said(dist: Path, edition: str, question: str) -> list[str]:
    (package,) = dist.glob(f"{edition}-[0-9]*.rpm")
    asked = ["rpm", "--query", "--package", question, str(package)]
    return subprocess.run(asked, capture_output=True, text=True, check=True).stdout.splitlines()


@pytest.mark.parametrize("edition", _EDITIONS)
def test_it_asks_for_the_c_library_and_for_nothing_that_it_brings(dist: Path, edition: str) -> None:
    brought = {Path(path).name for path in _said(dist, edition, "--list")}
    needed = {one for one in _said(dist, edition, "--requires") if not one.startswith("rpmlib(")}
    assert any(re.fullmatch(r"libc\.so\.6\(GLIBC_2\.\d+\)\(64bit\)", one) for one in needed)
    assert {one.partition("(")[0] for one in needed} & brought == set()


@pytest.mark.parametrize("edition", _EDITIONS)
def test_it_offers_nobody_the_libraries_inside_and_takes_no_other_place(dist: Path, edition: str) -> None:
    assert {one.partition("(")[0].partition(" ")[0] for one in _said(dist, edition, "--provides")} == {edition}
    assert _said(dist, edition, "--conflicts") == [one for one in _EDITIONS if one != edition]
    places = {path for path in _said(dist, edition, "--list") if path.startswith(("/usr/lib/", "/etc", "/opt", "/var"))}
    assert {path for path in places if not path.startswith("/usr/lib/keyturn")} == set()


def test_what_it_puts_below_a_root_runs(dist: Path, tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root may install below another root")
    (package,) = dist.glob("keyturn-cli-[0-9]*.rpm")
    install = ["rpm", "--root", str(tmp_path), "--dbpath", "/rpm", "--nodeps", "--install", str(package)]
    subprocess.run(install, check=True)
    told = subprocess.run([str(tmp_path / "usr/bin/keyturn"), "--version"], capture_output=True, text=True, check=True)
    assert told.stdout.startswith("keyturn ")
