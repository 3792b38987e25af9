"""What the settings' page shows and keeps: read and written in a worker."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock

from keyturn.desktop.runner import Desk
from keyturn.model.errors import StateError, StoreError
from keyturn.reminders.at_login import AtLogin, at_login, set_at_login
from keyturn.state import settings as stored
from keyturn.state.settings import Settings


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
        return Chosen(stored.load(desk.workplace.folder), None, at_login(desk.workplace.computer))
    except StateError as error:
        if error.code not in {stored.DAMAGED, stored.TO_CONFIRM}:
            raise
        # They can be chosen anew here, from the usual ones.
        return Chosen(Settings(), error, at_login(desk.workplace.computer))


def write_choices(desk: Desk, settings: Settings, wanted: AtLogin | None) -> Chosen:
    """Keep the settings, and have the system start what is wanted; return how both are now.

    Raises:
        StoreError: where either could not be written.
    """
    stored.save(desk.workplace.folder, settings)
    workplace = desk.workplace
    if wanted is not None and wanted is not at_login(workplace.computer):
        set_at_login(workplace.computer, wanted, workplace.location.options)
    return read_choices(desk)


class SettingsWriter:
    """Writes the newest choices, whichever worker comes last."""

    def __init__(self) -> None:
        self._one_at_a_time = Lock()
        self.newest: tuple[Settings, AtLogin | None] = Settings(), None

    def write(self, desk: Desk) -> Chosen:
        """Write them; runs in a worker."""
        with self._one_at_a_time:
            return write_choices(desk, *self.newest)
