"""The command *end*: a rotation is closed as it stands, and what is known of it by then is written down.

It changes nothing, asks no more than it gets answered, and so is always possible: no rotation is ever stuck.
"""

from __future__ import annotations

from contextlib import suppress

from keyturn.model.errors import AppError, UsageError
from keyturn.model.keys import AccessKeyId
from keyturn.model.text import _
from keyturn.rotation.carrying_out import old_key, switching
from keyturn.rotation.carrying_out.standing import ended_well, opened, standing
from keyturn.rotation.context import Context
from keyturn.rotation.events.key_events import AsItStood, ClosedAsItStood
from keyturn.rotation.pairs import held_now, new_pair, pair_of
from keyturn.rotation.record import Rotation
from keyturn.rotation.steps import OldKey, Result, Step
from keyturn.rotation.taking_steps import taking


def end(context: Context, name: str | None, confirm: str | None) -> Result:
    """Close a rotation as it stands: both keys stay as they are, and the new secret is kept.

    Raises:
        UsageError: where `confirm` is not the end of the old key's ID, or the rotation is over.
    """
    rotation = opened(context, name)
    if rotation.is_done(Step.END):
        return standing(context, rotation)
    if rotation.is_over:
        raise UsageError(_("This rotation is over"), _("There is nothing to close."), code="usage.over")
    if not rotation.decision.key.is_confirmed_by(confirm):
        raise UsageError(
            _("Closing a rotation as it stands has to be confirmed"),
            _(
                "Nothing was closed. Add --confirm {last4}, the last four characters of the old key {key}. From then "
                "on neither undo nor continue is possible for this rotation."
            ).format(last4=rotation.decision.key.last4, key=rotation.decision.key.masked),
            code="usage.confirm",
        )
    switching.clear_away(rotation.decision)
    known = look(context, rotation)
    with taking(context, rotation, Step.END) as outcome:
        outcome.note(ClosedAsItStood(known))
        outcome.detail = rotation.decision.key.masked
    return ended_well(context, outcome.rotation)


def look(context: Context, rotation: Rotation) -> AsItStood:
    """What can be known now; `ended.sentences` tells it. No answer is no error."""
    held = held_now(context, rotation.decision)
    holds: list[tuple[str, AccessKeyId | None]] = [(one.place.identity, pair.access_key_id) for one, pair in held.pairs]
    holds += [(one.place.identity, None) for one, _error in held.unread]
    return AsItStood(_of_the_old_key(context, rotation), _of_the_new_key(context, rotation), tuple(holds))


def expect_not_ended(rotation: Rotation) -> None:
    """Raise `UsageError` where the rotation was closed as it stands: it is out of Keyturn's hands then."""
    if rotation.is_done(Step.END):
        raise UsageError(
            _("This rotation was closed as it stood"),
            _("Keyturn neither carries it on nor puts it back any more. `keyturn report` says what was known then."),
            code="usage.ended",
        )


def _of_the_old_key(context: Context, rotation: Rotation) -> OldKey:
    with suppress(AppError):
        old = pair_of(context, rotation, rotation.decision.key)
        return old_key.look(context, rotation, old, new_pair(context, rotation))
    return OldKey.UNKNOWN


def _of_the_new_key(context: Context, rotation: Rotation) -> OldKey:
    if rotation.new_key is None:
        return OldKey.GONE
    with suppress(AppError):
        new = new_pair(context, rotation)
        if new is not None:
            return OldKey.REFUSED if old_key.is_refused(context, rotation.decision, new) else OldKey.ON
    return OldKey.UNKNOWN
