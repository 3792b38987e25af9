"""Whether a key reaches the backups now, by the account's own books: no request is made, so no use of a key is seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyturn.model.keys import AccessKeyId
from keyturn_practice.sample_buckets import PHOTOS

from .somebody import ROOT_ALONE

if TYPE_CHECKING:
    from .world import World


def works(world: World, key: str) -> bool:
    """True where AWS accepts the key everywhere, and neither its user's rights nor a bucket's policy are in the way."""
    there = world.account.administrator.inventory()
    if key not in world.known or key not in there.keys:
        return False
    user = there.users.get(there.keys[key][1])
    lockout = there.bucket_policies.get(PHOTOS)
    return (
        all(world.account.accepts(world.pair(key), service) for service in ("sts", "s3"))
        and (user is None or bool(user.policies))
        and (lockout is None or (user is None and ROOT_ALONE in lockout))
    )


def there(world: World, key: str) -> bool:
    """True where the key is not deleted, whether it is on or off."""
    return world.account.status_of(AccessKeyId(key)) is not None


def held(world: World) -> set[str]:
    """The key IDs that the destinations hold."""
    from .oracles import unsound

    return unsound(world)[0]
