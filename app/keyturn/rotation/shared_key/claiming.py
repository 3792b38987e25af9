"""Two computers with one old key: anyone who turns it off waits for the others by name, and each says when it is done.

What they say stands in tags (`claim_tags.py`); what was read of it is noted in the journal, so that `status` names whom
a rotation waits for without asking AWS, and so that a wait outlives its tag: a tag that is gone says nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from keyturn.aws import scoped_user
from keyturn.aws.scoped_user import WAITS_TAG, IamUser
from keyturn.model.errors import AwsError, AwsFault
from keyturn.model.keys import AccessKeyId, KeyPair
from keyturn.model.text import _
from keyturn.rotation import taking_steps
from keyturn.rotation.all_rotations import all_rotations
from keyturn.rotation.claims import ITEM, Claim, ClaimState
from keyturn.rotation.events.key_events import TakenBack
from keyturn.rotation.events.rotation_events import ClaimsHeard, ToldDone
from keyturn.rotation.pairs import maker, new_pair
from keyturn.rotation.record import Rotation
from keyturn.rotation.shared_key.claim_tags import (
    Mine,
    claims_of_others,
    done_since,
    done_value,
    replacing,
    waiting_value,
)
from keyturn.rotation.steps import Awaited, Route, Step
from keyturn.rotation.taking_steps import reload
from keyturn.state import this_computer

if TYPE_CHECKING:
    from keyturn.rotation.context import Context

UNREAD = f"{ITEM}unread"


@dataclass(frozen=True, slots=True)
class ClaimsRead:
    """What the tags said just now.

    Attributes:
        users: those that replace the old key, no matter who made them.
        others: what other computers say.
    """

    users: tuple[IamUser, ...]
    others: tuple[Claim, ...]


def mine(context: Context) -> Mine:
    """By what this computer knows its own tags and users; nothing is drawn for it.

    Raises:
        StateError: where its ID cannot be read.
    """
    decisions = [one.decision for one in all_rotations(context.journal)]
    known = this_computer.load(context.folder)
    return Mine(
        None if known is None else known.drawn_id,
        frozenset(one.rotation_id for one in decisions if one.rotation_id is not None),
        frozenset(one.rotation for one in decisions if one.rotation_id is None),
    )


def tags_of_this_computer(context: Context) -> dict[str, str]:
    """The tags by which a user of this computer's says from its making on that the old key is needed still."""
    known = this_computer.drawn(context.folder).drawn_id
    return {scoped_user.COMPUTER_ID_TAG: known, WAITS_TAG + known: waiting_value(context.computer.name)}


def read_claims(context: Context, key: AccessKeyId, signer: KeyPair, old: KeyPair | None) -> ClaimsRead | None:
    """Read the tags of all users that replace `key`; None where the signer may not.

    Args:
        old: the old key, which proves what its computers say; None where its secret is not at hand.

    Raises:
        AwsError: where AWS could not be asked.
        StateError: where this computer's ID cannot be read.
    """
    own = mine(context)
    try:
        users = replacing(scoped_user.users_under_our_path(context.aws, signer), key)
    except AwsError as error:
        if error.fault is not AwsFault.DENIED:
            raise
        return None
    return ClaimsRead(users, claims_of_others(users, own, old))


def note(context: Context, rotation: Rotation, found: ClaimsRead | None) -> Rotation:
    """Note what was read, and the rotation with what the journal has now.

    Args:
        found: None where the tags could not be read. That is awaited where the rotation made a user of its own: then
            anyone who holds the old key may have written there. A key that may do neither can have told nobody.
    """
    known = _known(context, rotation)
    others = tuple(known.values())
    if found is not None:
        now = {one.item: one for one in found.others}
        gone = [replace(one, state=ClaimState.GONE, since=None, latest=None) for one in others if one.item not in now]
        others = (*now.values(), *gone)
    unread = found is None and rotation.decision.route is Route.SCOPED_USER
    if (others, unread) != (rotation.claims, rotation.claims_unread):
        rotation = taking_steps.note(context, rotation, Step.WATCH, ClaimsHeard(others, unread))
        for one in others:
            before = known.get(one.item)
            if one.is_open and before is not None and not before.is_open and one.item in rotation.ticked:
                # It was done and needs the key again, so what a person said of it before is over.
                rotation = taking_steps.note(context, rotation, Step.WATCH, TakenBack(one.item))
    return reload(context, rotation)


