"""Members of Keyturn's own TOML files, on products and programs: each has its kind, and one that means nothing is told.

Everything here raises ValueError with the reason, in English, for whoever edits the file.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any


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
