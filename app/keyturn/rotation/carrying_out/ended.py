"""What was known of a rotation when it was closed as it stood, and what was not."""

from __future__ import annotations

from collections.abc import Sequence

from keyturn.model.keys import AccessKeyId
from keyturn.model.text import _
from keyturn.rotation import labels
from keyturn.rotation.asked import user_name
from keyturn.rotation.carrying_out.proving import may_hold_uploads
from keyturn.rotation.events.key_events import AsItStood, ClosedAsItStood
from keyturn.rotation.record import Rotation
from keyturn.rotation.steps import OldKey, Step
from keyturn.state.journal import Mark


def what_was_known(rotation: Rotation) -> tuple[str, ...]:
    """What was known when the rotation was closed, and what was not, in sentences; empty where it was not closed."""
    closed = rotation.said(ClosedAsItStood, Step.END, Mark.DONE)
    return () if closed is None else sentences(rotation, closed.ended)


def sentences(rotation: Rotation, ended: AsItStood) -> tuple[str, ...]:
    """What is known of a rotation that is closed as it stands, and what is not, in sentences.

    Args:
        ended: as `closing.look` found it.
    """
    said = [_of_old(ended.old).format(key=rotation.decision.key.masked)]
    if rotation.new_key is not None:
        said.append(_of_new(ended.new).format(key=rotation.new_key.masked))
    elif rotation.decision.route.makes_a_key:
        said.append(_of_no_new_key(rotation))
    name = user_name(rotation)
    if name is not None:
        said.append(_("The IAM user {name}, if it was made, is left as it is.").format(name=name))
    uploads = sorted({target.bucket for target in may_hold_uploads(rotation)})
    if uploads:
        said.append(
            _(
                "Whether an unfinished upload of a proof that was cut short is left in {buckets} is not known. It "
                "holds nothing of yours; a bucket's rule for incomplete uploads removes it."
            ).format(buckets=", ".join(uploads))
        )
    return (*said, *_of_destinations(rotation, ended.holds))


def _of_no_new_key(rotation: Rotation) -> str:
    owner = rotation.decision.owner
    user = owner.user_name if owner is not None and rotation.decision.route.same_owner else None
    if user is None:
        return _("Whether a new key was made at AWS is not known; Keyturn has none of it.")
    return _(
        "Whether a new key was made for the IAM user {user} is not known; Keyturn has none of it. The AWS console "
        "lists that user's keys."
    ).format(user=user)


def _of_old(stands: OldKey) -> str:
    if stands in {OldKey.ON, OldKey.COMING}:
        return _("The old key {key} was on.")
    if stands is OldKey.GONE:
        return _("The old key {key} was deleted at AWS.")
    if stands is OldKey.OFF:
        return _("The old key {key} was off.")
    if stands is OldKey.REFUSED:
        return _("AWS refused the old key {key}; whether it was off or deleted is not known.")
    return _("Whether the old key {key} was on is not known.")


def _of_new(stands: OldKey) -> str:
    if stands is OldKey.ON:
        return _("AWS accepted the new key {key}.")
    if stands is OldKey.REFUSED:
        return _("AWS did not accept the new key {key}.")
    return _("Whether the new key {key} worked is not known.")


def _of_destinations(rotation: Rotation, holds: Sequence[tuple[str, AccessKeyId | None]]) -> list[str]:
    places = [one.place for one in rotation.decision.destinations]
    titles = {one.identity: f"{labels.program(one.client)} {one.name}".strip() for one in places}
    said = []
    for place, key in holds:
        title = titles.get(place, place)
        if key is None:
            said.append(_("Which key {name} held could not be read.").format(name=title))
        else:
            said.append(_("{name} held {key}.").format(name=title, key=key.masked))
    return said
