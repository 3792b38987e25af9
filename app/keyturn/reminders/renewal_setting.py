"""A person has a key renew itself, or ends that: what is asked before it is set, so that no run meets it unprepared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import time

from keyturn.model.errors import StoreError, UsageError
from keyturn.model.text import _
from keyturn.reminders.renewal_job import schedule
from keyturn.reminders.renewal_standing import RenewalStanding, keeper_standing, read_standings, stand
from keyturn.reminders.renewal_turn import signed_by, why_never
from keyturn.rotation.all_rotations import all_rotations
from keyturn.rotation.carrying_out.standing import GateClosed
from keyturn.rotation.context import Context
from keyturn.rotation.finding.survey import FoundKey
from keyturn.rotation.key_life.keeper_keys import remember_keeper
from keyturn.rotation.key_life.keeper_renewal import expect_renewer
from keyturn.rotation.key_life.keepers import whole_keeper
from keyturn.rotation.planning.key_gates import key_gates
from keyturn.rotation.planning.owner_gates import with_siblings
from keyturn.rotation.signers.who import IdentityKind
from keyturn.rotation.steps import Route
from keyturn.rotation.workplace import Workplace
from keyturn.state import renewals
from keyturn.state.keeper import KeeperSchedule
from keyturn.state.renewals import Renewal


@dataclass(frozen=True, slots=True)
class Wish:
    """What the person asked for, see `Renewal`."""

    every_days: int
    at: time
    watch_days: float
    grace_days: float
    deletes: bool
    signer: str


def checked(context: Context, found: FoundKey, wish: Wish) -> Renewal:
    """Return the renewal that was asked for, as it is to be kept. Nothing is changed yet.

    Raises:
        UsageError: where it never can.
        AppError: where AWS refuses the key, or could not be asked about it.
        GateClosed: where its owner may not be asked about its keys, so that no new one can be made.
        StoreError: where those that are known cannot be read.
    """
    why = why_never(found)
    if why:
        raise UsageError(
            _("This key cannot renew itself"), _("{why} Nothing was changed.").format(why=why), code="renewal.never"
        )
    if found.failure is not None:
        raise found.failure
    context.signer.expect_fits(found.key.access_key_id, found.key.owner)
    found = with_siblings(context, found, Route.SAME_USER)
    # That there are two keys now passes; that they may not be seen does not.
    closed = [gate for gate in key_gates(found, Route.SAME_USER, found.destinations) if gate.code != "key.limit"]
    owner = found.key.owner
    if closed or owner is None:
        raise GateClosed([gate.reason for gate in closed], closed[0].code if closed else "renewal.owner")
    folder, home = context.folder, context.computer.home
    before = renewals.load(folder, home)
    key, now = found.key.access_key_id, context.clock.now()
    same = _of_key(context, before, key.value)
    return Renewal(
        key=key,
        first_key=key if same is None else same.first_key,
        account=owner.account,
        since=now.astimezone().date() if same is None else _standing(context, same).renewal.since,
        every_days=wish.every_days,
        at=wish.at,
        watch_days=wish.watch_days,
        grace_days=wish.grace_days,
        deletes=wish.deletes,
        signer=wish.signer,
    )


def begin_renewal(workplace: Workplace, context: Context, renewal: Renewal) -> RenewalStanding:
    """Have the key renew itself from now on, in place of what was set for it before; the system starts Keyturn for it.

    Raises:
        StoreError: where the scheduler says no, and nothing was set then; or where it could not be remembered.
    """
    known = renewals.load(context.folder, context.computer.home)
    together = (*(one for one in known if one.first_key != renewal.first_key), renewal)
    own = keeper_standing(context.folder, context.clock.now())
    # First, so that nothing is promised that nobody starts.
    schedule(workplace, (*together, *(() if own is None else (own.renewal,))))
    renewals.save(context.folder, context.computer.home, together)
    return _standing(context, renewal)


def begin_keepers_renewal(
    workplace: Workplace, context: Context, every_days: int, at: time, signer: str
) -> RenewalStanding:
    """Have the keeper's own key renewed from now on; as `begin_renewal`.

    Args:
        signer: who makes the change, as `--as` takes it.

    Raises:
        UsageError: where there is no keeper, or nobody whom that lets do it.
    """
    keeper = whole_keeper(context)
    expect_renewer(context, signed_by(context, signer).signer)
    before = keeper.schedule
    first = before.first_key if before is not None else keeper.key
    if first is None:
        raise ValueError("a keeper that is whole has a key")
    chosen = KeeperSchedule(first, every_days, at, signer)
    others = [one.renewal for one in read_standings(workplace) if not one.of_keeper]
    remember_keeper(context, replace(keeper, schedule=chosen))
    standing = keeper_standing(context.folder, context.clock.now())
    if standing is None:
        raise ValueError("a keeper that is whole has a key")
    try:
        schedule(workplace, (*others, standing.renewal))
    except StoreError:
        remember_keeper(context, replace(keeper, schedule=before))
        raise
    return standing


def end_renewal(workplace: Workplace, context: Context, text: str) -> RenewalStanding:
    """Have a key not renew itself any more. What is under way stays as it is, and is a person's from then on.

    Args:
        text: the key's ID, or its last characters; also that of the key with which it began.

    Returns:
        How it stood.

    Raises:
        UsageError: where no renewal, or more than one, is meant.
        StoreError: where it could not be remembered, or the scheduler says no.
    """
    folder, home = context.folder, context.computer.home
    own = keeper_standing(folder, context.clock.now())
    if own is not None and text in {IdentityKind.KEEPER.value, own.renewal.key.value}:
        remember_keeper(context, replace(whole_keeper(context), schedule=None))
        schedule(workplace, [one.renewal for one in read_standings(workplace)])
        return own
    before = renewals.load(folder, home)
    meant = _expect(context, before, text)
    renewals.save(folder, home, [one for one in before if one != meant])
    stood = _standing(context, meant)
    schedule(workplace, [one.renewal for one in read_standings(workplace)])
    return stood


def the_renewal(context: Context, text: str) -> RenewalStanding:
    """How the renewal stands that `text` means, as `end_renewal` has it.

    Raises:
        UsageError: where no renewal, or more than one, is meant.
        StoreError: where they cannot be read.
    """
    known = renewals.load(context.folder, context.computer.home)
    return _standing(context, _expect(context, known, text))


def _expect(context: Context, known: Sequence[Renewal], text: str) -> Renewal:
    renewal = _of_key(context, known, text)
    if renewal is not None:
        return renewal
    keys = ", ".join(_standing(context, one).renewal.key.masked for one in known)
    raise UsageError(
        _("No such key renews itself: {text}").format(text=text if len(text) < 16 else "…"),
        _("Keys that renew themselves: {keys}. Nothing was changed. `keyturn renew --list` shows them.").format(
            keys=keys or _("none")
        ),
        code="usage.renewal",
    )


def _of_key(context: Context, known: Sequence[Renewal], text: str) -> Renewal | None:
    wanted = text.strip().rpartition("…")[2]
    if len(wanted) < 4:
        return None
    found = []
    for one in known:
        keys = {one.key, one.first_key, _standing(context, one).renewal.key}
        if any(key.value.endswith(wanted) for key in keys):
            found.append(one)
    if len(found) > 1:
        raise UsageError(
            _("More than one key that renews itself ends with “{text}”").format(text=wanted),
            _("Give more of it, or all of it. Nothing was changed."),
            code="usage.renewal",
        )
    return found[0] if found else None


def _standing(context: Context, renewal: Renewal) -> RenewalStanding:
    return stand(renewal, all_rotations(context.journal), context.clock.now())
