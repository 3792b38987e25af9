"""What was last seen of the keys on a computer, so that reminders need no network. Facts only, never a secret.

Each home folder is remembered by itself: a look at another computer's disk says nothing about this one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from keyturn.model.keys import AccessKey, AccessKeyId, KeyStatus, Principal
from keyturn.model.text import _
from keyturn.state.stored import Sentences, Stored
from keyturn.state.written import (
    Fields,
    Format,
    choice,
    listed,
    made_by,
    mapped,
    maybe,
    moment,
    moment_text,
    path,
    truth,
    whole_object,
)

FILE_NAME = "seen-keys.json"


@dataclass(frozen=True, slots=True)
class SeenKey:
    """One key as it was last seen.

    Attributes:
        key: what AWS told, without its last use, which grows stale.
        used: a backup program on that computer reads it.
        paths: the files in which it stood.
        checked: when AWS last told about it; None where it never did.
    """

    key: AccessKey
    used: bool
    paths: tuple[Path, ...]
    checked: datetime | None


@dataclass(frozen=True, slots=True)
class SeenKeys:
    """All keys that were seen.

    Attributes:
        looked: when the computer was last looked through; None where it never was.
    """

    keys: tuple[SeenKey, ...] = ()
    looked: datetime | None = None


def merged(before: SeenKeys, now: SeenKeys, unread: frozenset[Path]) -> SeenKeys:
    """Return what is known after a new look: what AWS did not tell this time is as it was.

    Args:
        unread: files that could not be read this time; a key that stood in one of them may stand there still.
    """
    earlier = {one.key.access_key_id: one for one in before.keys}
    keys = [_completed(one, earlier.pop(one.key.access_key_id, None)) for one in now.keys]
    keys += [one for one in earlier.values() if unread.intersection(one.paths)]
    return SeenKeys(tuple(keys), now.looked)


def _completed(one: SeenKey, earlier: SeenKey | None) -> SeenKey:
    if earlier is None:
        return one
    if one.checked is None:
        return replace(one, key=earlier.key, checked=earlier.checked)
    # Neither the day of its making nor its owner ever changes.
    created, owner = one.key.created or earlier.key.created, one.key.owner or earlier.key.owner
    return replace(one, key=replace(one.key, created=created, owner=owner))


def load(folder: Path, home: Path) -> SeenKeys:
    """Read what was seen below `home`.

    Raises:
        StateError: where a newer Keyturn wrote it, or it is damaged.
    """
    return _homes(folder).get(str(home), SeenKeys())


def save(folder: Path, home: Path, sighting: SeenKeys) -> None:
    """Write what was seen below `home`.

    Raises:
        StateError: as `load`.
        StateError: `state.unwritable`, where the disk does not let it.
    """
    STORED.save(folder, {**_homes(folder), str(home): sighting})


def _homes(folder: Path) -> dict[str, SeenKeys]:
    return STORED.load(folder) or {}


def _read(fields: Fields) -> dict[str, SeenKeys]:
    return fields.get("homes", mapped(whole_object(_sighting)))


def _written(homes: dict[str, SeenKeys]) -> dict[str, Any]:
    return {"homes": {home: _sighting_written(sighting) for home, sighting in homes.items()}}


def _sighting(fields: Fields) -> SeenKeys:
    return SeenKeys(fields.get("keys", listed(whole_object(_key))), fields.get("looked", maybe(moment)))


def _sighting_written(sighting: SeenKeys) -> dict[str, Any]:
    return {
        "looked": moment_text(sighting.looked),
        "keys": [
            {
                "access_key_id": one.key.access_key_id.value,
                "owner": None if one.key.owner is None else one.key.owner.arn,
                "status": one.key.status.value,
                "created": moment_text(one.key.created),
                "used": one.used,
                "paths": [str(each) for each in one.paths],
                "checked": moment_text(one.checked),
            }
            for one in sighting.keys
        ],
    }


def _key(fields: Fields) -> SeenKey:
    key = AccessKey(
        fields.get("access_key_id", made_by(AccessKeyId.of_any_shape)),
        fields.get("owner", maybe(made_by(Principal.from_arn))),
        fields.get("status", choice(KeyStatus)),
        fields.get("created", maybe(moment)),
    )
    return SeenKey(
        key, fields.get("used", truth), fields.get("paths", listed(path)), fields.get("checked", maybe(moment))
    )


def _sentences() -> Sentences:
    return Sentences(
        unreadable=_("What was seen of the keys cannot be read"),
        mend=_("Move the file away: the next look at the keys writes it anew."),
        unwritable=_("What was seen of the keys could not be remembered"),
        unwritten=_("Your backups are not touched, and reminders go by what was known before."),
    )


STORED = Stored(FILE_NAME, Format(1, _read, _written), _sentences)
