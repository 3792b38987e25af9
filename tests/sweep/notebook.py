"""What a sweep found so far, kept in a file, so that one that was interrupted goes on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from .points import Outcome

_ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Found:
    """The points of one kind in one scenario.

    Attributes:
        incidents: those to try.
        all_of_them: how many there are.
    """

    kind: str
    scenario: str
    incidents: tuple[str, ...]
    all_of_them: int


@dataclass(frozen=True)
class Row:
    """What came of the points of one kind in one scenario."""

    kind: str
    outcomes: tuple[Outcome, ...]


class Notebook:
    """Keeps outcomes in a file, one JSON line each; or keeps nothing.

    Args:
        every: every point is tried, not one of those alike.

    Attributes:
        found: the points that were counted, by kind and scenario.

    Raises:
        SystemExit: where the file is of another program than this one: its moments are others.
    """

    def __init__(self, path: Path | None, *, every: bool) -> None:
        self._path = path
        self._every = every
        self._known: dict[tuple[str, str, str], Outcome] = {}
        self._file: IO[str] | None = None
        self.found: dict[tuple[str, str], Found] = {}

    def __enter__(self) -> Notebook:
        if self._path is None:
            return self
        head = {"program": _program(), "every": self._every}
        lines = self._path.read_text(encoding="utf-8").splitlines() if self._path.exists() else []
        if lines and json.loads(lines[0]) != head:
            raise SystemExit(f"{self._path} is of another state of the program. Name a new file.")
        for line in lines[1:]:
            self._read(json.loads(line))
        self._file = self._path.open("a", encoding="utf-8")
        if not lines:
            self._append(head)
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()

    def _read(self, row: dict[str, Any]) -> None:
        kind, scenario = row["kind"], row["scenario"]
        if "incidents" in row:
            self.found[kind, scenario] = Found(kind, scenario, tuple(row["incidents"]), row["all_of_them"])
            return
        one = Outcome(scenario, row["incident"], row["came"], tuple(row["complaints"]))
        self._known[kind, scenario, one.incident] = one

    def _append(self, row: Mapping[str, object]) -> None:
        if self._file is not None:
            print(json.dumps(row), file=self._file, flush=True)

    def write_found(self, found: Found) -> None:
        """Keep how many points there are."""
        self._append(asdict(found))

    def write(self, row: Row) -> None:
        """Keep what came of some points."""
        for one in row.outcomes:
            self._append({"kind": row.kind, **asdict(one)})

    def knows(self, kind: str, scenario: str, incident: str) -> bool:
        """True where the point was tried before."""
        return (kind, scenario, incident) in self._known

    def rows(self, found: Sequence[Found]) -> list[Row]:
        """What was kept of these points."""
        return [
            Row(
                one.kind, tuple(known for i in one.incidents if (known := self._known.get((one.kind, one.scenario, i))))
            )
            for one in found
        ]


def _program() -> str:
    """A digest of all that decides how a point ends."""
    digest = hashlib.sha256()
    for folder in ("app", "tests/sweep"):
        for path in sorted((_ROOT / folder).rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()
