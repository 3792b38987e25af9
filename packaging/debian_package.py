"""The Debian packages: what `linux_tree` lays out, what it needs of Debian, and what lintian is told."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tempfile
import textwrap
from collections.abc import Iterable
from pathlib import Path

import bundle_contents
import linux_tree
from linux_tree import Edition

_CONTROL = """\
Package: {package}
Version: {version}
Architecture: {architecture}
Maintainer: {maintainer}
Installed-Size: {kilobytes}
Depends: {depends}
Recommends: {recommends}
Conflicts: {other}
Replaces: {other}
Section: admin
Priority: optional
Description: {summary}
{description}
"""
_KEYCHAIN = "gnome-keyring | kwalletmanager"
_DESKTOP = f"{_KEYCHAIN}, libnotify-bin, fonts-dejavu-core | fonts-noto-core"


def build(frozen: Path, where: Path, edition: Edition) -> Path:
    """Make `PACKAGE_VERSION_ARCHITECTURE.deb` in `where` from the frozen folder, and return its path."""
    version = linux_tree.version()
    architecture = _said_by("dpkg", "--print-architecture")
    with tempfile.TemporaryDirectory() as scratch:
        tree = Path(scratch) / edition.package
        linux_tree.lay_out(frozen, tree, edition)
        overrides = tree / "usr/share/lintian/overrides" / edition.package
        overrides.parent.mkdir(parents=True)
        shutil.copyfile(linux_tree.LINUX / "lintian-overrides", overrides)
        control = _CONTROL.format(
            package=edition.package,
            other=edition.other,
            version=version,
            architecture=architecture,
            maintainer=linux_tree.MAINTAINER,
            kilobytes=sum(file.stat().st_size for file in tree.rglob("*") if file.is_file()) // 1024,
            depends=", ".join(_depends(tree / "usr" / "lib" / "keyturn", Path(scratch))),
            recommends=_DESKTOP if edition.has_window else _KEYCHAIN,
            summary=linux_tree.SUMMARY,
            description=textwrap.indent(edition.description, " "),
        )
        (tree / "DEBIAN").mkdir()
        (tree / "DEBIAN" / "control").write_text(control, encoding="utf-8")
        package = where / f"{edition.package}_{version}_{architecture}.deb"
        # The frozen folder belongs to the one who made it; in the package it belongs to root.
        command = ["dpkg-deb", "--root-owner-group", "-Zxz", "-z6", "--build", str(tree), str(package)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return package


def leave_to_debian(frozen: Path, folder: Path) -> None:
    """Take out of `folder` each library that Debian has a package for.

    The package depends on them instead, so that Debian's security updates reach what Keyturn runs with.
    """
    for name, source in json.loads(frozen.read_text(encoding="utf-8"))["libraries"].items():
        if bundle_contents.with_debian_package(Path(source).resolve()).package:
            (folder / bundle_contents.INSIDE / name).unlink()


def _depends(program: Path, scratch: Path) -> list[str]:
    """The Debian packages whose libraries the folder needs and does not bring, as dpkg's own tool finds them."""
    (scratch / "debian").mkdir()
    (scratch / "debian/control").write_text(
        "Source: keyturn\n\nPackage: keyturn\nArchitecture: any\n", encoding="utf-8"
    )
    # Qt looks like GTK where GTK is there, and does without it where it is not.
    needing = [path for path in program.rglob("*") if path.name != "libqgtk3.so" and not path.is_symlink()]
    binaries = [path for path in needing if path.is_file() and linux_tree.is_elf(path)]
    inside = {f"-l{path.parent}" for path in binaries}
    command = ["dpkg-shlibdeps", "-O", "--ignore-missing-info", *sorted(inside), *(f"-e{path}" for path in binaries)]
    # Its warnings are about libraries that were linked and not needed.
    said = subprocess.run(command, check=True, cwd=scratch, capture_output=True, text=True).stdout
    return sorted(_needed(said))


def _needed(said: str) -> Iterable[str]:
    field = re.search(r"^shlibs:Depends=(.+)$", said, re.MULTILINE)
    if field is None:
        raise ValueError(f"dpkg-shlibdeps named no libraries: {said!r}")
    return (one.strip() for one in field[1].split(","))


def _said_by(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
