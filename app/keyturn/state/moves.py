"""The profiles and remotes out of which Keyturn took the pair: how it stood there, so that it can be written back.

Written before a file changes, so it may name one that holds its pair still; what counts is what stands there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from keyturn.model.key_names import KeyName
from keyturn.model.pair_layout import PairLayout, RemoteLayout
from keyturn.model.text import _
from keyturn.state.stored import Sentences, Stored
from keyturn.state.written import (
    Fields,
    Format,
    choice,
    listed,
    made_by,
    maybe,
    moment,
    number,
    path,
    text,
    whole_object,
)

FILE_NAME = "moves.json"
_FAR = 1_000_000  # lines


class _Of(StrEnum):
    PROFILE = "profile"
    REMOTE = "remote"


@dataclass(frozen=True, slots=True)
class Moved:
    """One profile, or one remote of rclone's.

    Attributes:
        path: the file itself, links resolved.
        name: by which it asks.
        layout: how the pair stood there.
    """

    path: Path
    section: str
    name: KeyName
    at: datetime
    layout: PairLayout | RemoteLayout


def load(folder: Path) -> tuple[Moved, ...]:
    """Read all of them, in the order in which they were moved.

    Raises:
        StateError: where a newer Keyturn wrote them, or they are damaged.
    """
    return STORED.load(folder) or ()


def save(folder: Path, moves: Sequence[Moved]) -> None:
    """Write all of them.

    Raises:
        StateError: as `load`.
        StateError: `state.unwritable`, where the disk does not let it.
    """
    STORED.save(folder, tuple(moves))


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
        layout=fields.get("layout", whole_object(_layout_of_any)),
    )


def _moved_written(one: Moved) -> dict[str, Any]:
    return {
        "path": str(one.path),
        "section": one.section,
        "name": one.name.value,
        "at": one.at.isoformat(),
        "layout": {
            "of": (_Of.REMOTE if isinstance(one.layout, RemoteLayout) else _Of.PROFILE).value,
            **asdict(one.layout),
        },
    }


def _layout_of_any(fields: Fields) -> PairLayout | RemoteLayout:
    if fields.get("of", choice(_Of)) is _Of.PROFILE:
        return _layout(fields)
    return RemoteLayout(
        id_lead=fields.get("id_lead", text),
        id_tail=fields.get("id_tail", text),
        secret_lead=fields.get("secret_lead", text),
        secret_tail=fields.get("secret_tail", text),
        env_auth=fields.get("env_auth", maybe(text)),
    )


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


def _with_remotes(written: dict[str, Any]) -> dict[str, Any]:
    """Version 1 knew of profiles alone."""
    moves = [{**one, "layout": {"of": _Of.PROFILE.value, **one["layout"]}} for one in written["moves"]]
    return {**written, "moves": moves}


STORED: Stored[tuple[Moved, ...]] = Stored(FILE_NAME, Format(2, _read, _written, {1: _with_remotes}), _sentences)
