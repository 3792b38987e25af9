"""What Keyturn remembered at each moment of a rotation, as a backup of the computer may have kept it."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_JOURNAL, _SECRETS = "journal.sqlite3*", "secrets.json"
# The old copy of what is put back: of the one, of the other, or of both.
PARTS = {"journal": (_JOURNAL,), "secrets": (_SECRETS,), "both": (_JOURNAL, _SECRETS)}


@dataclass(frozen=True)
class Copy:
    """A copy of Keyturn's folder.

    Attributes:
        journal: how far the journal was: rotations, and the step and the mark of the last entry.
        secrets: a digest of the secrets that were kept.
    """

    folder: Path
    journal: str
    secrets: str


class History:
    """Copies Keyturn's folder each time that it is another, if it is to; one writes there at a time.

    Args:
        folder: where the copies go; None for none.
    """

    def __init__(self, memory: Path, folder: Path | None) -> None:
        self._memory, self._folder = memory, folder
        self._seen: list[tuple[str, int, int]] | None = None
        self.copies: list[Copy] = []

    def note(self) -> None:
        """Take a copy where something changed since the last one."""
        if self._folder is None:
            return
        seen = sorted((one.name, one.stat().st_mtime_ns, one.stat().st_size) for one in self._memory.iterdir())
        if seen == self._seen:
            return
        self._seen = seen
        copy = self._folder / str(len(self.copies))
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(self._memory, copy)
        self.copies.append(Copy(copy, journal_as_read(copy), _digest(copy.glob(_SECRETS))))

    def put_back(self, number: int, part: str) -> None:
        """Let a part of what is remembered be as it was then."""
        for pattern in PARTS[part]:
            for path in self._memory.glob(pattern):
                path.unlink()
            for path in self.copies[number].folder.glob(pattern):
                shutil.copy2(path, self._memory)


def journal_as_read(folder: Path) -> str:
    """How far a journal is that nobody writes to now."""
    path = folder / "journal.sqlite3"
    if not path.exists():
        return "none"
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        if not database.execute("SELECT 1 FROM sqlite_master WHERE name = 'entry'").fetchone():
            return "empty"
        (rotations,) = database.execute("SELECT count(*) FROM rotation").fetchone()
        last = database.execute("SELECT step, mark FROM entry ORDER BY number DESC LIMIT 1").fetchone()
    finally:
        database.close()
    return f"{rotations} {' '.join(last or ('begun',))}"


def _digest(paths: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.read_bytes())
    return digest.hexdigest()
