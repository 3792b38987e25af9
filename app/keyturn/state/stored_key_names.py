"""The names that the person gave to keys. Which key stands behind a name by now is told by the journal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from keyturn.model.key_names import KeyName
from keyturn.model.keys import AccessKeyId
from keyturn.model.text import _
from keyturn.state.stored import Sentences, Stored
from keyturn.state.written import Fields, Format, NotUnderstood, made_by, mapped, moment, truth, whole_object

FILE_NAME = "key-names.json"


@dataclass(frozen=True, slots=True)
class FirstKey:
    """The key that got a name.

    Attributes:
        since: when it got the name.
        seen: AWS accepted the key then; False where nobody asked, or nobody answered.
        tagged: the name stands in a tag of the key's user at AWS as well.
    """

    key: AccessKeyId
    since: datetime
    seen: bool
    tagged: bool = False


def load(folder: Path) -> Mapping[KeyName, FirstKey]:
    """Read all names.

    Raises:
        StateError: where a newer Keyturn wrote them, or they are damaged.
    """
    return STORED.load(folder) or {}


def save(folder: Path, names: Mapping[KeyName, FirstKey]) -> None:
    """Write all names.

    Raises:
        StateError: as `load`.
        StateError: `state.unwritable`, where the disk does not let it.
    """
    STORED.save(folder, names)


def _read(fields: Fields) -> Mapping[KeyName, FirstKey]:
    written = fields.get("names", mapped(whole_object(_first_key)))
    try:
        return {KeyName(name): first for name, first in written.items()}
    except ValueError:
        raise NotUnderstood("names") from None


def _written(names: Mapping[KeyName, FirstKey]) -> dict[str, Any]:
    return {"names": {name.value: _first_key_written(first) for name, first in names.items()}}


def _first_key(fields: Fields) -> FirstKey:
    return FirstKey(
        key=fields.get("key", made_by(AccessKeyId.of_any_shape)),
        since=fields.get("since", moment),
        seen=fields.get("seen", truth),
        tagged=fields.get("tagged", truth),
    )


def _first_key_written(first: FirstKey) -> dict[str, Any]:
    return {
        "key": first.key.value,
        "since": first.since.isoformat(),
        "seen": first.seen,
        "tagged": first.tagged,
    }


def _sentences() -> Sentences:
    return Sentences(
        unreadable=_("The names of keys cannot be read"),
        mend=_("Put back a copy of the file, or move it away and name the keys again with `keyturn name`."),
        unwritable=_("The name of a key could not be remembered"),
        unwritten=_("Your backups do not need the names."),
    )


STORED = Stored(FILE_NAME, Format(1, _read, _written), _sentences)
