"""Turning off, on and deleting a key of the account that is not on this computer, signed by somebody else of it.

It is a rotation on the route `retire` like any other, with the same journal, steps, gates and ways back. What is
different stands in its `Decision.elsewhere`: its secret is not here, so its signer does everything; and there was no
switch here after which it was watched, so the time before counts as watched, which AWS recorded. Such a key gets a
successor in `handing_over`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from keyturn.aws import access_keys, scoped_user
from keyturn.aws.account_keys import AccountKeys
from keyturn.clients.registry import find_everything
from keyturn.model.errors import AwsError, AwsFault, UsageError
from keyturn.model.keys import AccessKey, AccessKeyId, KeyPair, KeyStatus, Principal, as_typed, is_key_id, keys_meant
from keyturn.model.text import _
from keyturn.rotation import rotation_service
from keyturn.rotation.all_rotations import all_rotations, expect_none_unread
from keyturn.rotation.carrying_out.standing import GateClosed
from keyturn.rotation.context import Context
from keyturn.rotation.decision import ByHand, Decision
from keyturn.rotation.planning import by_hand
from keyturn.rotation.planning.plan import Gate, Plan, calls_of, powers
from keyturn.rotation.record import Rotation
from keyturn.rotation.steps import Ending, Result, Route, State, Step

# Is told how many users were looked at.
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which key a person named, and for how long it is to be unused, and off.

    Attributes:
        text: its ID; or the end of it, for which every user is looked at.
        confirm: its last four characters, typed once more.
        watch_days: it is turned off only if nothing used it for so long.
    """

    text: str
    confirm: str | None
    watch_days: float
    off_days: float


@dataclass(frozen=True, slots=True)
class KeyElsewhere:
    """The key that is meant.

    Attributes:
        key: what AWS tells of it.
        siblings: the other keys of its user.
    """

    key: AccessKey
    siblings: tuple[AccessKey, ...]


def find(context: Context, wanted: Wanted, progress: Progress) -> KeyElsewhere | Rotation:
    """The key that a person confirmed; or the rotation of it that is under way, about which AWS need not be asked.

    Raises:
        UsageError: as `look_up`, or where it was not confirmed.
        AwsError: where AWS could not be asked.
    """
    found = look_up(context, wanted.text, progress)
    expect_confirmed(found, wanted)
    return found


def look_up(context: Context, text: str, progress: Progress) -> KeyElsewhere | Rotation:
    """The key that `text` means; or the rotation of it that is under way, about which AWS need not be asked.

    Raises:
        UsageError: where nobody is named who signs, or no such key is there, or it is on this computer, or root's.
        AwsError: where AWS could not be asked.
    """
    identity = context.signer.identity
    if identity is None:
        raise UsageError(
            _("--key needs --as"),
            _(
                "A key that is not on this computer is replaced, turned off, on and deleted by somebody else of its "
                "account, such as --as profile:NAME or --as keeper. Nothing was changed."
            ),
            code="usage.key",
        )
    under_way = [one for one in all_rotations(context.journal) if not one.is_over]
    known = keys_meant(text, (one.decision.key for one in under_way))
    if len(known) == 1:
        rotation = next(one for one in under_way if one.decision.key == known[0])
        if not rotation.decision.elsewhere:
            raise UsageError(
                _("{key} is being replaced on this computer").format(key=known[0].masked),
                _("Rotation {name} is about it, so name that instead of --key. Nothing was changed.").format(
                    name=rotation.name
                ),
                code="usage.key",
            )
        return rotation
    _expect_not_here(context, text)
    found = _at_aws(context, *identity, text, progress)
    key = found.key.access_key_id
    context.signer.expect_fits(key, found.key.owner)
    if context.secrets.get(key) is not None and not _was_handed_over(context, key):
        raise _is_here(key)
    expect_none_unread(context.journal, key)
    return found


def turn_off(context: Context, found: KeyElsewhere | Rotation, wanted: Wanted) -> Result:
    """Turn the key off if every gate is open; else it waits, and is watched."""
    rotation = _begun(context, found, wanted)
    return rotation if isinstance(rotation, Result) else rotation_service.turn_off(context, rotation.name)


