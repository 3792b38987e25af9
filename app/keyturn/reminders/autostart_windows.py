"""Windows: a value in the person's `Run` key, and the switch in the Task Manager that can hold it back."""

from __future__ import annotations

import subprocess
import sys
from typing import Protocol

from keyturn.model.text import _
from keyturn.reminders.autostart import could_not_be_set
from keyturn.reminders.started_program import Starts, command_line

RUN = r"Software\Microsoft\Windows\CurrentVersion\Run"
APPROVED = r"Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run"
NAME = "Keyturn"
# Microsoft, "Run and RunOnce Registry Keys".
_LONGEST = 260


class UserRegistry(Protocol):
    """The values below HKEY_CURRENT_USER. Every method raises OSError where the registry fails."""

    def read(self, key: str, name: str) -> str | bytes | None:
        """The value, or None where there is none."""
        ...

    def write(self, key: str, name: str, value: str) -> None:
        """Write a text; the key is made where it is missing."""
        ...

    def delete(self, key: str, name: str) -> None:
        """Remove the value; nothing happens where there is none."""
        ...


class SystemRegistry:
    """The registry of this computer."""

    def read(self, key: str, name: str) -> str | bytes | None:
        """The value, or None where there is none."""
        if sys.platform == "win32":
            import winreg

            try:
                with winreg.OpenKey(winreg.HKEY_CURRENT_USER, key) as opened:
                    value = winreg.QueryValueEx(opened, name)[0]
            except FileNotFoundError:
                return None
            return value if isinstance(value, str | bytes) else None
        else:
            raise _no_registry()

    def write(self, key: str, name: str, value: str) -> None:
        """Write a text; the key is made where it is missing."""
        if sys.platform == "win32":
            import winreg

            with winreg.CreateKey(winreg.HKEY_CURRENT_USER, key) as opened:
                winreg.SetValueEx(opened, name, 0, winreg.REG_SZ, value)
        else:
            raise _no_registry()

    def delete(self, key: str, name: str) -> None:
        """Remove the value; nothing happens where there is none."""
        if sys.platform == "win32":
            import winreg

            try:
                with winreg.OpenKey(winreg.HKEY_CURRENT_USER, key, 0, winreg.KEY_SET_VALUE) as opened:
                    winreg.DeleteValue(opened, name)
            except FileNotFoundError:
                return
        else:
            raise _no_registry()


def _no_registry() -> OSError:
    return OSError(_("this system has no registry"))


class RunKey:
    """The value in the `Run` key."""

    def __init__(self, registry: UserRegistry) -> None:
        self._registry = registry

    def started(self) -> Starts | None:
        """What the value starts; None where there is none, or the person turned it off in the Task Manager."""
        try:
            command = self._registry.read(RUN, NAME)
            approved = self._registry.read(APPROVED, NAME)
        except OSError as error:
            raise could_not_be_set(str(error)) from error
        # Windows does not document the format. Every copy seen has an odd first byte where the switch is off.
        if not isinstance(command, str) or (isinstance(approved, bytes) and approved[:1] and approved[0] % 2):
            return None
        return next((one for one in Starts if f" {' '.join(one.words)}" in f"{command} "), None)

    def enable(self, starts: Starts, options: tuple[str, ...] = ()) -> None:
        """Write the value, and turn the Task Manager's switch on."""
        command = subprocess.list2cmdline(command_line(starts, options))
        if len(command) > _LONGEST:
            raise could_not_be_set(_("Windows starts no command longer than {count} characters").format(count=_LONGEST))
        try:
            self._registry.delete(APPROVED, NAME)
            self._registry.write(RUN, NAME, command)
        except OSError as error:
            raise could_not_be_set(str(error)) from error

    def disable(self) -> None:
        """Remove the value."""
        try:
            self._registry.delete(RUN, NAME)
        except OSError as error:
            raise could_not_be_set(str(error)) from error
