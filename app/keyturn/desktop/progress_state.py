"""How far something is, in the three states that every list and line here has."""

from __future__ import annotations

from enum import StrEnum


class Reached(StrEnum):
    """How far something is."""

    DONE = "done"
    CURRENT = "current"
    TODO = "todo"
