"""The command *rotate*, and the way that `continue` goes on: create, prove, switch and prove again, up to *watch*."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

from keyturn.edits.files import read_file, writability
from keyturn.model.errors import AppError, FileError, StateError, UsageError
from keyturn.model.keys import KeyPair
from keyturn.model.text import _
from keyturn.rotation import labels
from keyturn.rotation.all_rotations import all_rotations, expect_none_unread
from keyturn.rotation.carrying_out import awaiting, creating, kept_pairs, program_runs, proving, switching
from keyturn.rotation.carrying_out.standing import GateClosed, opened, standing, stopped, waiting
from keyturn.rotation.carrying_out.way_back import undo
from keyturn.rotation.carrying_out.when_stuck import begun_by_another
from keyturn.rotation.context import Context, Moment
from keyturn.rotation.decision import Decision
from keyturn.rotation.decision_format import FORMAT
from keyturn.rotation.events.key_events import Begun
from keyturn.rotation.events.rotation_events import Extent, SearchMade
from keyturn.rotation.finding import key_users
from keyturn.rotation.pairs import new_pair, old_pair, pair_of
from keyturn.rotation.planning.into_keychain import hand_out_first
from keyturn.rotation.planning.plan import Gate, Plan
from keyturn.rotation.record import Rotation
from keyturn.rotation.shared_key import claiming
from keyturn.rotation.signers.signer import Hand
from keyturn.rotation.steps import Awaited, BegunBy, Ending, Result, State, Step
from keyturn.rotation.taking_steps import note, taking


def rotate(context: Context, plan: Plan, begun_by: BegunBy = BegunBy.PERSON) -> Result:
    """Carry the plan out up to *watch*. Where a step fails, everything is put back."""
    if plan.closed or plan.decision is None:
        return _not_begun(plan)
    expect_none_unread(context.journal, plan.key)
    unfinished = [one for one in all_rotations(context.journal) if not one.is_over]
    same = next((one for one in unfinished if one.decision.key == plan.key), None)
    if same is not None:
        problem = UsageError(
            _("A rotation of this key is under way"),
            _(
                "It is {name}, at the step {step}. `keyturn continue` carries it on, `keyturn undo` puts it back."
            ).format(name=same.name, step=same.step.value),
            code="rotation.under-way",
        )
        return replace(standing(context, same), ending=Ending.STOPPED, problem=problem)
    try:
        _expect_editable(plan)
        for pair in (plan.old, plan.given):
            if pair is not None:
                kept_pairs.keep(context, plan.decision, pair)
        if plan.old is not None and plan.decision.handing is not None:
            hand_out_first(context, plan.decision.key, plan.decision.handing, plan.old)
    except StateError:
        raise  # somebody has to look at it before anything begins
    except AppError as error:
        return Result(Ending.PUT_BACK, None, State.STOPPED, Step.CHECK, None, problem=error)
    rotation = _begin(context, plan, plan.decision, begun_by)
    return go_on(context, rotation, plan.old)


def go_on(context: Context, rotation: Rotation, old: KeyPair | None) -> Result:
    """Create, prove, switch and prove again, as far as it is not done; put everything back where a step fails."""
    another = begun_by_another(rotation, context.signer)
    if another is not None:
        return replace(waiting(context, rotation), awaiting=(another,))
    if rotation.decision.route.makes_a_key:
        try:
            rotation = _take_way_out(context, rotation, old or old_pair(context, rotation))
        except AppError as error:
            if error.waits:
                return stopped(context, rotation, error)
            return _put_back(context, rotation, error)
    old = old or pair_of(context, rotation, rotation.decision.key)
    rotation = claiming.look_and_tell(context, rotation, old, is_done=not awaiting.awaited_here(context, rotation))
    program_runs.hold_runs(context, rotation)
    context.tell(Step.WATCH, Moment.WAITING)
    return waiting(context, rotation)


def _take_way_out(context: Context, rotation: Rotation, old: KeyPair | None) -> Rotation:
    if not rotation.is_done(Step.CREATE):
        context.cancel.check()
        rotation = creating.create(context, rotation, old)
    new = new_pair(context, rotation)
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
        context.cancel.check()
        rotation = proving.prove_new_key(context, rotation, new)
    if not rotation.is_done(Step.SWITCH):
        context.cancel.check()
        rotation = switching.switch(context, rotation, new, old)
    if not rotation.is_done(Step.PROVE_AGAIN):
        rotation = proving.prove_again(context, rotation, Step.PROVE_AGAIN, new.access_key_id)
    return rotation


def _put_back(context: Context, rotation: Rotation, error: AppError) -> Result:
    undone = undo(context, rotation.name)
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
            raise _changed(edit.path)
        problem = writability(edit.path)
        if problem is not None:
            raise problem
    for one in plan.moving:
        path = one.change.path
        if Path(os.path.realpath(one.place.path)) != path or read_file(path).digest != one.change.digest:
            raise _changed(path)
        problem = writability(path)
        if problem is not None:
            raise problem


def _changed(path: Path) -> FileError:
    return FileError(
        _("{name} was changed since the plan").format(name=path.name),
        _("{path} is no longer as it was shown, so the rotation has not begun. Run the command again.").format(
            path=path
        ),
        code="file.changed",
    )


def _begin(context: Context, plan: Plan, decision: Decision, begun_by: BegunBy) -> Rotation:
    now, old, searched = context.clock.now(), plan.old, plan.searched
    taken = {one.name for one in context.journal.rotations()}
    plain = f"{now:%Y%m%d}-{decision.key.last4}"
    names = [plain, *(f"{plain}-{number}" for number in range(2, len(taken) + 3))]
    name = next(name for name in names if name not in taken)
    decision = replace(decision, rotation=name, rotation_id=uuid4().hex)
    context.journal.begin(decision.rotation, now, FORMAT.dump(decision))
    rotation = opened(context, decision.rotation)
    if begun_by is not BegunBy.PERSON:
        rotation = note(context, rotation, Step.CHECK, Begun(begun_by))
    with taking(context, rotation, Step.CHECK) as outcome:
        extent = Extent()
        if searched is not None:
            extent = Extent(context.search_scope, searched.files, searched.finished)
        outcome.note(proving.run_own_checks(context, decision), SearchMade(extent, ()))
        # Now, since after the switch the old key signs nothing more.
        asks = context.signer.asks(decision, old, None) if old is None else Hand(old)
        if asks is not None:
            outcome.note(*key_users.before_switch(context, decision, asks.pair))
        outcome.detail = labels.destinations(len(decision.destinations))
    return outcome.rotation
