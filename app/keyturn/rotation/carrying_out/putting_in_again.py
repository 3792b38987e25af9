"""The new key put in once more, where places that had it hold the old one again and a person says which it is to be.

A home that is restored from a backup, a program that writes its own copy back, or an undo that began and cannot end
because the old key was deleted meanwhile: the file has the old pair, and the rotation's own new one works.
"""

from __future__ import annotations

from dataclasses import replace

from keyturn.model.errors import AppError
from keyturn.rotation.asked import made_nothing
from keyturn.rotation.carrying_out import proof_targets, proving, switching, way_back
from keyturn.rotation.carrying_out.proving import OldKeyAgain
from keyturn.rotation.carrying_out.standing import looked_at, stopped
from keyturn.rotation.context import Context
from keyturn.rotation.events.key_events import PutInAgain
from keyturn.rotation.events.rotation_events import OldKeyHeld
from keyturn.rotation.ownership import made_at_aws
from keyturn.rotation.pairs import SecretGone, held_now, new_pair, old_pair, pair_of
from keyturn.rotation.record import Rotation
from keyturn.rotation.steps import Ending, Result, Step
from keyturn.rotation.taking_steps import note


def put_in_again(context: Context, rotation: Rotation) -> Result:
    """Try the new key in every bucket, put it in wherever the old one stands, and prove every destination.

    Where the new key does not work nothing is changed; from the first change on the step may be carried on or undone.
    """
    try:
        old, new = old_pair(context, rotation), new_pair(context, rotation)
        if new is None:
            raise SecretGone(rotation.new_key or rotation.decision.key)
        with proving.proving_meanwhile(context, rotation, Step.WATCH, new):
            proving.prove_pair(context, new, proof_targets.targets_of(rotation.decision))
        rotation = note(context, rotation, Step.SWITCH, PutInAgain(True), OldKeyHeld(()))
        rotation = switching.switch(context, rotation, new, old)
        rotation = proving.prove_again(context, rotation, Step.PROVE_AGAIN, new.access_key_id)
    except AppError as error:
        return stopped(context, rotation, error)
    return replace(looked_at(context, rotation), ending=Ending.DONE)


def stopped_by(context: Context, rotation: Rotation, error: OldKeyAgain) -> Result:
    """The old key stands again where the new one was put: a person says which it is to be.

    Where an undo did that, and ended, which a journal that is an older copy does not know, nothing is left to say: then
    it is undone.
    """
    try:
        if _is_undone(context, rotation):
            return way_back.undo(context, rotation.name)
    except AppError as problem:
        return stopped(context, rotation, problem)
    note(context, rotation, Step.WATCH, OldKeyHeld((error.place,)))
    return stopped(context, rotation, error)


def _is_undone(context: Context, rotation: Rotation) -> bool:
    """True where every destination holds the old key, and AWS lists nothing that this rotation made."""
    held = held_now(context, rotation.decision)
    hand = context.signer.makes(rotation.decision, pair_of(context, rotation, rotation.decision.key))
    if hand is None or made_nothing(rotation) or held.unread or held.keys != (rotation.decision.key,):
        return False
    made = made_at_aws(context, rotation, hand)
    return made.can_list and not made.listed and not made.undecided
