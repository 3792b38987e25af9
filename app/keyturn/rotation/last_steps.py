"""The commands *turn off* and *delete*, and what `continue` does from *watch* on: the last steps of a rotation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from keyturn.model.errors import AppError, AwsError, AwsFault
from keyturn.model.keys import KeyPair
from keyturn.model.text import _
from keyturn.rotation import by_hand, deleting, new_key, old_key, program_runs, proving, turning_off, watching
from keyturn.rotation.pairs import new_pair, pair_of
from keyturn.rotation.record import Rotation, reload, write
from keyturn.rotation.said import is_deletion_seen
from keyturn.rotation.standing import GateClosed, expect_step, standing, stopped, waiting
from keyturn.rotation.steps import By, Ending, OldKey, Result, Step
from keyturn.rotation.surroundings import Moment, Surroundings
from keyturn.rotation.watched_buckets import note_writes
from keyturn.rotation.whole_search import search_again
from keyturn.state.journal import Mark


def turn_off(surroundings: Surroundings, rotation: Rotation, by: By | None, wait: float) -> Result:
    """Turn the old key off, or see that the person did so in the console; then prove every destination again."""
    expect_step(rotation, Step.WATCH, Step.TURN_OFF)
    way = by or turning_off.default_way(rotation.decision, surroundings.signer)
    try:
        old, new = pair_of(surroundings, rotation, rotation.decision.key), new_pair(surroundings, rotation)
        _note_use_of_new_key(surroundings, rotation, old, new)
        fails = new_key.failure(surroundings, rotation)
        if fails is not None:
            return fails
        rotation = reload(surroundings, rotation)
        # Off is what is looked for now, also where it was turned on minutes ago.
        surroundings.aws.forget_new(rotation.decision.key)
        evidence = watching.look(surroundings, rotation, surroundings.signer.asks(rotation.decision, old, new))
        if not evidence.dead:
            rotation = note_writes(surroundings, search_again(surroundings, rotation), old)
        reasons = () if evidence.dead else watching.turn_off_gates(surroundings, rotation, evidence)
        if reasons:
            return _held(surroundings, rotation, evidence, reasons)
        if evidence.dead:
            turning_off.seen_off(surroundings, rotation, old)
        elif way is not By.CONSOLE:
            turning_off.turn_off_by_key(surroundings, rotation, old, new)
        elif not turning_off.turned_off_in_console(surroundings, rotation, old, wait):
            surroundings.tell(Step.TURN_OFF, Moment.WAITING)
            return waiting(surroundings, rotation)
    except AppError as error:
        return stopped(surroundings, rotation, error)
    return prove_off(surroundings, reload(surroundings, rotation))


def turned_off_by_hand(surroundings: Surroundings, rotation: Rotation) -> Result:
    """The person says that the old key is off. It is looked at; their word is taken only where nobody here can look."""
    result = turn_off(surroundings, rotation, By.CONSOLE, 0)
    if result.ending is not Ending.WAITING or result.problem is not None:
        return result
    try:
        if pair_of(surroundings, rotation, rotation.decision.key) is not None:
            return result
        if old_key.look(surroundings, rotation, None, new_pair(surroundings, rotation)) is not OldKey.UNKNOWN:
            return result
        turning_off.said_off(surroundings, reload(surroundings, rotation))
    except AppError as error:
        return stopped(surroundings, rotation, error)
    return prove_off(surroundings, reload(surroundings, rotation))


def delete(surroundings: Surroundings, rotation: Rotation, confirm: str | None) -> Result:
    """Delete the old key for good, after its days of being off.

    Raises:
        UsageError: where `confirm` is not the end of the old key's ID.
    """
    deleting.check_confirmation(rotation, confirm)
    try:
        rotation = settled(surroundings, rotation)
        reasons = watching.delete_gates(surroundings, rotation)
        if reasons:
            return waiting(surroundings, rotation, problem=GateClosed(reasons))
        fails = new_key.failure(surroundings, rotation)
        if fails is not None:
            return fails
        hand = surroundings.signer.changes(rotation.decision, new_pair(surroundings, rotation))
        if hand is None:
            # No key that Keyturn holds may delete this one.
            surroundings.tell(Step.DELETE, Moment.WAITING)
            return waiting(surroundings, reload(surroundings, rotation))
        used = watching.used_while_off(surroundings, rotation, hand)
        if used:
            return waiting(surroundings, rotation, problem=GateClosed(used))
        deleting.delete_by_key(surroundings, rotation, hand)
    except AppError as error:
        return stopped(surroundings, rotation, error)
    return _deleted(surroundings, rotation)


def settled(surroundings: Surroundings, rotation: Rotation) -> Rotation:
    """The rotation, with the old key on in the journal too where it is on at AWS.

    Turning it on may have been interrupted, or somebody did so in the console: then something needs it, and it is
    watched as before.
    """
    deletes = rotation.step is Step.DELETE and not rotation.began(Step.DELETE)
    if not rotation.may_be_on and not deletes:
        return rotation
    old, new = pair_of(surroundings, rotation, rotation.decision.key), new_pair(surroundings, rotation)
    stands = old_key.look(surroundings, rotation, old, new)
    if stands is OldKey.ON or (rotation.may_be_on and stands is OldKey.COMING):
        turning_off.seen_on(surroundings, rotation, old)
    return reload(surroundings, rotation)


def look_and_wait(surroundings: Surroundings, rotation: Rotation) -> Result:
    """Look whether the new key works, and whether the old one is still used or was turned off meanwhile."""
    try:
        old, new = pair_of(surroundings, rotation, rotation.decision.key), new_pair(surroundings, rotation)
        _note_use_of_new_key(surroundings, rotation, old, new)
        fails = new_key.failure(surroundings, rotation)
        if fails is not None:
            return fails
        rotation = reload(surroundings, rotation)
        evidence = watching.look(surroundings, rotation, surroundings.signer.asks(rotation.decision, old, new))
        if evidence.dead:
            turning_off.seen_off(surroundings, rotation, old)
            return prove_off(surroundings, reload(surroundings, rotation))
        rotation = note_writes(surroundings, search_again(surroundings, rotation), old)
        if rotation.step is Step.TURN_OFF:
            # Interrupted before AWS heard of it: it waits as before, and the next look sees a key that died after all.
            write(surroundings, rotation, Step.TURN_OFF, Mark.FAILED, {"code": "interrupted", "waits": True})
            rotation = reload(surroundings, rotation)
    except AppError as error:
        return stopped(surroundings, rotation, error)
    reasons = watching.turn_off_gates(surroundings, rotation, evidence)
    return _held(surroundings, rotation, evidence, reasons) if reasons else waiting(surroundings, rotation)


def _note_use_of_new_key(
    surroundings: Surroundings, rotation: Rotation, old: KeyPair | None, new: KeyPair | None
) -> None:
    """Ask before the proof: of a key's uses AWS tells the last one, and that would be ours then."""
    asks = surroundings.signer.asks(rotation.decision, old, new)
    if asks is not None:
        program_runs.note_use_of_new_key(surroundings, rotation, asks.pair)


