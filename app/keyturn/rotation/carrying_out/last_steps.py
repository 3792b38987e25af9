"""The commands *turn off* and *delete*, and what `continue` does from *watch* on: the last steps of a rotation."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from keyturn.model.errors import AppError, AwsError, AwsFault
from keyturn.model.keys import KeyPair
from keyturn.model.text import _
from keyturn.rotation.carrying_out import (
    awaiting,
    backups_seen,
    deleting,
    new_key,
    off_between,
    old_key,
    program_runs,
    proving,
    putting_in_again,
    turning_off,
    watching,
)
from keyturn.rotation.carrying_out.said import is_deletion_seen
from keyturn.rotation.carrying_out.standing import GateClosed, ended_well, expect_step, stopped, waiting
from keyturn.rotation.context import Context, Moment
from keyturn.rotation.events.key_events import SeenOrSaid
from keyturn.rotation.events.rotation_events import Failed
from keyturn.rotation.finding.watched_buckets import note_writes
from keyturn.rotation.finding.whole_search import search_again
from keyturn.rotation.pairs import new_pair, pair_of
from keyturn.rotation.planning import by_hand
from keyturn.rotation.record import Rotation
from keyturn.rotation.shared_key import claiming
from keyturn.rotation.signers.signer import Hand
from keyturn.rotation.steps import By, Ending, OldKey, Result, Step
from keyturn.rotation.taking_steps import note, reload, write
from keyturn.state.journal import Mark


def turn_off(context: Context, rotation: Rotation, by: By | None, wait: float, yes: Collection[str] = ()) -> Result:
    """Turn the old key off, or see that the person did so in the console; then prove every destination again.

    Args:
        yes: the places with which a person wants it although they were not seen backing up (`backups_seen`).
    """
    expect_step(rotation, Step.WATCH, Step.TURN_OFF)
    way = by or turning_off.default_way(rotation.decision, context.signer)
    try:
        old, new = pair_of(context, rotation, rotation.decision.key), new_pair(context, rotation)
        # Off is what is looked for now, also where it was turned on minutes ago.
        context.aws.forget_new(rotation.decision.key)
        seen = _look_at_both(context, rotation, old, new)
        fails = new_key.failure(context, rotation)
        if fails is not None:
            return fails
        rotation, evidence = _noted(context, reload(context, rotation), seen, old, new)
        reasons = () if evidence.dead else watching.turn_off_gates(context, rotation, evidence)
        if reasons:
            return _held(context, rotation, evidence, reasons)
        rotation = backups_seen.say_yes(context, rotation, yes)
        if evidence.dead:
            rotation = turning_off.seen_off(context, rotation, old)
        elif way is not By.CONSOLE:
            rotation = turning_off.turn_off_by_key(context, rotation, old, new)
        else:
            seen_off = turning_off.turned_off_in_console(context, rotation, old, wait)
            if seen_off is None:
                context.tell(Step.TURN_OFF, Moment.WAITING)
                return waiting(context, rotation)
            rotation = seen_off
    except AppError as error:
        return stopped(context, rotation, error)
    return prove_off(context, rotation)


def turned_off_by_hand(context: Context, rotation: Rotation) -> Result:
    """The person says that the old key is off. It is looked at; their word is taken only where nobody here can look."""
    result = turn_off(context, rotation, By.CONSOLE, 0)
    if result.ending is not Ending.WAITING or result.problem is not None:
        return result
    try:
        if pair_of(context, rotation, rotation.decision.key) is not None:
            return result
        if old_key.look(context, rotation, None, new_pair(context, rotation)) is not OldKey.UNKNOWN:
            return result
        rotation = turning_off.said_off(context, reload(context, rotation))
    except AppError as error:
        return stopped(context, rotation, error)
    return prove_off(context, rotation)


def delete(context: Context, rotation: Rotation, confirm: str | None) -> Result:
    """Delete the old key for good, after its days of being off.

    Raises:
        UsageError: where `confirm` is not the end of the old key's ID.
    """
    deleting.check_confirmation(rotation, confirm)
    try:
        rotation = settled(context, rotation)
        reasons = watching.delete_gates(context, rotation)
        if reasons:
            return waiting(context, rotation, problem=GateClosed(reasons))
        fails = new_key.failure(context, rotation)
        if fails is not None:
            return fails
        hand = context.signer.changes(rotation.decision, new_pair(context, rotation))
        if hand is None:
            # No key that Keyturn holds may delete this one.
            context.tell(Step.DELETE, Moment.WAITING)
            return waiting(context, rotation)
        rotation = _heard_before_delete(context, rotation, hand)
        held = (*watching.delete_gates(context, rotation), *watching.used_while_off(context, rotation, hand))
        if held:
            return waiting(context, rotation, problem=GateClosed(held))
        rotation = off_between.look_and_tell(context, rotation, hand.pair)
        rotation = deleting.delete_by_key(context, rotation, hand)
    except AppError as error:
        return stopped(context, rotation, error)
    return _deleted(context, rotation)


def _heard_before_delete(context: Context, rotation: Rotation, hand: Hand) -> Rotation:
    """Note what other computers say by now, where anyone who deletes the old key may read it."""
    old = pair_of(context, rotation, rotation.decision.key)
    found = claiming.read_claims(context, rotation.decision.key, hand.pair, old)
    return rotation if found is None else claiming.note(context, rotation, found)


def settled(context: Context, rotation: Rotation) -> Rotation:
    """The rotation, with the old key on in the journal too where it is on at AWS.

    Turning it on may have been interrupted, or somebody did so in the console: then something needs it, and it is
    watched as before.
    """
    deletes = rotation.step is Step.DELETE and not rotation.began(Step.DELETE)
    if not rotation.may_be_on and not deletes:
        return rotation
    old, new = pair_of(context, rotation, rotation.decision.key), new_pair(context, rotation)
    stands = old_key.look(context, rotation, old, new)
    if stands is OldKey.ON or (rotation.may_be_on and stands is OldKey.COMING):
        return turning_off.seen_on(context, rotation, old)
    return rotation


def look_and_wait(context: Context, rotation: Rotation) -> Result:
    """Look whether the new key works, and whether the old one is still used or was turned off meanwhile."""
    try:
        old, new = pair_of(context, rotation, rotation.decision.key), new_pair(context, rotation)
        seen = _look_at_both(context, rotation, old, new)
        fails = new_key.failure(context, rotation)
        if fails is not None:
            return fails
        rotation, evidence = _noted(context, reload(context, rotation), seen, old, new)
        if evidence.dead:
            return prove_off(context, turning_off.seen_off(context, rotation, old))
        if rotation.step is Step.TURN_OFF:
            # Interrupted before AWS heard of it: it waits as before, and the next look sees a key that died after all.
            rotation = write(context, rotation, Step.TURN_OFF, Mark.FAILED, Failed("interrupted", waits=True))
    except AppError as error:
        return stopped(context, rotation, error)
    reasons = watching.turn_off_gates(context, rotation, evidence)
    return _held(context, rotation, evidence, reasons) if reasons else waiting(context, rotation)


def _noted(
    context: Context,
    rotation: Rotation,
    seen: watching.Evidence | AwsError,
    old: KeyPair | None,
    new: KeyPair | None,
) -> tuple[Rotation, watching.Evidence]:
    """Note what is seen of the old key, here, at AWS and on other computers, as long as it works.

    Somebody may turn it off between two of these questions, as a person does who was just told to: from then on AWS
    refuses them, and that is what was looked for.

    Raises:
        AwsError: where AWS could not be asked.
    """
    try:
        evidence = _as_seen(seen)
        if not evidence.dead:
            rotation = watching.note_look(context, rotation, evidence)
            rotation = note_writes(context, search_again(context, rotation), old)
            rotation = _heard_and_told(context, rotation, evidence, old)
            rotation = _note_backups(context, rotation, new, evidence)
    except AwsError:
        if old is None or not old_key.is_refused(context, rotation.decision, old):
            raise
        return reload(context, rotation), watching.Evidence(dead=True)
    return rotation, evidence


def _heard_and_told(context: Context, rotation: Rotation, evidence: watching.Evidence, old: KeyPair | None) -> Rotation:
    """Note what other computers say of the old key, and say how this one stands."""
    if rotation.decision.owner is None:
        return rotation
    rotation = claiming.note(context, rotation, evidence.claims)
    is_done = not awaiting.awaited_here(context, rotation)
    is_unused = watching.sees_no_use(context, rotation, evidence)
    return claiming.tell(context, rotation, evidence.claims, old, is_done=is_done, is_unused=is_unused)


def _look_at_both(
    context: Context, rotation: Rotation, old: KeyPair | None, new: KeyPair | None
) -> watching.Evidence | AwsError:
    """Ask when each of the two keys was used last, before anything is proved.

    Of a key's uses AWS tells the last one. So the key that signs the questions is asked about first, and what cannot be
    answered is told after the proof, which may know why.
    """
    hand = context.signer.asks(rotation.decision, old, new)
    by_new = hand is not None and hand.pair.access_key_id == rotation.new_key
    if hand is not None and by_new:
        program_runs.note_use_of_new_key(context, rotation, hand.pair)
    try:
        return watching.look(context, rotation, hand)
    except AwsError as error:
        return error
    finally:
        if hand is not None and not by_new:
            program_runs.note_use_of_new_key(context, rotation, hand.pair)


def _as_seen(seen: watching.Evidence | AwsError) -> watching.Evidence:
    if isinstance(seen, AwsError):
        raise seen
    return seen


def look_at_backups(context: Context, rotation: Rotation) -> Rotation:
    """Look which places backed up with the new key; where AWS cannot be asked, it stays as it was known."""
    try:
        old, new = pair_of(context, rotation, rotation.decision.key), new_pair(context, rotation)
        seen = _as_seen(_look_at_both(context, rotation, old, new))
        rotation = reload(context, rotation)
        if not seen.dead:
            rotation = watching.note_look(context, rotation, seen)
        return _note_backups(context, rotation, new, seen)
    except AppError:
        return rotation


def _note_backups(
    context: Context, rotation: Rotation, new: KeyPair | None, evidence: watching.Evidence | None
) -> Rotation:
    quiet = evidence is not None and watching.sees_no_use(context, rotation, evidence)
    return backups_seen.note(context, rotation, new, old_is_quiet=quiet)


def _held(context: Context, rotation: Rotation, evidence: watching.Evidence, reasons: Sequence[str]) -> Result:
    """It waits, also for what only the look at AWS showed."""
    waits = waiting(context, rotation, problem=GateClosed(reasons))
    awaited = {one.item: one for one in (*watching.unseen_use(rotation, evidence), *waits.awaiting)}
    return replace(waits, awaiting=tuple(awaited.values()))


def prove_off(context: Context, rotation: Rotation) -> Result:
    """Prove every destination with the old key off; where one fails, turn the old key on again if a key of ours can."""
    new = rotation.new_key
    if not rotation.decision.route.makes_a_key or new is None:
        rotation = write(context, rotation, Step.PROVE_OFF, Mark.DONE)
    else:
        try:
            rotation = proving.prove_again(context, rotation, Step.PROVE_OFF, new)
        except proving.OldKeyAgain as error:
            return putting_in_again.stopped_by(context, rotation, error)
        except AppError as error:
            return stopped(context, rotation, _with_way_back(context, rotation, error))
    program_runs.start_runs(context, rotation, Step.PROVE_OFF)
    context.tell(Step.DELETE, Moment.WAITING)
    return replace(waiting(context, rotation), ending=Ending.DONE)


def _with_way_back(context: Context, rotation: Rotation, error: AppError) -> AppError:
    if _turned_on_again(context, rotation):
        way = _("The old key was turned on again.")
    else:
        steps = by_hand.turn_on_in_console(rotation.decision).steps
        way = _("The old key is off. If backups fail, turn it on again: {steps}").format(steps=" ".join(steps))
    return AppError(error.title, f"{error.message} {way}", code=error.code)


def _turned_on_again(context: Context, rotation: Rotation) -> bool:
    """Turn the old key on with a key that may, which may be dead itself by now."""
    hand = context.signer.changes(rotation.decision, new_pair(context, rotation))
    if hand is None:
        return False
    try:
        old = pair_of(context, rotation, rotation.decision.key)
        turning_off.turn_on_by_key(context, rotation, old, hand)
    except AwsError as error:
        if error.fault in {AwsFault.UNKNOWN_KEY, AwsFault.DENIED, AwsFault.NOT_FOUND}:
            return False
        raise
    return True


def go_on_deleting(context: Context, rotation: Rotation) -> Result:
    """End a deletion that was interrupted; where none began, it waits, once every backup is proved to work."""
    hand = context.signer.changes(rotation.decision, new_pair(context, rotation))
    began = rotation.began(Step.DELETE)
    by_key = rotation.decision.route.same_owner or rotation.began_as(Step.DELETE) is not None
    if not began:
        try:
            old, new = pair_of(context, rotation, rotation.decision.key), new_pair(context, rotation)
            hand = context.signer.asks(rotation.decision, old, new)
            if hand is not None and hand.pair is not old:  # which is off
                program_runs.note_use_of_new_key(context, rotation, hand.pair)
            rotation = _note_backups(context, reload(context, rotation), new, None)
        except AppError as error:
            return stopped(context, rotation, error)
    if not began or (by_key and hand is None):
        return new_key.failure(context, rotation) or waiting(context, rotation)
    try:
        if hand is not None:
            rotation = deleting.delete_by_key(context, rotation, hand)
        else:
            # AWS had refused the key before this began; our copy of its secret, to ask again, may be wiped already.
            rotation = deleting.deleted_in_console(context, rotation, seen=False)
    except AppError as error:
        return stopped(context, rotation, error)
    return _deleted(context, rotation)


def deleted_by_hand(context: Context, rotation: Rotation) -> Result:
    """The person says that the old key is deleted. Where it works, or another key of its owner sees it, it is not."""
    reasons = watching.delete_gates(context, rotation)
    if reasons:
        return waiting(context, rotation, problem=GateClosed(reasons))
    try:
        old, new = pair_of(context, rotation, rotation.decision.key), new_pair(context, rotation)
        stands = old_key.look(context, rotation, old, new)
        reason = _not_deleted(stands)
        if reason:
            closed = GateClosed([reason.format(key=rotation.decision.key.masked)])
            return waiting(context, rotation, problem=closed)
        # Their word may be wrong, and then our copy of its secret is a way back as long as the new key does not work.
        fails = None if stands is OldKey.GONE else new_key.failure(context, rotation)
        if fails is not None:
            return fails
        rotation = deleting.deleted_in_console(context, rotation, seen=stands is OldKey.GONE)
    except AppError as error:
        return stopped(context, rotation, error)
    return _deleted(context, rotation)


def look_whether_deleted(context: Context, rotation: Rotation) -> Rotation:
    """See now what a person said, where the new key may ask and could not then."""
    if is_deletion_seen(rotation):
        return rotation
    new = new_pair(context, rotation)
    if context.signer.changes(rotation.decision, new) is None:
        return rotation
    if old_key.look(context, rotation, None, new) is OldKey.GONE:
        return note(context, rotation, Step.DELETE, SeenOrSaid(True))
    return rotation


def _not_deleted(stands: OldKey) -> str:
    """Why the old key is not deleted; empty where it may be."""
    if stands in {OldKey.ON, OldKey.COMING}:
        return _("{key} still works, so it is not deleted.")
    if stands is OldKey.OFF:
        return _("AWS lists {key} still: it is inactive, and not deleted.")
    return ""


def _deleted(context: Context, rotation: Rotation) -> Result:
    leftovers = deleting.leftovers(context, rotation)
    return replace(ended_well(context, rotation), leftovers=leftovers)
