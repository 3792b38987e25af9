"""Reading a file that is not ours, and replacing it in one instant with everything else about it kept.

At every moment the file holds its old bytes or its new bytes, complete, whatever fails and wherever the program is
killed (ARCHITECTURE.md, "Promises"; the rules are those of facts/anchors.md 3.4 and facts/clients.md 18).
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from keyturn.edits import failures
from keyturn.edits.failures import Doing
from keyturn.edits.filesystem import ACCESS_LIST, REAL, FileSystem
from keyturn.edits.held_files import HELD, NOT_REPLACED, once_free
from keyturn.model.errors import FileError
from keyturn.model.temporaries import is_temporary, temporary_name

LIMIT = 4 * 1024 * 1024  # bytes; configuration files are far smaller
_ROOM_TO_SPARE = 4096  # bytes: a new key may be longer than the old one
# The attributes that people and programs give their files (attr(5), extended user attributes).
_OF_PERSONS = "user."
# Where names cannot be swapped: not by this system, or not on this file system (man 2 renameat2).
_NO_EXCHANGE = frozenset({errno.ENOSYS, errno.EINVAL, errno.ENOTSUP})
_NOFOLLOW = getattr(os, "O_NOFOLLOW", 0)
# Opening must not wait for the other end of a pipe, nor make a terminal ours.
_WITHOUT_WAITING = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)


@dataclass(frozen=True, slots=True)
class FileContent:
    """A file as it was read.

    Attributes:
        path: as asked for.
        real_path: the file itself, behind all links.
        content: its bytes; they may hold secrets and are not part of the repr.
        digest: SHA-256 of the bytes, in hexadecimal.
        mode: permission bits.
        owner: user number; 0 on Windows.
        group: group number; 0 on Windows.
        names: how many names (hard links) the file has.
    """

    path: Path
    real_path: Path
    content: bytes = field(repr=False)
    digest: str
    mode: int
    owner: int
    group: int
    names: int = 1


def read_file(path: Path, *, limit: int = LIMIT, filesystem: FileSystem = REAL) -> FileContent:
    """Read an ordinary file; a pipe or device is never opened, so this never waits for one.

    Args:
        limit: the most bytes to read.

    Raises:
        FileError: `file.missing`, `file.not-a-file`, `file.too-big`, `file.closed`, `file.unreadable`, `file.busy`.
    """
    with _told(path, Doing.READING):
        try:
            real_path = filesystem.resolve(path)
        except (ValueError, RuntimeError) as error:
            # A path that cannot exist: a zero byte in it, or links in a circle.
            raise failures.missing(path) from error
        before = filesystem.stat(real_path)
        _check_ordinary(path, before, limit)
        reading = os.O_RDONLY | _NOFOLLOW | _WITHOUT_WAITING
        descriptor = once_free(path, lambda: filesystem.open(real_path, reading), filesystem)
        try:
            opened = filesystem.fstat(descriptor)
            _check_ordinary(path, opened, limit)
            content = _read_all(descriptor, limit, filesystem)
        finally:
            filesystem.close(descriptor)
    if len(content) > limit:
        raise failures.too_big(path, limit)
    return FileContent(
        path,
        real_path,
        content,
        hashlib.sha256(content).hexdigest(),
        stat.S_IMODE(opened.st_mode),
        opened.st_uid,
        opened.st_gid,
        opened.st_nlink,
    )


def obstacle(path: Path, *, filesystem: FileSystem = REAL) -> FileError | None:
    """Look whether the file could be replaced, and return what would stand in the way, or None. Nothing is written.

    A full disk or a quota shows only in the rehearsal, see `writability`.
    """
    try:
        current = read_file(path, filesystem=filesystem)
        _check_replaceable(current, filesystem)
        with _told(path, Doing.REPLACING):
            # Finds flags and rules that forbid changes, which permission bits do not show.
            filesystem.close(filesystem.open(current.real_path, os.O_WRONLY | _NOFOLLOW | _WITHOUT_WAITING))
            filesystem.check_may_add_to(current.real_path.parent)
    except FileError as error:
        return error
    return None


def writability(path: Path, *, filesystem: FileSystem = REAL) -> FileError | None:
    """Rehearse replacing the file, and return what would stand in the way, or None.

    A temporary file of the file's own size and rights is made beside it and removed again; the file is not changed.

    Returns:
        A `FileError` with one of the codes of `read_file` and `replace_file`.
    """
    try:
        current = read_file(path, filesystem=filesystem)
        _check_replaceable(current, filesystem)
        temporary = _temporary_of(current)
        with _named_where_left(temporary, filesystem), _told(path, Doing.REPLACING):
            # Finds flags and rules that forbid changes, which permission bits do not show. Nothing is written.
            filesystem.close(filesystem.open(current.real_path, os.O_WRONLY | _NOFOLLOW | _WITHOUT_WAITING))
            rehearsal = bytes(len(current.content) + _ROOM_TO_SPARE)
            _write_temporary(temporary, current, rehearsal, filesystem)
            filesystem.remove(temporary)
    except FileError as error:
        return error
    return None


def replace_file(before: FileContent, content: bytes, *, filesystem: FileSystem = REAL) -> None:
    """Put `content` in the place of what was read, in one instant.

    Permissions, owner, group, access list and extended attributes stay; on Windows attributes, streams and encryption
    as well (`on_windows.created_like` says what does not). Links stay: the file behind them is replaced.

    Raises:
        FileError: before anything changed: `file.changed` where the file is no longer as it was read, `file.read-only`,
            `file.full`, `file.denied`, `file.busy`, `file.hard-linked`, `file.failed`. After the replacement:
            `file.not-durable`, where the disk did not confirm it.
    """
    current = _unchanged(before, filesystem)
    _check_replaceable(current, filesystem)
    temporary = _temporary_of(current)
    with _named_where_left(temporary, filesystem), _told(before.path, Doing.REPLACING):
        folder = _open_folder(current.real_path.parent, filesystem)
        try:
            _write_temporary(temporary, current, content, filesystem)
            _put_in_place(temporary, current, content, filesystem)
            if folder is not None:
                try:
                    filesystem.fsync(folder)
                except OSError as error:
                    raise failures.not_durable(before.path, error) from error
        finally:
            if folder is not None:
                with suppress(OSError):
                    filesystem.close(folder)


def leftover_temporaries(folder: Path) -> tuple[Path, ...]:
    """Return the temporary files that a killed Keyturn left in a folder; they may hold a key.

    Only while no other Keyturn works (see `computer.lock`) are they leftovers for certain.
    """
    try:
        names = sorted(entry.name for entry in os.scandir(folder) if entry.is_file(follow_symlinks=False))
    except OSError:
        return ()
    return tuple(folder / name for name in names if is_temporary(name))


@contextmanager
def _told(path: Path, doing: Doing) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise failures.refused(error, path, doing) from error


@contextmanager
def _named_where_left(temporary: Path, filesystem: FileSystem) -> Iterator[None]:
    """Name the temporary file in an error where it could not be removed: a folder may let files be made and no more."""
    try:
        yield
    except FileError as error:
        try:
            filesystem.stat(temporary)
        except OSError:
            raise error from error.__cause__
        raise failures.left_there(error, temporary) from error


def _check_ordinary(path: Path, found: os.stat_result, limit: int) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise failures.not_a_file(path)
    if found.st_size > limit:
        raise failures.too_big(path, limit)


def _read_all(descriptor: int, limit: int, filesystem: FileSystem) -> bytes:
    pieces: list[bytes] = []
    wanted = limit + 1  # one more tells a file that grew, or one whose size is not known beforehand
    while wanted > 0 and (piece := filesystem.read(descriptor, min(wanted, 1024 * 1024))):
        pieces.append(piece)
        wanted -= len(piece)
    return b"".join(pieces)


def _unchanged(before: FileContent, filesystem: FileSystem) -> FileContent:
    """The file read again, where it is still the same one with the same bytes and rights."""
    try:
        current = read_file(before.path, limit=max(LIMIT, len(before.content)), filesystem=filesystem)
    except FileError as error:
        if error.code in {"file.missing", "file.not-a-file", "file.too-big"}:
            raise failures.changed(before.path) from error
        raise
    same_rights = (current.mode, current.owner, current.group) == (before.mode, before.owner, before.group)
    if current.real_path != before.real_path or current.digest != before.digest or not same_rights:
        raise failures.changed(before.path)
    return current


def _check_replaceable(current: FileContent, filesystem: FileSystem) -> None:
    if current.names > 1:
        raise failures.hard_linked(current.path)
    # Replacing does not ask for the right to write the file itself; its owner's wish is respected all the same.
    if not current.mode & stat.S_IWUSR:
        raise failures.read_only(current.path)
    with _told(current.path, Doing.REPLACING):
        is_mounted = filesystem.is_mounted(current.real_path)
    if is_mounted:
        raise failures.busy(current.path)


def _open_folder(folder: Path, filesystem: FileSystem) -> int | None:
    """A descriptor to confirm the replacement by; None where the platform or the folder's rights do not give one."""
    directory = getattr(os, "O_DIRECTORY", None)
    if directory is None:
        return None
    try:
        return filesystem.open(folder, os.O_RDONLY | directory)
    except PermissionError:
        return None


