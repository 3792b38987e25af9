"""The calls that reading and replacing a file makes, as a port: tests let each of them fail in turn."""

from __future__ import annotations

import errno
import os
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Protocol

# Where Linux keeps a file's POSIX access list (man 5 acl).
ACCESS_LIST = "system.posix_acl_access"
# Linux: fcntl.h, AT_FDCWD; linux/fs.h, RENAME_EXCHANGE.
_HERE = -100
_EXCHANGE = 2


class FileSystem(Protocol):
    """What Keyturn asks of a file system. Every call may raise OSError, and means what `os` means by its name."""

    def resolve(self, path: Path) -> Path:
        """The file itself, behind all links; it exists."""
        ...

    def stat(self, path: Path) -> os.stat_result:
        """What is at `path`, behind all links."""
        ...

    def fstat(self, descriptor: int) -> os.stat_result:
        """What is open, also where another file has its name by now."""
        ...

    def open(self, path: Path, flags: int, mode: int = 0o600) -> int:
        """A descriptor, for `close`. `flags` are `os.O_…`; `mode` is for a file that is made by this."""
        ...

    def create_like(self, like: Path, path: Path) -> int:
        """Make a file that is not there, for its owner alone, and return a descriptor to write to it.

        It has what macOS or Windows keeps of the file `like` beside its contents: access list, attributes, and on
        Windows owner, streams and encryption. Windows may raise FileError, `file.denied`, where that cannot be.
        """
        ...

    def read(self, descriptor: int, size: int) -> bytes:
        """At most `size` bytes, and maybe fewer; none at the end."""
        ...

    def write(self, descriptor: int, content: bytes) -> int:
        """How many bytes were taken, which may be fewer than `content` has."""
        ...

    def fsync(self, descriptor: int) -> None:
        """Return when what was written, of a file or of a folder's names, outlives a power cut."""
        ...

    def close(self, descriptor: int) -> None:
        """Let go of what `open` gave."""
        ...

    def set_owner(self, descriptor: int, owner: int, group: int) -> None:
        """Give the file to a user and a group, by their numbers; EPERM where only root may."""
        ...

    def set_mode(self, descriptor: int, mode: int) -> None:
        """Set the twelve permission bits. They have to come after the owner, who clears some of them."""
        ...

    def attributes(self, descriptor: int) -> Mapping[str, bytes]:
        """Extended attributes, POSIX access lists among them; empty where the platform or file system has none."""
        ...

    def set_attribute(self, descriptor: int, name: str, value: bytes) -> None:
        """Set one extended attribute; ENOTSUP where the file system has none."""
        ...

    def remove_attribute(self, descriptor: int, name: str) -> None:
        """Take one extended attribute away; ENODATA where it is not there."""
        ...

    def check_may_add_to(self, folder: Path) -> None:
        """Raise OSError where no file may be made in the folder, without making one."""
        ...

    def is_mounted(self, path: Path) -> bool:
        """True where the file is itself a mount, as containers do with single files; it cannot be replaced then."""
        ...

    def replace(self, source: Path, target: Path) -> None:
        """Give `source` the name `target` in one instant; anyone who reads sees the old file or the new one."""
        ...

    def exchange(self, one: Path, other: Path) -> None:
        """Swap the names of two files in one instant; ENOSYS or EINVAL where that cannot be done."""
        ...

    def remove(self, path: Path) -> None:
        """Take a name away; FileNotFoundError where it is gone already."""
        ...

    def pause(self, seconds: float) -> None:
        """Let another program finish with a file."""
        ...