def _held(
    surroundings: Surroundings, rotation: Rotation, evidence: watching.Evidence, reasons: Sequence[str]
) -> Result:
    """It waits, also for what only the look at AWS showed."""
    waits = waiting(surroundings, rotation, problem=GateClosed(reasons))
    awaited = {one.item: one for one in (*watching.unseen_use(rotation, evidence), *waits.awaiting)}
    return replace(waits, awaiting=tuple(awaited.values()))


def prove_off(surroundings: Surroundings, rotation: Rotation) -> Result:
    """Prove every destination with the old key off; where one fails, turn the old key on again if a key of ours can."""
    new = rotation.new_key
    if not rotation.decision.route.makes_a_key or new is None:
        write(surroundings, rotation, Step.PROVE_OFF, Mark.DONE)
    else:
        try:
            proving.prove_again(surroundings, rotation, Step.PROVE_OFF, new)
        except AppError as error:
            return stopped(surroundings, rotation, _with_way_back(surroundings, rotation, error))
    program_runs.start_runs(surroundings, rotation, Step.PROVE_OFF)
    surroundings.tell(Step.DELETE, Moment.WAITING)
    return replace(waiting(surroundings, reload(surroundings, rotation)), ending=Ending.DONE)


def _with_way_back(surroundings: Surroundings, rotation: Rotation, error: AppError) -> AppError:
    if _turned_on_again(surroundings, rotation):
        way = _("The old key was turned on again.")
    else:
        steps = by_hand.turn_on_in_console(rotation.decision).steps
        way = _("The old key is off. If backups fail, turn it on again: {steps}").format(steps=" ".join(steps))
    return AppError(error.title, f"{error.message} {way}", code=error.code)


