"""Renewing the keeper's own key: by another identity, or by itself if the person said so when it was made.

Never more than two keys: the one that is kept, and the new one, which is kept and accepted by AWS before it takes its
place in one write. From then on the old one is only to be deleted. So a kill leaves a keeper that works, and the same
command goes on.
"""

from __future__ import annotations

from dataclasses import replace

from keyturn.aws import access_keys, identity
from keyturn.model.errors import AppError, UsageError
from keyturn.model.text import _
from keyturn.rotation.context import Context
from keyturn.rotation.key_life.keeper_keys import kept_or_removed, left_over, new_keeper_key, remember_keeper
from keyturn.rotation.key_life.keepers import expect_same_account, keepers_user, whole_keeper
from keyturn.rotation.signers.signer import Signer
from keyturn.rotation.signers.somebody import Somebody
from keyturn.state.keeper import Keeper


def expect_renewer(context: Context, signer: Signer) -> Somebody:
    """Return the identity that renews the keeper's key.

    Raises:
        UsageError: where none was named, there is no keeper, or the keeper itself was named and may not.
    """
    keeper = whole_keeper(context)
    if not isinstance(signer, Somebody):
        raise UsageError(
            _("Who renews the keeper's key?"),
            _(
                "Name an identity that may manage its user, such as --as profile:NAME; or --as keeper, if it was made "
                "with --renews-itself. Nothing was changed."
            ),
            code="keeper.who",
        )
    if signer.is_keeper and not keeper.renews_itself:
        raise UsageError(
            _("This keeper may not renew itself"),
            _(
                "It was made without --renews-itself. Name an identity that may manage its user, such as --as "
                "profile:NAME. Nothing was changed."
            ),
            code="keeper.not-itself",
        )
    expect_same_account(keeper, signer)
    return signer


def renew_keeper(context: Context, by: Somebody) -> Keeper:
    """Put a new key in the place of the keeper's, and delete the old one; go on where that was interrupted.

    Raises:
        UsageError: where there is no keeper.
        KeeperLeft: where its user, or a key of it, is not Keyturn's for sure; nothing was made then.
        AppError: why it was not renewed, or the old key not deleted; the keeper works.
    """
    keeper = whole_keeper(context)
    context.secrets.check()
    if keepers_user(context, by, keeper) is None:
        raise left_over(keeper, _("Its user is not there, or is another one by now."))
    if keeper.old_key is not None:
        return _without_old(context, by, keeper)
    pair = kept_or_removed(context, by, keeper)
    if pair is None:
        keeper, pair = new_keeper_key(context, by, keeper)
    identity.whose(context.aws, pair)
    # In one write: from here on the new key is the keeper's.
    keeper = remember_keeper(
        context, replace(keeper, key=pair.access_key_id, old_key=keeper.key, made=context.clock.now())
    )
    return _without_old(context, by, keeper)


def _without_old(context: Context, by: Somebody, keeper: Keeper) -> Keeper:
    """Delete the old key, once the new one did what a keeper does."""
    old, pair = keeper.old_key, None if keeper.key is None else context.secrets.get(keeper.key)
    if old is None or pair is None:
        raise AppError(
            _("The keeper's secret is not kept here any more"),
            _("Remove it with `keyturn keeper remove --as WHO`, then make another one."),
            code="keeper.secret-gone",
        )
    access_keys.list_keys(context.aws, pair, keeper.user_name)
    signs = pair if by.is_keeper else by.pair
    access_keys.delete_key(context.aws, signs, old, user_name=keeper.user_name)
    context.secrets.forget(old)
    return remember_keeper(context, replace(keeper, old_key=None))
