"""What Windows tells about folders and about this process: a port, for it is there alone (facts/systems.md 3)."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Protocol

from keyturn.model.errors import AppError
from keyturn.model.text import _

# Whose notifications and buttons in the task bar these are; the shortcut carries the same (packaging/windows).
IDENTITY = "net.keyturn.Keyturn"
# knownfolders.h, FOLDERID_LocalAppData.
LOCAL_APP_DATA = "F1B32785-6FBA-4FCF-9D55-7B8E7F157091"


class WindowsShell(Protocol):
    """What is asked of Windows."""

    def known_folder(self, folder: str) -> Path:
        """Where a known folder is, by its whole names (SHGetKnownFolderPath). Raises OSError."""
        ...

    def package(self) -> bool:
        """Whether this process runs as a package of the Store (GetCurrentPackageFullName)."""
        ...

    def name_process(self, identity: str) -> None:
        """Give this process an identity of its own (SetCurrentProcessExplicitAppUserModelID). Raises OSError."""
        ...


if sys.platform == "win32":
    import ctypes
    import uuid

    _NO_PACKAGE = 15700  # appmodel.h, APPMODEL_ERROR_NO_PACKAGE

    class _OfWindows(WindowsShell):
        """The calls themselves (learn.microsoft.com, shlobj_core.h, appmodel.h, shobjidl_core.h)."""

        def known_folder(self, folder: str) -> Path:
            """Ask for it; see `WindowsShell.known_folder`."""
            shell32, ole32 = ctypes.OleDLL("shell32"), ctypes.WinDLL("ole32")
            shell32.SHGetKnownFolderPath.argtypes = (ctypes.c_char_p, ctypes.c_uint32, ctypes.c_void_p, ctypes.c_void_p)
            ole32.CoTaskMemFree.argtypes, ole32.CoTaskMemFree.restype = (ctypes.c_void_p,), None
            written = ctypes.c_void_p()
            try:  # `OleDLL` raises OSError for what is no success
                shell32.SHGetKnownFolderPath(uuid.UUID(folder).bytes_le, 0, None, ctypes.byref(written))
                return Path(ctypes.wstring_at(written.value or 0))
            finally:
                ole32.CoTaskMemFree(written)

        def package(self) -> bool:
            """Ask for it; see `WindowsShell.package`."""
            size = ctypes.c_uint32()
            answer = ctypes.WinDLL("kernel32").GetCurrentPackageFullName(ctypes.byref(size), None)
            return bool(answer != _NO_PACKAGE)

        def name_process(self, identity: str) -> None:
            """Say it; see `WindowsShell.name_process`."""
            ctypes.OleDLL("shell32").SetCurrentProcessExplicitAppUserModelID(ctypes.c_wchar_p(identity))


def this_shell() -> WindowsShell | None:
    """Return the shell of the computer that Keyturn runs on; None where that is not Windows."""
    if sys.platform == "win32":
        return _OfWindows()
    else:
        return None


def expect_unpackaged(shell: WindowsShell | None) -> None:
    """See that Keyturn sees the files that other programs see.

    Raises:
        AppError: `python.store`, for the Store's Python, which gets copies of its own of what is in `AppData`.
    """
    if shell is not None and shell.package():
        raise AppError(
            _("Keyturn cannot work with the Microsoft Store's Python"),
            _(
                "Windows shows that Python copies of its own instead of the files in AppData, where backup programs "
                "keep their keys: Keyturn would change the copies, and no backup would notice. Nothing was read or "
                "changed. Install Python from python.org, or Keyturn by its installer, and start it from there."
            ),
            code="python.store",
        )


def take_identity(shell: WindowsShell | None) -> None:
    """Have Windows show notifications and buttons as Keyturn's own, also where Python shows them."""
    if shell is not None:
        try:
            shell.name_process(IDENTITY)
        except OSError:
            return  # they are Python's then, and are shown all the same
