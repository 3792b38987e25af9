"""A new file beside another one, with what Windows keeps of a file beside its contents: as a port, for it is called
there alone.

Not by ReplaceFileW, which would carry more over: it combines several steps, and two of its documented endings leave no
file of that name (facts/systems.md 1.1). A backup that starts then finds no key. So the new file is made whole beside
the old one, and one rename gives it the name.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from keyturn.edits import failures

_BINARY = getattr(os, "O_BINARY", 0)
# System Error Codes: what a disk says that keeps no access lists.
_NO_ACCESS_LISTS = frozenset({1, 50})  # ERROR_INVALID_FUNCTION, ERROR_NOT_SUPPORTED
# S-1-5-32-544 as Windows keeps it (MS-DTYP 2.4.2): the owner of what an administrator made with raised rights.
ADMINISTRATORS = bytes.fromhex("0102000000000005 20000000 20020000")


@dataclass(frozen=True, slots=True)
class Access:
    """Whose a file is, and who may do what with it.

    Attributes:
        owner: the account's SID, as the system has it.
        entries: the discretionary access list, as the system has it; None where there is none, and everybody may.
        protected: the folder's list is not handed down to it.
    """

    owner: bytes
    entries: bytes | None
    protected: bool


class WindowsFiles(Protocol):
    """What is asked of Windows. Every call may raise OSError with Windows' own number as `winerror`."""

    def copy(self, source: Path, new: Path) -> None:
        """Put everything in `source` into `new`, which is there: attributes, streams, encryption (CopyFileExW)."""
        ...

    def access(self, path: Path) -> Access:
        """Who may do what with a file (GetNamedSecurityInfoW)."""
        ...

    def set_entries(self, path: Path, access: Access) -> None:
        """Set a file's access list, and whether its folder's is handed down (SetNamedSecurityInfoW)."""
        ...

    def set_owner(self, path: Path, owner: bytes) -> None:
        """Give a file away; administrators may (SetNamedSecurityInfoW)."""
        ...


def created_like(like: Path, path: Path, calls: WindowsFiles) -> int:
    """Make an empty file at `path` with the owner, access list, attributes, streams and encryption of `like`.

    What stays behind: the date of creation, the short name, the list of what is audited. Of a file that belongs to all
    administrators an account without their rights becomes the owner; the list lets in whom it let in before.

    Returns:
        a descriptor to write to it.

    Raises:
        FileError: `file.denied`, where it would belong to somebody else.
        OSError: nothing is left then.
    """
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, 0o600))
    try:
        # Twice: what is copied is not for the eyes of whom the folder lets in, and copying says nothing of the list.
        _take_over_access(like, path, calls)
        calls.copy(like, path)
        _take_over_access(like, path, calls)
        # Emptied and not made anew: that would be refused for a hidden file (CreateFileW, "CREATE_ALWAYS").
        return os.open(path, os.O_WRONLY | os.O_TRUNC | _BINARY)
    except BaseException:
        with suppress(OSError):
            path.unlink()
        raise


def _take_over_access(like: Path, path: Path, calls: WindowsFiles) -> None:
    try:
        wanted, present = calls.access(like), calls.access(path)
    except OSError as error:
        if getattr(error, "winerror", None) in _NO_ACCESS_LISTS:
            return
        raise
    if (present.entries, present.protected) != (wanted.entries, wanted.protected):
        calls.set_entries(path, wanted)
    if present.owner != wanted.owner:
        try:
            calls.set_owner(path, wanted.owner)
        except OSError as error:
            if wanted.owner != ADMINISTRATORS:
                raise failures.not_ours(like) from error


if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    _FILE_OBJECT = 1  # accctrl.h, SE_OBJECT_TYPE
    _OWNER, _ENTRIES = 0x1, 0x4  # winnt.h, SECURITY_INFORMATION
    _PROTECTED, _UNPROTECTED = 0x80000000, 0x20000000
    _IS_PROTECTED = 0x1000  # winnt.h, SE_DACL_PROTECTED

    _kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)
    _advapi32 = ctypes.WinDLL("advapi32")
    _pointer, _number = ctypes.c_void_p, wintypes.DWORD
    _kernel32.CopyFileExW.argtypes = (wintypes.LPCWSTR, wintypes.LPCWSTR, _pointer, _pointer, _pointer, _number)
    _kernel32.LocalFree.argtypes, _kernel32.LocalFree.restype = (_pointer,), _pointer
    _advapi32.GetNamedSecurityInfoW.argtypes = (wintypes.LPCWSTR, ctypes.c_int, _number, *(_pointer,) * 5)
    _advapi32.SetNamedSecurityInfoW.argtypes = (wintypes.LPWSTR, ctypes.c_int, _number, *(_pointer,) * 4)
    _advapi32.GetSecurityDescriptorControl.argtypes = (_pointer, _pointer, _pointer)
    _advapi32.GetLengthSid.argtypes = (_pointer,)

    class _OfWindows(WindowsFiles):
        """The calls themselves (learn.microsoft.com, winbase.h and aclapi.h)."""

        def copy(self, source: Path, new: Path) -> None:
            """Copy; see `WindowsFiles.copy`. Without a flag, what was encrypted is never written in plain."""
            if not _kernel32.CopyFileExW(str(source), str(new), None, None, None, 0):
                raise _refused(ctypes.get_last_error(), new)

        def access(self, path: Path) -> Access:
            """Owner and list; see `WindowsFiles.access`."""
            owner, entries, descriptor = _pointer(), _pointer(), _pointer()
            found = (ctypes.byref(owner), None, ctypes.byref(entries), None, ctypes.byref(descriptor))
            _expect(_advapi32.GetNamedSecurityInfoW(str(path), _FILE_OBJECT, _OWNER | _ENTRIES, *found), path)
            try:
                control, revision = wintypes.WORD(), _number()
                _advapi32.GetSecurityDescriptorControl(descriptor, ctypes.byref(control), ctypes.byref(revision))
                return Access(
                    ctypes.string_at(owner.value or 0, _advapi32.GetLengthSid(owner)),
                    None if entries.value is None else _list_at(entries.value),
                    bool(control.value & _IS_PROTECTED),
                )
            finally:
                _kernel32.LocalFree(descriptor)

        def set_entries(self, path: Path, access: Access) -> None:
            """Set the list; see `WindowsFiles.set_entries`."""
            what = _ENTRIES | (_PROTECTED if access.protected else _UNPROTECTED)
            entries = None if access.entries is None else ctypes.create_string_buffer(access.entries)
            _expect(_advapi32.SetNamedSecurityInfoW(str(path), _FILE_OBJECT, what, None, None, entries, None), path)

        def set_owner(self, path: Path, owner: bytes) -> None:
            """Give it away; see `WindowsFiles.set_owner`."""
            sid = ctypes.create_string_buffer(owner)
            _expect(_advapi32.SetNamedSecurityInfoW(str(path), _FILE_OBJECT, _OWNER, sid, None, None, None), path)

    def _list_at(address: int) -> bytes:
        size = int.from_bytes(ctypes.string_at(address + 2, 2), "little")  # winnt.h, ACL.AclSize
        return ctypes.string_at(address, size)

    def _expect(answer: int, path: Path) -> None:
        if answer != 0:
            raise _refused(answer, path)

    def _refused(number: int, path: Path) -> OSError:
        return OSError(None, ctypes.FormatError(number), str(path), number)

    CALLS: WindowsFiles = _OfWindows()
