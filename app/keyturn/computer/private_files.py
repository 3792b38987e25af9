"""The small files of Keyturn's own: for their owner's eyes alone, whole or not at all, and on the disk when written.

Nothing is read or written through a link: anyone who may put one there would choose what Keyturn believes, or destroys.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
from contextlib import suppress
from pathlib import Path

from keyturn.computer.access_lists import AccessLists, close, this_access_lists
from keyturn.model.temporaries import temporary_name
from keyturn.model.text import _

_LIMIT = 64 * 1024 * 1024  # bytes; nothing that Keyturn writes comes near it
_OF_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_NOFOLLOW = getattr(os, "O_NOFOLLOW", 0)
_WITHOUT_WAITING = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_BINARY", 0)
_LISTS = this_access_lists()


def expect_private_file(path: Path) -> None:
    """See that `path` is an ordinary file, before somebody else opens it by its name.

    Raises:
        FileNotFoundError: where there is none.
        OSError: where it is a link, a folder, or anything else but a file.
    """
    _expect_file(path, path.lstat().st_mode)


def read_private_file(path: Path) -> bytes:
    """Return what stands in one of Keyturn's own files.

    Raises:
        FileNotFoundError: where there is none.
        OSError: where it cannot be read, or is a link, a folder, or anything else but a file.
    """
    expect_private_file(path)
    descriptor = os.open(path, os.O_RDONLY | _NOFOLLOW | _WITHOUT_WAITING)
    with os.fdopen(descriptor, "rb") as file:
        _expect_file(path, os.fstat(file.fileno()).st_mode)
        content = file.read(_LIMIT + 1)
    if len(content) > _LIMIT:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), str(path))
    return content


def replace_private_file(path: Path, content: str | bytes, *, access: AccessLists | None = _LISTS) -> None:
    """Replace `path` by `content` in one instant, with the permissions 0600. A link in its place is replaced itself.

    Args:
        access: what closes it, before anything is written, where permission bits do not.

    Raises:
        OSError: where the disk or the folder does not let it; the file is then as it was, unless it was the folder
            that could not be written through to the disk. Where the new file was written and could be neither given
            its name nor removed, the error's `filename` is that of the new file.
    """
    new = path.with_name(temporary_name(os.getpid()))
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NOFOLLOW | getattr(os, "O_BINARY", 0), 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            if access is not None:
                close(new, access)
            file.write(content.encode() if isinstance(content, str) else content)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    except BaseException as error:
        with suppress(OSError):
            new.unlink()
        if isinstance(error, OSError) and os.path.lexists(new):
            reason = error.strerror or type(error).__name__
            raise OSError(error.errno, _("{reason}, and {path} stays there").format(reason=reason, path=new)) from error
        raise
    if sys.platform != "win32":
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def give_new_name(new: Path, path: Path) -> None:
    """Call a new file `path`; where there is one of that name already, that one stays.

    Raises:
        OSError: where the disk or the folder does not let it.
    """
    if sys.platform == "win32":
        with suppress(FileExistsError):
            new.rename(path)
        return
    try:
        os.link(new, path, follow_symlinks=False)
    except FileExistsError:
        return
    except OSError:
        # Disks without second names; of two that begin at once, the later one's is the one that stays.
        if not os.path.lexists(path):
            new.rename(path)


def keeps_permissions(folder: Path, *, access: AccessLists | None = _LISTS) -> bool:
    """Try whether a file can be closed to everybody else there: a stick, or a disk of Windows, knows no permissions.

    Args:
        access: what closes files where permission bits do not.

    Raises:
        OSError: where no file can be made there.
    """
    if access is not None:
        return access.are_kept_on(folder)
    trial = folder / temporary_name(os.getpid())
    descriptor = os.open(trial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NOFOLLOW, 0o600)
    try:
        return not os.fstat(descriptor).st_mode & _OF_OTHERS
    finally:
        os.close(descriptor)
        trial.unlink()


def _expect_file(path: Path, mode: int) -> None:
    if stat.S_ISLNK(mode):
        raise OSError(errno.ELOOP, _("it is a link"), str(path))
    if stat.S_ISDIR(mode):
        raise OSError(errno.EISDIR, _("it is a folder"), str(path))
    if not stat.S_ISREG(mode):
        raise OSError(errno.EINVAL, _("it is no ordinary file"), str(path))
