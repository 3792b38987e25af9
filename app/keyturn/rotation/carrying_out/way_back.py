"""The commands *undo* and *turn on*: the ways back, as long as the old key is not deleted."""

from __future__ import annotations

from dataclasses import replace

from keyturn.model.errors import AppError, AwsError, AwsFault, UsageError
from keyturn.model.keys import KeyPair
from keyturn.model.text import _
from keyturn.rotation.asked import made_nothing
from keyturn.rotation.carrying_out import old_key, program_runs, switching, turning_off, undoing
from keyturn.rotation.carrying_out.closing import expect_not_ended
from keyturn.rotation.carrying_out.gone_buckets import gone_buckets
from keyturn.rotation.carrying_out.standing import (
    GateClosed,
    ended_well,
    expect_a_signer,
    looked_at,
    opened,
    standing,
    stopped,
    waiting,
)
from keyturn.rotation.carrying_out.when_stuck import from_an_old_key_again
from keyturn.rotation.context import Context, Moment
from keyturn.rotation.events.rotation_events import OldKeyHeld
from keyturn.rotation.pairs import Held, SecretGone, held_now, new_pair, old_pair, pair_of
from keyturn.rotation.planning import by_hand
from keyturn.rotation.planning.guided_items import items_to_put_back
from keyturn.rotation.record import Rotation
from keyturn.rotation.steps import Ending, OldKey, Result, Step
from keyturn.rotation.taking_steps import note, reload


def undo(context: Context, name: str | None) -> Result:
    """Put everything back as it was before the rotation, as long as the old key is not deleted."""
    rotation = opened(context, name)
    expect_not_ended(rotation)
    if rotation.is_done(Step.UNDO):
        return looked_at(context, rotation)
    if rotation.is_done(Step.DELETE):
        raise UsageError(
            _("The old key is deleted"),
            _("Nothing can bring {key} back; your programs keep the new key.").format(key=rotation.decision.key.masked),
            code="usage.deleted",
        )
    expect_a_signer(context, rotation)
    switching.clear_away(rotation.decision)
    try:
        if undoing.lacks_only_its_end(rotation):
            rotation = undoing.end(context, rotation)
            return replace(looked_at(context, rotation), ending=Ending.DONE)
        if rotation.decision.elsewhere and made_nothing(rotation):
            return _undo_elsewhere(context, rotation)
        old = old_pair(context, rotation)
        held = held_now(context, rotation.decision)
        # Where no file has another key and nothing was made at AWS, nothing takes the old key.
        if undoing.not_old(rotation, held) or rotation.began(Step.SWITCH) or rotation.decision.given is None:
            blocked = _on_for_undo(context, rotation, old, held)
            if blocked is not None:
                return blocked
        gone = gone_buckets(context, rotation.decision, old or new_pair(context, rotation))
        undoing.expect_old_key_works(context, rotation, old, held, gone)
        is_unused = _nobody_uses_new_key(context, rotation, old)
        by_person = items_to_put_back(context, reload(context, rotation), is_unused=is_unused)
        if by_person and not rotation.is_undoing:
            closed = GateClosed([one.title for one in by_person], "undo.by-hand")
            return replace(waiting(context, rotation, problem=closed), awaiting=by_person)
        rotation = undoing.undo(context, reload(context, rotation), old, gone)
    except AppError as error:
        return stopped(context, rotation, error)
    # Nothing waits for these, so there is nothing to tick: but a service with the new key in memory fails from now on.
    again = by_hand.after_changes(context, rotation.decision) if rotation.is_done(Step.SWITCH) else ()
    again = (*(replace(one, tickable=False) for one in again), *by_hand.given_key_left(rotation.decision))
    return replace(looked_at(context, rotation), ending=Ending.DONE, awaiting=again)


def turn_on(context: Context, name: str | None, wait: float = 0) -> Result:
    """Turn the old key on again: with a key that may, such as a new one of the same owner, else in the console."""
    rotation = opened(context, name)
    if rotation.is_over:
        raise UsageError(_("This rotation is over"), _("There is nothing to turn on."), code="usage.over")
    expect_a_signer(context, rotation)
    try:
        old, new = pair_of(context, rotation, rotation.decision.key), new_pair(context, rotation)
        stands = old_key.look(context, rotation, old, new)
        if rotation.off_at is None and stands is OldKey.ON:
            return replace(standing(context, rotation), ending=Ending.DONE)
        if stands is OldKey.GONE:
            return stopped(context, rotation, _gone(rotation))
        if stands is OldKey.UNKNOWN:
            return stopped(context, rotation, SecretGone(rotation.decision.key))
        blocked = _turn_on(context, rotation, old, wait)
    except AppError as error:
        return stopped(context, rotation, error)
    return blocked or ended_well(context, rotation)


