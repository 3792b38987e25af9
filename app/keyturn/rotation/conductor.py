"""The commands on a rotation. Each one reads the journal, takes the steps that may be taken, and says how it stands.

Window and terminal call these functions and nothing below them.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from keyturn.edits.files import read_file, writability
from keyturn.model.errors import AppError, FileError, StoreError, UsageError
from keyturn.model.keys import AccessKeyId, KeyPair
from keyturn.model.places import Place
from keyturn.model.text import _
from keyturn.rotation import (
    by_hand,
    creating,
    deleting,
    program_runs,
    proving,
    switching,
    turning_off,
    undoing,
    watching,
)
from keyturn.rotation.cancelling import Cancelled
from keyturn.rotation.decision import ByHand, Decision
from keyturn.rotation.guided_items import item_of, items_to_put_back, opposite_of, program_title, still_old
from keyturn.rotation.plan import Gate, Plan
from keyturn.rotation.record import Rotation, all_rotations, find_rotation, reload, remember_keys, taking, write
from keyturn.rotation.steps import Awaited, By, Ending, Result, State, Step
from keyturn.rotation.surroundings import Moment, Surroundings
from keyturn.state.journal import Mark


class GateClosed(AppError):
    """A step may not run yet.

    Attributes:
        reasons: why, each in a sentence, or in the title of what is awaited, which has no full stop.
    """

    def __init__(self, reasons: Sequence[str], code: str = "gate") -> None:
        super().__init__(_("Not yet"), " ".join(f"{one.removesuffix('.')}." for one in reasons), code=code)
        self.reasons = tuple(reasons)


def rotate(surroundings: Surroundings, plan: Plan) -> Result:
    """Carry the plan out up to *watch*. Where a step fails, everything is put back."""
    if plan.closed or plan.decision is None:
        return _not_begun(plan)
    unfinished = [one for one in all_rotations(surroundings.journal) if not one.is_over]
    same = next((one for one in unfinished if one.decision.key == plan.key), None)
    if same is not None:
        problem = UsageError(
            _("A rotation of this key is under way"),
            _(
                "It is {name}, at the step {step}. `keyturn continue` carries it on, `keyturn undo` puts it back."
            ).format(name=same.name, step=same.step.value),
            code="rotation.under-way",
        )
        return replace(standing(surroundings, same), ending=Ending.STOPPED, problem=problem)
    try:
        _expect_editable(plan)
        for pair in (plan.old, plan.given):
            if pair is not None:
                surroundings.secrets.keep(pair)
    except (FileError, StoreError) as error:
        return Result(Ending.PUT_BACK, None, State.STOPPED, Step.CHECK, None, problem=error)
    rotation = _begin(surroundings, plan.decision)
    return _way_out(surroundings, rotation, plan.old)


def carry_on(surroundings: Surroundings, name: str | None) -> Result:
    """Carry on what was interrupted, or look whether what was waited for has come."""
    rotation = _open(surroundings, name)
    if rotation.is_over:
        return standing(surroundings, rotation)
    if rotation.is_undoing:
        return undo(surroundings, rotation.name)
    switching.clear_away(rotation.decision)
    try:
        rotation = _settled(surroundings, rotation)
    except AppError as error:
        return _stopped(surroundings, rotation, error)
    match rotation.step:
        case Step.WATCH | Step.TURN_OFF:
            return _look_and_wait(surroundings, rotation)
        case Step.PROVE_OFF:
            return _prove_off(surroundings, rotation)
        case Step.DELETE:
            return _go_on_deleting(surroundings, rotation)
        case _:
            return _way_out(surroundings, rotation, None)


def undo(surroundings: Surroundings, name: str | None) -> Result:
    """Put everything back as it was before the rotation, as long as the old key is not deleted."""
    rotation = _open(surroundings, name)
    if rotation.is_done(Step.UNDO):
        return standing(surroundings, rotation)
    if rotation.is_done(Step.DELETE):
        raise UsageError(
            _("The old key is deleted"),
            _("Nothing can bring {key} back; your programs keep the new key.").format(key=rotation.decision.key.masked),
            code="usage.deleted",
        )
    switching.clear_away(rotation.decision)
    try:
        if undoing.lacks_only_its_end(surroundings, rotation):
            undoing.end(surroundings, rotation)
            return replace(standing(surroundings, reload(surroundings, rotation)), ending=Ending.DONE)
        old = creating.old_pair(surroundings, rotation)
        # Where no file was touched and nothing was made at AWS, nothing takes the old key.
        needed = rotation.began(Step.SWITCH) or rotation.decision.given is None
        if needed and not turning_off.is_usable(surroundings, rotation, old, _new_pair(surroundings, rotation)):
            blocked = _turn_on_for_undo(surroundings, rotation, old)
            if blocked is not None:
                return blocked
        by_person = items_to_put_back(surroundings, rotation)
        if by_person and not rotation.is_undoing:
            closed = GateClosed([one.title for one in by_person], "undo.by-hand")
            return replace(_waiting(surroundings, rotation, problem=closed), awaiting=by_person)
        undoing.undo(surroundings, reload(surroundings, rotation), old)
    except AppError as error:
        return _stopped(surroundings, rotation, error)
    rotation = reload(surroundings, rotation)
    # Nothing waits for these, so there is nothing to tick: but a service with the new key in memory fails from now on.
    again = by_hand.after_changes(surroundings, rotation.decision) if rotation.is_done(Step.SWITCH) else ()
    again = (*(replace(one, tickable=False) for one in again), *by_hand.given_key_left(rotation.decision))
    return replace(standing(surroundings, rotation), ending=Ending.DONE, awaiting=again)


def turn_off(surroundings: Surroundings, name: str | None, by: By | None = None, wait: float = 0) -> Result:
    """Turn the old key off, or see that the person did so in the console; then prove every destination again.

    Args:
        by: None is the console for root, and the key for a user.
        wait: seconds to wait for the person in the console.
    """
    rotation = _open(surroundings, name)
    if rotation.off_at is not None:
        return carry_on(surroundings, rotation.name) if not rotation.is_over else standing(surroundings, rotation)
    _expect_step(rotation, Step.WATCH, Step.TURN_OFF)
    way = by or turning_off.default_way(rotation.decision)
    try:
        old, new = creating.old_pair(surroundings, rotation), _new_pair(surroundings, rotation)
        # Off is what is looked for now, also where it was turned on minutes ago.
        surroundings.aws.forget_new(old.access_key_id)
        evidence = watching.look(surroundings, rotation, _signer(rotation, old, new))
        program_runs.note_use_of_new_key(surroundings, rotation, _signer(rotation, old, new))
        reasons = () if evidence.dead else watching.turn_off_gates(surroundings, rotation, evidence)
        if reasons:
            return _held(surroundings, rotation, evidence, reasons)
        if evidence.dead:
            turning_off.seen_off(surroundings, rotation, old)
        elif way is By.KEY:
            turning_off.turn_off_by_key(surroundings, rotation, old, new)
        elif not turning_off.turned_off_in_console(surroundings, rotation, old, wait):
            surroundings.tell(Step.TURN_OFF, Moment.WAITING)
            return _waiting(surroundings, rotation)
    except AppError as error:
        return _stopped(surroundings, rotation, error)
    return _prove_off(surroundings, reload(surroundings, rotation))


def turn_on(surroundings: Surroundings, name: str | None, wait: float = 0) -> Result:
    """Turn the old key on again: with the new key where it has the same owner, else by the person in the console."""
    rotation = _open(surroundings, name)
    if rotation.is_over:
        raise UsageError(
            _("This rotation is over"), _("There is nothing to turn on. Nothing was changed."), code="usage.over"
        )
    try:
        old = creating.old_pair(surroundings, rotation)
        is_usable = turning_off.is_usable(surroundings, rotation, old, _new_pair(surroundings, rotation))
        if rotation.off_at is None and is_usable:
            return replace(standing(surroundings, rotation), ending=Ending.DONE)
        blocked = _turn_on(surroundings, rotation, old, wait)
    except AppError as error:
        return _stopped(surroundings, rotation, error)
    return blocked or replace(standing(surroundings, reload(surroundings, rotation)), ending=Ending.DONE)


def delete(surroundings: Surroundings, name: str | None, confirm: str) -> Result:
    """Delete the old key for good, after its days of being off.

    Raises:
        UsageError: where `confirm` is not the end of the old key's ID.
    """
    rotation = _open(surroundings, name)
    if rotation.is_done(Step.DELETE):
        return standing(surroundings, rotation)
    deleting.check_confirmation(rotation, confirm)
    try:
        rotation = _settled(surroundings, rotation)
    except AppError as error:
        return _stopped(surroundings, rotation, error)
    reasons = watching.delete_gates(surroundings, rotation)
    if reasons:
        return _waiting(surroundings, rotation, problem=GateClosed(reasons))
    new = _new_pair(surroundings, rotation)
    if not rotation.decision.route.same_owner or new is None:
        # No key that Keyturn holds may delete this one.
        surroundings.tell(Step.DELETE, Moment.WAITING)
        return _waiting(surroundings, rotation)
    try:
        deleting.delete_by_key(surroundings, rotation, new)
    except AppError as error:
        return _stopped(surroundings, rotation, error)
    return _deleted(surroundings, rotation)


def tick(surroundings: Surroundings, name: str | None, item: str) -> Result:
    """The person says that a thing was done by hand. Where AWS can tell whether it is true, AWS is asked."""
    rotation = _open(surroundings, name)
    if item in rotation.ticked:
        return replace(standing(surroundings, rotation), ending=Ending.DONE)
    if item == by_hand.TURN_OFF and rotation.step in {Step.WATCH, Step.TURN_OFF}:
        return turn_off(surroundings, rotation.name, By.CONSOLE)
    if item == by_hand.TURN_ON:
        return turn_on(surroundings, rotation.name)
    if item == by_hand.DELETE and rotation.step is Step.DELETE:
        return _deleted_by_hand(surroundings, rotation)
    waiting = (*watching.awaiting(surroundings, rotation), *items_to_put_back(surroundings, rotation))
    known = {one.item: one for one in waiting}
    if item != by_hand.LAST_USE and (item not in known or not known[item].tickable):
        waits = ", ".join(one.item for one in known.values() if one.tickable)
        raise UsageError(
            _("There is nothing called “{item}” to tick").format(item=item),
            _("What waits for a person now: {items}. Nothing was changed.").format(items=waits or _("nothing")),
            code="usage.item",
        )
    program = next((one for one in rotation.by_hand if item_of(one) == item), None)
    if program is not None:
        held = still_old(surroundings.computer, program, rotation.decision.key)
        if held:
            return _waiting(
                surroundings, rotation, problem=GateClosed([_holds_old_key(program, held)], "guided.old-key")
            )
    write(surroundings, rotation, Step.WATCH, Mark.TICKED, {"item": item, "opposite": opposite_of(rotation, item)})
    if program is not None:
        program_runs.start_runs(surroundings, rotation, Step.WATCH, program)
    return replace(standing(surroundings, reload(surroundings, rotation)), ending=Ending.DONE)


def add_by_hand(surroundings: Surroundings, name: str | None, programs: Sequence[str]) -> Result:
    """The person found other programs or computers that use the old key: they are awaited before that key is off.

    Args:
        programs: the names of guides.
    """
    rotation = _open(surroundings, name)
    _expect_step(rotation, Step.WATCH, Step.TURN_OFF)
    for program in programs:
        # Where it was named before and is done, this is another one: a second computer, say.
        item = item_of(ByHand(program, (), (), known=True))
        write(surroundings, rotation, Step.WATCH, Mark.NOTED, {"also": program, "opposite": item})
    return _waiting(surroundings, reload(surroundings, rotation))


def _holds_old_key(program: ByHand, held: Sequence[Place]) -> str:
    names = ", ".join(f"{place.name} ({place.path})" for place in held)
    return _(
        "{program} holds the old key still, so its backups would stop with it: {names}. Save the new key there, or "
        "remove what is not needed any more; then tick it again."
    ).format(program=program_title(program), names=names)


def standing(surroundings: Surroundings, rotation: Rotation) -> Result:
    """How the rotation stands, from the journal and this computer alone; AWS is not asked."""
    endings = {State.DONE: Ending.DONE, State.UNDONE: Ending.DONE, State.WAITING: Ending.WAITING}
    return Result(
        ending=endings.get(rotation.state, Ending.STOPPED),
        rotation=rotation.name,
        state=rotation.state,
        step=rotation.step,
        new_access_key_id=rotation.new_key,
        awaiting=watching.awaiting(surroundings, rotation),
    )


def _open(surroundings: Surroundings, name: str | None) -> Rotation:
    rotation = find_rotation(surroundings.journal, name)
    remember_keys(surroundings, rotation)
    return rotation


def _settled(surroundings: Surroundings, rotation: Rotation) -> Rotation:
    """The rotation, with the old key on in the journal too where it is on at AWS.

    Turning it on may have been interrupted, or somebody did so in the console: then something needs it, and it is
    watched as before.
    """
    if rotation.may_be_on:
        old = creating.old_pair(surroundings, rotation)
        is_on = not turning_off.is_off(surroundings, rotation, old, _new_pair(surroundings, rotation))
    elif rotation.step is Step.DELETE and not rotation.began(Step.DELETE):
        kept = surroundings.secrets.get(rotation.decision.key)
        if kept is None:
            return rotation  # nobody here can ask
        old = kept
        is_on = turning_off.is_usable(surroundings, rotation, old, _new_pair(surroundings, rotation))
    else:
        return rotation
    if is_on:
        turning_off.seen_on(surroundings, rotation, old)
    return reload(surroundings, rotation)


def _not_begun(plan: Plan) -> Result:
    closed: Sequence[Gate] = plan.closed
    waits = bool(closed) and all(gate.waits for gate in closed)
    ending, state = (Ending.WAITING, State.WAITING) if waits else (Ending.STOPPED, State.STOPPED)
    code = next((gate.code for gate in closed if not gate.waits), closed[0].code if closed else "gate")
    problem = GateClosed([gate.reason for gate in closed], code)
    awaiting = tuple(Awaited(gate.code, gate.reason, tickable=False) for gate in closed if gate.waits)
    return Result(ending, None, state, closed[0].step if closed else Step.CHECK, None, awaiting, problem)


def _expect_editable(plan: Plan) -> None:
    """What was shown and confirmed has to be what is edited, and each replacement is rehearsed."""
    for edit in plan.edits:
        elsewhere = any(Path(os.path.realpath(place.path)) != edit.path for place in edit.places)
        if elsewhere or read_file(edit.path).digest != edit.digest:
            raise FileError(
                _("{name} was changed since the plan").format(name=edit.path.name),
                _(
                    "{path} is no longer as it was shown. Nothing was changed, neither here nor at AWS, and your "
                    "backups go on with the old key. Run the command again."
                ).format(path=edit.path),
                code="file.changed",
            )
        problem = writability(edit.path)
        if problem is not None:
            raise problem


def _begin(surroundings: Surroundings, decision: Decision) -> Rotation:
    now = surroundings.clock.now()
    taken = {one.name for one in all_rotations(surroundings.journal)}
    plain = f"{now:%Y%m%d}-{decision.key.last4}"
    names = [plain, *(f"{plain}-{number}" for number in range(2, len(taken) + 3))]
    decision = replace(decision, rotation=next(name for name in names if name not in taken))
    surroundings.journal.begin(decision.rotation, now, decision.as_json())
    rotation = _open(surroundings, decision.rotation)
    with taking(surroundings, rotation, Step.CHECK) as outcome:
        outcome.facts.update(proving.note_own_checks(surroundings, decision))
        outcome.detail = _("{count} destinations").format(count=len(decision.destinations))
    return reload(surroundings, rotation)


def _way_out(surroundings: Surroundings, rotation: Rotation, old: KeyPair | None) -> Result:
    """Create, prove, switch and prove again, as far as it is not done; put everything back where a step fails."""
    if rotation.decision.route.makes_a_key:
        try:
            _take_way_out(surroundings, rotation, old or creating.old_pair(surroundings, rotation))
        except AppError as error:
            return _put_back(surroundings, reload(surroundings, rotation), error)
    rotation = reload(surroundings, rotation)
    program_runs.hold_runs(surroundings, rotation)
    surroundings.tell(Step.WATCH, Moment.WAITING)
    return _waiting(surroundings, rotation)


def _take_way_out(surroundings: Surroundings, rotation: Rotation, old: KeyPair) -> None:
    if not rotation.is_done(Step.CREATE):
        surroundings.cancel.check()
        creating.create(surroundings, rotation, old)
        rotation = reload(surroundings, rotation)
    new = _new_pair(surroundings, rotation)
    if new is None:
        raise AppError(
            _("The new key's secret is not kept any more"),
            _(
                "It was kept in memory only, or removed from the keychain. AWS shows a secret once, so the rotation "
                "begins anew: everything is put back."
            ),
            code="secret.gone",
        )
    if not rotation.is_done(Step.PROVE):
        surroundings.cancel.check()
        proving.prove_new_key(surroundings, rotation, new)
    if not rotation.is_done(Step.SWITCH):
        surroundings.cancel.check()
        switching.switch(surroundings, reload(surroundings, rotation), new)
    if not rotation.is_done(Step.PROVE_AGAIN):
        proving.prove_again(surroundings, reload(surroundings, rotation), Step.PROVE_AGAIN, new.access_key_id)


def _put_back(surroundings: Surroundings, rotation: Rotation, error: AppError) -> Result:
    undone = undo(surroundings, rotation.name)
    if undone.ending is Ending.DONE:
        return replace(undone, ending=Ending.PUT_BACK, problem=error)
    reason = "" if undone.problem is None else str(undone.problem)
    problem = AppError(
        error.title,
        _("{message} Not everything could be put back: {reason} Run `keyturn undo` again.").format(
            message=error.message, reason=reason
        ),
        code=error.code,
    )
    return replace(undone, ending=Ending.STOPPED, problem=problem)


def _look_and_wait(surroundings: Surroundings, rotation: Rotation) -> Result:
    """Look whether the old key is still used, or was turned off meanwhile; nothing is turned off here."""
    try:
        old, new = creating.old_pair(surroundings, rotation), _new_pair(surroundings, rotation)
        evidence = watching.look(surroundings, rotation, _signer(rotation, old, new))
        program_runs.note_use_of_new_key(surroundings, rotation, _signer(rotation, old, new))
        if evidence.dead:
            turning_off.seen_off(surroundings, rotation, old)
            return _prove_off(surroundings, reload(surroundings, rotation))
        if rotation.step is Step.TURN_OFF:
            # Interrupted before AWS heard of it: it waits as before, and the next look sees a key that died after all.
            write(surroundings, rotation, Step.TURN_OFF, Mark.FAILED, {"code": "interrupted", "waits": True})
            rotation = reload(surroundings, rotation)
    except AppError as error:
        return _stopped(surroundings, rotation, error)
    reasons = watching.turn_off_gates(surroundings, rotation, evidence)
    return _held(surroundings, rotation, evidence, reasons) if reasons else _waiting(surroundings, rotation)


def _held(
    surroundings: Surroundings, rotation: Rotation, evidence: watching.Evidence, reasons: Sequence[str]
) -> Result:
    """It waits, also for what only the look at AWS showed."""
    waits = _waiting(surroundings, rotation, problem=GateClosed(reasons))
    awaited = {one.item: one for one in (*watching.unseen_use(rotation, evidence), *waits.awaiting)}
    return replace(waits, awaiting=tuple(awaited.values()))


def _prove_off(surroundings: Surroundings, rotation: Rotation) -> Result:
    """Prove every destination with the old key off; where one fails, turn the old key on again if a key of ours can."""
    new = rotation.new_key
    if not rotation.decision.route.makes_a_key or new is None:
        write(surroundings, rotation, Step.PROVE_OFF, Mark.DONE)
    else:
        try:
            proving.prove_again(surroundings, rotation, Step.PROVE_OFF, new)
        except AppError as error:
            return _stopped(surroundings, rotation, _with_way_back(surroundings, rotation, error))
    program_runs.start_runs(surroundings, rotation, Step.PROVE_OFF)
    surroundings.tell(Step.DELETE, Moment.WAITING)
    return replace(_waiting(surroundings, reload(surroundings, rotation)), ending=Ending.DONE)


def _with_way_back(surroundings: Surroundings, rotation: Rotation, error: AppError) -> AppError:
    new = _new_pair(surroundings, rotation)
    if rotation.decision.route.same_owner and new is not None:
        turning_off.turn_on_by_key(surroundings, rotation, creating.old_pair(surroundings, rotation), new)
        way = _("The old key was turned on again.")
    else:
        steps = by_hand.turn_on_in_console(rotation.decision).steps
        way = _("The old key is off. If backups fail, turn it on again: {steps}").format(steps=" ".join(steps))
    return AppError(error.title, f"{error.message} {way}", code=error.code)


def _go_on_deleting(surroundings: Surroundings, rotation: Rotation) -> Result:
    new = _new_pair(surroundings, rotation)
    same_owner = rotation.decision.route.same_owner
    if not rotation.began(Step.DELETE) or (same_owner and new is None):
        return _waiting(surroundings, rotation)
    try:
        if same_owner and new is not None:
            deleting.delete_by_key(surroundings, rotation, new)
        else:
            # AWS had refused the key before this began; our copy of its secret, to ask again, may be wiped already.
            deleting.deleted_in_console(surroundings, rotation)
    except AppError as error:
        return _stopped(surroundings, rotation, error)
    return _deleted(surroundings, rotation)


def _deleted_by_hand(surroundings: Surroundings, rotation: Rotation) -> Result:
    reasons = watching.delete_gates(surroundings, rotation)
    if reasons:
        return _waiting(surroundings, rotation, problem=GateClosed(reasons))
    try:
        if not turning_off.is_refused(surroundings, rotation.decision, creating.old_pair(surroundings, rotation)):
            reason = _("{key} still works, so it is not deleted.").format(key=rotation.decision.key.masked)
            return _waiting(surroundings, rotation, problem=GateClosed([reason]))
        deleting.deleted_in_console(surroundings, rotation)
    except AppError as error:
        return _stopped(surroundings, rotation, error)
    return _deleted(surroundings, rotation)


def _deleted(surroundings: Surroundings, rotation: Rotation) -> Result:
    leftovers = deleting.leftovers(surroundings, rotation)
    stands = standing(surroundings, reload(surroundings, rotation))
    return replace(stands, ending=Ending.DONE, leftovers=leftovers)


def _turn_on(surroundings: Surroundings, rotation: Rotation, old: KeyPair, wait: float) -> Result | None:
    """Turn the old key on, or return what the person has to do first."""
    new = _new_pair(surroundings, rotation)
    if rotation.decision.route.same_owner and new is not None:
        turning_off.turn_on_by_key(surroundings, rotation, old, new)
        return None
    if turning_off.turned_on_in_console(surroundings, rotation, old, wait):
        return None
    surroundings.tell(Step.TURN_ON, Moment.WAITING)
    item = by_hand.turn_on_in_console(rotation.decision)
    return replace(standing(surroundings, rotation), ending=Ending.WAITING, awaiting=(item,))


def _turn_on_for_undo(surroundings: Surroundings, rotation: Rotation, old: KeyPair) -> Result | None:
    blocked = _turn_on(surroundings, rotation, old, wait=0)
    if blocked is None:
        return None
    reason = _("The old key is off, and backups with it would fail. Turn it on in the console, then undo again.")
    return replace(blocked, problem=GateClosed([reason], "undo.old-key-off"))


def _new_pair(surroundings: Surroundings, rotation: Rotation) -> KeyPair | None:
    key: AccessKeyId | None = rotation.new_key
    return None if key is None else surroundings.secrets.get(key)


def _signer(rotation: Rotation, old: KeyPair, new: KeyPair | None) -> KeyPair:
    """Who asks about the old key: the new one where it may, so that the asking is no use of the old one."""
    return new if new is not None and rotation.decision.route.same_owner else old


def _expect_step(rotation: Rotation, *steps: Step) -> None:
    if rotation.step not in steps:
        raise UsageError(
            _("The rotation is not that far"),
            _("It is at the step {step}. Nothing was changed. `keyturn continue` carries it on.").format(
                step=rotation.step.value
            ),
            code="usage.step",
        )


def _waiting(surroundings: Surroundings, rotation: Rotation, problem: AppError | None = None) -> Result:
    stands = standing(surroundings, rotation)
    return replace(stands, ending=Ending.WAITING, problem=problem)


def _stopped(surroundings: Surroundings, rotation: Rotation, problem: AppError) -> Result:
    stands = standing(surroundings, reload(surroundings, rotation))
    # Whoever stops the waiting for the console has broken nothing: the rotation waits as before.
    waits = isinstance(problem, Cancelled) and stands.state is State.WAITING
    return replace(stands, ending=Ending.WAITING if waits else Ending.STOPPED, problem=problem)
