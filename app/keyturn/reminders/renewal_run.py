"""What is done when the system starts Keyturn because a key is due: the next thing of each renewal, and no question.

It is the same rotation as a person's, by the route same-user, with the same gates, proofs and days of watching. What
stands in the way is remembered for people, nothing is made meanwhile, and the next run tries again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from keyturn.model.errors import AppError, AwsError, AwsFault, StateError
from keyturn.model.keys import AccessKeyId
from keyturn.model.text import _
from keyturn.reminders.renewal_standing import (
    RenewalStanding,
    keeper_standing,
    readable_keeper_standing,
    stand,
)
from keyturn.reminders.renewal_turn import Did, TroubleFound, Turn, next_thing, signed_by
from keyturn.rotation.all_rotations import all_rotations
from keyturn.rotation.cancelling import Cancelled
from keyturn.rotation.carrying_out.standing import GateClosed
from keyturn.rotation.context import Context
from keyturn.rotation.key_life.keeper_keys import KeeperLeft, remember_keeper
from keyturn.rotation.key_life.keeper_renewal import expect_renewer, renew_keeper
from keyturn.rotation.key_life.keepers import whole_keeper
from keyturn.rotation.steps import Ending
from keyturn.state import renewals
from keyturn.state.renewals import Renewal, Trouble

_NETWORK_COMES_WITHIN = timedelta(minutes=5)
_LOOK_EVERY = 30.0  # seconds


@dataclass(frozen=True, slots=True)
class Ran:
    """What a run did for one renewal, and how that stands now."""

    did: Did
    ending: Ending
    standing: RenewalStanding


def run(context: Context, *, now_wanted: AccessKeyId | None = None) -> tuple[Ran, ...]:
    """Do the next thing of each renewal of this home.

    Args:
        now_wanted: a person wants a new key now, in place of this one: only that one is looked at.

    Raises:
        StateError: where Keyturn's memory cannot be read.
        StoreError: where it cannot be written.
        Cancelled: where a person stopped it; what was done is kept.
    """
    folder, home = context.folder, context.computer.home
    ran: list[Ran] = []
    for renewal in renewals.load(folder, home):
        standing = _standing(context, renewal)
        if now_wanted is not None and standing.renewal.key != now_wanted:
            continue
        done, ending, trouble = _one(context, standing, at_once=now_wanted is not None)
        kept = replace(standing.renewal, trouble=trouble)
        all_of_them = renewals.load(folder, home)
        after = [_standing(context, kept).renewal if one == renewal else one for one in all_of_them]
        renewals.save(folder, home, after)
        ran.append(Ran(done, ending, _standing(context, kept)))
    own = readable_keeper_standing(folder, context.clock.now())
    if own is not None and now_wanted in (None, own.renewal.key):
        ran.append(_keepers_turn(context, own, at_once=now_wanted is not None))
    return tuple(ran)


def _keepers_turn(context: Context, standing: RenewalStanding, *, at_once: bool) -> Ran:
    """Renew the keeper's own key if that is due, or go on where it was interrupted."""
    began = context.clock.now()
    did, ending, trouble = Did.NOTHING, Ending.DONE, None
    begun = whole_keeper(context).old_key is not None
    while at_once or begun or standing.due <= began:
        trouble = None
        try:
            by = expect_renewer(context, signed_by(context, standing.renewal.signer).signer)
            renew_keeper(context, by)
            did = Did.MADE
            break
        except Cancelled:
            raise
        except AppError as error:
            title = _("The keeper's key was not renewed")
            ending = Ending.STOPPED if isinstance(error, KeeperLeft) else Ending.WAITING
            did, trouble = Did.TROUBLE, Trouble(began, error.code, title, str(error), ending is Ending.WAITING)
            if at_once or not _may_come(error) or context.clock.now() - began >= _NETWORK_COMES_WITHIN:
                break
        context.cancel.check()
        context.clock.sleep(_LOOK_EVERY)
    if did is Did.MADE:
        ending = Ending.DONE
    keeper = whole_keeper(context)
    if keeper.schedule is not None and keeper.schedule.trouble != trouble and did is not Did.NOTHING:
        remember_keeper(context, replace(keeper, schedule=replace(keeper.schedule, trouble=trouble)))
    return Ran(did, ending, keeper_standing(context.folder, context.clock.now()) or standing)


def _standing(context: Context, renewal: Renewal) -> RenewalStanding:
    return stand(renewal, all_rotations(context.journal), context.clock.now())


def _one(context: Context, standing: RenewalStanding, *, at_once: bool) -> tuple[Did, Ending, Trouble | None]:
    began = context.clock.now()
    while True:
        try:
            # What stood in the way is tried again each time, so it is over where that goes well.
            return next_thing(Turn(context, standing, began, at_once)), Ending.DONE, None
        except (Cancelled, StateError):
            raise
        except TroubleFound as found:
            trouble = found
        except AppError as error:
            title = _("The renewal of {key} could not go on").format(key=standing.renewal.key.masked)
            trouble = TroubleFound(title, error, Ending.WAITING)
        too_late = context.clock.now() - began >= _NETWORK_COMES_WITHIN
        untouched = _standing(context, standing.renewal) == standing
        if at_once or too_late or not untouched or not _may_come(trouble.problem):
            break
        context.cancel.check()
        context.clock.sleep(_LOOK_EVERY)
    problem, waits = trouble.problem, trouble.ending is Ending.WAITING
    message = problem.message if isinstance(problem, GateClosed) else str(problem)
    return Did.TROUBLE, trouble.ending, Trouble(began, problem.code, trouble.title, message, waits)


def _may_come(problem: AppError) -> bool:
    """Return whether the network may only not be there yet: a missed run begins as soon as the computer wakes."""
    return isinstance(problem, AwsError) and problem.fault in {AwsFault.NO_NETWORK, AwsFault.NO_ANSWER}
