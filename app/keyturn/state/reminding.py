"""What is remembered of reminding itself: until when the person wants no reminder, and which was shown last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from keyturn.model.text import _
from keyturn.state.stored import Sentences, Stored
from keyturn.state.written import Fields, Format, listed, maybe, moment, moment_text, text

FILE_NAME = "reminding.json"


@dataclass(frozen=True, slots=True)
class Reminding:
    """What is remembered.

    Attributes:
        snoozed_until: no notification before; None where the person never asked for that.
        notified: when the last notification was shown.
        notified_of: what it was about: the identities of what was due.
    """

    snoozed_until: datetime | None = None
    notified: datetime | None = None
    notified_of: frozenset[str] = frozenset()


def load(folder: Path) -> Reminding:
    """Read it.

    Raises:
        StateError: where a newer Keyturn wrote it, or it is damaged.
    """
    return STORED.load(folder) or Reminding()


def save(folder: Path, reminding: Reminding) -> None:
    """Write it.

    Raises:
        StateError: as `load`.
        StateError: `state.unwritable`, where the disk does not let it.
    """
    STORED.save(folder, reminding)


def _read(fields: Fields) -> Reminding:
    return Reminding(
        fields.get("snoozed_until", maybe(moment)),
        fields.get("notified", maybe(moment)),
        frozenset(fields.get("notified_of", listed(text))),
    )


def _written(reminding: Reminding) -> dict[str, Any]:
    return {
        "snoozed_until": moment_text(reminding.snoozed_until),
        "notified": moment_text(reminding.notified),
        "notified_of": sorted(reminding.notified_of),
    }


def _sentences() -> Sentences:
    return Sentences(
        unreadable=_("What Keyturn remembers of its reminders cannot be read"),
        mend=_("Move the file away: reminders then begin anew, and none is held back."),
        unwritable=_("Keyturn could not remember when to remind you"),
        unwritten=_("Your backups are not touched."),
    )


STORED = Stored(FILE_NAME, Format(1, _read, _written), _sentences)
