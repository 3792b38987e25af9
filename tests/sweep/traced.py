"""What a command asks of the system, call by call, as strace tells it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .computer import Options
from .world import World

_CALL = re.compile(r"(\w+)\(")
# Names that are drawn by lot: temporary files, and the folders of checks.
_BY_LOT = re.compile(r"(?:[0-9]+-)?[0-9a-f]{16}|keyturn-check-[0-9]+-\w+")
_TO_THE_SCREEN = {"out", "err"}
_JOURNAL = "memory/journal.sqlite3"
# They change nothing that anybody sees, but after a power cut.
_CONFIRMING = {"fsync", "fdatasync", "sync_file_range"}
_OPENED_TO_WRITE = re.compile(r"O_WRONLY|O_RDWR")
_LOOKING = {"read", "pread64"}


@dataclass(frozen=True)
class Call:
    """One call.

    Attributes:
        nth: its number among all calls of its name.
        file: the file of the world that it is about, names drawn by lot left out; empty where it is about no such file.
        effects: how much the command had changed in the world before this call. Each commit of the journal counts as
            two: begun, from where SQLite takes it back, and done.
        commits: how many commits of the journal were done before this call.
    """

    name: str
    nth: int
    file: str
    text: str
    effects: int
    commits: int

    @property
    def is_of_the_journal(self) -> bool:
        """True where SQLite makes it, for a journal that is all or nothing."""
        # Keyturn's own lines confirm with fsync.
        return self.file.startswith(_JOURNAL) or (self.file == "memory" and self.name == "fdatasync")

    @property
    def opens_to_write(self) -> bool:
        """True for an `openat` that a file system without room for writing refuses."""
        return _OPENED_TO_WRITE.search(self.text) is not None

    @property
    def only_looks(self) -> bool:
        """True where nothing is written by it, or opened to be written."""
        return self.name in _LOOKING or (self.name == "openat" and not self.opens_to_write)

    @property
    def failed(self) -> bool:
        """True where the system said no."""
        return " = -1 " in self.text


def calls_of(world: World, names: Sequence[str]) -> tuple[Call, ...]:
    """Run the command under test undisturbed, and return its calls of these names in their order."""

    def run() -> list[str]:
        options = Options(tracer=["-s", "200", "-e", f"trace={','.join(names)}"], in_order=True)
        world.keyturn(*world.scenario.command, options=options)
        return world.trace_log.splitlines()

    world.put_back("ready")
    return tuple(_read(world.forked(run), str(world.live)))


def _read(lines: Sequence[str], live: str) -> Iterator[Call]:
    seen: Counter[str] = Counter()
    effects = commits = 0
    begun = False
    for line in lines:
        match = _CALL.match(line)
        if not match:
            continue
        seen[match[1]] += 1
        call = Call(match[1], seen[match[1]], _file_in(line, live), line, effects, commits)
        yield call
        if not call.file or call.failed or call.name in _CONFIRMING | _LOOKING:
            continue
        if call.is_of_the_journal:
            if call.name == "unlink":
                effects, commits, begun = effects + 1, commits + 1, False
            elif call.name == "pwrite64" and call.file == _JOURNAL and not begun:
                effects, begun = effects + 1, True
        elif call.name != "openat" or "O_CREAT" in line:
            effects += 1


def _file_in(line: str, live: str) -> str:
    match = re.search(re.escape(live) + r'/([^">]*)', line)
    if match is None or match[1] in _TO_THE_SCREEN:
        return ""
    return _BY_LOT.sub("*", match[1])
