"""The two key pairs of a rotation: where their secrets are found, and which of them asks AWS."""

from __future__ import annotations

from keyturn.clients.replacement import read_pair
from keyturn.model.errors import AppError, StoreError
from keyturn.model.keys import KeyPair
from keyturn.model.text import _
from keyturn.rotation.record import Rotation
from keyturn.rotation.surroundings import Surroundings


def old_pair(surroundings: Surroundings, rotation: Rotation) -> KeyPair:
    """The old key as it was kept, or as a destination still holds it.

    Raises:
        StoreError: `secret.gone`, where it is nowhere.
    """
    key = rotation.decision.key
    kept = surroundings.secrets.get(key)
    if kept is not None:
        return kept
    for one in rotation.decision.destinations:
        try:
            pair = read_pair(surroundings.computer, one.place)
        except AppError:
            continue
        if pair.access_key_id == key:
            return pair
    raise StoreError(
        _("The secret of the old key is not kept here"),
        _(
            "Keyturn does not find the secret of {key}, neither in its keychain nor in a destination. Your programs "
            "keep the key that they have. Start Keyturn with the same --secrets and --state-dir as before."
        ).format(key=key.masked),
        code="secret.gone",
    )


def new_pair(surroundings: Surroundings, rotation: Rotation) -> KeyPair | None:
    """The new key as it was kept; None where it is not, or where there is none."""
    key = rotation.new_key
    return None if key is None else surroundings.secrets.get(key)


def asker(rotation: Rotation, old: KeyPair, new: KeyPair | None) -> KeyPair:
    """Who asks about the old key: the new one where it may, so that the asking is no use of the old one."""
    return new if new is not None and rotation.decision.route.same_owner else old
