"""The sentences for files that cannot be read, understood or replaced: one place, so that they stay alike."""

from __future__ import annotations

import errno
from enum import Enum, auto
from pathlib import Path

from keyturn.model.errors import FileError
from keyturn.model.text import _

# Windows' System Error Codes: sharing violation, lock violation.
_BUSY_ON_WINDOWS = frozenset({32, 33})
_NO_RIGHT = frozenset({errno.EACCES, errno.EPERM})
LEADS_NOWHERE = "file.link"
# What the system says of a path at which nothing is, or nothing can be.
NOT_THERE = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP})


class Doing(Enum):
    """What Keyturn was about when the system refused."""

    READING = auto()
    REPLACING = auto()


def refused(error: OSError, path: Path, doing: Doing) -> FileError:
    """Return what a refusal of the operating system means."""
    number = error.errno
    if getattr(error, "winerror", None) in _BUSY_ON_WINDOWS or number in {errno.EBUSY, errno.ETXTBSY}:
        return busy(path)
    if number in NOT_THERE:
        return missing(path)
    if number == errno.EISDIR:
        return not_a_file(path)
    if doing is Doing.READING:
        return _closed(path) if number in _NO_RIGHT else unreadable(path, error)
    if number in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
        return _full(path)
    if number == errno.EROFS:
        return read_only(path)
    if number in _NO_RIGHT:
        return denied(path)
    return FileError(
        _("{path} could not be replaced").format(path=path),
        _as_it_was(_("The system says: {reason}. Look at the disk, then try again.").format(reason=_reason(error))),
        code="file.failed",
    )


def missing(path: Path) -> FileError:
    """Nothing is there."""
    return FileError(
        _("{path} is not there").format(path=path),
        _(
            "A backup program that reads its key there would stop. "
            "If the file was moved on purpose, look for keys again; otherwise put it back first."
        ),
        code="file.missing",
    )


def leads_nowhere(path: Path) -> FileError:
    """A link to what is not there, or to itself: its target may be on a disk that is not attached."""
    return FileError(
        _("{path} is a link that leads nowhere").format(path=path),
        _(
            "Nothing can be read there now. If the link leads to a disk that is not attached, a key may stand on it, "
            "and its backup would stop when the old key is turned off."
        ),
        code=LEADS_NOWHERE,
    )


def not_a_file(path: Path) -> FileError:
    """A folder, a pipe, a device."""
    return FileError(
        _("{path} is not an ordinary file").format(path=path),
        _(
            "It is a folder, a pipe or a device. Nothing was read or changed there. If a backup program takes its key "
            "from it, change the key by hand where it comes from."
        ),
        code="file.not-a-file",
    )


def too_big(path: Path, limit: int) -> FileError:
    """More bytes than a configuration has."""
    return FileError(
        _("{path} is too big for a configuration file").format(path=path),
        _(
            "Keyturn reads files of up to {limit} here, and this one has more. “keyturn scan --search FOLDER” looks "
            "into it for the keys that were found. If one stands in it, change it by hand."
        ).format(limit=_size(limit)),
        code="file.too-big",
    )


def _size(limit: int) -> str:
    megabytes = limit // (1024 * 1024)
    return f"{megabytes} MB" if megabytes else f"{limit // 1024} KB"


def unparsable(path: Path | None, reason: str) -> FileError:
    """The program itself would not understand the file, or Keyturn does not. `reason` is a full sentence."""
    title = _("The file cannot be understood") if path is None else _("{path} cannot be understood").format(path=path)
    return FileError(
        title,
        _(
            "{reason} A backup program that reads this file may not find its key either. Correct the file, then look "
            "again."
        ).format(reason=reason),
        code="file.unparsable",
    )


def expect_no_zero_bytes(content: bytes, path: Path | None) -> None:
    """See that the content can be text of one byte a character or UTF-8.

    Raises:
        FileError: `file.unparsable`.
    """
    if b"\0" in content:
        raise unparsable(path, _("It holds zero bytes, as UTF-16 text and binary files do."))


