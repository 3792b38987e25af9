"""By which ID other computers of an AWS account know this one, and the keys for which it asked them to wait."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from keyturn.model.keys import AccessKeyId
from keyturn.model.text import _
from keyturn.state.stored import Sentences, Stored
from keyturn.state.written import Fields, Format, NotUnderstood, listed, made_by, text

FILE_NAME = "computer.json"
_SHAPE = re.compile(r"[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class ThisComputer:
    """What is remembered.

    Attributes:
        drawn_id: drawn by lot, since names are not unique.
        holds: the old keys that other computers replace and were asked to leave on.
    """

    drawn_id: str
    holds: tuple[AccessKeyId, ...] = ()


def load(folder: Path) -> ThisComputer | None:
    """Read it; None where no ID was drawn yet.

    Raises:
        StateError: where a newer Keyturn wrote it, or it is damaged.
    """
    return STORED.load(folder)


def drawn(folder: Path) -> ThisComputer:
    """The same; the ID is drawn now where there was none.

    Raises:
        StateError: as `load`.
        StateError: `state.unwritable`, where the disk does not let it be remembered.
    """
    known = load(folder)
    if known is None:
        known = ThisComputer(uuid4().hex[:12])
        STORED.save(folder, known)
    return known


def save(folder: Path, known: ThisComputer) -> None:
    """Write it.

    Raises:
        StateError: as `load`.
        StoreError: as `drawn`.
    """
    STORED.save(folder, known)


def _read(fields: Fields) -> ThisComputer:
    known = ThisComputer(fields.get("id", text), fields.get("holds", listed(made_by(AccessKeyId))))
    if _SHAPE.fullmatch(known.drawn_id) is None:
        raise NotUnderstood("id")
    return known


def _written(known: ThisComputer) -> dict[str, Any]:
    return {"id": known.drawn_id, "holds": [one.value for one in known.holds]}


def _sentences() -> Sentences:
    return Sentences(
        unreadable=_("By which ID other computers know this one cannot be read"),
        mend=_(
            "Put back a copy of the file; or move it away, and say on the other computers, with `keyturn done`, that "
            "nobody waits under the old ID any more."
        ),
        unwritable=_("The ID of this computer could not be remembered"),
        unwritten=_("Your backups are not touched, and no other computer was told anything."),
    )


STORED = Stored(FILE_NAME, Format(1, _read, _written), _sentences)