def _temporary_of(target: FileContent) -> Path:
    return target.real_path.with_name(temporary_name(os.getpid()))


def _write_temporary(path: Path, target: FileContent, content: bytes, filesystem: FileSystem) -> None:
    """A file beside the target with its rights and the given bytes, on the disk. Nothing is left where this fails."""
    descriptor = once_free(target.path, lambda: filesystem.create_like(target.real_path, path), filesystem)
    try:
        try:
            _take_over_rights(target, descriptor, filesystem)
            rest = memoryview(content)
            while rest:
                rest = rest[filesystem.write(descriptor, bytes(rest)) :]
            filesystem.fsync(descriptor)
        finally:
            filesystem.close(descriptor)
    except BaseException:
        _forget(path, filesystem)
        raise


def _take_over_rights(target: FileContent, descriptor: int, filesystem: FileSystem) -> None:
    fresh = filesystem.fstat(descriptor)
    try:
        if (fresh.st_uid, fresh.st_gid) != (target.owner, target.group):
            filesystem.set_owner(descriptor, target.owner, target.group)
        _copy_attributes(target, descriptor, filesystem)
        # After the access list, whose mask the permission bits of the group are.
        if stat.S_IMODE(filesystem.fstat(descriptor).st_mode) != target.mode:
            filesystem.set_mode(descriptor, target.mode)
    except PermissionError as error:
        if getattr(error, "winerror", None) in HELD:
            raise  # another program holds the file: that ends, and says nothing of whose it is
        raise failures.not_ours(target.path) from error
    now = filesystem.fstat(descriptor)
    if (stat.S_IMODE(now.st_mode), now.st_uid, now.st_gid) != (target.mode, target.owner, target.group):
        raise failures.not_ours(target.path)


