"""macOS's Dock: the window's program stands in it with a menu bar, the icon's does not. A port, for it is there alone.

The bundle says nothing of it in its Info.plist (packaging/frozen/keyturn.spec), so a program is in the Dock unless it
leaves: where the call here fails there is a picture too many, and never a window that nobody can come back to.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import IntEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from PySide6.QtCore import Qt, SignalInstance

# Qt makes each program one of the Dock and calls it to the front, unless this is set (facts/systems.md 4.2).
_LEAVE_AS_IT_IS = "QT_MAC_DISABLE_FOREGROUND_APPLICATION_TRANSFORM"


class Policy(IntEnum):
    """How a program is shown (AppKit, NSApplicationActivationPolicy)."""

    REGULAR = 0
    ACCESSORY = 1  # no picture in the Dock and no menu bar; it may have an icon in the menu bar


class Dock(Protocol):
    """What is asked of macOS."""

    def set_policy(self, policy: Policy) -> bool:
        """Show this program so (NSApplication, setActivationPolicy); False where the system does not."""
        ...


if sys.platform == "darwin":
    import ctypes

    class _OfMacos(Dock):
        """The call itself, through the Objective-C runtime (Apple, objc/message.h), since Qt has no name for it."""

        def set_policy(self, policy: Policy) -> bool:
            """Say it; see `Dock.set_policy`."""
            objc = ctypes.CDLL("/usr/lib/libobjc.A.dylib")
            pointer = ctypes.c_void_p
            find_class = ctypes.CFUNCTYPE(pointer, ctypes.c_char_p)(("objc_getClass", objc))
            selector = ctypes.CFUNCTYPE(pointer, ctypes.c_char_p)(("sel_registerName", objc))
            # Each use of objc_msgSend has the form of the method that it calls.
            get = ctypes.CFUNCTYPE(pointer, pointer, pointer)(("objc_msgSend", objc))
            put = ctypes.CFUNCTYPE(ctypes.c_bool, pointer, pointer, ctypes.c_long)(("objc_msgSend", objc))
            application = get(find_class(b"NSApplication"), selector(b"sharedApplication"))
            return bool(put(application, selector(b"setActivationPolicy:"), int(policy)))


def this_dock() -> Dock | None:
    """Return the Dock of the computer that Keyturn runs on; None where that is not macOS."""
    if sys.platform == "darwin":
        return _OfMacos()
    else:
        return None


@contextmanager
def out_of_the_dock(dock: Dock | None) -> Iterator[None]:
    """Have the application that is made in the block stay out of the Dock, from its first moment on."""
    if dock is None:
        yield
        return
    os.environ[_LEAVE_AS_IT_IS] = "1"
    try:
        yield
    finally:
        del os.environ[_LEAVE_AS_IT_IS]  # the window that is opened from the icon is one of the Dock
    dock.set_policy(Policy.ACCESSORY)


def open_when_called(dock: Dock | None, changed: SignalInstance, show: Callable[[], None]) -> None:
    """Open the window when the person opens Keyturn.app once more: macOS calls the icon's program, which runs already.

    Args:
        changed: `QGuiApplication.applicationStateChanged`.
    """
    if dock is None:
        return
    from PySide6.QtCore import Qt

    def look(state: Qt.ApplicationState) -> None:
        if state == Qt.ApplicationState.ApplicationActive:
            show()

    changed.connect(look)
