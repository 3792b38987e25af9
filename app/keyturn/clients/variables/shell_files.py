"""Where people set variables: shell start files, environment files and their own scripts (facts/clients.md 3, 5)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.clients.variables.unit_files import environment_files
from keyturn.clients.walking import SKIPPED_FOLDERS, Walk
from keyturn.computer.computer import Platform

if TYPE_CHECKING:
    from keyturn.computer.computer import Computer

# Larger files are programs, not scripts that a person wrote.
SCRIPT_LIMIT = 256 * 1024
_START_FILES = (
    *(".bashrc", ".bash_profile", ".bash_login", ".bash_aliases", ".profile", ".zshrc", ".zshenv", ".zprofile"),
    *(".zlogin", ".kshrc", ".xprofile", ".xsessionrc", ".pam_environment", ".env", ".envrc"),
)
_SYSTEM_START_FILES = ("environment", "profile", "bash.bashrc", "zshenv", "zsh/zshenv", "zsh/zshrc", "zsh/zprofile")
_SYSTEM_FOLDERS = ("profile.d", "default", "environment.d", "conf.d")
_SCRIPT_ENDINGS = (".env", "-env", ".sh", ".conf")
_REPOSITORY_FOLDERS = frozenset({"data", "index", "keys", "locks", "snapshots"})
_PROJECT_FILES = (".env", ".envrc")


class Owner(StrEnum):
    """Who reports a file that cannot be read: a script that is only looked at in case is nobody's."""

    ENVIRONMENT = "environment"
    RESTIC = "restic"
    DUPLICITY = "duplicity"
    NOBODY = ""


@dataclass(frozen=True, slots=True)
class ShellFile:
    """A file that may set variables."""

    path: Path
    owner: Owner


def shell_files(computer: Computer, walk: Walk) -> Iterator[ShellFile]:
    """Yield the files, each path once. What may not be read, and where the walk's budget ended, is noted in `walk`."""
    seen: set[Path] = set()
    for file in _candidates(computer, walk):
        if file.path not in seen:
            seen.add(file.path)
            yield file


def is_start_file(computer: Computer, path: Path) -> bool:
    """Return whether shells read the file when they start, and what runs in them has its variables from then on."""
    etc = computer.system_folder("etc")
    system = () if etc is None else tuple(etc / name for name in _SYSTEM_START_FILES)
    folders = [computer.xdg_config_home / "fish" / "conf.d", *(() if etc is None else (etc / "profile.d",))]
    own = [computer.home / name for name in _START_FILES if name not in _PROJECT_FILES]
    fish = computer.xdg_config_home / "fish" / "config.fish"
    return path in (*own, *system, fish) or path.parent in folders


def _candidates(computer: Computer, walk: Walk) -> Iterator[ShellFile]:
    home, config = computer.home, computer.xdg_config_home
    for name in _START_FILES:
        yield ShellFile(home / name, Owner.ENVIRONMENT)
    fish = config / "fish"
    yield ShellFile(fish / "config.fish", Owner.ENVIRONMENT)
    for folder, ending in ((fish / "conf.d", ".fish"), (config / "environment.d", ".conf")):
        yield from _in_folder(walk, folder, Owner.ENVIRONMENT, ending=ending)
    yield from _restic_files(computer, walk)
    etc = computer.system_folder("etc")
    if etc is not None:
        for name in _SYSTEM_START_FILES:
            yield ShellFile(etc / name, Owner.ENVIRONMENT)
        for name in _SYSTEM_FOLDERS:
            yield from _in_folder(walk, etc / name, Owner.ENVIRONMENT)
    for named in environment_files(computer, walk):
        yield ShellFile(named, Owner.ENVIRONMENT)


def _restic_files(computer: Computer, walk: Walk) -> Iterator[ShellFile]:
    """Everything that is called after restic, and environment files beside it."""
    home = computer.home
    yield from _named_after_restic(walk, home, Owner.RESTIC)
    yield from _named_after_restic(walk, computer.xdg_config_home, Owner.RESTIC)
    if computer.platform is not Platform.LINUX:
        yield from _named_after_restic(walk, computer.application_support, Owner.RESTIC)
    etc = computer.system_folder("etc")
    if etc is not None:
        yield from _named_after_restic(walk, etc, Owner.RESTIC)
    root = computer.system_folder("root")
    if root is not None and root != home:
        yield from _named_after_restic(walk, root, Owner.NOBODY)


def _named_after_restic(walk: Walk, folder: Path, owner: Owner) -> Iterator[ShellFile]:
    for entry in walk.entries(folder):
        name = entry.name.lstrip(".").lower()
        if name.startswith("restic") and walk.is_folder(entry):
            yield from _in_folder(walk, Path(entry.path), owner, depth=3)
        elif name.startswith("restic") and _is_script(entry, walk):
            yield ShellFile(Path(entry.path), owner)
        elif name.endswith(_SCRIPT_ENDINGS):
            yield ShellFile(Path(entry.path), Owner.NOBODY)


def _in_folder(walk: Walk, folder: Path, owner: Owner, *, depth: int = 0, ending: str = "") -> Iterator[ShellFile]:
    for entry in walk.files(folder, depth, _is_no_repository):
        if entry.name.endswith(ending) and _is_script(entry, walk):
            yield ShellFile(Path(entry.path), owner)


def _is_script(entry: os.DirEntry[str], walk: Walk) -> bool:
    """Whether it may be a script: by its name, or because it is small. The program itself is called restic, too."""
    if entry.name.lower().endswith(_SCRIPT_ENDINGS):
        return True
    return walk.is_at_most(entry, SCRIPT_LIMIT)


def _is_no_repository(name: str) -> bool:
    """Whether a folder is none of those that make a restic repository on this disk, which are large."""
    return name not in _REPOSITORY_FOLDERS and name not in SKIPPED_FOLDERS