def note_those_on(context: Context, rotation: Rotation, user: IamUser, old: KeyPair) -> None:
    """Note what other computers say on the rotation's own user, which is removed next: it would be lost with it."""
    others = {one.item: one for one in rotation.claims}
    others |= {one.item: one for one in claims_of_others((user,), mine(context), old)}
    if tuple(others.values()) != rotation.claims:
        heard = ClaimsHeard(tuple(others.values()), rotation.claims_unread)
        taking_steps.note(context, rotation, Step.WATCH, heard)


def look_and_tell(context: Context, rotation: Rotation, old: KeyPair | None, *, is_done: bool) -> Rotation:
    """Note what the others say, and say how this computer stands. What AWS does not answer is asked by the next look.

    Args:
        is_done: see `tell`.
    """
    if rotation.decision.owner is None:
        return rotation
    signer = context.signer.identity[0] if context.signer.identity is not None else None
    if signer is None and rotation.decision.route.same_owner:
        signer = new_pair(context, rotation)  # the old key rests once its files hold another
    signer = signer or old
    if signer is None:
        return rotation
    try:
        found = read_claims(context, rotation.decision.key, signer, old)
    except AwsError:
        return rotation
    rotation = note(context, rotation, found)
    return tell(context, rotation, found, old, is_done=is_done, is_unused=False)


def tell(
    context: Context,
    rotation: Rotation,
    found: ClaimsRead | None,
    old: KeyPair | None,
    *,
    is_done: bool,
    is_unused: bool,
) -> Rotation:
    """Say in the tags that this computer needs the old key no more. It may be said twice, and later: others wait then.

    Where there are others, it is said anew at each look with the old key, so that they take that for no backup.

    Args:
        is_done: nothing on this computer uses the old key any more.
        is_unused: and this look saw no use of it by anybody, so that nothing is hidden by saying that it was a look.
    """
    if found is None or old is None or not is_done:
        return rotation
    own_id, now = this_computer.drawn(context.folder).drawn_id, context.aws.time() or context.clock.now()
    for user in _mine_among(context, rotation, found.users, own_id):
        since = done_since(user, own_id, old)
        if since is not None and not (is_unused and found.others):
            continue
        if since is None and not rotation.told_done:
            # Before it is sent: an undo has to know that others may count on it.
            rotation = taking_steps.note(context, rotation, Step.WATCH, ToldDone(True))
        value = done_value(user, own_id, context.computer.name, old, since or now, now)
        try:
            _write_tag(context, rotation, old, user, own_id, value)
        except AwsError:
            break
    return rotation


def wait_again(context: Context, rotation: Rotation, old: KeyPair) -> None:
    """Say that this computer needs the old key again, before an undo puts it back.

    Its own user goes then, and what that said with it, so it is said on those of other computers as well, as `hold`
    does; else one that never looked while this rotation was under way would know of nobody.

    Raises:
        AwsError: where AWS could not be asked; who may not write tags has told nobody that it was done.
        StoreError: where it could not be remembered.
    """
    found = read_claims(context, rotation.decision.key, maker(context, rotation, old).pair, old)
    if found is None:
        return
    known, own = this_computer.drawn(context.folder), mine(context)
    if any(not own.has_made(user) for user in found.users):
        held = tuple(dict.fromkeys((*known.holds, rotation.decision.key)))
        this_computer.save(context.folder, replace(known, holds=held))
    own_id, tag = known.drawn_id, WAITS_TAG + known.drawn_id
    for user in _mine_among(context, rotation, found.users, own_id):
        if tag in user.tags and done_since(user, own_id, old) is None:
            continue
        try:
            _write_tag(context, rotation, old, user, own_id, waiting_value(context.computer.name))
        except AwsError as error:
            if error.fault not in {AwsFault.DENIED, AwsFault.NOT_FOUND}:
                raise
    if rotation.told_done:
        taking_steps.note(context, rotation, Step.WATCH, ToldDone(False))