def _nobody_uses_new_key(context: Context, rotation: Rotation, old: KeyPair | None) -> bool:
    """True where people alone put the new key in place, and AWS says that nobody used it."""
    hand = context.signer.asks(rotation.decision, old, new_pair(context, rotation))
    if rotation.new_key is None or rotation.decision.destinations or hand is None:
        return False
    return program_runs.is_new_key_unused(context, rotation, hand.pair)


def _undo_elsewhere(context: Context, rotation: Rotation) -> Result:
    """Turn the key on again if Keyturn turned it off. No file here has it, and nothing was made."""
    stands = old_key.look(context, rotation, None, None)
    if stands is OldKey.GONE:
        return stopped(context, rotation, _gone(rotation))
    hand = context.signer.changes(rotation.decision, None)
    if stands is not OldKey.ON and rotation.began_off_by is not None and hand is not None:
        rotation = turning_off.turn_on_by_key(context, rotation, None, hand)
    rotation = undoing.end(context, rotation)
    return replace(looked_at(context, rotation), ending=Ending.DONE)


def _turn_on(context: Context, rotation: Rotation, old: KeyPair | None, wait: float) -> Result | None:
    """Turn the old key on, or return what the person has to do first."""
    hand = context.signer.changes(rotation.decision, new_pair(context, rotation))
    if hand is not None:
        try:
            turning_off.turn_on_by_key(context, rotation, old, hand)
        except AwsError as error:
            # That key is off or gone itself, or its rights were taken away: a person turns the old one on.
            if error.fault not in {AwsFault.UNKNOWN_KEY, AwsFault.DENIED}:
                raise
        else:
            return None
    if old is not None and turning_off.turned_on_in_console(context, rotation, old, wait):
        return None
    context.tell(Step.TURN_ON, Moment.WAITING)
    item = by_hand.turn_on(rotation)
    return replace(waiting(context, rotation), awaiting=(item,))


def _on_for_undo(context: Context, rotation: Rotation, old: KeyPair | None, held: Held) -> Result | None:
    """See that the old key is on and stays on, or return what comes first; nothing is put back before."""
    stands = old_key.look(context, rotation, old, new_pair(context, rotation))
    if stands is OldKey.ON:
        return None
    rotation = _note_half_undone(context, rotation, held)
    if stands is OldKey.GONE:
        return stopped(context, rotation, _gone(rotation))
    blocked = _turn_on(context, rotation, old, wait=0)
    if blocked is None:
        return None
    if rotation.old_again:
        blocked = replace(blocked, awaiting=(*blocked.awaiting, *from_an_old_key_again(rotation)))
    reason = _("The old key is off, and backups with it would fail. It is turned on first; then undo again.")
    if stands is OldKey.REFUSED:
        reason = _("The old key is not accepted: it is off, or deleted. If it is off, turn it on; then undo again.")
    return replace(blocked, problem=GateClosed([reason], "undo.old-key-off"))


def _note_half_undone(context: Context, rotation: Rotation, held: Held) -> Rotation:
    """Note where an undo put the old key that is gone by now, so that a person may have the new one there again."""
    if rotation.is_undoing and new_pair(context, rotation) is not None:
        again = tuple(one.place.identity for one in held.by(rotation.decision.key))
        if again != rotation.old_again:
            return note(context, rotation, Step.WATCH, OldKeyHeld(again))
    return rotation


def _gone(rotation: Rotation) -> AppError:
    text = _("It was put back nowhere. {ways}")
    if rotation.is_undoing:
        text = _("An undo had begun, so programs may have it again, and their backups fail. {ways}")
    return AppError(
        _("The old key {key} is deleted at AWS").format(key=rotation.decision.key.masked),
        text.format(ways=by_hand.ways_without_old_key(rotation)),
        code="key.gone",
    )
