"""Which files of the program a command loads, although all of them were loaded before it began.

The program under test is loaded whole, so that nothing is loaded while it is disturbed. What it would have loaded by
itself is told by its import statements: those of each module are noted while it is loaded, and those that a command
comes to are noted in a memory that the processes share, which is no call to the system and outlives a kill.
"""

from __future__ import annotations

import builtins
import hashlib
import importlib
import importlib.util
import mmap
import os
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

SIZE = 4096  # bytes, one for each module
OURS = ("keyturn", "keyturn_practice", "tests")


@dataclass
class ImportsNoted:
    """Notes import statements, from `begin` on.

    Attributes:
        edges: which modules each module imports while it is loaded itself.
        always: what was loaded before `begin`.
        names: the modules that a command may import, in the order of their bytes.
    """

    edges: dict[str, set[str]] = field(default_factory=dict)
    always: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    _numbers: Mapping[str, int] = field(default_factory=dict)
    _memory: mmap.mmap | None = None

    def begin(self) -> None:
        """Hear every import statement of this process, and of those that are forked from it."""
        self.always = sorted(name for name in sys.modules if _is_ours(name))
        sys.addaudithook(self._hear_of_programs)
        import_, import_module = builtins.__import__, importlib.import_module

        def hear(
            name: str,
            globals: Mapping[str, object] | None = None,
            locals: Mapping[str, object] | None = None,
            fromlist: Iterable[str] | None = (),
            level: int = 0,
        ) -> ModuleType:
            importer = globals or {}
            package = str(importer.get("__package__") or "")
            wanted = importlib.util.resolve_name("." * level + name, package) if level else name
            self._note(str(importer.get("__name__", "")), [wanted, *(f"{wanted}.{one}" for one in fromlist or ())])
            return import_(name, globals, locals, tuple(fromlist or ()), level)

        def hear_by_name(name: str, package: str | None = None) -> ModuleType:
            wanted = importlib.util.resolve_name(name, package) if package else name
            importer = sys._getframe(1).f_globals  # no other way tells who calls
            self._note(str(importer.get("__name__", "")), [wanted])
            return import_module(name, package)

        builtins.__import__ = hear
        importlib.import_module = hear_by_name

    def all_is_loaded(self) -> None:
        """From here on it is commands that import."""
        self.names = sorted(name for name in sys.modules if _is_ours(name))
        if len(self.names) > SIZE:
            raise RuntimeError(f"{len(self.names)} modules; raise SIZE")
        self._numbers = {name: number for number, name in enumerate(self.names)}

    def note_in(self, path: Path) -> None:
        """Note what this process imports in that file, which has a byte for each module."""
        with path.open("r+b") as file:
            self._memory = mmap.mmap(file.fileno(), SIZE)

    def _note(self, importer: str, wanted: Iterable[str]) -> None:
        memory = self._memory
        for name in wanted:
            if not _is_ours(name):
                continue
            if memory is None:
                self.edges.setdefault(importer, set()).add(name)
            elif name in self._numbers:
                memory[self._numbers[name]] = 1

    def _hear_of_programs(self, event: str, arguments: tuple[Any, ...]) -> None:
        """A Python that is started may import whatever it likes."""
        if event in {"subprocess.Popen", "os.posix_spawn", "os.exec"} and self._memory is not None:
            program = os.fsdecode(arguments[0] or "")
            if "python" in Path(program).name or "keyturn" in Path(program).name:
                self._memory[: len(self.names)] = b"\1" * len(self.names)

    def table(self) -> dict[str, Any]:
        """What has to be known to read such a file."""
        return {
            "files": {name: [file, digest_of(file)] for name in self.names if (file := file_of(name)) is not None},
            "names": self.names,
            "edges": {name: sorted(wanted) for name, wanted in self.edges.items()},
            "always": self.always,
        }


def _is_ours(name: str) -> bool:
    return name.partition(".")[0] in OURS


def file_of(name: str) -> str | None:
    """The file of a loaded module; None for a folder."""
    return getattr(sys.modules[name], "__file__", None)


def digest_of(path: str) -> str:
    """A digest of a file's bytes."""
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:16]


def new_notes(folder: Path) -> Path:
    """Make the file that takes what is loaded, with nothing noted, or find the one that another process made."""
    folder.mkdir(parents=True, exist_ok=True)
    path, unfinished = folder / "loaded", folder / f"loaded.{os.getpid()}"
    unfinished.write_bytes(bytes(SIZE))
    with suppress(FileExistsError):
        path.hardlink_to(unfinished)
    unfinished.unlink()
    return path


@cache
def files_of_this_process() -> dict[str, str]:
    """What this process loaded of the program until it was asked first, each file with its digest."""
    loaded = [file_of(name) for name in sys.modules if _is_ours(name)]
    return {file: digest_of(file) for file in loaded if file}


def files_loaded(table: Mapping[str, Any], noted: bytes) -> dict[str, str]:
    """The files of the modules that were imported, by commands or by other modules, each with its digest.

    Args:
        table: see `ImportsNoted.table`.
        noted: the bytes of the file.
    """
    files, edges = table["files"], table["edges"]
    waiting = [*table["always"], *(name for number, name in enumerate(table["names"]) if noted[number])]
    found: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        # A module is loaded with the packages that it lies in.
        waiting += [name.rpartition(".")[0], *edges.get(name, ())]
    return {path: digest for name in found if name in files for path, digest in [files[name]]}
