"""What a rotation asked AWS to make, and what AWS answered: written before each request, and read after interruptions.

A request that AWS refused made nothing. One that was never answered may have made something, and only then is it looked
for; what it may be is told by what was there right before, and by AWS's own clock.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

from keyturn.model.keys import AccessKeyId
from keyturn.rotation.context import Context
from keyturn.rotation.events.entry import Entry
from keyturn.rotation.events.rotation_events import Failed, KeyRequest, MadeUser, UserMade, UserRequest
from keyturn.rotation.record import Rotation
from keyturn.rotation.steps import Route, Step
from keyturn.rotation.taking_steps import note
from keyturn.state.journal import Mark

if TYPE_CHECKING:
    from keyturn.aws.scoped_user import IamUser


def note_user_request(context: Context, rotation: Rotation, name: str) -> None:
    """Write down that this user is asked for next."""
    note(context, rotation, Step.CREATE, UserRequest(name))


def note_user(context: Context, rotation: Rotation, user: IamUser) -> None:
    """Write down which user it is; whatever has its name later is another one."""
    note(context, rotation, Step.CREATE, UserMade(MadeUser(user.name, user.user_id)))


def note_key_request(context: Context, rotation: Rotation, known: Collection[AccessKeyId]) -> Rotation:
    """Write down that a key is asked for next.

    Args:
        known: the keys that its owner has now.
    """
    return note(context, rotation, Step.CREATE, KeyRequest(tuple(known), context.aws.time()))


def user_of(rotation: Rotation) -> MadeUser | None:
    """The user that was made; None where AWS never said so, as in the journals of the first Keyturn."""
    made = rotation.newest(UserMade)
    return None if made is None else made.user


def user_name(rotation: Rotation) -> str | None:
    """The user under whose name IAM keeps the new key; None where it is the old key's own owner."""
    made = user_of(rotation)
    return rotation.decision.user_name if made is None else made.name


def made_nothing(rotation: Rotation) -> bool:
    """True where it is certain that nothing of it is at AWS: it makes nothing there, or its user was refused."""
    if not rotation.decision.route.makes_a_key or rotation.decision.given is not None:
        return True
    if rotation.decision.route is not Route.SCOPED_USER or user_of(rotation) is not None:
        return False
    tried = [one for one in rotation.entries if one.step is Step.CREATE and one.mark is not Mark.NOTED]
    # Of several attempts an earlier one may have been answered by nobody.
    only_one = [one.mark for one in tried] == [Mark.INTENT, Mark.FAILED]
    return only_one and _refused(tried[-1]) == "CreateUser"


def unanswered(rotation: Rotation) -> tuple[KeyRequest, ...]:
    """The requests for a key that AWS neither answered nor refused, oldest first."""
    decision, requests = rotation.decision, list[KeyRequest]()
    for entry in (one for one in rotation.entries if one.step is Step.CREATE):
        asked = entry.get(KeyRequest)
        if asked is not None:
            requests.append(asked)
        elif entry.mark is Mark.INTENT and decision.rotation_id is None and not requests:
            # The first Keyturn wrote down no more than that it was about to ask.
            requests.append(KeyRequest(tuple(decision.known_keys), None))
        elif requests and (entry.mark is Mark.DONE or _refused(entry) == "CreateAccessKey"):
            requests.pop()
    return tuple(requests)


def _refused(entry: Entry) -> str:
    failed = entry.get(Failed)
    return "" if failed is None else failed.refused


def remember_new(context: Context, rotation: Rotation) -> None:
    """Tell the conversation with AWS what the journal knows of the rotation's keys and user.

    Their partition: elsewhere AWS takes them for dead (facts/aws.md A1). And which were made or turned on by an
    earlier start of Keyturn, perhaps seconds ago, so that AWS may not have heard of them (facts/peers.md C1).
    """
    owner = rotation.decision.owner
    for key in (rotation.decision.key, rotation.new_key):
        if key is not None and owner is not None:
            context.aws.remember_partition(key, owner.partition)
    if rotation.new_key is not None and rotation.created_at is not None:
        context.aws.remember_new(rotation.new_key, rotation.created_at)
    on = rotation.latest(Step.TURN_ON, Mark.DONE) if rotation.off_at is None else None
    if on is not None:
        context.aws.remember_new(rotation.decision.key, on.at)
    name, asked = user_name(rotation), _asked_for_user_at(rotation)
    # A user whose making was refused is not there, however long it is looked for.
    if name is not None and asked is not None and not made_nothing(rotation):
        context.aws.remember_new(name, asked)


def _asked_for_user_at(rotation: Rotation) -> datetime | None:
    """When the newest request for a user was sent, by this computer's clock."""
    for entry in reversed(rotation.entries):
        if entry.get(UserRequest) is not None:
            return entry.at
    began = rotation.latest(Step.CREATE, Mark.INTENT) if rotation.decision.rotation_id is None else None
    return None if began is None else began.at
