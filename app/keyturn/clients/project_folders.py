"""The folders of a home in which people keep what they work on, from the top down, up to a bound."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.clients.walking import SKIPPED_FOLDERS
from keyturn.model.late_patterns import pattern

if TYPE_CHECKING:
    from keyturn.clients.listing import Listing

# Home's folders, and theirs: where most projects begin.
_TOP_LEVELS, _TOP_FOLDERS = 2, 400
# What lies in projects, such as `src/main/resources`.
_ALL_LEVELS, _ALL_FOLDERS = 6, 2000
# Made by machines or taken from others, by the names that the tools of each language give them; at home's top, what
# holds pictures, films and programs.
_NOT_WRITTEN_HERE = frozenset(
    {
        *("vendor", "target", "build", "dist", "out", "obj", "_build", "deps", "coverage", "htmlcov", "testdata"),
        *("third_party", "bower_components", "jspm_packages", "elm-stuff", "Pods", "DerivedData", "mod"),
        *("Pictures", "Music", "Videos", "Movies", "Library", "AppData", "Applications", "snap", "miniconda3"),
        *("anaconda3", "Mail", "Steam", "android-sdk", "Android"),
    }
)
# As stores name the folders of their content, such as restic's and Git's: hundreds of them, with what nobody reads.
_OF_A_STORE = pattern(r"[0-9a-f]{2}|[0-9]")


def project_folders(home: Path, listing: Listing) -> Iterator[str]:
    """Yield the folders of home and theirs, in which projects usually begin."""
    yield from _below(home, listing, _TOP_LEVELS, _TOP_FOLDERS, None)


def folders_in_projects(home: Path, listing: Listing, left: list[Path] | None = None) -> Iterator[str]:
    """Yield the same folders, then what lies in them some levels further down.

    Args:
        left: takes the first folder that was left out because there are too many.
    """
    yield from _below(home, listing, _ALL_LEVELS, _ALL_FOLDERS, left)


def _below(home: Path, listing: Listing, levels: int, bound: int, left: list[Path] | None) -> Iterator[str]:
    folders = [str(home)]
    for level in range(levels):
        inner: list[str] = []
        for folder in folders:
            names = [
                entry.name
                for entry in listing.entries(folder)
                if _may_be_project(entry.name, level) and listing.is_folder(entry, follow_symlinks=False)
            ]
            inner += [os.path.join(folder, name) for name in names]  # noqa: PTH118  (hundreds of them, at once)
        if left is not None and len(inner) > bound:
            left.append(Path(inner[bound]))
        inner = inner[:bound]
        bound -= len(inner)
        yield from inner
        folders = inner if level == 0 else [one for one in inner if _NOT_WRITTEN_HERE.isdisjoint(Path(one).parts[-2:])]


def _may_be_project(name: str, level: int) -> bool:
    if name.startswith(".") or name == "node_modules":
        return False
    if level < _TOP_LEVELS:
        return True
    return name not in SKIPPED_FOLDERS and name not in _NOT_WRITTEN_HERE and _OF_A_STORE.fullmatch(name) is None
