"""Every command, one module each, which is imported when it is typed; all of them only for the help."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from keyturn.terminal.command import Command

# In the order in which they are used, which is that of the list of commands.
NAMES = (
    *("scan", "clients", "plan", "status", "verify"),
    *("name", "history", "setup", "move", "credentials", "run"),
    *("rotate", "continue", "done", "undo", "hold"),
    *("turn-off", "turn-on", "delete", "end"),
    *("keeper", "renew", "remind", "report", "tray", "tell", "practice"),
)


def command_named(name: str) -> Command:
    """The command that is typed so.

    Raises:
        KeyError: where there is none.
    """
    if name not in NAMES:
        raise KeyError(name)
    module = import_module(f"{__name__}.{name.replace('-', '_')}_command")
    command: Command = module.COMMAND
    return command


def every_command() -> tuple[Command, ...]:
    """All of them, in the order of their list."""
    return tuple(command_named(name) for name in NAMES)
