"""macOS: an agent in the person's `LaunchAgents` (`man launchd.plist`), loaded at the next login.

The switch under “Login Items” is not read: only a signed bundle may ask for it (facts/anchors.md 4.4, SMAppService).
"""

from __future__ import annotations

import plistlib
from xml.parsers.expat import ExpatError

from keyturn.computer.computer import Computer
from keyturn.computer.private_files import replace_private_file
from keyturn.reminders.autostart import could_not_be_set
from keyturn.reminders.started_program import Starts, command_line

LABEL = "keyturn.login"


class LaunchAgent:
    """The agent's file."""

    def __init__(self, computer: Computer) -> None:
        self.path = computer.home / "Library" / "LaunchAgents" / f"{LABEL}.plist"

    def started(self) -> Starts | None:
        """What the agent starts; None where there is none, or it is turned off in its file."""
        try:
            agent = plistlib.loads(self.path.read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValueError, ExpatError, plistlib.InvalidFileException) as error:
            raise could_not_be_set(f"{self.path}: {error}") from error
        command = agent.get("ProgramArguments") if isinstance(agent, dict) else None
        if not isinstance(command, list) or agent.get("Disabled") is True or agent.get("RunAtLoad") is not True:
            return None
        return next((one for one in Starts if set(one.words) <= set(command)), None)

    def enable(self, starts: Starts, options: tuple[str, ...] = ()) -> None:
        """Write the agent's file."""
        agent = {
            "Label": LABEL,
            "ProgramArguments": list(command_line(starts, options)),
            "RunAtLoad": True,
            # In the person's graphical session alone, and without a claim to the processor.
            "LimitLoadToSessionType": "Aqua",
            "ProcessType": "Interactive" if starts is Starts.TRAY else "Background",
        }
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            replace_private_file(self.path, plistlib.dumps(agent))
        except OSError as error:
            raise could_not_be_set(f"{self.path}: {error.strerror}") from error

    def disable(self) -> None:
        """Remove the agent's file."""
        try:
            self.path.unlink(missing_ok=True)
        except OSError as error:
            raise could_not_be_set(f"{self.path}: {error.strerror}") from error
