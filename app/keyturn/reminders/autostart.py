"""Starting with the person's session: off unless the person turns it on, and read from the system each time."""

from __future__ import annotations

from typing import Protocol

from keyturn.computer.computer import Computer, Platform
from keyturn.model.errors import StoreError
from keyturn.model.text import _
from keyturn.reminders.started_program import Starts


class Autostart(Protocol):
    """What the system starts with the session of the person. Every method raises `StoreError` where it fails."""

    def started(self) -> Starts | None:
        """What is started, as the system has it now; None where nothing is, no matter who turned it off."""
        ...

    def enable(self, starts: Starts, options: tuple[str, ...] = ()) -> None:
        """Start this with each session from now on, instead of what was started before.

        Args:
            options: what leads any command to the same computer and memory (`Location.options`).
        """
        ...

    def disable(self) -> None:
        """Start nothing any more; nothing happens where nothing was started."""
        ...


def autostart_of(computer: Computer) -> Autostart:
    """How this computer's system does it."""
    match computer.platform:
        case Platform.LINUX:
            from keyturn.reminders.autostart_xdg import XdgAutostart

            return XdgAutostart(computer)
        case Platform.MACOS:
            from keyturn.reminders.autostart_macos import LaunchAgent

            return LaunchAgent(computer)
        case Platform.WINDOWS:
            from keyturn.reminders.autostart_windows import RunKey, SystemRegistry

            return RunKey(SystemRegistry())


def could_not_be_set(reason: str) -> StoreError:
    """The error of every system."""
    return StoreError(
        _("What starts with your session could not be changed"),
        _("{reason}. Your backups are not touched, and `keyturn remind` tells what is due.").format(reason=reason),
        code="autostart.failed",
    )
