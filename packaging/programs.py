"""The real programs that the tests need, and the Debian packages that bring them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

DEBIAN_PACKAGES = {
    "aws": "awscli",
    "dbus-run-session": "dbus",
    "duplicity": "duplicity",
    "duply": "duply",
    "git-annex": "git-annex",
    "gnome-keyring-daemon": "gnome-keyring",
    "pgbackrest": "pgbackrest",
    "rclone": "rclone",
    "restic": "restic",
    "s3cmd": "s3cmd",
    "strace": "strace",
    "s3fs": "s3fs",
    "s4cmd": "s4cmd",
}


def find_program(name: str) -> Path | None:
    """Where `name` is, or None.

    The `shims` of version managers such as pyenv are passed over: a shim exists as soon as one of the managed versions
    has the program, and then fails in all the others.
    """
    folders = [folder for folder in os.get_exec_path() if Path(folder).name != "shims"]
    found = shutil.which(name, path=os.pathsep.join(folders))
    return Path(found) if found else None


def install_missing() -> None:
    """Install what the tests need and this computer lacks where that may be done, else say how it is done."""
    missing = [package for name, package in DEBIAN_PACKAGES.items() if find_program(name) is None]
    if missing:
        install_or_tell(missing, why="Some tests will be skipped")


def install_or_tell(packages: Sequence[str], *, why: str) -> None:
    """Install Debian packages as root, else print the one command that does. A failure is told, not raised."""
    command = f"apt-get install --yes --no-install-recommends {' '.join(packages)}"
    if shutil.which("apt-get") is None:
        print(f"{why}: not found here: {', '.join(packages)}.", file=sys.stderr)
        return
    if not _is_root():
        print(f"{why}. This command installs what is missing:\n  sudo {command}", file=sys.stderr)
        return
    print(f"Installing {', '.join(packages)} …", file=sys.stderr, flush=True)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    wait = ["-o", "DPkg::Lock::Timeout=120", "-qq"]
    for arguments in (["update"], command.split()[1:]):
        if subprocess.run(["apt-get", *wait, *arguments], env=quiet, stdout=sys.stderr, check=False).returncode:  # noqa: S607
            print(f"{why}: apt-get failed; the reason stands above. By hand: {command}", file=sys.stderr)
            return


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0
