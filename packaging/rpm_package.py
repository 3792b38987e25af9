"""The package for Fedora and its kin, from the same tree as Debian's. It brings what that one leaves to Debian."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import linux_tree
from linux_tree import Edition

# What is inside is for nobody else: rpm is neither to offer it nor to ask for it. What is asked for is in `Requires`.
_SPECIFICATION = """\
%global __os_install_post %{{nil}}
%global debug_package %{{nil}}
%global _build_id_links none
Name: {package}
Version: {version}
Release: 1
Summary: {summary}
License: LicenseRef-not-stated
Packager: {maintainer}
Conflicts: {other}
AutoReqProv: no
{requires}
Recommends: gnome-keyring

%description
{description}

%install
cp -a {tree}/. %{{buildroot}}/

%files
{files}
"""
_NEEDED = re.compile(r"^ +NEEDED +(\S+)$", re.MULTILINE)
_C_LIBRARY = re.compile(r"\bGLIBC_(\d+)\.(\d+)\b")


def build(frozen: Path, where: Path, edition: Edition) -> Path:
    """Make `PACKAGE-VERSION-1.ARCHITECTURE.rpm` in `where` from the frozen folder, and return its path."""
    with tempfile.TemporaryDirectory() as scratch:
        top = Path(scratch)
        tree = top / "tree"
        linux_tree.lay_out(frozen, tree, edition)
        # Fedora's zsh looks elsewhere than Debian's.
        (tree / "usr/share/zsh/vendor-completions").rename(tree / "usr/share/zsh/site-functions")
        specification = top / "keyturn.spec"
        specification.write_text(
            _SPECIFICATION.format(
                package=edition.package,
                other=edition.other,
                version=linux_tree.version(),
                summary=linux_tree.SUMMARY[:1].upper() + linux_tree.SUMMARY[1:],
                maintainer=linux_tree.MAINTAINER,
                requires="\n".join(f"Requires: {one}" for one in needed(tree / "usr/lib/keyturn")),
                description=edition.description,
                tree=tree,
                files="\n".join(_owned(tree, edition)),
            ),
            encoding="utf-8",
        )
        settings = {
            "_topdir": str(top),
            "_rpmdir": str(top / "made"),
            "_rpmfilename": "%{NAME}-%{VERSION}-%{RELEASE}.%{ARCH}.rpm",
            "_binary_payload": "w6.xzdio",
            "_buildhost": "localhost",
            "use_source_date_epoch_as_buildtime": "1",
        }
        command = ["rpmbuild", "-bb", "--quiet"]
        command += [word for name, value in settings.items() for word in ("--define", f"{name} {value}")]
        context = {**os.environ, "SOURCE_DATE_EPOCH": str(int(linux_tree.made_at().timestamp()))}
        subprocess.run([*command, str(specification)], check=True, env=context)
        (made,) = (top / "made").glob("*.rpm")
        return Path(shutil.move(made, where / made.name))


def needed(program: Path) -> list[str]:
    """The libraries that the folder needs and does not bring, and the oldest C library, in rpm's words."""
    inside = {path.name for path in program.rglob("*")}
    asked: set[str] = set()
    newest = (0, 0)
    for path in program.rglob("*"):
        # Qt looks like GTK where GTK is there, and does without it where it is not.
        if path.is_symlink() or not path.is_file() or path.name == "libqgtk3.so" or not linux_tree.is_elf(path):
            continue
        command = ["objdump", "-p", str(path)]
        said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        asked |= set(_NEEDED.findall(said))
        newest = max([newest, *((int(major), int(minor)) for major, minor in _C_LIBRARY.findall(said))])
    foreign = sorted(one for one in asked - inside if not one.startswith(("libc.so", "ld-linux")))
    return [f"libc.so.6(GLIBC_{newest[0]}.{newest[1]})(64bit)", *(f"{one}()(64bit)" for one in foreign)]


def _owned(tree: Path, edition: Edition) -> Iterator[str]:
    """What belongs to the package: its own folders whole, and single files in the folders of others."""
    own = (tree / "usr/lib/keyturn", tree / "usr/share/doc" / edition.package)
    yield from (f"/{folder.relative_to(tree)}" for folder in own)
    for path in sorted(tree.rglob("*")):
        if not path.is_dir() and not any(path.is_relative_to(folder) for folder in own):
            yield f"/{path.relative_to(tree)}"
