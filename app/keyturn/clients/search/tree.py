"""Every ordinary file below some folders, and none outside: links are not followed, nothing special is opened."""

from __future__ import annotations

import os
import stat
import sys
import time
from array import array
from collections.abc import Callable, Iterator

from keyturn.clients.search.left_out import CACHES, KIND_BY_ENDING, LARGEST_SETTINGS
from keyturn.clients.search.mounts import MountKind, Mounts
from keyturn.clients.search.search_rows import Area, GapReason, PassedOver, SearchWork

# Files that go from hand to hand together: enough that handing over costs nothing beside looking.
TOGETHER = 256
# A file that was changed this short a time ago may be changed again within the same tick of its clock.
_SETTLED = 2_000_000_000  # nanoseconds
# A file whose content is elsewhere and comes when it is read: Windows' FILE_ATTRIBUTE_OFFLINE, …_RECALL_ON_OPEN and
# …_RECALL_ON_DATA_ACCESS; macOS's SF_DATALESS.
_FETCHED_ATTRIBUTES = 0x1000 | 0x40000 | 0x400000
_DATALESS = 0x40000000
_REASONS = {MountKind.KERNEL: GapReason.KERNEL, MountKind.REMOTE: GapReason.REMOTE}


class Tree:
    """A walk through an area.

    Args:
        now: the clock by which the times of files are judged, in nanoseconds.

    Attributes:
        passed_over: what was not looked into, and why. Each reason of which there may be very many is counted.
    """

    def __init__(self, area: Area, mounts: Mounts, now: Callable[[], int] = time.time_ns) -> None:
        self._area = area
        self._folders = _apart(area.folders)
        self._left_out = {os.path.realpath(folder) for folder in area.left_out}
        self._private = {os.path.realpath(folder) for folder in area.private}
        self._whole = {os.path.realpath(folder) for folder in area.whole}
        self._mounts = mounts
        self._counted: dict[tuple[GapReason, str], PassedOver] = {}
        self._named: list[PassedOver] = []
        self._settled_before = now() - _SETTLED
        self._devices: dict[int, bool] = {}
        self._forgetful = {_device(folder) for folder in mounts.without_change_times}

    @property
    def passed_over(self) -> list[PassedOver]:
        """What was passed over until now."""
        return [*self._named, *self._counted.values()]

    def pieces(self) -> Iterator[SearchWork]:
        """Yield all files, many at a time."""
        paths: list[str] = []
        marks = array("Q")
        for path, mark in self._files():
            paths.append(path)
            marks.append(mark)
            if len(paths) == TOGETHER:
                yield SearchWork(paths, marks)
                paths, marks = [], array("Q")
        if paths:
            yield SearchWork(paths, marks)

    def _files(self) -> Iterator[tuple[str, int]]:
        roots = {root: self._leaves_out(root) for root in self._folders if os.path.isdir(root)}  # noqa: PTH112  (any bytes)
        waiting = list(reversed(roots.items()))
        for root in self._folders:
            if root not in roots:
                try:
                    yield root, self._mark(os.stat(root))  # noqa: PTH116
                except OSError:
                    yield root, 0  # its reader tells why it cannot be read
        while waiting:
            folder, leaves_out = waiting.pop()
            leaves_out = leaves_out and folder not in self._whole
            if not self._is_entered(folder, folder in roots or folder in self._whole):
                continue
            try:
                with os.scandir(folder) as entries:
                    for entry in entries:
                        if entry.is_file(follow_symlinks=False):
                            mark = self._file(entry, leaves_out)
                            if mark is not None:
                                yield entry.path, mark
                        elif entry.is_dir(follow_symlinks=False) and not _is_junction(entry):
                            if leaves_out and entry.name in CACHES and entry.path not in self._whole:
                                self._count(GapReason.LEFT_OUT, entry.path, "caches")
                            else:
                                waiting.append((entry.path, leaves_out))
                        elif entry.is_symlink():
                            self._link(entry.path)
            except (FileNotFoundError, NotADirectoryError):
                continue
            except PermissionError:
                self._named.append(PassedOver(folder, GapReason.DENIED))
            except OSError as error:
                self._named.append(PassedOver(folder, GapReason.FAILED, error.strerror or ""))

    def _leaves_out(self, root: str) -> bool:
        """Whether what holds no settings is passed over there."""
        return self._area.only_settings and root not in self._whole

    def _is_entered(self, folder: str, is_root: bool) -> bool:
        if folder in self._left_out:
            return False
        if folder in self._private and not is_root:
            self._named.append(PassedOver(folder, GapReason.PRIVATE))
            return False
        kind = self._mounts.kinds.get(folder, MountKind.DISK)
        # What a person named is entered, though it lies on another computer; what is in its way is not.
        if kind is MountKind.DISK or (is_root and kind is MountKind.REMOTE):
            return True
        self._named.append(PassedOver(folder, _REASONS[kind]))
        return False

    def _file(self, entry: os.DirEntry[str], leaves_out: bool) -> int | None:
        """The file's mark; None where it is passed over."""
        if leaves_out:
            kind = KIND_BY_ENDING.get(os.path.splitext(entry.name)[1].lower())  # noqa: PTH122
            if kind is not None:
                self._count(GapReason.LEFT_OUT, entry.path, kind)
                return None
        try:
            about = entry.stat(follow_symlinks=False)
        except OSError:
            return 0  # its reader tells why it cannot be read
        if _is_elsewhere(about):
            self._count(GapReason.ELSEWHERE, entry.path)
            return None
        if leaves_out and about.st_size > LARGEST_SETTINGS:
            self._count(GapReason.LEFT_OUT, entry.path, "large files")
            return None
        return self._mark(about)

    def _mark(self, about: os.stat_result) -> int:
        if sys.platform == "win32":
            return (
                0  # there `st_ctime` is when the file was made, and anyone who changes a file may set its other times
            )
        changed = about.st_ctime_ns
        if changed >= self._settled_before or about.st_dev in self._forgetful:
            return 0
        # Python's own hash of whole numbers is the same in every process, and is far quicker than any other here.
        mark = hash((about.st_dev, about.st_ino, about.st_size, about.st_mtime_ns, changed))
        return mark & 0xFFFF_FFFF_FFFF_FFFF

    def _link(self, path: str) -> None:
        try:
            leads = os.readlink(path)  # noqa: PTH115
        except OSError:
            return
        if not os.path.isabs(leads) and ".." not in leads:  # noqa: PTH117
            return
        target = os.path.realpath(path)
        if not any(_is_below(target, root) for root in self._folders) and os.path.exists(target):  # noqa: PTH110
            self._count(GapReason.OUTSIDE, path)

    def _count(self, reason: GapReason, path: str, detail: str = "") -> None:
        before = self._counted.get((reason, detail))
        if before is None:
            self._counted[reason, detail] = PassedOver(path, reason, detail)
        else:
            more = (*before.more, path) if len(before.more) < _NAMED else before.more
            self._counted[reason, detail] = before._replace(number=before.number + 1, more=more)


_NAMED = 8  # paths of one reason that are kept to be named


def _is_elsewhere(about: os.stat_result) -> bool:
    if sys.platform == "win32":
        return bool(about.st_file_attributes & _FETCHED_ATTRIBUTES)
    return sys.platform == "darwin" and bool(about.st_flags & _DATALESS)


def _device(folder: str) -> int:
    try:
        return os.stat(folder).st_dev  # noqa: PTH116
    except OSError:
        return -1


def _apart(folders: list[str]) -> list[str]:
    """The real paths of the folders, without those that lie in another one."""
    real = dict.fromkeys(os.path.realpath(folder) for folder in folders)
    return [one for one in real if not any(one != other and _is_below(one, other) for other in real)]


def _is_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def _is_junction(entry: os.DirEntry[str]) -> bool:
    """Windows' other kind of link to a folder; Python takes it for the folder itself."""
    tag = getattr(entry.stat(follow_symlinks=False), "st_reparse_tag", 0) if os.name == "nt" else 0
    return bool(tag) and tag == getattr(stat, "IO_REPARSE_TAG_MOUNT_POINT", None)
