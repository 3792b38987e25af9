"""Walking through folders that are not ours: bounded in depth and number, without following links to folders."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.clients.known_folders import shell_folders
from keyturn.clients.listing import CLOSED_FOLDER, Listing
from keyturn.computer.computer import Platform
from keyturn.model.errors import FileError
from keyturn.model.places import Problem
from keyturn.model.text import _

if TYPE_CHECKING:
    from keyturn.computer.computer import Computer

# Large, machine-made, and never the home of a key that a person wrote down.
SKIPPED_FOLDERS = frozenset(
    {
        *(".cache", ".git", ".hg", ".svn", ".venv", "venv", "node_modules", "__pycache__", "site-packages"),
        *(".cargo", ".rustup", ".npm", ".nvm", ".pyenv", ".rbenv", ".gradle", ".m2", ".local", ".mozilla"),
        *(".thunderbird", ".vscode", ".vscode-server", ".steam", ".wine", ".Trash", ".Trash-1000"),
        *("Cache", "Caches", "CacheStorage", "Code Cache", "GPUCache", "ShaderCache", "Service Worker"),
        *("blob_storage", "IndexedDB", "Local Storage", "Session Storage", "Crashpad", "Packages", "Temp"),
    }
)
# How many paths are named in one sentence.
_NAMED = 8
_XDG_FOLDERS = ("XDG_DOWNLOAD_DIR=", "XDG_DESKTOP_DIR=", "XDG_DOCUMENTS_DIR=")
_UNDER_HOME = "$HOME/"


@dataclass(slots=True)
class Walk(Listing):
    """One walk with a budget.

    Attributes:
        budget: how many files and folders may still be looked at.
        left_out: folders that are never entered.
        bounded: the first folder that was left unread because a bound was met, or None.
        nowhere: the links that were met and lead nowhere.
    """

    budget: int
    left_out: Collection[Path] = ()
    bounded: Path | None = None
    nowhere: list[str] = field(default_factory=list)

    @classmethod
    def beside(cls, listing: Listing, budget: int, left_out: Collection[Path] = ()) -> Walk:
        """Return a walk that notes in `listing` what cannot be looked at, and knows what that one knows."""
        return cls(budget, left_out, failed=listing.failed, readings=listing.readings)

    def files(
        self, folder: Path, depth: int, enter: Callable[[str], bool] = lambda name: name not in SKIPPED_FOLDERS
    ) -> Iterator[os.DirEntry[str]]:
        """Yield the regular files of `folder` (links to files too) and of its folders down to `depth` levels.

        Args:
            depth: 0 for the folder's own files only.
            enter: says by its name whether a folder is looked into.
        """
        waiting = [(str(folder), depth)]
        while waiting:
            path, levels = waiting.pop()
            inner = []
            for entry in self.entries(path):
                self.budget -= 1
                if self.budget < 0:
                    self.bounded = self.bounded or Path(path)
                    return
                if self.is_folder(entry, follow_symlinks=False):
                    if enter(entry.name) and not (self.left_out and Path(entry.path) in self.left_out):
                        inner.append((entry.path, levels - 1))
                elif self.is_file(entry):
                    yield entry
                elif entry.is_symlink() and not self.is_folder(entry):
                    self.nowhere.append(entry.path)
            if levels > 0:
                waiting.extend(reversed(inner))
            elif inner and depth > 0:
                self.bounded = self.bounded or Path(inner[0][0])


def personal_folders(computer: Computer, listing: Listing) -> tuple[Path, ...]:
    """Return Downloads, Desktop and Documents, also under the names that the person's language gives them."""
    home = computer.home
    names = ["Downloads", "Desktop", "Documents"]
    if computer.platform is Platform.WINDOWS:
        names += ["OneDrive/Desktop", "OneDrive/Documents"]
    folders = [home / name for name in names]
    folders += shell_folders(computer)
    if computer.platform is Platform.LINUX:
        names_of_folders = computer.xdg_config_home / "user-dirs.dirs"
        try:
            content = listing.readings.file_if_there(names_of_folders)
        except FileError as error:
            listing.failed[names_of_folders] = error
        else:
            folders += () if content is None else _named_folders(home, content.content.decode(errors="replace"))
    # A folder that the person does not use points at home itself (xdg-user-dirs), which is looked at anyway.
    return tuple(dict.fromkeys(folder for folder in folders if folder != home))


def _named_folders(home: Path, text: str) -> Iterator[Path]:
    """The folders that a person's language names: only what begins with `$HOME/` or `/` is one (xdg-user-dirs)."""
    for line in text.splitlines():
        if line.startswith(_XDG_FOLDERS):
            name = line.partition("=")[2].strip().removeprefix('"').removesuffix('"')
            if '"' in name or "\0" in name:  # no path holds a zero byte
                continue
            if name.startswith(_UNDER_HOME):
                yield home / name.removeprefix(_UNDER_HOME)
            elif name.startswith("/"):
                yield Path(name)


def unread(paths: Collection[Path], do: str = "") -> Iterator[Problem]:
    """Yield one problem for all that may not be read: an ordinary account may not read dozens of the system's files.

    Args:
        do: how that account may be let in, where there is more to it than another account.
    """
    if paths:
        yield Problem(
            next(iter(paths)) if len(paths) == 1 else None,
            _("Some files and folders may not be read from this account"),
            _(
                "A backup that keeps its key there would stop when the old key is turned off: {paths}. Start Keyturn "
                "from an account that may read them, or look there by hand."
            ).format(paths=listed(paths)),
            code=CLOSED_FOLDER,
            do=do,
        )


def unfinished(folders: Collection[Path], client: str = "") -> Iterator[Problem]:
    """Yield one problem for all folders in which a bound was met."""
    if folders:
        yield Problem(
            next(iter(folders)) if len(folders) == 1 else None,
            _("Some folders were not searched to their end"),
            _(
                "They hold more than the quick search reads, so a key deep inside would go unseen, and its backup "
                "would stop with the old key: {paths}. Search them with “keyturn scan --search FOLDER”."
            ).format(paths=listed(folders)),
            client=client,
            code="search.bounded",
        )


def listed(paths: Collection[Path | str], count: int = 0) -> str:
    """Return the first of the paths for a sentence, and how many more there are.

    Args:
        count: how many there are in all, where that is more than are given.
    """
    distinct = list(dict.fromkeys(paths))
    named = ", ".join(str(path) for path in distinct[:_NAMED])
    more = max(count, len(distinct)) - min(len(distinct), _NAMED)
    return named if more <= 0 else _("{paths} and {count} more").format(paths=named, count=more)
