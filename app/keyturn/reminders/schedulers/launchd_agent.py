"""macOS: an agent of the person's own with `StartCalendarInterval` (`man launchd.plist`).

launchd makes up a run that the computer slept through. The agent is loaded at each sign-in, and `RunAtLoad` makes up
one that was missed while the computer was off; where nothing is due, that does nothing.
"""

from __future__ import annotations

import os
import plistlib
from pathlib import Path

from keyturn.computer.computer import Computer
from keyturn.computer.private_files import replace_private_file
from keyturn.model.text import _
from keyturn.reminders.schedulers.scheduler import Commands, ScheduledJob, expect_ours, failed, went_well

_MARK = "WrittenByKeyturn"


class CalendarAgent:
    """The agent's file, and launchd's knowledge of it."""

    def __init__(self, computer: Computer, commands: Commands) -> None:
        self.folder = computer.home / "Library" / "LaunchAgents"
        self._commands = commands

    def set(self, job: ScheduledJob) -> None:
        """Write the agent, and load it anew."""
        path = self._file(job.name)
        expect_ours(path, _MARK.encode())
        agent = {
            "Label": _label(job.name),
            "ProgramArguments": list(job.command),
            "StartCalendarInterval": [{"Hour": one.hour, "Minute": one.minute} for one in job.times],
            "RunAtLoad": True,
            "ProcessType": "Background",
            # launchd passes over what it does not know.
            _MARK: "`keyturn renew --off` removes this file.",
        }
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            replace_private_file(path, plistlib.dumps(agent))
        except OSError as error:
            raise failed(f"{path}: {error.strerror}") from error
        self._unload(job.name)
        self._commands.run("launchctl", "bootstrap", _session(), str(path))

    def remove(self, name: str) -> None:
        """Unload the agent, and remove its file."""
        path = self._file(name)
        if not expect_ours(path, _MARK.encode()):
            return
        self._unload(name)
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise failed(f"{path}: {error.strerror}") from error

    def advice(self, name: str) -> tuple[str, ...]:
        """Whether launchd knows the agent."""
        if went_well(self._commands.run("launchctl", "print", f"{_session()}/{_label(name)}")):
            return (_("It runs while you are signed in; a run that was missed is made up then."),)
        return (_("launchd did not take it yet: it begins when you sign in to this computer the next time."),)

    def _unload(self, name: str) -> None:
        self._commands.run("launchctl", "bootout", f"{_session()}/{_label(name)}")

    def _file(self, name: str) -> Path:
        return self.folder / f"{_label(name)}.plist"


def _label(name: str) -> str:
    return name.replace("-", ".", 1)


def _session() -> str:
    """The person's graphical session, as launchctl names it."""
    return f"gui/{os.getuid() if hasattr(os, 'getuid') else ''}"