def _turned_on_again(surroundings: Surroundings, rotation: Rotation) -> bool:
    """Turn the old key on with a key that may, which may be dead itself by now."""
    hand = surroundings.signer.changes(rotation.decision, new_pair(surroundings, rotation))
    if hand is None:
        return False
    try:
        old = pair_of(surroundings, rotation, rotation.decision.key)
        turning_off.turn_on_by_key(surroundings, rotation, old, hand)
    except AwsError as error:
        if error.fault in {AwsFault.UNKNOWN_KEY, AwsFault.DENIED, AwsFault.NOT_FOUND}:
            return False
        raise
    return True


def go_on_deleting(surroundings: Surroundings, rotation: Rotation) -> Result:
    """End a deletion that was interrupted; where none began, it waits, once every backup is proved to work."""
    hand = surroundings.signer.changes(rotation.decision, new_pair(surroundings, rotation))
    began = rotation.latest(Step.DELETE, Mark.INTENT)
    by_key = rotation.decision.route.same_owner or (began is not None and "signer" in began.facts)
    if began is None or (by_key and hand is None):
        return new_key.failure(surroundings, rotation) or waiting(surroundings, reload(surroundings, rotation))
    try:
        if hand is not None:
            deleting.delete_by_key(surroundings, rotation, hand)
        else:
            # AWS had refused the key before this began; our copy of its secret, to ask again, may be wiped already.
            deleting.deleted_in_console(surroundings, rotation, seen=False)
    except AppError as error:
        return stopped(surroundings, rotation, error)
    return _deleted(surroundings, rotation)


def deleted_by_hand(surroundings: Surroundings, rotation: Rotation) -> Result:
    """The person says that the old key is deleted. Where it works, or another key of its owner sees it, it is not."""
    reasons = watching.delete_gates(surroundings, rotation)
    if reasons:
        return waiting(surroundings, rotation, problem=GateClosed(reasons))
    try:
        old, new = pair_of(surroundings, rotation, rotation.decision.key), new_pair(surroundings, rotation)
        stands = old_key.look(surroundings, rotation, old, new)
        reason = _not_deleted(stands)
        if reason:
            closed = GateClosed([reason.format(key=rotation.decision.key.masked)])
            return waiting(surroundings, rotation, problem=closed)
        # Their word may be wrong, and then our copy of its secret is a way back as long as the new key does not work.
        fails = None if stands is OldKey.GONE else new_key.failure(surroundings, rotation)
        if fails is not None:
            return fails
        deleting.deleted_in_console(surroundings, rotation, seen=stands is OldKey.GONE)
    except AppError as error:
        return stopped(surroundings, rotation, error)
    return _deleted(surroundings, rotation)


def look_whether_deleted(surroundings: Surroundings, rotation: Rotation) -> Rotation:
    """See now what a person said, where the new key may ask and could not then."""
    if is_deletion_seen(rotation):
        return rotation
    new = new_pair(surroundings, rotation)
    if surroundings.signer.changes(rotation.decision, new) is None:
        return rotation
    if old_key.look(surroundings, rotation, None, new) is OldKey.GONE:
        write(surroundings, rotation, Step.DELETE, Mark.NOTED, {"seen": True})
    return reload(surroundings, rotation)


def _not_deleted(stands: OldKey) -> str:
    """Why the old key is not deleted; empty where it may be."""
    if stands in {OldKey.ON, OldKey.COMING}:
        return _("{key} still works, so it is not deleted.")
    if stands is OldKey.OFF:
        return _("AWS lists {key} still: it is inactive, and not deleted.")
    return ""


def _deleted(surroundings: Surroundings, rotation: Rotation) -> Result:
    leftovers = deleting.leftovers(surroundings, rotation)
    stands = standing(surroundings, reload(surroundings, rotation))
    return replace(stands, ending=Ending.DONE, leftovers=leftovers)
