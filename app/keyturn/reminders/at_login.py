"""What the system starts each time the person signs in: asked for and chosen in one place, for both faces."""

from __future__ import annotations

from enum import StrEnum

from keyturn.computer.computer import Computer
from keyturn.model.errors import StoreError
from keyturn.reminders.autostart import autostart_of
from keyturn.reminders.started_program import Starts


class AtLogin(StrEnum):
    """What starts with the person's session."""

    NOTHING = "off"
    CHECK = "check"
    TRAY = "tray"


def at_login(computer: Computer) -> AtLogin | None:
    """As the system has it now; None where it cannot be told, or is another computer's business."""
    if not computer.is_this_one:
        return None
    try:
        started = autostart_of(computer).started()
    except StoreError:
        return None
    return AtLogin.NOTHING if started is None else AtLogin(started.value)


def set_at_login(computer: Computer, wanted: AtLogin, options: tuple[str, ...]) -> None:
    """Have the system start this, and nothing else of Keyturn's.

    Args:
        options: what leads the started program to the same computer, account and memory.

    Raises:
        StoreError: where that could not be set up.
    """
    autostart = autostart_of(computer)
    if wanted is AtLogin.NOTHING:
        autostart.disable()
    else:
        autostart.enable(Starts(wanted.value), options)
