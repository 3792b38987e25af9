"""`--as keeper`: this computer's own keeper, see `keepers`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyturn.model.errors import StoreError, UsageError
from keyturn.model.keys import KeyPair
from keyturn.model.text import _
from keyturn.state import keeper as memory

if TYPE_CHECKING:
    from keyturn.rotation.context import Context


def key_of_keeper(context: Context) -> KeyPair:
    """Return the keeper's key; AWS is borne with while it has not heard of a new one.

    Raises:
        UsageError: `keeper.none`, where there is none, or it is not whole.
        StoreError: where its secret is not kept any more, or the keychain does not open.
    """
    keeper = memory.load(context.folder)
    if keeper is None or keeper.key is None or keeper.removing:
        raise UsageError(
            _("This computer has no keeper"),
            _("`keyturn keeper make --as WHO` makes one."),
            code="keeper.none",
        )
    pair = context.secrets.get(keeper.key)
    if pair is None:
        raise StoreError(
            _("The keeper's secret is not kept here any more"),
            _(
                "Remove it with `keyturn keeper remove --as WHO`, then make another one. With the same --secrets and "
                "--state-dir as before it may be found."
            ),
            code="keeper.secret-gone",
        )
    context.aws.remember_partition(keeper.key, keeper.partition)
    if keeper.made is not None:
        context.aws.remember_new(keeper.key, keeper.made)
    return pair
