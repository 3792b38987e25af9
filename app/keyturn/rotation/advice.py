"""What to do about a key, in one word."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from keyturn.model.keys import AccessKey, KeyStatus, PrincipalKind
from keyturn.model.places import Place, PlaceKind

# AWS Config's own default for `access-keys-rotated` (facts/peers.md A, "Others").
USER_KEY_LIMIT = timedelta(days=90)
# A key that nobody used for this long is not in use.
IDLE_LIMIT = timedelta(days=90)


class Advice(StrEnum):
    """What to do about a key."""

    REPLACE = "replace"  # a root key that something uses: give that something a scoped user's key
    RENEW = "renew"  # an IAM user's key that has grown old
    RETIRE = "retire"  # nothing uses it: turn it off, then delete it
    OK = "ok"
    UNKNOWN = "unknown"


def advice_for(key: AccessKey, places: Sequence[Place], now: datetime) -> Advice:
    """Return what to do about `key`, which stands in `places`; `UNKNOWN` where AWS did not tell enough."""
    if key.access_key_id.is_temporary:
        return Advice.OK
    if key.status is KeyStatus.INACTIVE:
        return Advice.RETIRE
    if key.status is not KeyStatus.ACTIVE or key.owner is None:
        return Advice.UNKNOWN
    used_here = any(place.kind is PlaceKind.DESTINATION for place in places)
    if not used_here and _is_idle(key, now):
        return Advice.RETIRE
    if key.owner.kind is PrincipalKind.ROOT:
        return Advice.REPLACE
    if key.owner.kind is not PrincipalKind.USER or key.created is None:
        return Advice.UNKNOWN
    return Advice.RENEW if now - key.created > USER_KEY_LIMIT else Advice.OK


def _is_idle(key: AccessKey, now: datetime) -> bool:
    if key.last_use is None:
        return False
    if key.last_use.date is not None:
        return now - key.last_use.date > IDLE_LIMIT
    # A user's key that was made last week may have its first use before it.
    is_root = key.owner is not None and key.owner.kind is PrincipalKind.ROOT
    return is_root or key.created is None or now - key.created > IDLE_LIMIT
