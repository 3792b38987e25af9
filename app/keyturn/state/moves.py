"""The profiles out of which Keyturn took the pair: how it stood there, so that it can be written back.

Written before a file changes, so it may name a profile that holds its pair still; what counts is what stands there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from keyturn.model.key_names import KeyName
from keyturn.model.pair_layout import PairLayout
from keyturn.model.text import _
from keyturn.state.stored import Sentences, Stored
from keyturn.state.written import Fields, Format, listed, made_by, moment, number, path, text, whole_object

FILE_NAME = "moves.json"
_FAR = 1_000_000  # lines


@dataclass(frozen=True, slots=True)
class Moved:
    """One profile.

    Attributes:
        path: the file itself, links resolved.
        name: by which the profile asks.
        layout: how the pair stood there.
    """

    path: Path
    section: str
    name: KeyName
    at: datetime
    layout: PairLayout


def load(folder: Path) -> tuple[Moved, ...]:
    """Read all of them, in the order in which they were moved.

    Raises:
        StateError: where a newer Keyturn wrote them, or they are damaged.
    """
    return _STORED.load(folder) or ()


def save(folder: Path, moves: Sequence[Moved]) -> None:
    """Write all of them.

    Raises:
        StateError: as `load`.
        StoreError: `state.unwritable`, where the disk does not let it.
    """
    _STORED.save(folder, tuple(moves))


def _read(fields: Fields) -> tuple[Moved, ...]:
    return fields.get("moves", listed(whole_object(_moved)))


def _written(moves: tuple[Moved, ...]) -> dict[str, Any]:
    return {"moves": [_moved_written(one) for one in moves]}


def _moved(fields: Fields) -> Moved:
    return Moved(
        path=fields.get("path", path),
        section=fields.get("section", text),
        name=fields.get("name", made_by(KeyName)),
        at=fields.get("at", moment),
        layout=fields.get("layout", whole_object(_layout)),
    )


def _moved_written(one: Moved) -> dict[str, Any]:
    return {
        "path": str(one.path),
        "section": one.section,
        "name": one.name.value,
        "at": one.at.isoformat(),
        "layout": {
            "id_lead": one.layout.id_lead,
            "secret_lead": one.layout.secret_lead,
            "secret_tail": one.layout.secret_tail,
            "line_end": one.layout.line_end,
            "away": one.layout.away,
        },
    }


def _layout(fields: Fields) -> PairLayout:
    return PairLayout(
        id_lead=fields.get("id_lead", text),
        secret_lead=fields.get("secret_lead", text),
        secret_tail=fields.get("secret_tail", text),
        line_end=fields.get("line_end", text),
        away=int(fields.get("away", number(-_FAR, _FAR))),
    )


def _sentences() -> Sentences:
    return Sentences(
        unreadable=_("How pairs stood in their files cannot be read"),
        mend=_("Move the file away: `keyturn move KEY --into files` then writes pairs as the AWS CLI does."),
        unwritable=_("How the pair stands in its file could not be remembered"),
        unwritten=_("Without that no pair is taken out of its file."),
    )


_STORED: Stored[tuple[Moved, ...]] = Stored(FILE_NAME, Format(1, _read, _written), _sentences)
