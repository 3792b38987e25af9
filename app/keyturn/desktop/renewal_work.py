"""A key that renews itself, as the window reads and sets it: the same as the command `renew` does."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from keyturn.aws.scoped_user import USER_PATH
from keyturn.desktop.runner import Desk
from keyturn.model.errors import StoreError
from keyturn.model.text import _
from keyturn.reminders.renewal_job import advice
from keyturn.reminders.renewal_run import run
from keyturn.reminders.renewal_setting import Wish, begin_renewal, checked, end_renewal, the_renewal
from keyturn.reminders.renewal_standing import RenewalStanding, read_standings, readable_standings
from keyturn.reminders.renewal_turn import Did, signed_by, why_never
from keyturn.rotation.finding.survey import take_survey
from keyturn.rotation.key_life.key_meant import key_meant
from keyturn.state import keeper

if TYPE_CHECKING:
    from keyturn.model.keys import AccessKeyId, Principal
    from keyturn.rotation.finding.survey import FoundKey
    from keyturn.rotation.signers.who import Who
    from keyturn.state.keeper import Keeper


_KEEPER = "keeper"  # as `--as` takes it


@dataclass(frozen=True, slots=True)
class Freshness:
    """How it stands with one key.

    Attributes:
        never: why it can never renew itself; empty where nothing is known against it.
        standing: of the renewal that is set for it; None where none is.
        has_keeper: this computer has a keeper that looks after the key's owner.
        keeper_there: it has one, whole or not, and whomever it looks after.
        watch_days, grace_days: what the settings propose.
        notes: what people have to know of how it is started.
    """

    never: str
    standing: RenewalStanding | None
    has_keeper: bool
    watch_days: float
    grace_days: float
    notes: tuple[str, ...] = ()
    keeper_there: bool = False


def read_freshness(desk: Desk, found: FoundKey) -> Freshness:
    """Read it from Keyturn's memory; AWS is not asked.

    Raises:
        StoreError: where that cannot be read.
    """
    workplace, key = desk.workplace, found.key.access_key_id
    mine = [one for one in readable_standings(workplace) if key in (one.renewal.key, one.renewal.first_key)]
    settings = workplace.settings
    return Freshness(
        why_never(found),
        mine[0] if mine else None,
        _has_keeper(desk, found),
        settings.watch_days,
        settings.off_days,
        advice(workplace) if mine else (),
        keeper_there=_keeper_here(desk) is not None,
    )


def set_renewal(desk: Desk, key: AccessKeyId, wish: Wish) -> Freshness:
    """Have the key renew itself from now on; the system starts Keyturn for it.

    Raises:
        UsageError: where it never can.
        GateClosed: where no new key could be made for its owner.
        AppError: where AWS, the scheduler or the disk says no; nothing was set then.
    """
    context = desk.context()
    found = key_meant(take_survey(context), key.value)
    renewal = checked(signed_by(context, wish.signer), found, wish)
    begin_renewal(desk.workplace, context, renewal)
    return read_freshness(desk, found)


def what_a_keeper_is(desk: Desk, found: FoundKey) -> tuple[str, ...]:
    """What it may and where it lives, in sentences, for who is asked to make it."""
    from keyturn.rotation.key_life import keepers

    sentences = keepers.explained(None, desk.context().secrets.whereabouts())
    if _is_of_keyturn(found):
        return sentences
    also = _("This key's owner was not made by Keyturn: the keeper is to look after {user}, too.")
    return (also.format(user=_owner(found).user_name), *sentences)


def make_keeper(desk: Desk, found: FoundKey, who: Who) -> Freshness:
    """Make this computer's keeper, as the command `keeper make` does, and let it look after the key's owner.

    Raises:
        UsageError: where there is one already, or `who` is of another account.
        AppError: why it was not made, or may not look after that user; the message says what is left.
    """
    from keyturn.rotation.key_life import keepers

    desk.workplace.who = who
    context = desk.context()
    maker = keepers.expect_maker(context.signer)
    owner = _owner(found)
    maker.expect_fits(found.key.access_key_id, owner)
    kept = keeper.load(desk.workplace.folder)
    if kept is None or not kept.is_usable or kept.unsent:
        keepers.make(context, maker)
    if not _is_of_keyturn(found):
        keepers.adopt(context, maker, [owner.user_name or ""])
    return read_freshness(desk, found)


def what_removing_means(desk: Desk) -> tuple[str, ...]:
    """What it means to remove the keeper, in sentences.

    Raises:
        StoreError: where it is not known which keys it renews.
    """
    kept = _keeper_here(desk)
    if kept is None:
        return (_("This computer has no keeper any more."),)
    renewed = [one.renewal.key.masked for one in readable_standings(desk.workplace) if one.renewal.signer == _KEEPER]
    stops = _("No key here is renewed by it.")
    if renewed:
        stops = _("It renews {keys}: that stops until somebody else is named. What is under way waits, too.")
    return (
        _("Its IAM user {name} and its key are deleted at AWS, and its secret is wiped here.").format(
            name=kept.user_name
        ),
        stops.format(keys=", ".join(dict.fromkeys(renewed))),
        _("Users and keys that it looked after stay as they are. A keeper can be made again at any time."),
    )


def remove_keeper(desk: Desk, found: FoundKey, who: Who) -> Freshness:
    """Remove this computer's keeper, as the command `keeper remove` does.

    Raises:
        UsageError: where there is none, or `who` is of another account.
        KeeperLeft: where some of it is left.
        AppError: why nothing was removed.
    """
    from keyturn.reminders.renewal_job import schedule
    from keyturn.rotation.key_life import keepers

    desk.workplace.who = who
    context = desk.context()
    maker = keepers.expect_maker(context.signer)
    known = keeper.load(desk.workplace.folder)
    keepers.remove(context, maker)
    if known is not None and known.schedule is not None:
        schedule(desk.workplace, [one.renewal for one in read_standings(desk.workplace)])
    return read_freshness(desk, found)


def _keeper_here(desk: Desk) -> Keeper | None:
    try:
        return keeper.load(desk.workplace.folder)
    except StoreError:
        return None  # which is told by itself


def _owner(found: FoundKey) -> Principal:
    owner = found.key.owner
    if owner is None or owner.user_name is None:
        raise ValueError("a key that renews itself is a user's")
    return owner


def _is_of_keyturn(found: FoundKey) -> bool:
    """True for a user in Keyturn's own path at IAM, which every keeper may look after."""
    return f":user{USER_PATH}" in _owner(found).arn


