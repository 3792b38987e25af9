"""The Debian package: the frozen folder, the program's name on the PATH, the menu entry, the icon and the man page."""

from __future__ import annotations

import gzip
import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

import bundle_contents

ROOT = Path(__file__).resolve().parent.parent
_LINUX = ROOT / "packaging" / "linux"
_CONTROL = """\
Package: keyturn
Version: {version}
Architecture: {architecture}
Maintainer: The Keyturn developers <keyturn@localhost>
Installed-Size: {kilobytes}
Depends: {depends}
Recommends: gnome-keyring | kwalletmanager, libnotify-bin, fonts-dejavu-core | fonts-noto-core
Suggests: libgtk-3-0
Section: admin
Priority: optional
Description: replaces old AWS access keys in backup programs
 Keyturn finds old AWS access keys, root keys above all, in the backup programs
 of this computer. It makes a new key that can do less, puts it everywhere the
 old one was, proves that every backup still reaches its bucket, and only then
 has the old key turned off and, days later, deleted.
"""


def build(frozen: Path, where: Path) -> Path:
    """Make `keyturn_VERSION_ARCHITECTURE.deb` in `where` from the frozen folder, and return its path."""
    version = metadata.version("keyturn")
    architecture = _said_by("dpkg", "--print-architecture")
    with tempfile.TemporaryDirectory() as scratch:
        tree = Path(scratch) / "keyturn"
        _lay_out(frozen, tree)
        control = _CONTROL.format(
            version=version,
            architecture=architecture,
            kilobytes=sum(file.stat().st_size for file in tree.rglob("*") if file.is_file()) // 1024,
            depends=", ".join(_depends(tree / "usr" / "lib" / "keyturn", Path(scratch))),
        )
        (tree / "DEBIAN").mkdir()
        (tree / "DEBIAN" / "control").write_text(control, encoding="utf-8")
        package = where / f"keyturn_{version}_{architecture}.deb"
        # The frozen folder belongs to whoever made it; in the package it belongs to root.
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


def _lay_out(frozen: Path, tree: Path) -> None:
    program, shared = tree / "usr/lib/keyturn", tree / "usr/share"
    documents = shared / "doc/keyturn"
    shutil.copytree(frozen, program, symlinks=True)
    documents.mkdir(parents=True)
    shutil.move(program / bundle_contents.LICENCES, documents / bundle_contents.LICENCES)
    shutil.move(program / bundle_contents.SBOM, documents / bundle_contents.SBOM)
    shutil.copyfile(_LINUX / "copyright", documents / "copyright")
    _put(gzip.compress((program / "keyturn.1").read_bytes(), mtime=0), shared / "man/man1/keyturn.1.gz")
    (program / "keyturn.1").unlink()
    _put((_LINUX / "keyturn.desktop").read_bytes(), shared / "applications/keyturn.desktop")
    _put((ROOT / "resources/icons/keyturn.svg").read_bytes(), shared / "icons/hicolor/scalable/apps/keyturn.svg")
    command = tree / "usr/bin/keyturn"
    command.parent.mkdir(parents=True)
    command.symlink_to("../lib/keyturn/keyturn")
    for path in (tree, *tree.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path == program / "keyturn" else 0o644)


def _put(content: bytes, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _depends(program: Path, scratch: Path) -> list[str]:
    """The Debian packages whose libraries the folder needs and does not bring, as dpkg's own tool finds them."""
    (scratch / "debian").mkdir()
    (scratch / "debian/control").write_text(
        "Source: keyturn\n\nPackage: keyturn\nArchitecture: any\n", encoding="utf-8"
    )
    # Qt looks like GTK where GTK is there, and does without it where it is not.
    needing = [path for path in program.rglob("*") if path.name != "libqgtk3.so" and not path.is_symlink()]
    binaries = [path for path in needing if path.is_file() and _is_elf(path)]
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


def _is_elf(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"\x7fELF"


def _said_by(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