def open_claims(rotation: Rotation) -> tuple[Claim, ...]:
    """Those for which the old key stays on: they need it, and no person said that they do not."""
    return tuple(one for one in rotation.claims if one.is_open and one.item not in rotation.ticked)


def items_of_claims(rotation: Rotation) -> tuple[Awaited, ...]:
    """What other computers the rotation waits for, and that it is not known."""
    items = [_item(rotation, one) for one in open_claims(rotation)]
    if rotation.claims_unread and UNREAD not in rotation.ticked:
        items.append(_unread(rotation))
    return tuple(items)


def titles_of_claims(rotation: Rotation) -> dict[str, str]:
    """What each of their items is about, also of those that a person said are done."""
    titles = {one.item: _item(rotation, one).title for one in rotation.claims}
    return {**titles, UNREAD: _unread(rotation).title}


def _known(context: Context, rotation: Rotation) -> dict[str, Claim]:
    """What was noted before; of an earlier rotation of the same key, what was open when that ended."""
    if rotation.newest(ClaimsHeard) is not None:
        return {one.item: one for one in rotation.claims}
    same = [one for one in all_rotations(context.journal) if one.decision.key == rotation.decision.key]
    before = [one for one in same if one.name != rotation.name and one.started <= rotation.started]
    return {claim.item: claim for one in before for claim in open_claims(one)}


def _mine_among(context: Context, rotation: Rotation, users: Sequence[IamUser], own_id: str) -> tuple[IamUser, ...]:
    """Those in whose tags this computer speaks: its own rotation's, and those on which it asked to be waited for."""
    own, asked = mine(context), rotation.decision.key in this_computer.drawn(context.folder).holds
    made = rotation.decision.rotation_id
    return tuple(
        user
        for user in users
        if WAITS_TAG + own_id in user.tags
        or (made is not None and user.tags.get(scoped_user.ROTATION_TAG) == made)
        or (own.has_made(user) if made is None else asked and not own.has_made(user))
    )


def _write_tag(context: Context, rotation: Rotation, old: KeyPair, user: IamUser, own_id: str, value: str) -> None:
    signer = maker(context, rotation, old).pair
    scoped_user.tag_user(context.aws, signer, user.name, {WAITS_TAG + own_id: value})


def _item(rotation: Rotation, one: Claim) -> Awaited:
    key = rotation.decision.key
    if one.state is ClaimState.GONE:
        title = _("Wait for {computer}, another computer: what it said about {key} is gone from AWS")
    else:
        title = _("Wait for {computer}, another computer: it needs {key} still")
    return Awaited(
        one.item,
        title.format(computer=one.computer, key=key.masked),
        (
            _(
                "On {computer}, `keyturn rotate {last4}` gives it a key of its own, and says here by itself when that "
                "is in place; `keyturn hold {last4} --release` says so for a key that you gave it yourself."
            ).format(computer=one.computer, last4=key.last4),
            _("If that computer needs {key} no longer, say so: `keyturn done {item}`.").format(
                key=key.masked, item=one.item
            ),
        ),
        notes=(_("It stands in a tag of the IAM user {user}.").format(user=one.user),),
    )


def _unread(rotation: Rotation) -> Awaited:
    key = rotation.decision.key.masked
    return Awaited(
        UNREAD,
        _("See whether another computer needs {key}: the tags of Keyturn's IAM users could not be read").format(
            key=key
        ),
        (
            _(
                "Run the same command with --as and somebody who may list the users of the account, such as "
                "profile:NAME."
            ),
            _(
                "Or look in the AWS console, under IAM, Users, at the tags of those with the path /keyturn/: one named "
                "keyturn:waits: that has a computer's name as its value is a computer that needs the key."
            ),
        ),
    )
