"""Which secret of a key is kept, where another one is kept already: the one with which the key works."""

from __future__ import annotations

from keyturn.model.errors import AwsError, AwsFault, UsageError
from keyturn.model.keys import KeyPair
from keyturn.model.text import _
from keyturn.rotation.carrying_out import old_key
from keyturn.rotation.context import Context
from keyturn.rotation.decision import Decision
from keyturn.rotation.record import Rotation


def keep(context: Context, decision: Decision, pair: KeyPair) -> None:
    """Keep the pair; in the place of another secret of its key only if the key works with this one.

    Raises:
        StoreError: where it could not be kept, or another secret is kept and may be the right one.
    """
    kept = context.secrets.get(pair.access_key_id)
    if kept is not None and kept != pair and _works(context, decision, pair):
        context.secrets.forget(pair.access_key_id)
    context.secrets.keep(pair)


def take_pair(context: Context, rotation: Rotation, pair: KeyPair) -> None:
    """Keep a pair that the person typed, because its secret was not kept any more, or a wrong one.

    Raises:
        UsageError: where it is neither of the rotation's keys, its secret is wrong, or nobody can tell whether that
            one or another one that is kept is right.
        StoreError: where it could not be kept.
    """
    decision, key = rotation.decision, pair.access_key_id
    keys = [decision.key, *([] if rotation.new_key is None else [rotation.new_key])]
    if key not in keys:
        raise UsageError(
            _("That key has no part in this rotation"),
            _("Rotation {name} is about {keys}. The pair was not kept.").format(
                name=rotation.name, keys=", ".join(one.masked for one in keys)
            ),
            code="usage.pair",
        )
    kept = context.secrets.get(key)
    if kept == pair:
        return
    works = _works(context, decision, pair)
    if works is False:
        raise UsageError(
            _("That is not the secret of {key}").format(key=key.masked),
            _("AWS does not accept it, so it was not kept."),
            code="usage.pair",
        )
    if kept is not None and works is None:
        raise UsageError(
            _("Another secret of {key} is kept").format(key=key.masked),
            _(
                "Which of the two is right is told only while the key is on. Turn it on, then give the pair again. "
                "What is kept was left as it is."
            ),
            code="usage.pair",
        )
    keep(context, decision, pair)


def _works(context: Context, decision: Decision, pair: KeyPair) -> bool | None:
    """False where the secret is wrong; None where nobody tells: the key is off or gone, or AWS cannot be asked."""
    try:
        return None if old_key.is_refused(context, decision, pair) else True
    except AwsError as error:
        return False if error.fault is AwsFault.WRONG_SECRET else None
