"""Ask the Python package index where Keyturn can be installed without a compiler: `packaging/dev.py wheels`.

A lock names versions for every system at once and says nothing of whether their files are there. For each system that
Keyturn promises, uv resolves what stands in `requirements.lock` (and with `window`, in `requirements-test.lock`) as pip
would there, taking ready-made files alone.

Exit codes: 0 all that is promised can be had · 1 something cannot, and what is named.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

PACKAGING = Path(__file__).resolve().parent
_LOCK = PACKAGING / "requirements.lock"
_WITH_WINDOW = PACKAGING / "requirements-test.lock"
_PYTHONS = ("3.11", "3.12", "3.13", "3.14")


@dataclass(frozen=True, slots=True)
class Reached:
    """A system that Keyturn can be installed on from its lock.

    Attributes:
        name: for people.
        platform: uv's word for it (`uv pip install --python-platform`).
        lock: what is installed there.
    """

    name: str
    platform: str
    lock: Path = _LOCK


PROMISED = (
    Reached("Linux, x86-64, glibc 2.34, with the window", "x86_64-manylinux_2_34"),
    Reached("Linux, ARM, glibc 2.28, the command line", "aarch64-manylinux_2_28"),
    Reached("Linux, ARM, glibc 2.39, with the window", "aarch64-manylinux_2_39", _WITH_WINDOW),
    Reached("macOS, Apple silicon", "aarch64-apple-darwin"),
    Reached("Windows, x86-64", "x86_64-pc-windows-msvc"),
)


def asked_of_uv(reached: Reached, python: str) -> str:
    """What uv says is missing there; empty where everything can be had. Nothing is installed."""
    with tempfile.TemporaryDirectory() as nowhere:
        command = ["uv", "pip", "install", "--dry-run", "--target", nowhere, "--only-binary", ":all:"]
        command += ["--python-version", python, "--python-platform", reached.platform]
        command += ["--require-hashes", "-r", str(reached.lock)]
        asked = subprocess.run(command, capture_output=True, text=True, check=False)
    return "" if asked.returncode == 0 else " ".join(asked.stderr.split()) or "uv said nothing"


def judge(ask: Callable[[Reached, str], str]) -> int:
    """Print what each promised system lacks on each Python, and return the exit code."""
    lacking = 0
    for reached in PROMISED:
        for python in _PYTHONS:
            missing = ask(reached, python)
            lacking += bool(missing)
            print(f"{reached.name}, Python {python}: {missing or 'all there'}")
    print(f"{len(PROMISED) * len(_PYTHONS)} asked, {lacking} lacking.")
    return 1 if lacking else 0


if __name__ == "__main__":
    sys.exit(judge(asked_of_uv))
