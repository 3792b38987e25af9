"""What a Linux package puts below `/`: the frozen folder, the program on the PATH, what desktops and shells look for.

The package for Debian and the one for Fedora and its kin are made of the same tree.
"""

from __future__ import annotations

import email.utils
import gzip
import os
import re
import shutil
import subprocess
import textwrap
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import bundle_contents
import completion
import icons
import man_page
from keyturn import __version__

ROOT = Path(__file__).resolve().parent.parent
LINUX = ROOT / "packaging" / "linux"
MAINTAINER = "The Keyturn developers <keyturn@keyturn.invalid>"  # nobody's address, until the owner names one
SUMMARY = "replaces old AWS access keys in backup programs"
DESCRIPTION = """\
Keyturn finds old AWS access keys, root keys above all, in the backup programs
of this computer. It makes a new key that can do less, puts it everywhere the
old one was, proves that every backup still reaches its bucket, and only then
has the old key turned off and, days later, deleted."""
_PROGRAM = "usr/lib/keyturn"
_BULLET = textwrap.TextWrapper(78, initial_indent="  * ", subsequent_indent="    ", break_on_hyphens=False)
_SIDES = (16, 24, 32, 48, 64, 128, 256)


@dataclass(frozen=True, slots=True)
class Edition:
    """One of the two packages. They bring the same program under the same name, so each replaces the other.

    Attributes:
        package: its name.
        other: the other one's name.
        has_window: whether Qt is inside.
    """

    package: str
    other: str
    has_window: bool

    @property
    def description(self) -> str:
        """Some lines for people, each within the width that package tools ask for."""
        return DESCRIPTION if self.has_window else f"{DESCRIPTION}\nThis is the command line alone, for servers."


WHOLE = Edition("keyturn", "keyturn-cli", has_window=True)
COMMAND_LINE = Edition("keyturn-cli", "keyturn", has_window=False)


def lay_out(frozen: Path, tree: Path, edition: Edition) -> None:
    """Put everything below `tree` as it is to stand below `/`."""
    program, shared = tree / _PROGRAM, tree / "usr/share"
    documents = shared / "doc" / edition.package
    shutil.copytree(frozen, program, symlinks=True)
    documents.mkdir(parents=True)
    shutil.move(program / bundle_contents.LICENCES, documents / bundle_contents.LICENCES)
    shutil.move(program / bundle_contents.SBOM, documents / bundle_contents.SBOM)
    shutil.copyfile(LINUX / "copyright", documents / "copyright")
    _put(compressed(changelog(edition).encode()), documents / "changelog.gz")
    man_page.write(program / "keyturn.1")
    _put(compressed((program / "keyturn.1").read_bytes()), shared / "man/man1/keyturn.1.gz")
    (program / "keyturn.1").unlink()
    for place, text in completion.completions().items():
        _put(text.encode(), tree / place)
    if edition.has_window:
        _for_desktops(shared)
    _forget_where_it_was_made(program)
    command = tree / "usr/bin/keyturn"
    command.parent.mkdir(parents=True)
    command.symlink_to("../lib/keyturn/keyturn")
    for path in (tree, *tree.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path == program / "keyturn" else 0o644)


def _for_desktops(shared: Path) -> None:
    # No entry that starts at login: that is each person's own wish (`keyturn remind --at-login`), never the package's.
    _put((LINUX / "keyturn.desktop").read_bytes(), shared / "applications/keyturn.desktop")
    metainfo = "net.keyturn.Keyturn.metainfo.xml"
    _put((LINUX / metainfo).read_bytes(), shared / "metainfo" / metainfo)
    drawing = ROOT / "resources/icons/keyturn.svg"
    _put(drawing.read_bytes(), shared / "icons/hicolor/scalable/apps/keyturn.svg")
    for side in _SIDES:
        picture = shared / f"icons/hicolor/{side}x{side}/apps/keyturn.png"
        picture.parent.mkdir(parents=True)
        icons.draw(drawing, picture, side)


def changelog(edition: Edition) -> str:
    """`changelog.gz` in Debian's form: one entry for each version that CHANGELOG.md tells of."""
    told = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    parts = re.split(r"^## (\S+).*$", told, flags=re.MULTILINE)[1:]
    entries = []
    for version, text in zip(parts[::2], parts[1::2], strict=True):
        changes = re.findall(r"^- (.+(?:\n  .+)*)", text, re.MULTILINE)
        lines = "\n".join(_BULLET.fill(" ".join(one.split())) for one in changes)
        signed = f" -- {MAINTAINER}  {email.utils.format_datetime(made_at())}"
        entries.append(f"{edition.package} ({version}) unstable; urgency=medium\n\n{lines}\n\n{signed}\n")
    return "\n".join(entries)


def made_at() -> datetime:
    """When the sources were last changed (SOURCE_DATE_EPOCH, else git), so that the same ones make the same package."""
    said = os.environ.get("SOURCE_DATE_EPOCH", "")
    if not said:
        asked = ["git", "log", "-1", "--format=%ct"]
        said = subprocess.run(asked, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return datetime.fromtimestamp(int(said), UTC)


def compressed(content: bytes) -> bytes:
    """As small as gzip makes it, and without a date."""
    return gzip.compress(content, compresslevel=9, mtime=0)


def version() -> str:
    """The version of what is packaged."""
    return __version__


def _forget_where_it_was_made(program: Path) -> None:
    """Take out of each library the folder of this computer in which it looks for others first.

    Anyone who may write to a folder of that name on another computer could have Keyturn load what they like.
    """
    for path in program.rglob("*"):
        if path.is_symlink() or not path.is_file() or not is_elf(path):
            continue
        asked = ["patchelf", "--print-rpath", str(path)]
        said = subprocess.run(asked, check=True, capture_output=True, text=True).stdout
        folders = [one for one in said.strip().split(":") if one]
        kept = [one for one in folders if one.startswith("$ORIGIN")]
        if kept != folders:
            change = ["patchelf", *(["--set-rpath", ":".join(kept)] if kept else ["--remove-rpath"]), str(path)]
            subprocess.run(change, check=True)


def is_elf(path: Path) -> bool:
    """True for a program or a library."""
    with path.open("rb") as file:
        return file.read(4) == b"\x7fELF"


def _put(content: bytes, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
