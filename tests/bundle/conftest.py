"""The packages, made once for all tests of them, as a person makes them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from programs import find_program

TOP = Path(__file__).resolve().parents[2]
_NEEDED = ("dpkg-deb", "dpkg-shlibdeps", "lintian", "objdump", "patchelf", "rpmbuild", "mmdebstrap", "unshare")


@pytest.fixture(scope="session")
def dist() -> Path:
    """The folder with the packages. Making them takes some minutes."""
    for name in _NEEDED:
        if find_program(name) is None:
            pytest.skip(f"the program {name} is not on this computer (packaging/dev.py setup installs it on Debian)")
    subprocess.run([sys.executable, str(TOP / "packaging" / "dev.py"), "bundle"], check=True, cwd=TOP)
    return TOP / "dist"
