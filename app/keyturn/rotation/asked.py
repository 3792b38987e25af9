"""What a rotation asked AWS to make, and what AWS answered: written before each request, and read after interruptions.

A request that AWS refused made nothing. One that was never answered may have made something, and only then is it looked
for; what it may be is told by what was there right before, and by AWS's own clock.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from keyturn.model.keys import AccessKeyId
from keyturn.rotation.context import Context
from keyturn.rotation.record import Rotation, write
from keyturn.rotation.steps import Route, Step
from keyturn.state.journal import Mark

if TYPE_CHECKING:
    from keyturn.aws.scoped_user import IamUser

_ASKED, _USER, _KEY = "asked", "user", "key"


@dataclass(frozen=True, slots=True)
class MadeUser:
    """The IAM user that AWS said it made, by the ID that no other one ever bears (`AIDA…`)."""

    name: str
    user_id: str


@dataclass(frozen=True, slots=True)
class KeyRequest:
    """A request for an access key that was never answered.

    Attributes:
        at: when it was sent, by AWS's clock; None where that is not known.
        known: the keys that its owner had right before.
    """

    at: datetime | None
    known: frozenset[AccessKeyId]


def note_user_request(context: Context, rotation: Rotation, name: str) -> None:
    """Write down that this user is asked for next."""
    _note(context, rotation, {_ASKED: _USER, "name": name})


def note_user(context: Context, rotation: Rotation, user: IamUser) -> None:
    """Write down which user it is; whatever has its name later is another one."""
    _note(context, rotation, {_USER: {"name": user.name, "id": user.user_id}})


def note_key_request(context: Context, rotation: Rotation, known: Collection[AccessKeyId]) -> None:
    """Write down that a key is asked for next.

    Args:
        known: the keys that its owner has now.
    """
    at = context.aws.time()
    facts: dict[str, object] = {
        _ASKED: _KEY,
        "known": [key.value for key in known],
        "at": None if at is None else at.isoformat(),
    }
    _note(context, rotation, facts)


def user_of(rotation: Rotation) -> MadeUser | None:
    """The user that was made; None where AWS never said so, as in the journals of the first Keyturn."""
    for entry in reversed(rotation.entries):
        if entry.step == Step.CREATE.value and entry.mark is Mark.NOTED and _USER in entry.facts:
            said = entry.facts[_USER]
            return MadeUser(str(said["name"]), str(said["id"]))
    return None


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
    tried = [one for one in rotation.entries if one.step == Step.CREATE.value and one.mark is not Mark.NOTED]
    # Of several attempts an earlier one may have been answered by nobody.
    only_one = [one.mark for one in tried] == [Mark.INTENT, Mark.FAILED]
    return only_one and tried[-1].facts.get("refused") == "CreateUser"


def unanswered(rotation: Rotation) -> tuple[KeyRequest, ...]:
    """The requests for a key that AWS neither answered nor refused, oldest first."""
    decision, requests = rotation.decision, list[KeyRequest]()
    for entry in (one for one in rotation.entries if one.step == Step.CREATE.value):
        if entry.mark is Mark.NOTED and entry.facts.get(_ASKED) == _KEY:
            at = entry.facts["at"]
            known = frozenset(AccessKeyId(key) for key in entry.facts["known"])
            requests.append(KeyRequest(None if at is None else datetime.fromisoformat(at), known))
        elif entry.mark is Mark.INTENT and decision.rotation_id is None and not requests:
            # The first Keyturn wrote down no more than that it was about to ask.
            requests.append(KeyRequest(None, frozenset(decision.known_keys)))
        elif requests and (entry.mark is Mark.DONE or entry.facts.get("refused") == "CreateAccessKey"):
            requests.pop()
    return tuple(requests)


def _note(context: Context, rotation: Rotation, facts: dict[str, object]) -> None:
    write(context, rotation, Step.CREATE, Mark.NOTED, facts)


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
        if entry.step == Step.CREATE.value and entry.mark is Mark.NOTED and entry.facts.get(_ASKED) == _USER:
            return entry.at
    began = rotation.latest(Step.CREATE, Mark.INTENT) if rotation.decision.rotation_id is None else None
    return None if began is None else began.at
