"""The keeper's own key: asked for once, kept before it is used, and renewed so that one that works is always kept.

Each request is remembered before it is sent. Where an answer was lost, a key that a request of ours made, and whose
secret nobody holds, is found by listing and removed, if it is ours for sure (see `creating` and `ownership`).
"""

from __future__ import annotations

from dataclasses import replace

from keyturn.aws import access_keys
from keyturn.model.errors import AwsError, StateError, StoreError
from keyturn.model.keys import KeyPair
from keyturn.model.text import _
from keyturn.rotation.context import Context
from keyturn.rotation.events.rotation_events import KeyRequest
from keyturn.rotation.ownership import fits
from keyturn.rotation.signers.somebody import Somebody
from keyturn.state import keeper as memory
from keyturn.state.keeper import Keeper

# A key whose making was not answered may take a moment to show in the list (facts/aws.md A4).
_PAUSES = (0.0, 2.0, 4.0)


class KeeperLeft(StateError):
    """Something of the keeper is at AWS that Keyturn can neither finish nor remove by itself."""


def new_keeper_key(context: Context, maker: Somebody, keeper: Keeper) -> tuple[Keeper, KeyPair]:
    """Ask for a key once, and keep its secret before anything else happens; ask again where no answer came."""
    for last in (False, True):
        keeper = remember_keeper(context, replace(keeper, requests=(*keeper.requests, context.aws.time())))
        try:
            pair = access_keys.create_key(context.aws, maker.pair, keeper.user_name).pair
        except AwsError as error:
            if not error.outcome_unknown:
                # AWS made nothing of this one.
                keeper = remember_keeper(context, replace(keeper, requests=keeper.requests[:-1]))
            if not error.outcome_unknown or last:
                raise
            for pause in _PAUSES:
                context.clock.sleep(pause)
                kept_or_removed(context, maker, keeper)
            continue
        try:
            context.secrets.keep(pair)
        except StoreError:
            # Nobody will ever hold this secret again, so its key must not live on.
            access_keys.delete_key(context.aws, maker.pair, pair.access_key_id, user_name=keeper.user_name)
            raise
        return replace(keeper, requests=keeper.requests[:-1]), pair
    raise ValueError("the second answer ends it")


def kept_or_removed(context: Context, maker: Somebody, keeper: Keeper) -> KeyPair | None:
    """A new key of the user's that an earlier start made and kept; those whose secrets were lost are removed.

    Raises:
        KeeperLeft: where a key is there that nothing proves to be ours.
    """
    found = None
    for one in access_keys.list_keys(context.aws, maker.pair, keeper.user_name):
        if one.access_key_id == keeper.key:
            continue
        kept = context.secrets.get(one.access_key_id)
        if kept is not None:
            # It was made perhaps seconds ago, so that AWS may not have heard of it everywhere.
            context.aws.remember_partition(one.access_key_id, keeper.partition)
            context.aws.remember_new(one.access_key_id, one.created)
            found = kept
        elif is_lost(context, maker, keeper, one):
            access_keys.delete_key(context.aws, maker.pair, one.access_key_id, user_name=keeper.user_name)
        else:
            said = _("Its user has the key {key}, of which nothing proves whose it is.")
            raise left_over(keeper, said.format(key=one.access_key_id.masked))
    return found


def is_lost(context: Context, maker: Somebody, keeper: Keeper, one: access_keys.ListedKey) -> bool:
    """True for a key that a request of ours made whose answer nobody heard: by AWS's clock, and never used."""
    dated = [at for at in keeper.requests if at is not None]
    in_time = one.created is not None and any(fits(one, KeyRequest((), at)) for at in dated)
    return in_time and access_keys.last_use(context.aws, maker.pair, one.access_key_id).date is None


def left_over(keeper: Keeper, why: str) -> KeeperLeft:
    """The error of something of the keeper at AWS that Keyturn can neither finish nor remove by itself."""
    return KeeperLeft(
        _("A keeper was begun and is not whole"),
        _(
            "{why} What was made is the IAM user {user}. `keyturn keeper make --as WHO` finishes it, `keyturn keeper "
            "remove --as WHO` removes it; or look at it in the AWS console."
        ).format(why=why, user=keeper.arn),
        code="keeper.left",
    )


def remember_keeper(context: Context, keeper: Keeper) -> Keeper:
    """Write down how it stands, and return it.

    Raises:
        StateError, StoreError: where that cannot be written.
    """
    memory.save(context.folder, keeper)
    return keeper
