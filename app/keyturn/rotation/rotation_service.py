"""The commands on a rotation. Each one reads the journal, takes the steps that may be taken, and says how it stands.

Window and terminal call these functions and nothing below them.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from keyturn.model.errors import AppError, UsageError
from keyturn.model.keys import KeyPair
from keyturn.model.places import Place
from keyturn.model.text import _
from keyturn.rotation.carrying_out import (
    awaiting,
    backups_seen,
    deciding,
    deleting,
    kept_pairs,
    last_steps,
    program_runs,
    putting_in_again,
    switching,
    way_out,
)
from keyturn.rotation.carrying_out.backups_seen import BackupSeen
from keyturn.rotation.carrying_out.closing import end, expect_not_ended
from keyturn.rotation.carrying_out.standing import (
    GateClosed,
    ended_well,
    expect_a_signer,
    expect_step,
    opened,
    standing,
    stopped,
    waiting,
)
from keyturn.rotation.carrying_out.way_back import turn_on, undo
from keyturn.rotation.carrying_out.way_out import rotate
from keyturn.rotation.context import Context
from keyturn.rotation.decision import ByHand
from keyturn.rotation.events.key_events import SeenOrSaid, TakenBack, Ticked
from keyturn.rotation.events.rotation_events import ProgramNamed
from keyturn.rotation.planning import by_hand
from keyturn.rotation.planning.guided_items import item_of, items_to_put_back, opposite_of, program_title, still_old
from keyturn.rotation.steps import PUT_IN_AGAIN, By, Ending, Result, Step
from keyturn.rotation.taking_steps import note, write
from keyturn.state.journal import Mark

__all__ = [
    "add_by_hand",
    "carry_on",
    "delete",
    "end",
    "look_at_backups",
    "rotate",
    "standing",
    "take_back",
    "take_pair",
    "tick",
    "turn_off",
    "turn_on",
    "undo",
]


def carry_on(context: Context, name: str | None) -> Result:
    """Carry on what was interrupted, or look whether what was waited for has come."""
    rotation = opened(context, name)
    if rotation.is_over:
        try:
            rotation = last_steps.look_whether_deleted(context, rotation)
        except AppError as error:
            return stopped(context, rotation, error)
        return standing(context, rotation)
    expect_a_signer(context, rotation)
    if rotation.is_undoing:
        return undo(context, rotation.name)
    switching.clear_away(rotation.decision)
    try:
        rotation = last_steps.settled(context, rotation)
    except AppError as error:
        return stopped(context, rotation, error)
    match rotation.step:
        case Step.WATCH | Step.TURN_OFF:
            return last_steps.look_and_wait(context, rotation)
        case Step.PROVE_OFF:
            return last_steps.prove_off(context, rotation)
        case Step.DELETE:
            return last_steps.go_on_deleting(context, rotation)
        case _:
            return way_out.go_on(context, rotation, None)


def turn_off(
    context: Context, name: str | None, by: By | None = None, wait: float = 0, yes: Collection[str] = ()
) -> Result:
    """Turn the old key off, or see that the person did so in the console; then prove every destination again.

    Args:
        by: None is the console for root, and the key for a user.
        wait: seconds to wait for the person in the console.
        yes: the places with which a person wants it although they were not seen backing up (`backups_seen`).
    """
    rotation = opened(context, name)
    expect_not_ended(rotation)
    if rotation.off_at is not None:
        return carry_on(context, rotation.name) if not rotation.is_over else standing(context, rotation)
    expect_a_signer(context, rotation)
    return last_steps.turn_off(context, rotation, by, wait, yes)


def delete(context: Context, name: str | None, confirm: str | None) -> Result:
    """Delete the old key for good, after its days of being off.

    Raises:
        UsageError: where `confirm` is not the end of the old key's ID.
    """
    rotation = opened(context, name)
    expect_not_ended(rotation)
    if rotation.is_done(Step.DELETE):
        return standing(context, rotation)
    expect_a_signer(context, rotation)
    return last_steps.delete(context, rotation, confirm)


def tick(context: Context, name: str | None, item: str, confirm: str | None = None) -> Result:
    """The person says that a thing was done by hand. Where AWS can tell whether it is true, AWS is asked.

    Args:
        confirm: the last four characters of the old key, which `delete` takes alone.

    Raises:
        UsageError: where nothing of that name is awaited, or `confirm` is not the end of the old key's ID.
    """
    rotation = opened(context, name)
    expect_not_ended(rotation)
    if item in rotation.ticked:
        return replace(standing(context, rotation), ending=Ending.DONE)
    if item == by_hand.TURN_OFF and rotation.step in {Step.WATCH, Step.TURN_OFF}:
        return last_steps.turned_off_by_hand(context, rotation)
    if item == by_hand.TURN_ON:
        return turn_on(context, rotation.name)
    if item == PUT_IN_AGAIN and rotation.old_again:
        expect_a_signer(context, rotation)
        return putting_in_again.put_in_again(context, rotation)
    if item == by_hand.DELETE and rotation.is_done(Step.DELETE):
        return replace(carry_on(context, rotation.name), ending=Ending.DONE)
    if item == by_hand.DELETE and rotation.step is Step.DELETE:
        deleting.check_confirmation(rotation, confirm)
        return last_steps.deleted_by_hand(context, rotation)
    awaited = (*awaiting.awaiting(context, rotation), *items_to_put_back(context, rotation))
    known = {one.item: one for one in awaited}
    if rotation.step in {Step.WATCH, Step.TURN_OFF} and item in {one.item for one in backups_seen.unseen_of(rotation)}:
        backups_seen.say_yes(context, rotation, [item])
        return ended_well(context, rotation)
    if item != by_hand.LAST_USE and (item not in known or not known[item].tickable):
        waits = ", ".join(one.item for one in known.values() if one.tickable)
        raise UsageError(
            _("There is nothing called “{item}” to tick").format(item=item),
            _("What waits for a person now: {items}. Nothing was changed.").format(items=waits or _("nothing")),
            code="usage.item",
        )
    program = next((one for one in rotation.by_hand if item_of(one) == item), None)
    if program is not None:
        held = still_old(context.computer, program, rotation.decision.key)
        if held:
            return waiting(context, rotation, problem=GateClosed([_holds_old_key(program, held)], "guided.old-key"))
    write(
        context,
        rotation,
        Step.WATCH,
        Mark.TICKED,
        Ticked(item),
        TakenBack(deciding.opposite_of(item) or opposite_of(rotation, item)),
        # Where it can be looked into, it was looked just now, and the old key is not there.
        SeenOrSaid(program is not None and bool(program.places)),
    )
    if program is not None:
        program_runs.start_runs(context, rotation, Step.WATCH, program)
    return ended_well(context, rotation)


def look_at_backups(context: Context, name: str | None) -> tuple[BackupSeen, ...]:
    """Look which places backed up with the new key, write down what is new, and return those that were not seen."""
    rotation = opened(context, name)
    return backups_seen.unseen_of(last_steps.look_at_backups(context, rotation))


def take_back(context: Context, name: str | None, item: str) -> Result:
    """The person takes back what they had said: it is awaited again.

    Raises:
        UsageError: where they have said no such thing, or the old key is off by now.
    """
    rotation = opened(context, name)
    expect_not_ended(rotation)
    expect_step(rotation, Step.WATCH, Step.TURN_OFF)
    if item not in rotation.ticked:
        raise UsageError(_("“{item}” was not ticked").format(item=item), _("Nothing was changed."), code="usage.item")
    note(context, rotation, Step.WATCH, TakenBack(item))
    return waiting(context, rotation)


def take_pair(context: Context, name: str | None, pair: KeyPair) -> None:
    """Keep a pair that the person typed; raises as `kept_pairs.take_pair`."""
    kept_pairs.take_pair(context, opened(context, name), pair)


def add_by_hand(context: Context, name: str | None, programs: Sequence[str]) -> Result:
    """The person found other programs or computers that use the old key: they are awaited before that key is off.

    Args:
        programs: the names of guides, as `--also` takes them.
    """
    rotation = opened(context, name)
    expect_step(rotation, Step.WATCH, Step.TURN_OFF)
    for program in programs:
        # Where it was named before and is done, this is another one: a second computer, say.
        item = item_of(ByHand.named(program))
        note(context, rotation, Step.WATCH, ProgramNamed(program), TakenBack(item))
    return waiting(context, rotation)


def _holds_old_key(program: ByHand, held: Sequence[Place]) -> str:
    names = ", ".join(f"{place.name} ({place.path})" for place in held)
    return _(
        "{program} holds the old key still, so its backups would stop with it: {names}. Save the new key there, or "
        "remove what is not needed any more; then tick it again."
    ).format(program=program_title(program), names=names)
