"""What desktops and software centres read of Keyturn is as their own programs want it."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

_LINUX = Path(__file__).parents[2] / "packaging" / "linux"


def test_the_menu_entry_is_valid_without_a_hint(required_program: Callable[[str], Path]) -> None:
    asked: list[str | Path] = [required_program("desktop-file-validate"), str(_LINUX / "keyturn.desktop")]
    said = subprocess.run(asked, capture_output=True, text=True, check=False)
    assert (said.returncode, said.stdout) == (0, "")


def test_the_description_for_software_centres_is_valid(required_program: Callable[[str], Path]) -> None:
    asked: list[str | Path] = [
        required_program("appstreamcli"),
        "validate",
        "--no-net",
        str(_LINUX / "net.keyturn.Keyturn.metainfo.xml"),
    ]
    said = subprocess.run(asked, capture_output=True, text=True, check=False).stdout
    assert "Validation" in said
    # Newer ones ask for an address, which only the owner can name (packaging/README.md, "What the owner does once").
    complaints = [line for line in said.splitlines() if line.startswith(("E:", "W:"))]
    assert [line for line in complaints if "url-homepage-missing" not in line] == []
