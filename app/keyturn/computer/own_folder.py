"""Whether Keyturn's own folder is its person's alone: what others may have put there is not believed.

Who owns a folder, or may write into it, decides which settings, which journal and which secrets stand there; so this is
looked at before any of them is read. On Windows they are closed by an access list, no matter who owns them.
"""

from __future__ import annotations

import os
import re
import stat
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from keyturn.computer.access_lists import AccessLists, close, this_access_lists
from keyturn.computer.leftover_copies import clear_temporaries
from keyturn.computer.private_files import keeps_permissions
from keyturn.model.errors import StateError
from keyturn.model.temporaries import maker_of
from keyturn.model.text import _

SETTINGS = "settings.json"
# Settings that somebody else may have written: they lie here until the person says that they are theirs.
TO_CONFIRM = "settings.to-confirm.json"
_OWN = re.compile(
    r"(settings|secrets|seen-keys|reminding|searched-files)\.json(\.unfinished)?"
    r"|(bucket-answers|computer|keeper|key-names|moves|recipients|recipient-secrets|renewals|session-keys|telling|window)\.json"
    r"|settings\.(damaged-[0-9]+|to-confirm)\.json"
    r"|journal\.sqlite3(-journal|-wal|-shm)?"
    r"|keyturn\.(lock|holder)|trusted\.pem|(session-keys|telling)\.lock"
    r"|(window|tray)-[0-9a-f]{8}\.lock"
)
_OF_THE_DESKTOP = frozenset({".DS_Store", ".directory", "desktop.ini"})
_OF_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_WRITABLE_BY_OTHERS = stat.S_IWGRP | stat.S_IWOTH
_REACHABLE_BY_OTHERS = stat.S_IXGRP | stat.S_IXOTH
# Before temporary copies had the number of their process, they were called so; none of those is at work any more.
_UNFINISHED = ".unfinished"
_HOUR = 3600
_LISTS = this_access_lists()


def is_own_name(name: str) -> bool:
    """True for what Keyturn calls its files there."""
    return _OWN.fullmatch(name) is not None or maker_of(name) is not None


def expect_own(folder: Path) -> None:
    """See that the folder, and Keyturn's files in it, belong to the person who runs Keyturn.

    Raises:
        StateError: `state.not-yours`, with the command that mends it.
        OSError: where the folder cannot be looked at.
    """
    if sys.platform == "win32":
        return
    known = folder.lstat()
    if stat.S_ISLNK(known.st_mode):
        if known.st_uid != os.geteuid():
            title = _("Keyturn's folder {path} is a link that belongs to somebody else").format(path=folder)
            raise _not_yours(title, known.st_uid, _as_root("rm", str(folder)))
        known = folder.stat()
    if known.st_uid != os.geteuid():
        title = _("Keyturn's folder {path} belongs to somebody else").format(path=folder)
        raise _not_yours(title, known.st_uid, _own_it(folder))
    for entry in _own_files(folder):
        with suppress(FileNotFoundError):  # another Keyturn's, which ended meanwhile
            owner = entry.stat(follow_symlinks=False).st_uid
            if owner != os.geteuid():
                title = _("{path} in Keyturn's folder belongs to somebody else").format(path=entry.path)
                raise _not_yours(title, owner, _own_it(folder))


def make_private(folder: Path, *, access: AccessLists | None = _LISTS) -> tuple[str, ...]:
    """Close the folder, and Keyturn's files in it, to everybody else, and clear away what a killed Keyturn left there.

    Where others could write, the settings are put aside until the person confirms them (`TO_CONFIRM`).

    Args:
        access: what closes files where permission bits do not. A folder that holds other things stays open then.

    Returns:
        What was done, or could not be, in sentences for the person; empty where all was as it should be.

    Raises:
        StateError: as `expect_own`; `state.shared`, where the folder is for everybody and holds other things, too.
        OSError: where the folder cannot be looked at.
    """
    expect_own(folder)
    clear_temporaries(folder)
    if access is not None:
        return _closed_by_lists(folder, access)
    _clear_unfinished(folder)
    mode = stat.S_IMODE(folder.stat().st_mode)
    holds_others = mode & stat.S_ISVTX or any(not _is_own(entry) for entry in _entries(folder))
    if holds_others and mode & _WRITABLE_BY_OTHERS:
        raise _shared(folder)
    told = []
    settings = folder / SETTINGS
    put_aside = False
    if _others_could_write(settings, mode) and not holds_others:
        settings.rename(folder / TO_CONFIRM)
        put_aside = True
    opened = mode & _OF_OTHERS and not holds_others
    if opened and not _close(folder, 0o700):
        if put_aside:
            (folder / TO_CONFIRM).rename(settings)
        return (_keeps_no_permissions(folder),)
    files = [entry.path for entry in _own_files(folder) if _is_open_to_others(entry)]
    closed = [path for path in files if _close(Path(path), 0o600)]
    telling = [path for path in closed if not path.endswith(".lock")]  # a lock holds nothing
    if opened:
        told.append(_("{path} was open to others, and is yours alone now.").format(path=folder))
    elif telling:
        told.append(_("{path} was open to others, and is yours alone now.").format(path=telling[0]))
    if len(closed) < len(files) and not keeps_permissions(folder):
        told.append(_keeps_no_permissions(folder))
    return tuple(told)


