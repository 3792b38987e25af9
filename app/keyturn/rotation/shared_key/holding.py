"""The second computer: it sees that its old key is being replaced elsewhere, and asks that computer to wait for it.

That is told by the IAM users that Keyturn makes, each with the key that it replaces in its tags. Asking is a tag on
them, signed with the old key, which the other computer reads before it turns that key off; no right changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from keyturn.aws import identity, scoped_user
from keyturn.aws.scoped_user import COMPUTER_ID_TAG, COMPUTER_TAG, ROTATION_NAME_TAG, WAITS_TAG, IamUser
from keyturn.model.errors import AppError, AwsError, AwsFault, StateError, UsageError
from keyturn.model.keys import AccessKeyId, KeyPair, keys_meant
from keyturn.model.text import _
from keyturn.rotation.all_rotations import all_rotations
from keyturn.rotation.carrying_out.standing import GateClosed
from keyturn.rotation.claims import ClaimState
from keyturn.rotation.key_life.key_versions import names_of_keys
from keyturn.rotation.pairs import SecretGone
from keyturn.rotation.shared_key import claiming
from keyturn.rotation.shared_key.claim_tags import (
    claims_of_others,
    done_since,
    done_value,
    item_for,
    replacing,
    waiting_value,
)
from keyturn.rotation.shared_key.replaced_elsewhere import ReplacedElsewhere
from keyturn.state import this_computer

if TYPE_CHECKING:
    from keyturn.model.places import Place
    from keyturn.rotation.context import Context
    from keyturn.rotation.finding.survey import FoundKey


@dataclass(frozen=True, slots=True)
class HeldBack:
    """A key that other computers replace, and what this one says to them.

    Attributes:
        elsewhere: their rotations.
        users: the IAM users of those, in whose tags this computer speaks.
    """

    key: AccessKeyId
    elsewhere: tuple[ReplacedElsewhere, ...]
    users: tuple[IamUser, ...]


def with_rotations_elsewhere(context: Context, found: Sequence[FoundKey]) -> list[FoundKey]:
    """Add to each key which other computers replace it; each account is asked once, by a key that may list its own.

    A key that may not even list its own keys is not tried: what it may not ask is no news for anybody. What is not
    known stays None.
    """
    users: dict[str, tuple[IamUser, ...] | None] = {}
    told: list[FoundKey] = []
    for one in found:
        owner = one.key.owner
        if one.pair is None or one.siblings is None or owner is None or owner.is_ours:
            told.append(one)
            continue
        if owner.account not in users:
            users[owner.account] = _users(context, one.pair)
        there = users[owner.account]
        elsewhere = None if there is None else _elsewhere(context, there, one.pair)
        told.append(replace(one, replaced_elsewhere=elsewhere))
    return told


def held_back(context: Context, pair: KeyPair) -> HeldBack:
    """Look which other computers replace this key.

    Raises:
        AppError: where AWS could not be asked, or this key may not ask.
    """
    try:
        users = replacing(scoped_user.users_under_our_path(context.aws, pair), pair.access_key_id)
    except AwsError as error:
        if error.fault is not AwsFault.DENIED:
            raise
        raise AppError(
            _("{key} may not see whether another computer replaces it").format(key=pair.access_key_id.masked),
            _(
                "It may not list the IAM users of its account, so it cannot ask anybody to wait either. Say on the "
                "other computer that this one needs the key; it waits for what it is told with --also."
            ),
            code="hold.denied",
        ) from None
    own = claiming.mine(context)
    theirs = tuple(user for user in users if not own.has_made(user))
    return HeldBack(pair.access_key_id, _elsewhere(context, users, pair) or (), theirs)


def hold(context: Context, pair: KeyPair, wanted: HeldBack) -> HeldBack:
    """Ask the other computers to leave the old key on until this one says that it is done.

    The pair is kept until then, since this computer signs with it that it is done, and no program may hold it by then.

    Returns:
        How it stands then, as AWS tells it: the tags were read again, and AWS accepts the key still.

    Raises:
        UsageError: where no other computer replaces the key.
        AppError: where AWS could not be asked, or the key was turned off meanwhile, or the pair could not be kept.
    """
    known = this_computer.drawn(context.folder)
    if wanted.users:
        context.secrets.keep(pair)
        held = tuple(dict.fromkeys((*known.holds, pair.access_key_id)))
        this_computer.save(context.folder, replace(known, holds=held))
    values = {user.name: waiting_value(context.computer.name) for user in wanted.users}
    _write(context, pair, values, known.drawn_id)
    identity.whose(context.aws, pair)
    return held_back(context, pair)


def release(context: Context, pair: KeyPair, destinations: Sequence[Place], wanted: HeldBack) -> HeldBack:
    """Say that this computer needs the old key no more.

    Args:
        destinations: what programs here read that holds it still.

    Raises:
        GateClosed: where there is such a place.
        UsageError: where no other computer was asked to wait.
        AppError: where AWS could not be asked.
    """
    key = pair.access_key_id
    if destinations:
        places = ", ".join(f"{one.client} {one.name} ({one.path})" for one in destinations)
        reason = _("{key} stands still in {places}, which would stop with it. `keyturn rotate {last4}` replaces it.")
        raise GateClosed([reason.format(places=places, key=key.masked, last4=key.last4)], "hold.in-use")
    known, now = this_computer.drawn(context.folder), context.aws.time() or context.clock.now()
    own_id = known.drawn_id
    values = {
        user.name: done_value(user, own_id, context.computer.name, pair, done_since(user, own_id, pair) or now, now)
        for user in wanted.users
        if WAITS_TAG + own_id in user.tags or key in known.holds
    }
    _write(context, pair, values, own_id)
    this_computer.save(context.folder, replace(known, holds=tuple(one for one in known.holds if one != key)))
    names = names_of_keys(context.folder, context.journal)
    if key not in names and all(one.decision.key != key for one in all_rotations(context.journal)):
        context.secrets.forget(key)
    return held_back(context, pair)


def held_pair(context: Context, text: str) -> KeyPair | None:
    """The pair of a key for which others were asked to wait, also where no place holds it any more; else None.

    Raises:
        AppError: where it is not kept any more, or what this computer asked cannot be read.
    """
    known = this_computer.load(context.folder)
    meant = keys_meant(text, () if known is None else known.holds)
    if len(meant) != 1:
        return None
    pair = context.secrets.get(meant[0])
    if pair is None:
        raise SecretGone(meant[0])
    return pair


def this_computers_id(context: Context) -> str:
    """By which other computers know this one."""
    return this_computer.drawn(context.folder).drawn_id


def _users(context: Context, signer: KeyPair) -> tuple[IamUser, ...] | None:
    try:
        return scoped_user.users_under_our_path(context.aws, signer)
    except AwsError:
        return None


def _elsewhere(context: Context, users: Iterable[IamUser], pair: KeyPair) -> tuple[ReplacedElsewhere, ...] | None:
    """The rotations of this key on other computers; None where this computer's own ID cannot be read."""
    try:
        own = claiming.mine(context)
    except StateError:
        return None
    found = []
    for user in replacing(users, pair.access_key_id):
        if own.has_made(user):
            continue
        makers = item_for(user.tags.get(COMPUTER_ID_TAG) or f"user {user.user_id}")
        claims = {one.item: one for one in claims_of_others((user,), own, pair)}
        ours = None if own.computer_id is None else user.tags.get(WAITS_TAG + own.computer_id)
        found.append(
            ReplacedElsewhere(
                computer=user.tags.get(COMPUTER_TAG, "?"),
                rotation=user.tags.get(ROTATION_NAME_TAG, ""),
                user=user.name,
                made=user.created,
                in_place=makers in claims and claims[makers].state is ClaimState.DONE,
                waits_for_us=ours is not None and done_since(user, own.computer_id or "", pair) is None,
            )
        )
    return tuple(found)


def pair_at_work(found: FoundKey) -> KeyPair:
    """The pair of a key that AWS accepts.

    Raises:
        AppError: where it accepts none, or could not be asked.
    """
    if found.pair is not None:
        return found.pair
    if found.failure is not None:
        raise found.failure
    raise AppError(
        _("AWS could not be asked with {key}").format(key=found.key.access_key_id.masked),
        _("No place on this computer has a secret of it that AWS accepts."),
        code="key.no-pair",
    )


def _write(context: Context, pair: KeyPair, values: Mapping[str, str], own_id: str) -> None:
    if not values:
        title = _("No other computer that replaces {key} is there to be told, as far as AWS tells")
        raise UsageError(
            title.format(key=pair.access_key_id.masked),
            _("Nothing was changed. `keyturn scan` names the computers that replace a key."),
            code="hold.nobody",
        )
    for name, value in values.items():
        scoped_user.tag_user(context.aws, pair, name, {WAITS_TAG + own_id: value})
