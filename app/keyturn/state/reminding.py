"""What is remembered of reminding itself: until when the person wants no reminder, and which was shown last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from keyturn.model.errors import StoreError
from keyturn.model.text import _
from keyturn.state.private_files import moment_in, moment_text, read_document, write_document

FILE_NAME = "reminding.json"
_VERSION = 1


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
    """Read it. A file that cannot be understood is as none: a reminder too many is better than one too few.

    Raises:
        StoreError: `state.newer`, where a newer Keyturn wrote it.
    """
    try:
        written = read_document(folder / FILE_NAME, _VERSION)
        if written is None:
            return Reminding()
        return Reminding(
            moment_in(written["snoozed_until"]),
            moment_in(written["notified"]),
            frozenset(str(one) for one in written["notified_of"]),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return Reminding()


def save(folder: Path, reminding: Reminding) -> None:
    """Write it.

    Raises:
        StoreError: `state.newer`, as `load`; `state.unwritable`, where the disk does not let it.
    """
    path = folder / FILE_NAME
    load(folder)
    try:
        write_document(
            path,
            _VERSION,
            {
                "snoozed_until": moment_text(reminding.snoozed_until),
                "notified": moment_text(reminding.notified),
                "notified_of": sorted(reminding.notified_of),
            },
        )
    except OSError as error:
        raise StoreError(
            _("Keyturn could not remember when to remind you"),
            _(
                "{path}: {reason}. Your backups are not touched. Free some space on the disk, or see who may write to "
                "the folder."
            ).format(path=path, reason=error.strerror or type(error).__name__),
            code="state.unwritable",
        ) from error
