"""The step *delete*: the one that cannot be taken back, days after the old key was turned off."""

from __future__ import annotations

from pathlib import Path

from keyturn.aws import access_keys
from keyturn.clients.registry import find_everything
from keyturn.model.errors import UsageError
from keyturn.model.text import _
from keyturn.rotation.context import Context
from keyturn.rotation.events.key_events import DoneBy, SeenOrSaid
from keyturn.rotation.record import Rotation
from keyturn.rotation.signers.signer import Hand
from keyturn.rotation.steps import By, Step
from keyturn.rotation.taking_steps import taking


def leftovers(context: Context, rotation: Rotation) -> tuple[Path, ...]:
    """The files in which the deleted key stands still: copies that no program reads, and places left to the person."""
    places = find_everything(context.computer, leave_out=(context.folder,)).places
    return tuple(dict.fromkeys(place.path for place in places if place.access_key_id == rotation.decision.key))


def check_confirmation(rotation: Rotation, confirm: str | None) -> None:
    """Raise `UsageError` where `confirm` is not the end of the old key's ID, or missing."""
    if confirm is None:
        raise UsageError(
            _("Deleting cannot be undone, so it has to be confirmed"),
            _(
                "Nothing was deleted. Add --confirm and the last four characters of the old key, {key}, as you read "
                "them in the AWS console."
            ).format(key=rotation.decision.key.masked),
            code="usage.confirm",
        )
    if not rotation.decision.key.is_confirmed_by(confirm):
        raise UsageError(
            _("That is not the end of the old key"),
            _("To delete {key}, give its last four characters: --confirm {last4}. Nothing was deleted.").format(
                key=rotation.decision.key.masked, last4=rotation.decision.key.last4
            ),
            code="usage.confirm",
        )


def delete_by_key(context: Context, rotation: Rotation, hand: Hand) -> Rotation:
    """Delete the old key with one that may, and wipe our copy of its secret."""
    with taking(context, rotation, Step.DELETE) as outcome:
        access_keys.delete_key(context.aws, hand.pair, rotation.decision.key, user_name=hand.user_name)
        context.secrets.forget(rotation.decision.key)
        outcome.note(DoneBy(By.SIGNER if context.signer.ends(rotation.decision) else By.KEY))
        outcome.detail = rotation.decision.key.masked
    return outcome.rotation


def deleted_in_console(context: Context, rotation: Rotation, *, seen: bool) -> Rotation:
    """The person says that the old key is deleted. Our copy of its secret is wiped.

    Args:
        seen: another key of its owner was told so by AWS, which tells nobody else; else their word is taken.
    """
    with taking(context, rotation, Step.DELETE) as outcome:
        context.secrets.forget(rotation.decision.key)
        outcome.note(DoneBy(By.CONSOLE), SeenOrSaid(seen))
        outcome.detail = rotation.decision.key.masked
    return outcome.rotation