def turn_on(context: Context, found: KeyElsewhere | Rotation, wanted: Wanted) -> Result:
    """Turn the key on again, also one that somebody else turned off, which is watched from then on.

    Raises:
        UsageError: where it is on.
    """
    if isinstance(found, KeyElsewhere) and found.key.status is KeyStatus.ACTIVE:
        raise UsageError(
            _("{key} is on").format(key=found.key.access_key_id.masked), _("Nothing was changed."), code="usage.key"
        )
    rotation = _begun(context, found, wanted)
    return rotation if isinstance(rotation, Result) else rotation_service.turn_on(context, rotation.name)


def delete(context: Context, found: KeyElsewhere | Rotation, wanted: Wanted) -> Result:
    """Delete the key once it was off for its days; those of one that somebody else turned off begin now."""
    if isinstance(found, KeyElsewhere):
        if found.key.status is KeyStatus.ACTIVE:
            reason = _("{key} is on. It is turned off first, for some days: `keyturn turn-off --key`.")
            closed = GateClosed([reason.format(key=found.key.access_key_id.masked)])
            return Result(Ending.WAITING, None, State.WAITING, Step.DELETE, None, problem=closed)
        begun = _begun(context, found, wanted)
        if isinstance(begun, Result):
            return begun
        found = begun
    if found.off_at is None:
        seen = rotation_service.carry_on(context, found.name)
        if seen.step is not Step.DELETE:
            return seen
    return rotation_service.delete(context, found.name, wanted.confirm)


def _begun(context: Context, found: KeyElsewhere | Rotation, wanted: Wanted) -> Rotation | Result:
    """The rotation, begun if it was not; or why it was not."""
    if isinstance(found, Rotation):
        return found
    result = rotation_service.rotate(context, plan_for(context, decision_for(found, wanted, Route.RETIRE)))
    if result.rotation is None:
        return result
    return next(one for one in all_rotations(context.journal) if one.name == result.rotation)


def decision_for(
    found: KeyElsewhere,
    wanted: Wanted,
    route: Route,
    *,
    programs: tuple[ByHand, ...] = (),
    regions: Mapping[str, str | None] | None = None,
) -> Decision:
    """What is decided of a key of which nothing stands here.

    Args:
        programs: those that a person gives the new key.
        regions: of the buckets in which the new key is proved.
    """
    return Decision(
        rotation="",
        key=found.key.access_key_id,
        owner=found.key.owner,
        route=route,
        destinations=(),
        by_hand=programs,
        computers=(),
        mentions=(),
        known_keys=(found.key.access_key_id, *(one.access_key_id for one in found.siblings)),
        regions=regions or {},
        user_name=None,
        policy=None,
        watch_days=wanted.watch_days,
        off_days=wanted.off_days,
        elsewhere=True,
    )


def plan_for(context: Context, decision: Decision, *, gates: Sequence[Gate] = (), notes: Sequence[str] = ()) -> Plan:
    """The plan of it: no file is edited."""
    can, cannot = powers(decision)
    return Plan(
        key=decision.key,
        route=decision.route,
        decision=decision,
        old=None,
        calls=calls_of(decision, context.signer),
        edits=(),
        by_hand=by_hand.foreseen(context, decision),
        gates=tuple(gates),
        can=can,
        cannot=cannot,
        notes=tuple(notes),
        signer=context.signer.name,
    )


def _was_handed_over(context: Context, key: AccessKeyId) -> bool:
    """True where Keyturn made the key for somebody elsewhere: its pair is kept, and nothing here uses it."""
    made = (one for one in all_rotations(context.journal) if one.decision.elsewhere)
    return any(one.new_key == key for one in made)


def _expect_not_here(context: Context, text: str) -> None:
    places = find_everything(context.computer, leave_out=(context.folder,)).places
    for key in keys_meant(text, (place.access_key_id for place in places)):
        raise _is_here(key)


def _is_here(key: AccessKeyId) -> UsageError:
    return UsageError(
        _("{key} is on this computer").format(key=key.masked),
        _(
            "--key is for keys that are not. `keyturn plan {last4}` shows how this one is replaced or retired, so that "
            "what uses it here goes on. Nothing was changed."
        ).format(last4=key.last4),
        code="usage.key",
    )


