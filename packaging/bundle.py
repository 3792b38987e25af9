"""Freeze Keyturn into a folder that needs no Python, and make of it what this system installs.

`packaging/dev.py bundle` runs this in an environment of its own. The results are in `dist/`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import bundle_contents
import debian_package
import icons
import man_page
import windows_version
from keyturn import __version__

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
DIST = ROOT / "dist"
FROZEN = DIST / "keyturn"


def main() -> None:
    """Make the folder, then the package of this system."""
    if sys.platform in {"darwin", "win32"}:
        icons.write(ROOT / "resources" / "icons" / "keyturn.svg", BUILD / "icons")
    if sys.platform == "win32":
        windows_version.write(__version__, BUILD / "version-info.txt")
    freeze()
    found = BUILD / "keyturn" / "frozen.json"
    is_debian = shutil.which("dpkg-deb") is not None
    if is_debian:
        debian_package.leave_to_debian(found, FROZEN)
    bundle_contents.write(found, FROZEN)
    man_page.write(FROZEN / "keyturn.1")
    if is_debian:
        package = debian_package.build(FROZEN, DIST)
        megabytes = package.stat().st_size / 1e6
        print(f"{package.relative_to(ROOT)}: {megabytes:.1f} MB. To install: apt install ./{package.relative_to(ROOT)}")
    else:
        print(f"{FROZEN.relative_to(ROOT)} is ready. What turns it into an installer: packaging/README.md")


def freeze() -> None:
    """Run PyInstaller, with everything that it keeps below `build/`."""
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN"]
    command += ["--distpath", str(DIST), "--workpath", str(BUILD)]
    environment = {**os.environ, "PYINSTALLER_CONFIG_DIR": str(BUILD / "pyinstaller"), "PYTHONHASHSEED": "0"}
    specification = ROOT / "packaging" / "frozen" / "keyturn.spec"
    subprocess.run([*command, str(specification)], check=True, cwd=ROOT, env=environment)


if __name__ == "__main__":
    main()
