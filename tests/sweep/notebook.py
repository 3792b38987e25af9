"""What a sweep found so far, kept in a file, so that one that was interrupted goes on.

An outcome counts for as long as every file that its point loaded is as it was: a change in the window, or in a command
that no point types, leaves all of them. What decides about all points alike stands at the top of the file.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import IO, Any

from .imports_noted import digest_of
from .points import Outcome

_ROOT = Path(__file__).parents[2]
# Nothing of these is read by the program under test.
_NOT_READ = ("facts/", "screenshots/", "icons/")


@dataclass(frozen=True)
class Found:
    """The points of one kind in one scenario.

    Attributes:
        incidents: those to try.
        all_of_them: how many there are.
        files: what was loaded of the program to count them, each file with its digest.
    """

    kind: str
    scenario: str
    incidents: tuple[str, ...]
    all_of_them: int
    files: Mapping[str, str]


@dataclass(frozen=True)
class Row:
    """What came of the points of one kind in one scenario.

    Attributes:
        files: what was loaded of the program to try them, each file with its digest.
    """

    kind: str
    outcomes: tuple[Outcome, ...]
    files: Mapping[str, str]


class Notebook:
    """Keeps outcomes in a file, one JSON line each; or keeps nothing.

    Args:
        every: every point is tried, not one of those alike.
        root: the folder of the program and of the sweep.

    Attributes:
        found: the points that were counted, by kind and scenario.

    Raises:
        SystemExit: where the file is of another sweep than this one, or of other surroundings.
    """

    def __init__(self, path: Path | None, *, every: bool, root: Path = _ROOT) -> None:
        self._path = path
        self._root = root
        self._every = every
        self._known: dict[tuple[str, str, str], Outcome] = {}
        self._loads: dict[str, bool] = {}  # by number: whether these files are as they were
        self._file: IO[str] | None = None
        self.found: dict[tuple[str, str], Found] = {}

    def __enter__(self) -> Notebook:
        if self._path is None:
            return self
        head = {"surroundings": surroundings(), "every": self._every}
        lines = self._path.read_text(encoding="utf-8").splitlines() if self._path.exists() else []
        if lines and json.loads(lines[0]) != head:
            raise SystemExit(f"{self._path} is of another sweep, Python or set of packages. Name a new file.")
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
        if "loads" in row:
            self._loads[row["loads"]] = all(
                _is_as_it_was(self._root / path, digest) for path, digest in row["files"].items()
            )
            return
        kind, scenario = row["kind"], row["scenario"]
        if not self._loads[row["load"]]:
            return
        if "incidents" in row:
            self.found[kind, scenario] = Found(kind, scenario, tuple(row["incidents"]), row["all_of_them"], {})
            return
        one = Outcome(scenario, row["incident"], row["came"], tuple(row["complaints"]))
        self._known[kind, scenario, one.incident] = one

    def _append(self, row: Mapping[str, object]) -> None:
        if self._file is not None:
            print(json.dumps(row), file=self._file, flush=True)

    def _load_of(self, files: Mapping[str, str]) -> str:
        """The number under which these files stand in the notebook."""
        within = {str(Path(path).relative_to(self._root)): digest for path, digest in sorted(files.items())}
        load = hashlib.sha256(json.dumps(within).encode()).hexdigest()[:16]
        if load not in self._loads:
            self._loads[load] = True
            self._append({"loads": load, "files": within})
        return load

    def write_found(self, found: Found) -> None:
        """Keep how many points there are."""
        self._append({**asdict(found), "files": None, "load": self._load_of(found.files)})

    def write(self, row: Row) -> None:
        """Keep what came of some points."""
        load = self._load_of(row.files)
        for one in row.outcomes:
            self._append({"kind": row.kind, **asdict(one), "load": load})

    def knows(self, kind: str, scenario: str, incident: str) -> bool:
        """True where the point was tried before, and nothing that it loaded is another now."""
        return (kind, scenario, incident) in self._known

    def rows(self, found: Sequence[Found]) -> list[Row]:
        """What was kept of these points."""
        return [
            Row(
                one.kind,
                tuple(known for i in one.incidents if (known := self._known.get((one.kind, one.scenario, i)))),
                {},
            )
            for one in found
        ]


@cache
def _is_as_it_was(file: Path, digest: str) -> bool:
    return file.exists() and digest_of(str(file)) == digest


def surroundings() -> str:
    """A digest of what decides how all points end: the sweep itself, the program's resources, Python, the packages."""
    digest = hashlib.sha256(sys.version.encode())
    digest.update(repr(sorted((one.name, one.version) for one in metadata.distributions())).encode())
    resources = _ROOT / "resources"
    read = (one for one in resources.rglob("*") if not str(one.relative_to(resources)).startswith(_NOT_READ))
    sweep = [
        *(_ROOT / "tests" / "sweep").rglob("*.py"),
        _ROOT / "packaging" / "sweep.py",
        _ROOT / "tests" / "conftest.py",
    ]
    for path in sorted((*read, *sweep)):
        if path.is_file():
            digest.update(f"{path.relative_to(_ROOT)} {digest_of(str(path))}\n".encode())
    return digest.hexdigest()
