"""Handing out the key of a name to a program: always one whole pair, and one that AWS accepts.

Which key that is stands in the journal alone (`key_versions`), and each pair is one item that is never written over. So
anyone who asks while a key is replaced gets the whole old one or the whole new one, and both work.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.model.errors import AppError
from keyturn.model.keys import KeyPair, SessionPair
from keyturn.model.text import _
from keyturn.rotation.key_life.key_versions import VersionState, key_named

if TYPE_CHECKING:
    # Anyone who asks for a lasting key waits for its answer, and gets it without AWS.
    from keyturn.aws.session import Aws
    from keyturn.state.journal import Journal
    from keyturn.state.secrets import SecretStore
    from keyturn.state.session_keys import SessionKeys

# After so long a program asks again, and so learns of a new key, also where it runs for weeks
# (facts/credential-helper.md, "The interface").
LASTS = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class HandedOut:
    """What a program gets.

    Attributes:
        pair: a `SessionPair` where a temporary key was asked for.
        until: when it has to ask again.
    """

    pair: KeyPair
    until: datetime


def hand_out(folder: Path, secrets: SecretStore, name: str, now: datetime) -> HandedOut:
    """The lasting key that the name means now.

    Raises:
        UsageError: where no key has the name.
        AppError: `key.off`, `secret.gone`, where there is none to hand out.
        StateError, StoreError: where Keyturn's memory or the keychain does not tell.
    """
    return HandedOut(current_pair(folder, secrets, name), now + LASTS)


def hand_out_temporary(
    folder: Path,
    secrets: SecretStore,
    name: str,
    minutes: int,
    kept: SessionKeys,
    way_to_aws: Callable[[], Aws],
    now: datetime,
) -> HandedOut:
    """A temporary key of the one that the name means now: one that was asked for before, or a new one.

    Args:
        minutes: how long a new one lasts, from 15 to 2160.
        way_to_aws: opened only where AWS has to be asked.

    Raises:
        AppError: as `hand_out`, and `session.root`.
        AwsError: where AWS could not be asked.
    """
    pair = current_pair(folder, secrets, name)
    found = kept.get(pair.access_key_id, minutes, now)
    if found is None:
        with kept.asking():
            found = kept.get(pair.access_key_id, minutes, now)
            if found is None:
                from keyturn.aws.temporary_keys import temporary_key

                found = temporary_key(way_to_aws(), pair, minutes)
                kept.keep(pair.access_key_id, minutes, found, now)
    return HandedOut(found, found.ends or now)


def variables_of(pair: KeyPair) -> dict[str, str]:
    """The variables of the environment from which programs read a key."""
    given = {"AWS_ACCESS_KEY_ID": pair.access_key_id.value, "AWS_SECRET_ACCESS_KEY": pair.secret.reveal()}
    if isinstance(pair, SessionPair):
        given["AWS_SESSION_TOKEN"] = pair.token.reveal()
    return given


def current_pair(folder: Path, secrets: SecretStore, name: str, journal: Journal | None = None) -> KeyPair:
    """The pair that the name means now; raises as `hand_out`.

    Args:
        journal: where it is open already.
    """
    asked = None
    while True:
        version = key_named(folder, name, journal).current
        if version.state in {VersionState.OFF, VersionState.DELETED}:
            raise AppError(
                _("Its key {key} is off or deleted").format(key=version.key.masked),
                _("`keyturn history {name}` says more.").format(name=name),
                code="key.off",
            )
        pair = secrets.get(version.key)
        if pair is not None:
            return pair
        # An undo may have removed the new pair since the journal was read, and the old one counts again.
        if asked == version.key:
            raise AppError(
                _("The secret of {key} is not kept here").format(key=version.key.masked),
                _("`keyturn name KEY {name}` puts it into the keychain.").format(name=name),
                code="secret.gone",
            )
        asked = version.key
