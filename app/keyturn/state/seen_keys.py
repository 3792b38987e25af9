"""What was last seen of the keys on a computer, so that reminders need no network. Facts only, never a secret.

Each home folder is remembered by itself: a look at another computer's disk says nothing about this one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from keyturn.model.errors import StoreError
from keyturn.model.keys import AccessKey, AccessKeyId, KeyStatus, Principal
from keyturn.model.text import _
from keyturn.state.private_files import moment_in, moment_text, read_document, write_document

FILE_NAME = "seen-keys.json"
_VERSION = 1


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
class Sighting:
    """All keys that were seen.

    Attributes:
        looked: when the computer was last looked through; None where it never was.
    """

    keys: tuple[SeenKey, ...] = ()
    looked: datetime | None = None


def merged(before: Sighting, now: Sighting, unread: frozenset[Path]) -> Sighting:
    """Return what is known after a new look: what AWS did not tell this time is as it was.

    Args:
        unread: files that could not be read this time; a key that stood in one of them may stand there still.
    """
    earlier = {one.key.access_key_id: one for one in before.keys}
    keys = [_completed(one, earlier.pop(one.key.access_key_id, None)) for one in now.keys]
    keys += [one for one in earlier.values() if unread.intersection(one.paths)]
    return Sighting(tuple(keys), now.looked)


def _completed(one: SeenKey, earlier: SeenKey | None) -> SeenKey:
    if earlier is None:
        return one
    if one.checked is None:
        return replace(one, key=earlier.key, checked=earlier.checked)
    # Neither the day of its making nor its owner ever changes.
    created, owner = one.key.created or earlier.key.created, one.key.owner or earlier.key.owner
    return replace(one, key=replace(one.key, created=created, owner=owner))


def load(folder: Path, home: Path) -> Sighting:
    """Read what was seen below `home`. A file that cannot be understood is as none: the next look writes it anew.

    Raises:
        StoreError: `state.newer`, where a newer Keyturn wrote it.
    """
    try:
        written = _homes(folder).get(str(home))
        return Sighting() if written is None else _from_json(written)
    except (ValueError, KeyError, TypeError, AttributeError):
        return Sighting()


def save(folder: Path, home: Path, sighting: Sighting) -> None:
    """Write what was seen below `home`.

    Raises:
        StoreError: `state.newer`, as `load`; `state.unwritable`, where the disk does not let it.
    """
    path = folder / FILE_NAME
    homes = {**_homes(folder), str(home): _as_json(sighting)}
    try:
        write_document(path, _VERSION, {"homes": homes})
    except OSError as error:
        raise StoreError(
            _("What was seen of the keys could not be remembered"),
            _(
                "{path}: {reason}. Your backups are not touched, and reminders go by what was known before. Free some "
                "space on the disk, or see who may write to the folder."
            ).format(path=path, reason=error.strerror or type(error).__name__),
            code="state.unwritable",
        ) from error


def _homes(folder: Path) -> dict[str, Any]:
    try:
        written = read_document(folder / FILE_NAME, _VERSION)
    except (OSError, ValueError):
        return {}
    homes = {} if written is None else written.get("homes")
    return homes if isinstance(homes, dict) else {}


def _as_json(sighting: Sighting) -> dict[str, Any]:
    return {
        "looked": moment_text(sighting.looked),
        "keys": [
            {
                "access_key_id": one.key.access_key_id.value,
                "owner": None if one.key.owner is None else one.key.owner.arn,
                "status": one.key.status.value,
                "created": moment_text(one.key.created),
                "used": one.used,
                "paths": [str(path) for path in one.paths],
                "checked": moment_text(one.checked),
            }
            for one in sighting.keys
        ],
    }


def _from_json(written: Mapping[str, Any]) -> Sighting:
    return Sighting(tuple(_key_from_json(one) for one in written["keys"]), moment_in(written["looked"]))


def _key_from_json(written: Mapping[str, Any]) -> SeenKey:
    owner = None if written["owner"] is None else Principal.from_arn(written["owner"])
    key = AccessKey(
        AccessKeyId(written["access_key_id"]), owner, KeyStatus(written["status"]), moment_in(written["created"])
    )
    paths = tuple(Path(path) for path in written["paths"])
    return SeenKey(key, bool(written["used"]), paths, moment_in(written["checked"]))