def _copy_attributes(target: FileContent, descriptor: int, filesystem: FileSystem) -> None:
    source = filesystem.open(target.real_path, os.O_RDONLY | _NOFOLLOW | _WITHOUT_WAITING)
    try:
        wanted = filesystem.attributes(source)
    finally:
        filesystem.close(source)
    present = filesystem.attributes(descriptor)
    if ACCESS_LIST in present and ACCESS_LIST not in wanted:
        # The folder's default list would open the file to people who may not read the present one.
        filesystem.remove_attribute(descriptor, ACCESS_LIST)
    for name, value in wanted.items():
        if present.get(name) == value:
            continue
        try:
            filesystem.set_attribute(descriptor, name, value)
        except OSError:
            # Labels of security modules are the system's to set. What people and programs wrote there is theirs, and a
            # lost access list would lock somebody out.
            if name == ACCESS_LIST or name.startswith(_OF_PERSONS):
                raise


def _put_in_place(temporary: Path, before: FileContent, content: bytes, filesystem: FileSystem) -> None:
    """Give the new file the name, and see that it took it from the file that was read.

    Programs write their own files at any time, so the last look is right before. Where two names can be swapped, what
    was written since then comes out under the temporary name, and gets its own name back. Elsewhere it would be lost:
    some fifty millionths of a second remain.

    Raises:
        FileError: `file.changed`, where it is not the file that was read.
    """
    swapped = False
    try:
        _unchanged(before, filesystem)
        swapped = _swap(temporary, before.real_path, filesystem)
        if swapped and _content_of(temporary, filesystem) != before.content:
            raise failures.changed(before.path)
    except BaseException:
        if swapped:
            _swap_back(temporary, before.real_path, content, filesystem)
        else:
            _forget(temporary, filesystem)
        raise
    if swapped:
        _forget(temporary, filesystem)


def _swap(temporary: Path, target: Path, filesystem: FileSystem) -> bool:
    """Put the new file in place; False where nothing came out for it."""
    try:
        filesystem.exchange(temporary, target)
    except OSError as error:
        if error.errno not in _NO_EXCHANGE:
            raise
        _rename(temporary, target, filesystem)
        return False
    return True


def _swap_back(temporary: Path, target: Path, content: bytes, filesystem: FileSystem) -> None:
    # Where this fails, what came out is not removed: it stays under the temporary name.
    with suppress(OSError):
        filesystem.exchange(temporary, target)
        if _content_of(temporary, filesystem) != content:
            # They wrote once more meanwhile, and what was written last is what stays.
            filesystem.exchange(temporary, target)
        _forget(temporary, filesystem)


def _content_of(path: Path, filesystem: FileSystem) -> bytes | None:
    """The bytes of what is there; None where that is no ordinary file, or cannot be read."""
    try:
        return read_file(path, filesystem=filesystem).content
    except FileError:
        return None


def _rename(temporary: Path, target: Path, filesystem: FileSystem) -> None:
    once_free(target, lambda: filesystem.replace(temporary, target), filesystem, NOT_REPLACED)


def _forget(temporary: Path, filesystem: FileSystem) -> None:
    # What cannot be removed now is found by `leftover_temporaries` at the next start.
    try:
        filesystem.remove(temporary)
    except BaseException as error:
        with suppress(OSError):
            filesystem.remove(temporary)
        if not isinstance(error, OSError):
            raise
