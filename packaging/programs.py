"""The real programs and libraries that Keyturn and its tests need, and the Debian packages that bring them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

DEBIAN_PACKAGES = {
    "appstreamcli": "appstream",
    "aws": "awscli",
    "dbus-run-session": "dbus",
    "desktop-file-validate": "desktop-file-utils",
    "dpkg-shlibdeps": "dpkg-dev",
    "duplicity": "duplicity",
    "duply": "duply",
    "gio": "libglib2.0-bin",
    "git-annex": "git-annex",
    "gnome-keyring-daemon": "gnome-keyring",
    "lintian": "lintian",
    "notify-send": "libnotify-bin",
    "mmdebstrap": "mmdebstrap",
    "objdump": "binutils",
    "openbox": "openbox",
    "patchelf": "patchelf",
    "pgbackrest": "pgbackrest",
    "rclone": "rclone",
    "restic": "restic",
    "rpmbuild": "rpm",
    "s3cmd": "s3cmd",
    "strace": "strace",
    "s3fs": "s3fs",
    "s4cmd": "s4cmd",
    "systemd-creds": "systemd",
    "trayer": "trayer",
    "xdotool": "xdotool",
    "xev": "x11-utils",
    "Xvfb": "xvfb",
}

# What Qt's own libraries and its way to an X server need of the system (`ldd` of libQt6Gui, libQt6Widgets and libqxcb
# in PySide6 6.12), and a font, without which a window has no letters.
DEBIAN_LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-xinerama.so.0": "libxcb-xinerama0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxkbcommon.so.0": "libxkbcommon0",
}
# What is no program on the PATH: the accessibility tree, through which tests use the window, and what reads it.
DEBIAN_FILES = {
    Path("/usr/libexec/at-spi-bus-launcher"): "at-spi2-core",
    Path("/usr/lib/python3/dist-packages/pyatspi"): "python3-pyatspi",
}
_FONT = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
_FONT_PACKAGE = "fonts-dejavu-core"


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
    files = missing_files()
    if files:
        install_or_tell(files, why="The window is not tested through the accessibility tree")
    libraries = missing_libraries()
    if libraries:
        install_or_tell(libraries, why="The window cannot be opened")


def missing_files() -> list[str]:
    """The Debian packages of `DEBIAN_FILES` that are not here; other systems have other trees."""
    if shutil.which("dpkg") is None:
        return []
    return [package for path, package in DEBIAN_FILES.items() if not path.exists()]


def missing_libraries() -> list[str]:
    """The Debian packages that Qt lacks here; other systems bring all it needs."""
    if shutil.which("dpkg") is None:
        return []
    known = subprocess.run(["/sbin/ldconfig", "-p"], capture_output=True, text=True, check=False).stdout
    there = {line.split()[0] for line in known.splitlines() if " => " in line}
    missing = [package for name, package in DEBIAN_LIBRARIES.items() if name not in there]
    return missing if _FONT.is_file() else [*missing, _FONT_PACKAGE]


def install_for_bundle() -> None:
    """Install what makes a Debian package, where this is Debian."""
    missing = [
        DEBIAN_PACKAGES[name] for name in ("dpkg-shlibdeps", "objdump", "patchelf") if find_program(name) is None
    ]
    if missing and find_program("dpkg") is not None:
        install_or_tell(missing, why="Without these no Debian package can be made")


def install_or_tell(packages: Sequence[str], *, why: str) -> None:
    """Install Debian packages as root, else print the one command that does. A failure is told, not raised."""
    command = f"apt-get install --yes --no-install-recommends {' '.join(packages)}"
    if shutil.which("apt-get") is None:
        names = ", ".join(packages)
        print(f"{why}. Install by this system's own way, whatever it calls them: {names}.", file=sys.stderr)
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