class RealFileSystem:
    """The computer's own file system."""

    def resolve(self, path: Path) -> Path:
        """`path` without links; FileNotFoundError where it leads nowhere."""
        return path.resolve(strict=True)

    def stat(self, path: Path) -> os.stat_result:
        """What is at `path`, behind links."""
        return path.stat()

    def fstat(self, descriptor: int) -> os.stat_result:
        """What is open."""
        return os.fstat(descriptor)

    def open(self, path: Path, flags: int, mode: int = 0o600) -> int:
        """A descriptor that programs started from here do not inherit."""
        return os.open(path, flags | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0), mode)

    def create_like(self, like: Path, path: Path) -> int:
        """A new file. On Linux it is given the rest by what `attributes`, `set_owner` and `set_mode` do."""
        if sys.platform == "win32":
            from keyturn.edits import on_windows

            return on_windows.created_like(like, path, on_windows.CALLS)
        elif sys.platform == "darwin":
            from keyturn.edits import on_macos

            return on_macos.created_like(like, path, on_macos.fcopyfile)
        else:
            return self.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)

    def read(self, descriptor: int, size: int) -> bytes:
        """At most `size` bytes; empty at the end."""
        return os.read(descriptor, size)

    def write(self, descriptor: int, content: bytes) -> int:
        """How many bytes were taken."""
        return os.write(descriptor, content)

    def fsync(self, descriptor: int) -> None:
        """Return when what was written is on the disk."""
        if sys.platform == "darwin":
            import fcntl

            # There fsync leaves the bytes in the drive's own cache (Apple, fsync(2)); some file systems have only it.
            with suppress(OSError):
                fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
                return
        os.fsync(descriptor)

    def close(self, descriptor: int) -> None:
        """Let go."""
        os.close(descriptor)

    def set_owner(self, descriptor: int, owner: int, group: int) -> None:
        """Owner and group; nothing on Windows."""
        if sys.platform != "win32":
            os.fchown(descriptor, owner, group)

    def set_mode(self, descriptor: int, mode: int) -> None:
        """Permission bits; nothing on Windows."""
        if sys.platform != "win32":
            os.fchmod(descriptor, mode)

    def attributes(self, descriptor: int) -> Mapping[str, bytes]:
        """Extended attributes, on Linux; `create_like` copies them on macOS."""
        found: dict[str, bytes] = {}
        if sys.platform == "linux":
            try:
                names = os.listxattr(descriptor)
            except OSError as error:
                if error.errno == errno.ENOTSUP:
                    return found
                raise
            for name in names:
                try:
                    found[name] = os.getxattr(descriptor, name)
                except OSError:
                    # Some are for the system alone; a lost access list would lock somebody out.
                    if name == ACCESS_LIST:
                        raise
        return found

    def set_attribute(self, descriptor: int, name: str, value: bytes) -> None:
        """One extended attribute, on Linux."""
        if sys.platform == "linux":
            os.setxattr(descriptor, name, value)

    def remove_attribute(self, descriptor: int, name: str) -> None:
        """One extended attribute, on Linux."""
        if sys.platform == "linux":
            os.removexattr(descriptor, name)

    def check_may_add_to(self, folder: Path) -> None:
        """As the system's own rights and the mount say."""
        if not os.access(folder, os.W_OK):
            read_only = sys.platform != "win32" and bool(os.statvfs(folder).f_flag & os.ST_RDONLY)
            number = errno.EROFS if read_only else errno.EACCES
            raise OSError(number, os.strerror(number), str(folder))

    def is_mounted(self, path: Path) -> bool:
        """Whether the kernel's list of mounts names the file, on Linux."""
        mounts = b""
        if sys.platform == "linux":
            with suppress(OSError):
                mounts = Path("/proc/self/mountinfo").read_bytes()
        # The kernel writes blanks and backslashes of the fifth field as octal numbers (man 5 proc).
        name = os.fsencode(path)
        for character in b"\\ \t\n":
            name = name.replace(bytes([character]), b"\\%03o" % character)
        return any(mount.split(b" ")[4:5] == [name] for mount in mounts.splitlines())

    def replace(self, source: Path, target: Path) -> None:
        """Give `source` the name `target` in one instant."""
        source.replace(target)

    def exchange(self, one: Path, other: Path) -> None:
        """Swap two names, on Linux, where the file system can (man 2 renameat2)."""
        swap = _renameat2()
        if swap is None:
            raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS), str(other))
        import ctypes

        if swap(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE) != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number), str(other))

    def remove(self, path: Path) -> None:
        """Remove a file."""
        path.unlink()

    def pause(self, seconds: float) -> None:
        """Wait for so many seconds."""
        time.sleep(seconds)


@cache
def _renameat2() -> Callable[..., int] | None:
    """The system's call, which Python has no name for; None where there is none."""
    if sys.platform != "linux":
        return None
    import ctypes

    call = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if call is None:
        return None
    call.argtypes = (ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint)
    exchange: Callable[..., int] = call
    return exchange


REAL: FileSystem = RealFileSystem()
