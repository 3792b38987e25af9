"""What computers that use one old key tell each other, in the tags of the IAM users that replace it.

A computer that needs the old key still has its ID in a tag's name, `keyturn:waits:ID`, and its own name in the value.
Each rotation makes its user with such a tag of its own; `keyturn hold` puts one on the users of other computers. Once
it needs the old key no more, the value says so. That is signed with the old secret, so that nobody can say it for a
computer but one that has the key: somebody else's tags can make Keyturn wait, and a person can end that, and nothing
more. A tag that is gone says nothing: users are made anew, and tags are cleared away.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from keyturn.aws.scoped_user import (
    COMPUTER_ID_TAG,
    COMPUTER_TAG,
    REPLACES_TAG,
    ROTATION_NAME_TAG,
    ROTATION_TAG,
    WAITS_TAG,
    IamUser,
    tag_value_from,
)
from keyturn.model.keys import AccessKeyId, KeyPair
from keyturn.rotation.claims import ITEM, Claim, ClaimState

_ID = re.compile(r"[0-9a-f]{12}")
_AT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"
# No computer's name has a slash.
_DONE = re.compile(rf"done/({_AT})/({_AT})/([0-9a-f]{{32}})/(.*)")
_TIME = "%Y-%m-%dT%H:%M:%SZ"
_NAME_LENGTH = 120  # beside what else stands in a value, which holds 256 characters


@dataclass(frozen=True, slots=True)
class Mine:
    """By what this computer knows its own tags and users.

    Attributes:
        computer_id: None where none was drawn yet.
        rotation_ids: those of its rotations.
        rotation_names: of those that an older Keyturn began without such an ID.
    """

    computer_id: str | None
    rotation_ids: Collection[str]
    rotation_names: Collection[str] = ()

    def has_made(self, user: IamUser) -> bool:
        """True where this computer's rotation made the user."""
        if ROTATION_TAG in user.tags:
            return user.tags[ROTATION_TAG] in self.rotation_ids
        return user.tags.get(ROTATION_NAME_TAG) in self.rotation_names

    def has_written(self, tag: str) -> bool:
        """True for this computer's own tag."""
        return self.computer_id is not None and tag == WAITS_TAG + self.computer_id


def replacing(users: Iterable[IamUser], key: AccessKeyId) -> tuple[IamUser, ...]:
    """Those of these users that replace `key`."""
    return tuple(user for user in users if user.tags.get(REPLACES_TAG) == key.value)


def claims_of_others(users: Iterable[IamUser], mine: Mine, old: KeyPair | None) -> tuple[Claim, ...]:
    """What other computers say, each once: one that still waits anywhere is waited for.

    Args:
        users: those that replace the old key.
        old: the old key, by which a computer's word that it is done is known to be its own; None believes no such word.
    """
    found: dict[str, Claim] = {}
    for user in users:
        theirs = [one for one in user.tags if one.startswith(WAITS_TAG) and not mine.has_written(one)]
        claims = [_claim(user, tag, old) for tag in theirs]
        if not mine.has_made(user) and WAITS_TAG + user.tags.get(COMPUTER_ID_TAG, "") not in user.tags:
            claims.append(_of_its_maker(user))
        for one in claims:
            before = found.get(one.item)
            if before is None or not before.is_open:
                found[one.item] = one
    return tuple(sorted(found.values(), key=lambda one: one.item))


def item_for(computer_id: str) -> str:
    """The item's name for a computer; what has not the shape of an ID cannot be typed, and its digest stands for it."""
    if _ID.fullmatch(computer_id):
        return ITEM + computer_id
    return ITEM + hashlib.sha256(computer_id.encode()).hexdigest()[:12]


def waiting_value(computer: str) -> str:
    """The value of the tag of a computer that needs the old key."""
    return _name(computer)


def done_value(user: IamUser, computer_id: str, computer: str, old: KeyPair, since: datetime, latest: datetime) -> str:
    """The value of the tag of a computer that needs the old key no more."""
    first, last = (at.astimezone(UTC).strftime(_TIME) for at in (since, latest))
    return f"done/{first}/{last}/{_signature(user, computer_id, old, first, last)}/{_name(computer)}"


def done_since(user: IamUser, computer_id: str, old: KeyPair) -> datetime | None:
    """When the computer said, in this user's tags, that it is done; None where it says that it waits, or nothing."""
    return _claim(user, WAITS_TAG + computer_id, old).since if WAITS_TAG + computer_id in user.tags else None


def _claim(user: IamUser, tag: str, old: KeyPair | None) -> Claim:
    claimant, value = tag.removeprefix(WAITS_TAG), user.tags[tag]
    item, said = item_for(claimant), _DONE.fullmatch(value)
    if said is None:
        return Claim(item, _name(value), user.name, ClaimState.WAITS)
    first, last, signature, name = said.groups()
    computer = _name(name)
    import hmac  # brings OpenSSL along

    if old is None or not hmac.compare_digest(signature, _signature(user, claimant, old, first, last)):
        return Claim(item, computer, user.name, ClaimState.WAITS)
    since, latest = (datetime.strptime(at, _TIME).replace(tzinfo=UTC) for at in (first, last))
    return Claim(item, computer, user.name, ClaimState.DONE, since, latest)


def _of_its_maker(user: IamUser) -> Claim:
    """A rotation that says nothing of its own computer, such as an older Keyturn's: whether that is done is unknown."""
    maker = user.tags.get(COMPUTER_ID_TAG) or f"user {user.user_id}"
    return Claim(item_for(maker), _name(user.tags.get(COMPUTER_TAG, "")), user.name, ClaimState.WAITS)


def _signature(user: IamUser, claimant: str, old: KeyPair, first: str, last: str) -> str:
    """Only who has the old secret can make it, and nothing of the secret can be told from it."""
    import hmac

    said = "\n".join(("keyturn waits", user.user_id, claimant, first, last))
    return hmac.new(old.secret.reveal().encode(), said.encode(), "sha256").hexdigest()[:32]


def _name(computer: str) -> str:
    return tag_value_from(computer).replace("/", "-")[:_NAME_LENGTH] or "?"
