"""Keyturn's own folder at the start of a command: made private, and its settings read where they may be believed."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.computer.own_folder import confirm_settings, make_private
from keyturn.model.errors import AppError, StateError
from keyturn.model.text import _
from keyturn.state.settings import TO_CONFIRM, Settings, load, unconfirmed

if TYPE_CHECKING:
    from keyturn.terminal.output import Output


@dataclass(frozen=True, slots=True)
class OwnMemory:
    """What was found.

    Attributes:
        settings: the usual ones where there is a problem.
        problem: why no command may go on; None where all is well.
        closes_window: the window and the icon may not open either, for they would believe the same folder.
        told: what was done to the folder, for the person.
    """

    settings: Settings
    problem: AppError | None = None
    closes_window: bool = False
    told: tuple[str, ...] = ()


def own_memory(folder: Path) -> OwnMemory:
    """Look after the folder, where there is one, and read its settings."""
    told: tuple[str, ...] = ()
    try:
        if os.path.lexists(folder):
            told = make_private(folder)
    except StateError as error:
        return OwnMemory(Settings(), error, closes_window=True)
    except OSError:
        pass  # anyone who needs the folder says why it cannot be used
    try:
        return OwnMemory(load(folder), told=told)
    except AppError as error:
        return OwnMemory(Settings(), error, told=told)


def confirmed(memory: OwnMemory, folder: Path, output: Output) -> OwnMemory:
    """Ask the person at the terminal whether settings that others may have written are theirs."""
    from keyturn.terminal.questions import agrees, is_interactive
    from keyturn.terminal.screen import line

    if memory.problem is None or memory.problem.code != TO_CONFIRM or output.as_json or not is_interactive():
        return memory
    output.show(line(f"{memory.problem.title}:"))
    output.show(*(line(text, indent=2) for text in _told(unconfirmed(folder))))
    if not agrees(output, _("Are these your settings?")):
        return memory
    try:
        confirm_settings(folder)
    except OSError:
        return memory
    return own_memory(folder)


def _told(settings: Settings | AppError) -> list[str]:
    if isinstance(settings, AppError):
        return [f"{settings.title}."]
    usual = Settings()
    names = [name for name in Settings.__slots__ if name != "unknown"]
    chosen = [name for name in names if getattr(settings, name) != getattr(usual, name)]
    return [f"{name} = {getattr(settings, name)}" for name in chosen] or [_("nothing but what is usual")]