def expect_confirmed(found: KeyElsewhere | Rotation, wanted: Wanted) -> None:
    """Raise `UsageError` where the person did not repeat the end of just this key."""
    key = found.decision.key if isinstance(found, Rotation) else found.key.access_key_id
    if not key.is_confirmed_by(wanted.confirm):
        raise UsageError(
            _("It has to be confirmed which key is meant"),
            _("Add --confirm and the last four characters of {key}. Nothing was changed.").format(key=key.masked),
            code="usage.confirm",
        )


def _at_aws(context: Context, pair: KeyPair, who: Principal, text: str, progress: Progress) -> KeyElsewhere:
    """Look whose key it is.

    For a whole ID AWS names the user with the last use (facts/aws.md A3); for less, or where that
    is denied, every user of the account is looked at.
    """
    if is_key_id(text.strip()):
        found = _of_whole_id(context, pair, AccessKeyId(text.strip()))
        if found is not None:
            return found
    return _among_all(context, pair, who, text, progress)


def _of_whole_id(context: Context, pair: KeyPair, key: AccessKeyId) -> KeyElsewhere | None:
    """The key of a user of this account; None where AWS does not say whose it is."""
    aws = context.aws
    try:
        name = access_keys.user_of(aws, pair, key)
        user = None if name is None else scoped_user.find_user(aws, pair, name)
        listed = () if user is None else access_keys.list_keys(aws, pair, user.name)
    except AwsError as error:
        if error.fault not in {AwsFault.DENIED, AwsFault.NOT_FOUND}:
            raise
        return None
    if user is None:
        return None
    return _of_user(Principal.from_arn(user.arn), listed, key)


def _of_user(owner: Principal, listed: tuple[access_keys.ListedKey, ...], key: AccessKeyId) -> KeyElsewhere | None:
    one = next((one for one in listed if one.access_key_id == key), None)
    if one is None:
        return None
    others = tuple(
        AccessKey(other.access_key_id, owner, other.status, other.created)
        for other in listed
        if other.access_key_id != key
    )
    return KeyElsewhere(AccessKey(key, owner, one.status, one.created), others)


def _among_all(context: Context, pair: KeyPair, who: Principal, text: str, progress: Progress) -> KeyElsewhere:
    walk = AccountKeys(context.aws, pair, context.clock)
    found: list[KeyElsewhere] = []
    unseen = 0
    for number, user in enumerate(walk.users(), start=1):
        context.cancel.check()
        try:
            listed = walk.listed(user.principal)
        except AwsError as error:
            if error.fault not in {AwsFault.DENIED, AwsFault.NOT_FOUND}:
                raise
            unseen += error.fault is AwsFault.DENIED
            listed = ()
        for key in keys_meant(text, (one.access_key_id for one in listed)):
            one = _of_user(user.principal, listed, key)
            found += [] if one is None else [one]
        progress(number)
    if len(found) == 1 and not (unseen and not is_key_id(text.strip())):
        return found[0]
    raise _not_one(who, text, found, unseen)


def _not_one(who: Principal, text: str, found: list[KeyElsewhere], unseen: int) -> UsageError:
    whole = _("Give the whole ID, which `keyturn scan --account --json` has. Nothing was changed.")
    if len(found) > 1:
        users = ", ".join(one.key.owner.user_name or "" for one in found if one.key.owner is not None)
        title = _("More than one key ends with “{text}”").format(text=as_typed(text))
        return UsageError(title, _("They are of {users}. {whole}").format(users=users, whole=whole), code="usage.key")
    if found:
        return UsageError(
            _("Whether another key ends with “{text}”, too, is not known").format(text=as_typed(text)),
            _("{who} may not list the keys of every user. {whole}").format(who=who.arn, whole=whole),
            code="usage.key",
        )
    message = _("{who} sees no such key of an IAM user there. Root's keys are turned off by root alone. {nothing}")
    if unseen:
        message = _(
            "{who} sees no such key of an IAM user there, and may not list the keys of every user. Root's keys are "
            "turned off by root alone. {nothing}"
        )
    return UsageError(
        _("No such key in account {account}: {text}").format(account=who.account, text=as_typed(text)),
        message.format(who=who.arn, nothing=_("Nothing was changed.")),
        code="usage.key",
    )
