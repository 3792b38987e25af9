"""The worlds that incidents left, and how each was resumed; shared by all worlds of one scenario and one sweep."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path


class WorldsSeen:
    """Complaints by what was left, each in a file of its own: other processes try points of the same scenario.

    Args:
        folder: where the files go; it is made at need.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def complaints(self, left: Sequence[str], resume: Callable[[], list[str]]) -> list[str]:
        """What was complained of when such a world was resumed; it is resumed now if it never was."""
        path = self._folder / hashlib.sha256(json.dumps(left).encode()).hexdigest()
        with suppress(FileNotFoundError):
            known: list[str] = json.loads(path.read_text(encoding="utf-8"))
            return known
        found = resume()
        self._folder.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(f".{os.getpid()}")
        unfinished.write_text(json.dumps(found), encoding="utf-8")
        unfinished.replace(path)
        return found
