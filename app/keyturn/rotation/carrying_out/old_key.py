"""How the old key stands at AWS: on, off, gone, or not to be told."""

from __future__ import annotations

from keyturn.aws import access_keys, identity, propagation
from keyturn.model.errors import AwsError, AwsFault
from keyturn.model.keys import KeyPair, KeyStatus
from keyturn.rotation.carrying_out.proof_targets import store_target
from keyturn.rotation.context import Context
from keyturn.rotation.decision import Decision
from keyturn.rotation.record import Rotation
from keyturn.rotation.signers.signer import Hand
from keyturn.rotation.steps import OldKey

# Why a key does not get to ask: the other one is asked then.
_MAY_NOT_ASK = frozenset({AwsFault.UNKNOWN_KEY, AwsFault.DENIED, AwsFault.WRONG_SECRET})


def look(context: Context, rotation: Rotation, old: KeyPair | None, new: KeyPair | None) -> OldKey:
    """Ask how the old key stands: another key that may ask and works, else the old one itself.

    Raises:
        AwsError: where AWS could not be asked.
    """
    decision = rotation.decision
    if decision.store is not None:
        if old is None:
            return OldKey.UNKNOWN
        return OldKey.REFUSED if is_refused(context, decision, old) else OldKey.ON
    another = context.signer.asks(decision, None, new)
    listed = None if another is None else _listed(context, rotation, another)
    if listed in {OldKey.OFF, OldKey.GONE}:
        return listed
    if old is None:
        return OldKey.UNKNOWN if listed is None else OldKey.ON
    if is_refused(context, decision, old):
        return listed or OldKey.REFUSED
    # STS may not have heard yet that it is off.
    listed = listed or _listed(context, rotation, Hand(old))
    return listed if listed in {OldKey.OFF, OldKey.GONE} else OldKey.ON


def is_coming(context: Context, rotation: Rotation, old: KeyPair) -> bool:
    """True where the old key was turned on a moment ago: IAM takes it again, whatever STS says.

    Raises:
        AwsError: where AWS could not be asked.
    """
    return rotation.decision.store is None and _listed(context, rotation, Hand(old)) is OldKey.COMING


def _listed(context: Context, rotation: Rotation, asks: Hand) -> OldKey | None:
    """What IAM lists; None where this hand may not ask."""
    try:
        listed = access_keys.list_keys(context.aws, asks.pair, asks.user_name)
    except AwsError as error:
        if error.fault in _MAY_NOT_ASK:
            return None
        raise
    status = {one.access_key_id: one.status for one in listed}.get(rotation.decision.key)
    if status is None:
        return OldKey.GONE
    return OldKey.COMING if status is KeyStatus.ACTIVE else OldKey.OFF


def is_refused(context: Context, decision: Decision, pair: KeyPair) -> bool:
    """True where AWS, or the store whose key it is, refuses the key: inactive or gone.

    Raises:
        AwsError: where it could not be asked; WRONG_SECRET where what is kept is not the key's secret.
    """
    store = store_target(decision)
    try:
        if store is not None:
            return propagation.is_refused(context.aws, pair, store)
        identity.whose(context.aws, pair)
    except AwsError as error:
        if error.fault is AwsFault.UNKNOWN_KEY:
            return True
        raise
    return False
