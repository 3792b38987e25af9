"""What the settings' page shows and keeps: read and written in a worker."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from threading import Lock

from keyturn.desktop.runner import Desk
from keyturn.model.errors import StateError, StoreError
from keyturn.reminders.autostart import autostart_of
from keyturn.reminders.started_program import Starts
from keyturn.state import settings as stored
from keyturn.state.settings import Settings


class AtLogin(StrEnum):
    """What starts with the person's session."""

    NOTHING = "off"
    CHECK = "check"
    TRAY = "tray"


@dataclass(frozen=True, slots=True)
class Chosen:
    """All that the page shows.

    Attributes:
        problem: why the settings' file could not be understood; None where all is well.
        at_login: as the system has it now; None where it cannot be told, or is another computer's business.
    """

    settings: Settings
    problem: StoreError | None
    at_login: AtLogin | None


def read_choices(desk: Desk) -> Chosen:
    """Read the settings, and ask the system what it starts.

    Raises:
        StateError: where the settings are a newer Keyturn's.
    """
    try:
        return Chosen(stored.load(desk.workplace.folder), None, _at_login(desk))
    except StateError as error:
        if error.code not in {stored.DAMAGED, stored.TO_CONFIRM}:
            raise
        # They can be chosen anew here, from the usual ones.
        return Chosen(Settings(), error, _at_login(desk))


def write_choices(desk: Desk, settings: Settings, at_login: AtLogin | None) -> Chosen:
    """Keep the settings, and have the system start what is wanted; return how both are now.

    Raises:
        StoreError: where either could not be written.
    """
    stored.save(desk.workplace.folder, settings)
    if at_login is not None and at_login is not _at_login(desk):
        autostart = autostart_of(desk.workplace.computer)
        if at_login is AtLogin.NOTHING:
            autostart.disable()
        else:
            autostart.enable(Starts(at_login.value), desk.workplace.location.options)
    return read_choices(desk)


def _at_login(desk: Desk) -> AtLogin | None:
    if not desk.workplace.computer.is_this_one:
        return None
    try:
        started = autostart_of(desk.workplace.computer).started()
    except StoreError:
        return None
    return AtLogin.NOTHING if started is None else AtLogin(started.value)


class SettingsWriter:
    """Writes the newest choices, whichever worker comes last."""

    def __init__(self) -> None:
        self._one_at_a_time = Lock()
        self.newest: tuple[Settings, AtLogin | None] = Settings(), None

    def write(self, desk: Desk) -> Chosen:
        """Write them; runs in a worker."""
        with self._one_at_a_time:
            return write_choices(desk, *self.newest)
