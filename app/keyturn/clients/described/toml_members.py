"""Members of Keyturn's own TOML files, on products and programs: each has its kind, and one that means nothing is told.

Everything here raises ValueError with the reason, in English, for the one who edits the file.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any, TypeVar

from keyturn.clients.listing import Listing
from keyturn.model.places import Problem

T = TypeVar("T")


def read_each(
    folder: Path, read: Callable[[str, Mapping[str, Any]], T], unusable: Callable[[Path, str], Problem]
) -> tuple[Mapping[str, T], tuple[Problem, ...]]:
    """Return what every TOML file of a folder says, by the file's name without its ending, and the unusable files.

    Args:
        read: reads one file's members, with its name; raises ValueError.
        unusable: tells of a file, with the reason in English; the others are used all the same.
    """
    found: dict[str, T] = {}
    problems: list[Problem] = []
    listing = Listing()
    for path in listing.files_in(folder, ".toml"):
        try:
            found[path.stem] = read(path.stem, tomllib.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, re.error) as error:
            problems.append(unusable(path, str(error)))
    problems += [unusable(path, error.title) for path, error in listing.failed.items()]
    return found, tuple(problems)


def expect_members(written: Mapping[str, Any], known: Collection[str], where: str) -> None:
    """Raise where a table has members that nobody reads."""
    unknown = sorted(set(written) - set(known))
    if unknown:
        raise ValueError(f"{where} has members that mean nothing: {', '.join(unknown)}")


def text(written: Mapping[str, Any], name: str) -> str:
    """Return a text that has to be there."""
    value = written.get(name)
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"`{name}` has to be a text")
    return value


def texts(written: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """Return a list of texts; an absent one is empty."""
    value = written.get(name, [])
    if not isinstance(value, list) or not all(isinstance(one, str) and one.strip() for one in value):
        raise ValueError(f"`{name}` has to be a list of texts")
    return tuple(value)


def table(written: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return a table; an absent one is empty."""
    value = written.get(name, {})
    if not isinstance(value, dict):
        raise ValueError(f"`{name}` has to be a table")
    return value


def tables(written: Mapping[str, Any], name: str) -> tuple[Mapping[str, Any], ...]:
    """Return a list of tables; an absent one is empty."""
    value = written.get(name, [])
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise ValueError(f"`{name}` has to be a list of tables")
    return tuple(value)


def switch(written: Mapping[str, Any], name: str) -> bool:
    """Return a switch that has to be there."""
    value = written.get(name)
    if not isinstance(value, bool):
        raise ValueError(f"`{name}` has to be true or false")
    return value
