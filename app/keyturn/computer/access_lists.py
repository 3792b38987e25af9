"""Windows' access lists, as far as Keyturn closes what is its own by them: a port, for they are there alone.

By the system's own calls (facts/systems.md 2), and not by `icacls`: a program would have to be found, started and
understood in each language.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Protocol

# System Error Codes: what a disk says that keeps no access lists.
_NONE_KEPT = frozenset({1, 50})  # ERROR_INVALID_FUNCTION, ERROR_NOT_SUPPORTED


class AccessLists(Protocol):
    """Who may do what with a file or folder."""

    def close(self, path: Path) -> None:
        """Let in nobody but this account, the system and administrators, who could let themselves in anyhow.

        A folder hands it down to all that is in it or will be.

        Raises:
            OSError: with Windows' own number as `winerror`.
        """
        ...

    def are_kept_on(self, folder: Path) -> bool:
        """Whether the disk of the folder has such lists; a stick has none. Raises OSError."""
        ...


def close(path: Path, access: AccessLists) -> None:
    """Close it, where the disk has lists; that it has none is told by `private_files.keeps_permissions`.

    Raises:
        OSError: it stays open.
    """
    try:
        access.close(path)
    except OSError as error:
        if getattr(error, "winerror", None) not in _NONE_KEPT:
            raise


def list_of(account: str, *, is_folder: bool) -> str:
    """The list that `close` sets, as security descriptors are written (Microsoft, "ACE Strings").

    Args:
        account: the person's SID, as text. Who owns the file (`OW`) would not do: what an administrator makes with
            raised rights belongs to all administrators.
    """
    handed_down = "OICI" if is_folder else ""
    # P: the folder's own list is not handed down. FA: all rights. SY: the system. BA: administrators.
    return "D:P" + "".join(f"(A;{handed_down};FA;;;{who})" for who in (account, "SY", "BA"))


if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    _pointer, _number, _flag = ctypes.c_void_p, wintypes.DWORD, wintypes.BOOL
    _QUERY, _USER = 0x8, 1  # winnt.h, TOKEN_QUERY, TokenUser
    _FILE_OBJECT = 1  # accctrl.h, SE_FILE_OBJECT
    _ENTRIES, _PROTECTED = 0x4, 0x80000000  # winnt.h, SECURITY_INFORMATION
    _PERSISTENT = 0x8  # winnt.h, FILE_PERSISTENT_ACLS
    _FIRST_REVISION = 1  # sddl.h, SDDL_REVISION_1
    _LONGEST = 32768

    class _OfWindows(AccessLists):
        """The calls themselves (learn.microsoft.com, sddl.h, aclapi.h, fileapi.h)."""

        def close(self, path: Path) -> None:
            """Close it; see `AccessLists.close`."""
            advapi32, kernel32 = _libraries()
            descriptor, entries, found = _pointer(), _pointer(), _flag()
            wanted = list_of(_this_account(), is_folder=path.is_dir())
            convert = advapi32.ConvertStringSecurityDescriptorToSecurityDescriptorW
            _expect(convert(wanted, _FIRST_REVISION, ctypes.byref(descriptor), None))
            try:
                parts = (ctypes.byref(found), ctypes.byref(entries), ctypes.byref(_flag()))
                _expect(advapi32.GetSecurityDescriptorDacl(descriptor, *parts))
                what = _ENTRIES | _PROTECTED
                number = advapi32.SetNamedSecurityInfoW(str(path), _FILE_OBJECT, what, None, None, entries, None)
            finally:
                kernel32.LocalFree(descriptor)
            if number != 0:  # this call returns its error
                raise ctypes.WinError(number)

        def are_kept_on(self, folder: Path) -> bool:
            """Ask the disk; see `AccessLists.are_kept_on`."""
            kernel32 = _libraries()[1]
            root, features = ctypes.create_unicode_buffer(_LONGEST), _number()
            _expect(kernel32.GetVolumePathNameW(str(folder), root, _LONGEST))
            _expect(kernel32.GetVolumeInformationW(root, None, 0, None, None, ctypes.byref(features), None, 0))
            return bool(features.value & _PERSISTENT)

    def _libraries() -> tuple[ctypes.WinDLL, ctypes.WinDLL]:
        advapi32 = ctypes.WinDLL("advapi32", use_last_error=True)
        kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)
        kernel32.LocalFree.argtypes, kernel32.LocalFree.restype = (_pointer,), _pointer
        kernel32.GetCurrentProcess.restype = wintypes.HANDLE
        kernel32.CloseHandle.argtypes = (wintypes.HANDLE,)
        advapi32.OpenProcessToken.argtypes = (wintypes.HANDLE, _number, _pointer)
        advapi32.GetTokenInformation.argtypes = (wintypes.HANDLE, ctypes.c_int, _pointer, _number, _pointer)
        advapi32.ConvertSidToStringSidW.argtypes = (_pointer, _pointer)
        advapi32.ConvertStringSecurityDescriptorToSecurityDescriptorW.argtypes = (
            *(wintypes.LPCWSTR, _number),
            *(_pointer, _pointer),
        )
        advapi32.GetSecurityDescriptorDacl.argtypes = (_pointer,) * 4
        advapi32.SetNamedSecurityInfoW.argtypes = (wintypes.LPCWSTR, ctypes.c_int, _number, *(_pointer,) * 4)
        return advapi32, kernel32

    def _this_account() -> str:
        advapi32, kernel32 = _libraries()
        token, size, written = wintypes.HANDLE(), _number(), _pointer()
        _expect(advapi32.OpenProcessToken(kernel32.GetCurrentProcess(), _QUERY, ctypes.byref(token)))
        try:
            advapi32.GetTokenInformation(token, _USER, None, 0, ctypes.byref(size))  # tells how much room it takes
            room = ctypes.create_string_buffer(size.value)
            _expect(advapi32.GetTokenInformation(token, _USER, room, size, ctypes.byref(size)))
        finally:
            kernel32.CloseHandle(token)
        # TOKEN_USER begins with the pointer to the SID.
        _expect(advapi32.ConvertSidToStringSidW(_pointer.from_buffer(room), ctypes.byref(written)))
        try:
            return ctypes.wstring_at(written.value or 0)
        finally:
            kernel32.LocalFree(written)

    def _expect(answer: int) -> None:
        if not answer:
            raise ctypes.WinError(ctypes.get_last_error())


def this_access_lists() -> AccessLists | None:
    """Return what closes files on the computer that Keyturn runs on; None where permission bits do."""
    if sys.platform == "win32":
        return _OfWindows()
    else:
        return None
