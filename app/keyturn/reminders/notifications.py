"""Showing a notification from a program without a window. What it says holds no key but its masked ID."""

from __future__ import annotations

import html
import os
from collections.abc import Sequence
from typing import Protocol

from keyturn.computer.computer import Computer, Platform
from keyturn.computer.programs import find_program, run_check
from keyturn.computer.search_path import fixed_path
from keyturn.model.errors import ClientError
from keyturn.model.text import in_widget, unmarked

_PATIENCE = 10.0  # seconds
# Where the person's session and its notifications are; nothing else of the environment is handed on.
_SESSION = (
    *("LANG", "LC_ALL", "DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR"),
    *("DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY"),
)
# The texts come in as arguments, so that AppleScript never takes them for a script; after a word that is none, none of
# them is taken for an option.
_APPLE_SCRIPT = (
    *("-e", "on run words"),
    *("-e", "display notification (item 3 of words) with title (item 2 of words)"),
    *("-e", "end run", "keyturn"),
)


class Notifier(Protocol):
    """Shows notifications."""

    def show(self, title: str, message: str) -> bool:
        """Show one, and return whether the system took it."""
        ...


class NoNotifier:
    """A system on which Keyturn shows notifications only from its tray."""

    def show(self, title: str, message: str) -> bool:
        """Show nothing."""
        return False


class HandedOver:
    """Keeps what is to be shown, for a caller that shows it in its own way, as the tray does.

    Attributes:
        kept: title and message; None where nothing was to be shown.
    """

    def __init__(self) -> None:
        self.kept: tuple[str, str] | None = None

    def show(self, title: str, message: str) -> bool:
        """Keep it."""
        self.kept = (title, message)
        return True


class ProgramNotifier:
    """Shows notifications by a program of the system.

    Args:
        command: the program and its fixed arguments; title and message follow.
        takes_markup: the message is read as markup (Desktop Notifications Specification 1.2, "Markup").
    """

    def __init__(self, command: Sequence[str], *, takes_markup: bool) -> None:
        self._command = tuple(command)
        self._takes_markup = takes_markup

    def show(self, title: str, message: str) -> bool:
        """Show one; False where the program fails, or the session has nobody who shows notifications."""
        text = html.escape(in_widget(message), quote=False) if self._takes_markup else in_widget(message)
        environment = {name: os.environ[name] for name in _SESSION if os.environ.get(name)} | {"PATH": fixed_path()}
        try:
            result = run_check([*self._command, unmarked(title), text], environment=environment, timeout=_PATIENCE)
        except ClientError:
            return False
        return result.exit_code == 0


def system_notifier() -> Notifier:
    """What shows notifications on the computer that Keyturn runs on."""
    computer = Computer.this()
    if computer.platform is Platform.LINUX:
        program = find_program("notify-send", computer)
        if program is not None:
            options = ("--app-name=Keyturn", "--icon=keyturn", "--")
            return ProgramNotifier([str(program), *options], takes_markup=True)
    if computer.platform is Platform.MACOS:
        program = find_program("osascript", computer)
        if program is not None:
            return ProgramNotifier([str(program), *_APPLE_SCRIPT], takes_markup=False)
    return NoNotifier()
