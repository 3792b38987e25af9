"""Freeze Keyturn into a folder that needs no Python, and make of it what this system installs.

`packaging/dev.py bundle` runs this in an environment of its own. The results are in `dist/`.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import bundle_contents
import debian_package
import icons
import linux_tree
import man_page
import rpm_package
import windows_version
from keyturn import __version__

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
DIST = ROOT / "dist"
FROZEN = DIST / "keyturn"


def main() -> None:
    """Make the folder, then the packages of this system."""
    if sys.platform in {"darwin", "win32"}:
        icons.write(ROOT / "resources" / "icons" / "keyturn.svg", BUILD / "icons")
    if sys.platform == "win32":
        windows_version.write(__version__, BUILD / "version-info.txt")
    if not sys.platform.startswith("linux"):
        freeze()
        ready()
        return
    for edition in editions():
        # The whole one last: it is the one that is measured (bench.py), and installers take it from there.
        freeze(*([] if edition.has_window else ["--without-window"]))
        package(edition)


def editions() -> Sequence[linux_tree.Edition]:
    """What is made here: where Qt does not come by itself, the command line alone."""
    with_window = importlib.util.find_spec("PySide6") is not None
    return (linux_tree.COMMAND_LINE, linux_tree.WHOLE) if with_window else (linux_tree.COMMAND_LINE,)


def package(edition: linux_tree.Edition) -> None:
    """Make what this Linux can make of the frozen folder."""
    if not any(map(shutil.which, ("rpmbuild", "dpkg-deb"))):
        ready()
        return
    # The package for Fedora brings its libraries along, so it is made before Debian's are taken out.
    if shutil.which("rpmbuild") is not None:
        contents()
        told(rpm_package.build(FROZEN, DIST, edition), "dnf install")
    if shutil.which("dpkg-deb") is not None:
        debian_package.leave_to_debian(BUILD / "keyturn" / "frozen.json", FROZEN)
        contents()
        told(debian_package.build(FROZEN, DIST, edition), "apt install")


def ready() -> None:
    """Finish the folder where nothing is made of it here."""
    contents()
    man_page.write(FROZEN / "keyturn.1")
    print(f"{FROZEN.relative_to(ROOT)} is ready. What turns it into an installer: packaging/README.md")


def told(made: Path, installs: str) -> None:
    """Say what was made, how large it is, and how it is installed."""
    name = made.relative_to(ROOT)
    print(f"{name}: {made.stat().st_size / 1e6:.1f} MB. To install: {installs} ./{name}", flush=True)


def contents() -> None:
    """Put the licences and the list of what is inside into the frozen folder."""
    bundle_contents.write(BUILD / "keyturn" / "frozen.json", FROZEN)


def freeze(*words: str) -> None:
    """Run PyInstaller, with everything that it keeps below `build/`; the specification is told `words`."""
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN"]
    command += ["--distpath", str(DIST), "--workpath", str(BUILD)]
    environment = {**os.environ, "PYINSTALLER_CONFIG_DIR": str(BUILD / "pyinstaller"), "PYTHONHASHSEED": "0"}
    specification = ROOT / "packaging" / "frozen" / "keyturn.spec"
    subprocess.run([*command, str(specification), "--", *words], check=True, cwd=ROOT, env=environment)


if __name__ == "__main__":
    main()
