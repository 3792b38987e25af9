"""Temporary keys that were asked for and have not ended: asked for once, they are handed out until shortly before.

They are kept where the lasting secrets are: in the system's keychain, or in a private file. One that is lost is asked
for again, so it may be written over, and nothing is said where it could not be kept.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from keyturn.computer.lock import one_after_the_other
from keyturn.model.errors import StoreError
from keyturn.model.keys import AccessKeyId, Secret, SessionPair
from keyturn.model.text import _
from keyturn.state.items import items_of
from keyturn.state.secrets_kind import SecretsKind
from keyturn.state.stored import Sentences, Stored
from keyturn.state.written import Fields, Format, NotUnderstood, made_by, mapped, moment, parsed, text, whole_object

SERVICE = "Keyturn temporary key"
FILE_NAME = "session-keys.json"
_LOCK_NAME = "session-keys.lock"
_PATIENCE = 60  # seconds to wait for another program that is asking AWS
# botocore asks again when a key has less than this left (botocore.credentials, `_advisory_refresh_timeout`).
_MARGIN = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class SessionKeys:
    """The temporary keys of one Keyturn.

    Attributes:
        kind: where they are kept; in memory nothing is, as each program asks once.
    """

    kind: SecretsKind
    folder: Path

    def get(self, key: AccessKeyId, minutes: int, now: datetime) -> SessionPair | None:
        """One that was asked for with this key and for so long, and is not about to end."""
        with suppress(StoreError, NotUnderstood):
            found = self._kept(_name(key, minutes))
            margin = min(_MARGIN, timedelta(minutes=minutes) / 3)
            if found is not None and found.ends is not None and found.ends - now > margin:
                return found
        return None

    def keep(self, key: AccessKeyId, minutes: int, pair: SessionPair, now: datetime) -> None:
        """Keep it for the next who asks."""
        with suppress(StoreError):
            items = items_of(self.kind, self.folder)
            if items is not None:
                items.write(SERVICE, _name(key, minutes), json.dumps(_FORMAT_OF_ONE.dump(pair)))
            elif self.kind is SecretsKind.FILE:
                going_on = {n: p for n, p in (_STORED.load(self.folder) or {}).items() if p.ends and p.ends > now}
                _STORED.save(self.folder, {**going_on, _name(key, minutes): pair})

    def asking(self) -> AbstractContextManager[None]:
        """Let one program at a time ask AWS: where many begin at once, one asks, and the others take what it got."""
        return one_after_the_other(self.folder / _LOCK_NAME, _PATIENCE)

    def _kept(self, name: str) -> SessionPair | None:
        items = items_of(self.kind, self.folder)
        if items is not None:
            written = items.read(SERVICE, name)
            return None if written is None else _FORMAT_OF_ONE.load(parsed(written))
        return (_STORED.load(self.folder) or {}).get(name) if self.kind is SecretsKind.FILE else None


def _name(key: AccessKeyId, minutes: int) -> str:
    return f"{key.value}/{minutes}"


def _one(fields: Fields) -> SessionPair:
    return SessionPair(
        fields.get("access_key_id", made_by(AccessKeyId)),
        Secret(fields.get("secret", text)),
        Secret(fields.get("token", text)),
        fields.get("ends", moment),
    )


def _one_written(pair: SessionPair) -> dict[str, Any]:
    return {
        "access_key_id": pair.access_key_id.value,
        "secret": pair.secret.reveal(),
        "token": pair.token.reveal(),
        "ends": None if pair.ends is None else pair.ends.isoformat(),
    }


def _read(fields: Fields) -> Mapping[str, SessionPair]:
    return fields.get("keys", mapped(whole_object(_one)))


def _written(kept: Mapping[str, SessionPair]) -> dict[str, Any]:
    return {"keys": {name: _one_written(pair) for name, pair in kept.items()}}


def _sentences() -> Sentences:
    return Sentences(
        unreadable=_("The file of temporary keys cannot be read"),
        mend=_("Move the file away: temporary keys are asked for again."),
        unwritable=_("A temporary key could not be kept"),
        unwritten=_("It is asked for again."),
    )


_FORMAT_OF_ONE = Format(1, _one, _one_written)
_STORED: Stored[Mapping[str, SessionPair]] = Stored(FILE_NAME, Format(1, _read, _written), _sentences)
