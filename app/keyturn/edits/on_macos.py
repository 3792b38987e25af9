"""A new file beside another one, with what macOS keeps of a file beside its contents: as a port, for it is called there
alone."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

_NOFOLLOW = getattr(os, "O_NOFOLLOW", 0)
# copyfile.h: the access list, and the extended attributes, the Finder's tags among them.
ACCESS_LIST, ATTRIBUTES = 1 << 0, 1 << 2
Copy = Callable[[int, int, int], None]


def created_like(like: Path, path: Path, copy: Copy) -> int:
    """Make an empty file at `path`, readable by its owner alone, with the access list and attributes of `like`.

    Args:
        copy: fcopyfile(3): from which descriptor, to which, and what of it. It raises OSError.

    Returns:
        a descriptor to write to it.

    Raises:
        OSError: nothing is left then.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NOFOLLOW, 0o600)
    try:
        source = os.open(like, os.O_RDONLY | _NOFOLLOW)
        try:
            copy(source, descriptor, ACCESS_LIST | ATTRIBUTES)
        except OSError as error:
            if error.errno != errno.ENOTSUP:  # sticks and shares that have neither
                raise
        finally:
            os.close(source)
    except BaseException:
        os.close(descriptor)
        with suppress(OSError):
            path.unlink()
        raise
    return descriptor


if sys.platform == "darwin":
    import ctypes

    def fcopyfile(source: int, new: int, what: int) -> None:
        """The system's call (Apple, copyfile(3)), which Python has a name for only when it copies whole files."""
        call = ctypes.CDLL(None, use_errno=True).fcopyfile
        call.argtypes = (ctypes.c_int, ctypes.c_int, ctypes.c_void_p, ctypes.c_uint32)
        if call(source, new, None, what) != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))
