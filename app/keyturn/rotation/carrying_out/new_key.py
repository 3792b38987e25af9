"""Does the new key work, in every destination and at this moment? Asked before a person is told to end the old one."""

from __future__ import annotations

from keyturn.model.errors import AppError, AwsError, AwsFault
from keyturn.model.text import _
from keyturn.rotation.carrying_out import old_key
from keyturn.rotation.carrying_out.proof_targets import asked_of_the_pair
from keyturn.rotation.carrying_out.proving import OldKeyAgain, prove_or_raise, prove_pair, proving_meanwhile
from keyturn.rotation.carrying_out.putting_in_again import stopped_by
from keyturn.rotation.carrying_out.standing import stopped
from keyturn.rotation.context import Context
from keyturn.rotation.events.rotation_events import NewKeyFails, OldKeyHeld
from keyturn.rotation.pairs import new_pair, pair_of
from keyturn.rotation.record import Rotation
from keyturn.rotation.steps import Result, Step
from keyturn.rotation.taking_steps import note

# What AWS says of a key that does not work, or not there. All else means that it could not be asked.
_OF_THE_KEY = frozenset({AwsFault.UNKNOWN_KEY, AwsFault.WRONG_SECRET, AwsFault.DENIED, AwsFault.NO_SUCH_BUCKET})


def failure(context: Context, rotation: Rotation) -> Result | None:
    """Prove every destination now, as it is read back; None where each one works.

    Returns:
        How the rotation stands where one does not: it is said so, with the ways out.
    """
    if not rotation.decision.route.makes_a_key or rotation.new_key is None:
        return None
    try:
        _prove_now(context, rotation)
    except AwsError as error:
        if error.fault not in _OF_THE_KEY:
            return stopped(context, rotation, error)
        note(context, rotation, Step.WATCH, NewKeyFails(error.fault.value))
        return stopped(context, rotation, _said(context, rotation, error))
    except OldKeyAgain as error:
        return stopped_by(context, rotation, error)
    except AppError as error:
        return stopped(context, rotation, error)
    if rotation.new_key_fails:
        note(context, rotation, Step.WATCH, NewKeyFails(""))
    if rotation.old_again:
        note(context, rotation, Step.WATCH, OldKeyHeld(()))
    return None


def _prove_now(context: Context, rotation: Rotation) -> None:
    decision, pair = rotation.decision, new_pair(context, rotation)
    with proving_meanwhile(context, rotation, Step.WATCH, pair):
        if rotation.new_key is not None:
            prove_or_raise(context, rotation, Step.WATCH, expected=rotation.new_key)
        if pair is not None and not decision.destinations:
            prove_pair(context, pair, asked_of_the_pair(decision))


def _said(context: Context, rotation: Rotation, error: AwsError) -> AppError:
    """What failed, what it means for the backups, and the ways out, which are also what is awaited now."""
    new, old = rotation.new_key, rotation.decision.key.masked
    match _is_old_refused(context, rotation):
        case False:
            meaning = _("{old} is on, and stays on: it is not to be turned off now.")
        case True:
            meaning = _("{old} is not accepted either. If it is off, do not delete it: it may be the only way back.")
        case None:
            meaning = _("Do not delete {old}: whether it is on is not known, and it may be the only way back.")
    ways = _(
        "Three ways lead out: let {new} work again, where its owner signs in; put the old key back with `keyturn "
        "undo`; or undo, and make another new key with `keyturn rotate {last4}`."
    )
    text = " ".join((error.message, meaning.format(old=old)))
    ways = ways.format(new="" if new is None else new.masked, last4=rotation.decision.key.last4)
    return AwsError(error.title, f"{text} {ways}", fault=error.fault, aws_code=error.aws_code)


def _is_old_refused(context: Context, rotation: Rotation) -> bool | None:
    """True where the old key is off or gone, False where it is on, None where that is not known."""
    old = pair_of(context, rotation, rotation.decision.key)
    try:
        return None if old is None else old_key.is_refused(context, rotation.decision, old)
    except AppError:
        return None