def _closed_by_lists(folder: Path, access: AccessLists) -> tuple[str, ...]:
    """As `make_private`, on Windows; what a folder hands down reaches the files that are in it, too."""
    if not access.are_kept_on(folder):
        return (_keeps_no_permissions(folder),)
    holds_others = any(not _is_own(entry) for entry in _entries(folder))
    for path in (Path(entry.path) for entry in _own_files(folder)) if holds_others else (folder,):
        with suppress(FileNotFoundError):  # another Keyturn's, which ended meanwhile
            close(path, access)
    return ()


def confirm_settings(folder: Path) -> None:
    """Use the settings that were put aside: the person says that they are theirs.

    Raises:
        OSError: where the disk does not let it.
    """
    (folder / TO_CONFIRM).rename(folder / SETTINGS)


def _entries(folder: Path) -> Iterator[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        yield from entries


def _own_files(folder: Path) -> Iterator[os.DirEntry[str]]:
    return (entry for entry in _entries(folder) if is_own_name(entry.name))


def _is_own(entry: os.DirEntry[str]) -> bool:
    return is_own_name(entry.name) or entry.name in _OF_THE_DESKTOP


def _is_open_to_others(entry: os.DirEntry[str]) -> bool:
    with suppress(FileNotFoundError):
        known = entry.stat(follow_symlinks=False)
        return stat.S_ISREG(known.st_mode) and bool(known.st_mode & _OF_OTHERS)
    return False


def _others_could_write(settings: Path, mode_of_folder: int) -> bool:
    try:
        known = settings.lstat()
    except FileNotFoundError:
        return False
    if mode_of_folder & _WRITABLE_BY_OTHERS:
        return True
    reachable = mode_of_folder & _REACHABLE_BY_OTHERS
    return bool(reachable and stat.S_ISREG(known.st_mode) and known.st_mode & _WRITABLE_BY_OTHERS)


def _close(path: Path, mode: int) -> bool:
    """Try to close it to others; False where the disk keeps no permissions."""
    with suppress(OSError):
        path.chmod(mode)
        return not path.stat().st_mode & _OF_OTHERS
    return False


def _clear_unfinished(folder: Path) -> None:
    for entry in _own_files(folder):
        if entry.name.endswith(_UNFINISHED):
            with suppress(OSError):
                if time.time() - entry.stat(follow_symlinks=False).st_mtime > _HOUR:
                    os.unlink(entry.path)  # noqa: PTH108


def _not_yours(title: str, owner: int, command: str) -> StateError:
    return StateError(
        title,
        _(
            "{owner} could choose there what Keyturn believes, so nothing was read or written there. Your "
            "backups do not need it. If you know how it came about, this makes it yours: {command} – otherwise name "
            "another folder with --state-dir."
        ).format(owner=_name_of(owner), command=command),
        code="state.not-yours",
    )


def _shared(folder: Path) -> StateError:
    import shlex

    inside = shlex.quote(str(folder / "keyturn"))
    return StateError(
        _("{path} is no folder for Keyturn's memory").format(path=folder),
        _(
            "Others may write there, and it holds other things, so Keyturn does not close it to them. Nothing was read "
            "or changed, and your backups go on as they are. Name a folder of its own: --state-dir {inside}"
        ).format(inside=inside),
        code="state.shared",
    )


def _keeps_no_permissions(folder: Path) -> str:
    return _(
        "The disk of {path} keeps no permissions: anyone who uses this computer may read what Keyturn remembers, so "
        "secrets are kept in the system's keychain only."
    ).format(path=folder)


def _own_it(folder: Path) -> str:
    return _as_root("chown", "-R", _name_of(os.geteuid()) if sys.platform != "win32" else "", f"{folder}/")


def _as_root(*command: str) -> str:
    import shlex

    is_root = sys.platform != "win32" and os.geteuid() == 0
    return shlex.join(command if is_root else ("sudo", *command))


def _name_of(user: int) -> str:
    if sys.platform == "win32":
        return str(user)
    import pwd

    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return str(user)
