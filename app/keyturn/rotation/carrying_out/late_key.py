"""A new key that AWS does not accept: is it late, or off, or gone?

STS and S3 hear of a key some time after it was made, and AWS promises none; IAM lists it at once, and also that
somebody deleted it or turned it off since (facts/aws.md A4). Only a late one is worth waiting for.
"""

from __future__ import annotations

from keyturn.aws import access_keys
from keyturn.model.errors import AwsError, AwsFault
from keyturn.model.keys import AccessKeyId, KeyStatus
from keyturn.model.text import _
from keyturn.rotation.asked import user_name
from keyturn.rotation.context import Context
from keyturn.rotation.pairs import pair_of
from keyturn.rotation.record import Rotation
from keyturn.rotation.steps import Route


class NewKeyOff(AwsError):
    """Somebody turned the new key off; once it is on again, the rotation goes on."""

    waits = True


def expect_it_to_come(context: Context, rotation: Rotation, new: AccessKeyId) -> None:
    """See that IAM lists the new key as active. Where nobody may look, nothing is said against it.

    Raises:
        NewKeyOff: where it is inactive.
        AwsError: NOT_FOUND where it, or its user, is gone.
    """
    status = _status(context, rotation, new)
    if status is KeyStatus.INACTIVE:
        raise NewKeyOff(
            _("The new key {key} is inactive").format(key=new.masked),
            _(
                "Somebody turned it off. Turn it on again where its owner signs in, then carry on with `keyturn "
                "continue`; or put everything back with `keyturn undo`."
            ),
            fault=AwsFault.UNKNOWN_KEY,
        )
    if status is None:
        raise AwsError(
            _("The new key {key} is gone at AWS").format(key=new.masked),
            _("Somebody deleted it, or an undo did that an older copy of Keyturn's memory knows nothing of."),
            fault=AwsFault.NOT_FOUND,
        )


def _status(context: Context, rotation: Rotation, new: AccessKeyId) -> KeyStatus | None:
    """What IAM lists; None where it does not list the key, UNKNOWN where it does not tell."""
    decision = rotation.decision
    hand = context.signer.makes(decision, pair_of(context, rotation, decision.key))
    if hand is None or decision.store is not None or decision.given is not None:
        return KeyStatus.UNKNOWN  # whose key a given one is, is not known here
    owner = user_name(rotation) if decision.route is Route.SCOPED_USER else hand.user_name
    try:
        listed = access_keys.list_keys(context.aws, hand.pair, owner)
    except AwsError as error:
        return None if error.fault is AwsFault.NOT_FOUND else KeyStatus.UNKNOWN
    return next((one.status for one in listed if one.access_key_id == new), None)
