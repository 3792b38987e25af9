"""The next thing of one renewal: a step of the rotation that is under way, or a new key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import cached_property

from keyturn.model.errors import AppError, UsageError
from keyturn.model.keys import KeyStatus, PrincipalKind
from keyturn.model.text import _
from keyturn.reminders.renewal_standing import (
    RenewalStanding,
    begun_by_hand,
    was_turned_on_again,
)
from keyturn.rotation import labels, rotation_service
from keyturn.rotation.all_rotations import all_rotations
from keyturn.rotation.carrying_out import unattended
from keyturn.rotation.carrying_out.standing import GateClosed
from keyturn.rotation.context import Context
from keyturn.rotation.finding.survey import FoundKey, Survey, take_survey
from keyturn.rotation.finding.whole_search import searching
from keyturn.rotation.planning import by_hand
from keyturn.rotation.planning.plan import Options
from keyturn.rotation.planning.planning import make_plan
from keyturn.rotation.record import Rotation
from keyturn.rotation.signers.signer_choice import opened_signer
from keyturn.rotation.signers.who import THE_KEY, IdentityKind, Who
from keyturn.rotation.steps import BegunBy, Ending, OldKey, Result, Route, State, Step
from keyturn.state.renewals import Renewal


def signed_by(context: Context, who: str) -> Context:
    """Return the context in which this identity makes the changes, and nobody is asked for anything.

    Args:
        who: as `--as` takes it.

    Raises:
        UsageError: where a person would have to be asked, or nobody of that name is here.
        AppError: as `opened_signer`.
    """
    meant = Who.parsed(who)
    if meant == THE_KEY:
        return context
    if meant.kind is IdentityKind.SIGN_IN:
        raise UsageError(
            _("A sign-in needs a person, and nobody is there when a key renews itself"),
            _("Name another identity with --as: keeper, profile:NAME or key:ID."),
            code="signer.asks",
        )
    return replace(context, signer=opened_signer(context, meant, _nobody_to_ask))


def _nobody_to_ask(device: str) -> str:
    raise UsageError(
        _("The role wants a code of the MFA device {device}").format(device=device),
        _("Nobody can be asked for it when a key renews itself. Name another identity with --as."),
        code="signer.mfa",
    )


class Did(StrEnum):
    """What a run did for one renewal."""

    NOTHING = "nothing"  # nothing was due
    MADE = "made"  # the new key is in place and proved
    CARRIED_ON = "carried-on"  # what was interrupted before
    TURNED_OFF = "turned-off"
    DELETED = "deleted"
    TROUBLE = "trouble"


class TroubleFound(Exception):
    """Nothing more is done for this renewal now; it is told as it stands."""

    def __init__(self, title: str, problem: AppError, ending: Ending) -> None:
        super().__init__(title)
        self.title = title
        self.problem = problem
        self.ending = ending


@dataclass
class Turn:
    """One renewal's turn in a run.

    Attributes:
        at_once: a person wants it now.
    """

    unsigned: Context
    standing: RenewalStanding
    now: datetime
    at_once: bool

    @cached_property
    def context(self) -> Context:
        """With the one who makes the change, who is not asked for where nothing is to be done."""
        return signed_by(self.unsigned, self.renewal.signer)

    @property
    def renewal(self) -> Renewal:
        """What was set."""
        return self.standing.renewal

    @property
    def is_due(self) -> bool:
        """True where a new key is to be made now."""
        return self.at_once or self.standing.due <= self.now


def next_thing(turn: Turn) -> Did:
    """Do what is to be done now, and return what that was.

    Raises:
        TroubleFound: where nothing more can be done for this renewal now.
        AppError: where its rotation could not go on.
    """
    rotation = turn.standing.rotation
    if rotation is not None and not rotation.is_over:
        did = _followed(turn, rotation)
        if did is not None:
            return did
    return _made(turn) if turn.is_due else Did.NOTHING


def _followed(turn: Turn, rotation: Rotation) -> Did | None:
    """Take its next step; None where nothing of it is in the way of the next renewal, or nothing is due of it."""
    match rotation.step:
        case Step.WATCH | Step.TURN_OFF:
            return _off(turn, rotation)
        case Step.DELETE:
            return _after_off(turn, rotation)
        case _:
            result = rotation_service.carry_on(turn.context, rotation.name)
            if result.ending is Ending.PUT_BACK or result.problem is not None:
                raise _trouble(_not_renewed(turn.renewal), result)
            return Did.CARRIED_ON


def _off(turn: Turn, rotation: Rotation) -> Did:
    title = _("{key} stays on").format(key=rotation.decision.key.masked)
    if was_turned_on_again(rotation):
        reason = _(
            "Somebody turned it on again, so Keyturn does not turn it off by itself. Find out what needs it and give "
            "that the new key; then `keyturn turn-off {name}`."
        ).format(name=rotation.name)
        raise TroubleFound(title, GateClosed([reason], "renewal.on-again"), Ending.WAITING)
    until = rotation.watched_until
    if until is not None and turn.now < until:
        if turn.is_due:
            raise _under_way(turn.renewal, rotation)
        return Did.NOTHING
    result = rotation_service.turn_off(turn.context, rotation.name)
    if result.ending is not Ending.DONE:
        raise _trouble(title, result)
    return Did.TURNED_OFF


def _after_off(turn: Turn, rotation: Rotation) -> Did | None:
    context, key = turn.context, rotation.decision.key
    over = rotation.deletable_from is not None and rotation.deletable_from <= turn.now
    told_from = turn.standing.told_from
    if over and not turn.is_due and told_from is not None and turn.now < told_from:
        # A person deletes it; until people are told of that, nothing needs to be asked.
        return Did.NOTHING
    rotation, stands = unattended.look_whether_off(context, rotation.name)
    if stands in {OldKey.ON, OldKey.COMING}:
        return _off(turn, rotation)
    if not over:
        if turn.is_due:
            raise _under_way(turn.renewal, rotation)
        return Did.NOTHING
    if stands is OldKey.GONE:
        # A person deleted it in the console.
        result = rotation_service.tick(context, rotation.name, by_hand.DELETE, key.last4)
        if result.ending is not Ending.DONE:
            raise _trouble(_not_deleted(rotation), result)
        return None if turn.is_due else Did.NOTHING
    if turn.renewal.deletes:
        used = unattended.why_not_unused(context, rotation)
        if used:
            look = _("See what it is, then delete it yourself: `keyturn delete {name} --confirm {last4}`.")
            reasons = [used, look.format(name=rotation.name, last4=key.last4)]
            raise TroubleFound(_not_deleted(rotation), GateClosed(reasons, "renewal.used"), Ending.WAITING)
        result = rotation_service.delete(context, rotation.name, key.last4)
        if result.ending is not Ending.DONE:
            raise _trouble(_not_deleted(rotation), result)
        return Did.DELETED
    if turn.is_due:
        raise TroubleFound(
            _not_renewed(turn.renewal), GateClosed([kept_off(rotation)], "renewal.kept-off"), Ending.WAITING
        )
    return Did.NOTHING


def kept_off(rotation: Rotation) -> str:
    """Say what a person does before the next renewal where the old key is kept off."""
    key = rotation.decision.key
    return _(
        "AWS allows two access keys for each user, inactive ones included, and {key} is kept, turned off since {date}. "
        "If nothing misses it, delete it: `keyturn delete {name} --confirm {last4}`."
    ).format(key=key.masked, date=labels.day(rotation.off_at or rotation.updated), name=rotation.name, last4=key.last4)


def _made(turn: Turn) -> Did:
    context, renewal = turn.context, turn.renewal
    title = _not_renewed(renewal)
    by_hand = begun_by_hand(renewal, all_rotations(context.journal))
    if by_hand is not None:
        reason = _("It is being replaced by hand: {name}. That ends first; `keyturn status` says what it waits for.")
        raise TroubleFound(title, GateClosed([reason.format(name=by_hand.name)], "rotation.under-way"), Ending.WAITING)
    context.secrets.check()
    with searching(context, stop=lambda: context.cancel.asked) as search:
        survey = take_survey(context, search=search)
    context.cancel.check()
    found = _the_key(survey, renewal)
    running = unattended.running_backups(context, found)
    if running:
        raise TroubleFound(title, GateClosed(running, "program.running"), Ending.WAITING)
    options = Options(route=Route.SAME_USER, watch_days=renewal.watch_days, off_days=renewal.grace_days)
    result = rotation_service.rotate(context, make_plan(context, survey, found, options), BegunBy.RENEWAL)
    if result.rotation is None:
        # Nothing began, so nobody has to look at anything.
        result = replace(result, state=State.WAITING, problem=_answerable(result.problem, renewal))
    if result.rotation is None or result.problem is not None or result.step is not Step.WATCH:
        raise _trouble(title, result)
    return Did.MADE


def _answerable(problem: AppError | None, renewal: Renewal) -> AppError | None:
    """The same, and how it is answered where nobody looks on: what `plan` is told is kept."""
    if problem is None or problem.code != "bucket.unnamed":
        return problem
    way = _("Say it once: `keyturn plan {last4} --bucket NAME`. The next run goes by it.")
    return GateClosed([problem.message, way.format(last4=renewal.key.last4)], problem.code)


def _the_key(survey: Survey, renewal: Renewal) -> FoundKey:
    title = _not_renewed(renewal)
    found = next((one for one in survey.keys if one.key.access_key_id == renewal.key), None)
    if found is None:
        reason = _(
            "No program on this computer holds it any more. If it was replaced by hand, end this renewal with `keyturn "
            "renew --off {last4}`, and set one for the key that is used now."
        ).format(last4=renewal.key.last4)
        raise TroubleFound(title, GateClosed([reason], "renewal.key-gone"), Ending.STOPPED)
    if found.failure is not None:
        ending = Ending.STOPPED if found.key.status is KeyStatus.REJECTED else Ending.WAITING
        raise TroubleFound(title, found.failure, ending)
    why = why_never(found)
    if why:
        raise TroubleFound(title, GateClosed([why], "renewal.owner"), Ending.STOPPED)
    owner = found.key.owner
    if owner is not None and owner.account != renewal.account:
        reason = _("It belongs to the account {account}, and this renewal was set for {own}.")
        said = reason.format(account=owner.account, own=renewal.account)
        raise TroubleFound(title, GateClosed([said], "renewal.account"), Ending.STOPPED)
    return found


def why_never(found: FoundKey) -> str:
    """Say why this key can never renew itself; empty where nothing is known against it."""
    key, owner = found.key.access_key_id.masked, found.key.owner
    if found.key.access_key_id.is_temporary:
        return _("{key} is a temporary key: it expires by itself.").format(key=key)
    if found.at_store:
        return _("{key} is the key of an S3-compatible store, where a person makes the keys.").format(key=key)
    if found.is_of_root:
        return _(
            "{key} is a root key, and those are never renewed by a program. Give your backups an IAM user first: "
            "`keyturn rotate {last4} --route scoped-user`."
        ).format(key=key, last4=found.key.access_key_id.last4)
    if owner is not None and owner.kind is not PrincipalKind.USER:
        return _("{key} belongs to no IAM user, and only their keys can be renewed.").format(key=key)
    return ""


def _trouble(title: str, result: Result) -> TroubleFound:
    # A rotation that waits as before needs nobody to look at it: the next run tries again.
    ending = Ending.WAITING if result.ending is Ending.DONE or result.state is State.WAITING else result.ending
    problem = result.problem
    if problem is None:
        awaited: Sequence[str] = [one.title for one in result.awaiting]
        problem = GateClosed(awaited or [labels.step(result.step)])
    return TroubleFound(title, problem, ending)


def _under_way(renewal: Renewal, rotation: Rotation) -> TroubleFound:
    reason = _("The renewal before is under way still: {name}. It ends first, so that there are never three keys.")
    closed = GateClosed([reason.format(name=rotation.name)], "rotation.under-way")
    return TroubleFound(_not_renewed(renewal), closed, Ending.WAITING)


def _not_renewed(renewal: Renewal) -> str:
    return _("{key} was not renewed").format(key=renewal.key.masked)


def _not_deleted(rotation: Rotation) -> str:
    return _("{key} is not deleted").format(key=rotation.decision.key.masked)