def end(desk: Desk, found: FoundKey) -> Freshness:
    """Have the key renew itself no more.

    Raises:
        UsageError: where no renewal is set for it.
        StoreError: where it could not be remembered, or the scheduler says no.
    """
    end_renewal(desk.workplace, desk.context(), found.key.access_key_id.value)
    return read_freshness(desk, found)


def renew_now(desk: Desk, found: FoundKey) -> tuple[Freshness, str, bool]:
    """Renew the key at once, as a person's `renew --now` does; return how it stands then, what was done, and whether
    it worked.

    Raises:
        UsageError: where no renewal is set for it.
        StoreError: where it could not be remembered.
        Cancelled: where the person stopped it; what was done is kept.
    """
    context, key = desk.context(), found.key.access_key_id
    wanted = the_renewal(context, key.value).renewal.key
    fresh = read_freshness(desk, found)
    ran = next(iter(run(context, now_wanted=wanted)), None)
    if ran is None:
        return fresh, _("Nothing was due."), True
    fresh = replace(fresh, standing=ran.standing, notes=advice(desk.workplace))
    trouble = ran.standing.renewal.trouble
    if trouble is not None:
        return fresh, str(trouble), False
    return fresh, _did(ran.did), True


def _did(did: Did) -> str:
    return {
        Did.NOTHING: _("Nothing was due."),
        Did.MADE: _("A new key is in place and proved. What happens to the old one stands below."),
        Did.CARRIED_ON: _("What was interrupted before was carried on."),
        Did.TURNED_OFF: _("The old key is off."),
        Did.DELETED: _("The old key is deleted."),
        Did.TROUBLE: _("It did not work out."),
    }[did]


def _has_keeper(desk: Desk, found: FoundKey) -> bool:
    owner, kept = found.key.owner, _keeper_here(desk)
    if kept is None or kept.key is None or owner is None or kept.account != owner.account:
        return False
    return owner.user_name is None or _is_of_keyturn(found) or owner.arn in kept.adopted
