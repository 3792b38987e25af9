"""How a rotation stands after a command: what it waits for, or why it stopped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from keyturn.model.errors import AppError, AwsError, AwsFault, UsageError
from keyturn.model.text import _
from keyturn.rotation.all_rotations import find_rotation
from keyturn.rotation.asked import remember_new
from keyturn.rotation.cancelling import Cancelled
from keyturn.rotation.carrying_out import aftermath, awaiting
from keyturn.rotation.carrying_out.ended import what_was_known
from keyturn.rotation.carrying_out.said import said_and_not_seen
from keyturn.rotation.carrying_out.when_stuck import to_a_secret
from keyturn.rotation.context import Context
from keyturn.rotation.pairs import SecretGone
from keyturn.rotation.record import Rotation
from keyturn.rotation.steps import Ending, Result, Stands, State, Step
from keyturn.rotation.taking_steps import reload


class GateClosed(AppError):
    """A step may not run yet.

    Attributes:
        reasons: why, each in a sentence, or in the title of what is awaited, which has no full stop.
    """

    def __init__(self, reasons: Sequence[str], code: str = "gate") -> None:
        super().__init__(_("Not yet"), " ".join(f"{one.removesuffix('.')}." for one in reasons), code=code)
        self.reasons = tuple(reasons)


def standing(context: Context, rotation: Rotation) -> Result:
    """How the rotation stands, from the journal and this computer alone; AWS is not asked."""
    endings = {
        State.DONE: Ending.DONE,
        State.UNDONE: Ending.DONE,
        State.ENDED: Ending.DONE,
        State.WAITING: Ending.WAITING,
    }
    return Result(
        ending=endings.get(rotation.state, Ending.STOPPED),
        rotation=rotation.name,
        state=rotation.state,
        step=rotation.step,
        new_access_key_id=rotation.new_key,
        awaiting=awaiting.awaiting(context, rotation),
        said=said_and_not_seen(context, rotation),
        stands=_as_it_was_closed(rotation),
    )


def _as_it_was_closed(rotation: Rotation) -> Stands | None:
    """What was known when it was closed, which names what is left at AWS; None where it was not closed."""
    known = what_was_known(rotation)
    return Stands(" ".join(known), as_before=False) if known else None


def looked_at(context: Context, rotation: Rotation) -> Result:
    """The same as `standing`, with what each destination holds now."""
    return replace(standing(context, rotation), stands=aftermath.look(context, rotation))


def opened(context: Context, name: str | None) -> Rotation:
    """The rotation of that name, or the only one under way; AWS is spoken to with what its journal knows.

    Raises:
        UsageError: where there is none, or more than one, or the signer is of another account.
    """
    rotation = find_rotation(context.journal, name)
    context.signer.expect_fits(rotation.decision.key, rotation.decision.owner)
    remember_new(context, rotation)
    return rotation


def expect_a_signer(context: Context, rotation: Rotation) -> None:
    """Raise `UsageError` where the old key is not on this computer, and nobody is named who signs."""
    if rotation.decision.elsewhere and context.signer.identity is None:
        raise UsageError(
            _("Say who signs"),
            _("{key} is not on this computer, so somebody else of its account does everything: add --as {who}.").format(
                key=rotation.decision.key.masked, who=rotation.begun_as or "profile:NAME"
            ),
            code="signer.needed",
        )


def expect_step(rotation: Rotation, *steps: Step) -> None:
    """Raise `UsageError` where the rotation is at none of these steps."""
    if rotation.step not in steps:
        raise UsageError(
            _("The rotation is not that far"),
            _("It is at the step {step}. `keyturn continue` carries it on.").format(step=rotation.step.value),
            code="usage.step",
        )


def waiting(context: Context, rotation: Rotation, problem: AppError | None = None) -> Result:
    """It waits; the journal is read anew."""
    stands = standing(context, reload(context, rotation))
    return replace(stands, ending=Ending.WAITING, problem=problem)


def ended_well(context: Context, rotation: Rotation) -> Result:
    """What was asked for is done; the journal is read anew."""
    return replace(standing(context, reload(context, rotation)), ending=Ending.DONE)


def _with_way_to_secret(rotation: Rotation, problem: AppError) -> AppError:
    """A secret that does not fit may be the copy that Keyturn keeps, so it is said how that is replaced."""
    if not isinstance(problem, AwsError) or problem.fault is not AwsFault.WRONG_SECRET:
        return problem
    command = "undo" if rotation.is_undoing else "continue"
    again = _(
        "If the secret that Keyturn keeps is the wrong one, run the same command with --pair, as in `keyturn {command} "
        "{name} --pair`: Keyturn asks for the right one and keeps that instead."
    ).format(command=command, name=rotation.name)
    return AwsError(problem.title, f"{problem.message} {again}", fault=problem.fault, aws_code=problem.aws_code)


def stopped(context: Context, rotation: Rotation, problem: AppError) -> Result:
    """It stopped for this reason; the journal is read anew."""
    stands = looked_at(context, reload(context, rotation))
    if isinstance(problem, SecretGone):
        # All there is to say stands among what is awaited.
        return replace(stands, ending=Ending.WAITING, awaiting=(to_a_secret(rotation, problem.key),))
    problem = _with_way_to_secret(rotation, problem)
    # A person who stops the waiting for the console has broken nothing: the rotation waits as before.
    waits = problem.waits or (isinstance(problem, Cancelled) and stands.state is State.WAITING)
    return replace(stands, ending=Ending.WAITING if waits else Ending.STOPPED, problem=problem)