def changed(path: Path) -> FileError:
    """Somebody else wrote meanwhile."""
    return FileError(
        _("{path} changed meanwhile").format(path=path),
        _(
            "Another program or person changed it after Keyturn had read it. Keyturn left it as it is now, "
            "so that no change of theirs is lost. See that your backups still run, then try again."
        ),
        code="file.changed",
    )


def busy(path: Path) -> FileError:
    """Another program, or a container, holds the file."""
    return FileError(
        _("{path} is in use").format(path=path),
        _as_it_was(
            _(
                "Another program holds the file open, or a container has it mounted. "
                "Close that program or stop that container, then try again."
            )
        ),
        code="file.busy",
    )


def read_only(path: Path) -> FileError:
    """The file, or the disk that it is on, is write-protected."""
    return FileError(
        _("{path} is write-protected").format(path=path),
        _as_it_was(
            _("The file, or the disk that it is on, is read-only. Take the write protection away, then try again.")
        ),
        code="file.read-only",
    )


def denied(path: Path) -> FileError:
    """The person may not."""
    return FileError(
        _("{path} may not be replaced from this account").format(path=path),
        _as_it_was(
            _(
                "Its folder is closed to this account, or the file is locked against changes. "
                "Give this account the right to write there, or run Keyturn from the account that may, then try again."
            )
        ),
        code="file.denied",
    )


def not_ours(path: Path) -> FileError:
    """A new file would belong to somebody else, or be open to others than before."""
    return FileError(
        _("{path} belongs to another account").format(path=path),
        _as_it_was(
            _(
                "Replaced from this account it would change its owner, its group or who may read it, and the backup "
                "program might no longer read its key. Run Keyturn from the account that owns the file, then try again."
            )
        ),
        code="file.denied",
    )


def hard_linked(path: Path) -> FileError:
    """The file has another name, which would keep the old contents."""
    return FileError(
        _("{path} is known under more than one name").format(path=path),
        _as_it_was(
            _(
                "It has hard links: replacing it would leave the old key under the other name, and a backup program "
                "may read that one. Make it a file of its own, or a symbolic link, then try again."
            )
        ),
        code="file.hard-linked",
    )


def not_durable(path: Path, error: OSError) -> FileError:
    """The new contents are there, but the disk did not confirm them."""
    return FileError(
        _("The disk did not confirm the new contents of {path}").format(path=path),
        _(
            "The new contents are in place and backups use them, but a power cut could bring the old ones back. "
            "The system says: {reason}. Look at the disk, then try again."
        ).format(reason=_reason(error)),
        code="file.not-durable",
    )


def left_there(error: FileError, temporary: Path) -> FileError:
    """The same error, with the temporary file that could not be removed after it."""
    left = _(
        "The new copy {path} could not be removed and may hold a key: each start of Keyturn tries again, or delete it."
    )
    return FileError(error.title, f"{error.message} {left.format(path=temporary)}", code=error.code)


def unreadable(path: Path, error: OSError) -> FileError:
    """It may hold a key, and cannot be looked at, for another reason than the account's rights."""
    return FileError(
        _("{path} cannot be read").format(path=path),
        _(
            "Whether a key stands in it is not known. "
            "The system says: {reason}. Put that right and look again, or look into it by hand."
        ).format(reason=_reason(error)),
        code="file.unreadable",
    )


def _closed(path: Path) -> FileError:
    return FileError(
        _("{path} may not be read from this account").format(path=path),
        _(
            "Whether a key stands in it is not known. Run Keyturn from an account that may "
            "read it, or look into it by hand."
        ),
        code="file.closed",
    )


def _full(path: Path) -> FileError:
    return FileError(
        _("There is no room to replace {path}").format(path=path),
        _as_it_was(_("The disk or your share of it is full. Make room, then try again.")),
        code="file.full",
    )


def _as_it_was(what_to_do: str) -> str:
    before = _("This file was not changed, so a backup that reads it finds in it what it found before.")
    return f"{before} {what_to_do}"


def _reason(error: OSError) -> str:
    return error.strerror or type(error).__name__
