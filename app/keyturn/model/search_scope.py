"""How much of a computer is searched for a key."""

from __future__ import annotations

from enum import StrEnum


class SearchScope(StrEnum):
    """How much of the computer is searched before the key is switched, and before the old one is turned off.

    `none`: nothing but the known places. `usual`: the folders in which programs, servers and people keep their
    settings, without what holds none. `all`: every file of every disk.
    """

    NONE = "none"
    USUAL = "usual"
    ALL = "all"
