"""Every ordinary file below some folders, and none outside: links are not followed, nothing special is opened."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from keyturn.clients.search.report import GapReason

# Files that go from hand to hand together: enough that handing over costs nothing beside looking.
TOGETHER = 256
# File systems whose files the kernel makes up, some without end (Linux: fs/proc, fs/sysfs and their kin).
_KERNELS = frozenset(
    {
        *("proc", "sysfs", "devtmpfs", "devpts", "cgroup", "cgroup2", "debugfs", "tracefs", "securityfs", "bpf"),
        *("pstore", "mqueue", "configfs", "efivarfs", "fusectl", "binfmt_misc", "rpc_pipefs", "nsfs", "selinuxfs"),
    }
)
_ESCAPED = re.compile(r"\\([0-7]{3})")


class Tree:
    """The folders to walk through, and what the walk passed over.

    Args:
        folders: where to begin; a file stands for itself.
        left_out: folders that are not entered and not told of.

    Attributes:
        passed_over: each path that was not looked into, why, and what the system said.
    """

    def __init__(self, folders: Sequence[Path], left_out: Collection[Path] = ()) -> None:
        self._folders = _apart(folders)
        self._left_out = {os.path.realpath(folder) for folder in left_out}
        self._kernels = _kernels_folders()
        self.passed_over: list[tuple[str, GapReason, str]] = []

    def files(self) -> Iterator[list[str]]:
        """Yield the paths of all files, many at a time."""
        together: list[str] = []
        for path in self._paths():
            together.append(path)
            if len(together) == TOGETHER:
                yield together
                together = []
        if together:
            yield together

    def _paths(self) -> Iterator[str]:
        waiting = [root for root in reversed(self._folders) if os.path.isdir(root)]  # noqa: PTH112  (any bytes)
        yield from (root for root in self._folders if root not in waiting)
        while waiting:
            folder = waiting.pop()
            if folder in self._left_out:
                continue
            if folder in self._kernels:
                self.passed_over.append((folder, GapReason.KERNEL, ""))
                continue
            try:
                with os.scandir(folder) as entries:
                    for entry in entries:
                        if entry.is_file(follow_symlinks=False):
                            yield entry.path
                        elif entry.is_dir(follow_symlinks=False) and not _is_junction(entry):
                            waiting.append(entry.path)
                        elif entry.is_symlink():
                            self._link(entry.path)
            except (FileNotFoundError, NotADirectoryError):
                continue
            except PermissionError:
                self.passed_over.append((folder, GapReason.DENIED, ""))
            except OSError as error:
                self.passed_over.append((folder, GapReason.FAILED, error.strerror or ""))

    def _link(self, path: str) -> None:
        target = os.path.realpath(path)
        if not any(_is_below(target, root) for root in self._folders) and os.path.exists(target):  # noqa: PTH110
            self.passed_over.append((path, GapReason.OUTSIDE, ""))


def _apart(folders: Sequence[Path]) -> list[str]:
    """The real paths of the folders, without those that lie in another one."""
    real = dict.fromkeys(os.path.realpath(folder) for folder in folders)
    return [one for one in real if not any(one != other and _is_below(one, other) for other in real)]


def _is_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def _is_junction(entry: os.DirEntry[str]) -> bool:
    """Windows' other kind of link to a folder; Python takes it for the folder itself."""
    tag = getattr(entry.stat(follow_symlinks=False), "st_reparse_tag", 0) if os.name == "nt" else 0
    return bool(tag) and tag == getattr(stat, "IO_REPARSE_TAG_MOUNT_POINT", None)


def _kernels_folders() -> frozenset[str]:
    """Where the kernel's own file systems are mounted (proc(5), `mountinfo`)."""
    try:
        lines = Path("/proc/self/mountinfo").read_bytes().decode(errors="surrogateescape").splitlines()
    except OSError:
        return frozenset({"/dev", "/proc", "/sys"})
    folders = set()
    for line in lines:
        mounted, _dash, about = line.partition(" - ")
        if about.partition(" ")[0] in _KERNELS:
            folders.add(_ESCAPED.sub(lambda match: chr(int(match[1], 8)), mounted.split(" ")[4]))
    return frozenset(folders)
