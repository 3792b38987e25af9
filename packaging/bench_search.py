"""How fast a search of whole folders is, beside ripgrep on the same files, and how much memory it takes."""

from __future__ import annotations

import shutil
import site
import subprocess
import sys
import sysconfig
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

FILES, LARGE_FILES, LARGE_SIZE = 20_000, 2, 300 * 1000 * 1000
SAMPLE = 1_000_000  # bytes, for a program that would take hours for all
KEY = "AKIABENCH0000EXAMPLE"
# The comparison is about plain files: ripgrep does not look into these, and Keyturn does.
_PACKED = {".gz", ".tgz", ".zip", ".whl", ".jar", ".bz2", ".xz", ".exe", ".db", ".sqlite", ".sqlite3"}


@dataclass(frozen=True)
class Tree:
    """The files that are searched.

    Attributes:
        size: of all of them, in bytes.
        holding: how many hold the key.
    """

    folder: Path
    files: int
    size: int
    holding: int


def write_tree(folder: Path) -> Tree:
    """Copy Python's own modules and libraries until there are many files, add large ones, and put a key into some."""
    sources = [Path(sysconfig.get_path("stdlib")), *(Path(path) for path in site.getsitepackages())]
    plain = [path for source in sources for path in source.rglob("*") if _is_plain(path)]
    copies, plain = -(-FILES // len(plain)), plain[:: max(1, len(plain) // FILES)]
    size = files = holding = 0
    for copy in range(copies):
        for path in plain:
            target = folder / f"copy {copy}" / path.relative_to(path.anchor)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
            if files % 1000 == 0:
                with target.open("ab") as file:
                    file.write(f"\naws_access_key_id = {KEY}\n".encode())
                holding += 1
            size, files = size + target.stat().st_size, files + 1
    content = b"".join(path.read_bytes() for path in plain[: len(plain) // 10])[: LARGE_SIZE // 10]
    for number in range(LARGE_FILES):
        with (folder / f"large {number}").open("wb") as file:
            while file.tell() < LARGE_SIZE:
                file.write(content)
            size, files = size + file.tell(), files + 1
    return Tree(folder, files, size, holding)


def write_sample(tree: Path, folder: Path) -> Tree:
    """Copy files from all over the tree, about as many bytes as a sample has, and one with the key."""
    paths = sorted(path for path in tree.glob("copy 0/**/*") if path.is_file())
    whole = sum(path.stat().st_size for path in paths)
    size = files = 0
    folder.mkdir()
    (folder / "with the key.env").write_text(f"AWS_ACCESS_KEY_ID={KEY}\n")
    for number, path in enumerate(paths[:: max(1, whole // SAMPLE)]):
        shutil.copyfile(path, folder / f"{number}{path.suffix}")
        size, files = size + path.stat().st_size, files + 1
    return Tree(folder, files, size, 0)


def peak_memory(command: Sequence[str]) -> int:
    """The most bytes of memory that a command and the processes it starts take together, looked at often."""
    peak, over = 0, threading.Event()
    process = psutil.Popen(command, stdout=subprocess.DEVNULL)

    def watch() -> None:
        nonlocal peak
        while not over.is_set():
            together = 0
            for one in (process, *_children(process)):
                try:
                    together += one.memory_info().rss
                except psutil.Error:
                    continue
            peak = max(peak, together)
            time.sleep(0.005)

    watcher = threading.Thread(target=watch)
    watcher.start()
    process.wait()
    over.set()
    watcher.join()
    return peak


def search_alone(folder: Path, *, any_key: bool = False) -> list[str]:
    """The command of a search that begins with what it looks for, as ripgrep does, and prints the paths."""
    code = (
        "import sys; from pathlib import Path; from keyturn.model.keys import AccessKeyId;"
        "from keyturn.clients.search.folder_search import search_folders as search;"
        "from keyturn.clients.search.search_rows import named;"
        f"found = search(named([Path(sys.argv[1])]), [AccessKeyId('{KEY}')], any_key={any_key}).findings;"
        "print(*sorted({str(place.path) for place in found.places}), sep='\\n')"
    )
    return [sys.executable, "-c", code, str(folder)]


def _children(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children(recursive=True)
    except psutil.Error:
        return []


def _is_plain(path: Path) -> bool:
    return path.suffix not in _PACKED and path.is_file() and not path.is_symlink()
