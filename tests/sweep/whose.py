"""Whose is what in the account: what the rotation under test made, and what somebody else has there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from keyturn.aws.scoped_user import WAITS_TAG
from keyturn_practice.account import PracticeAccount
from keyturn_practice.administrator import AccountInventory, UserThere
from keyturn_practice.timeline import TimeOfDay

_MADE = re.compile(rb"<Create(?:AccessKey|User)Result>.*?<(AccessKeyId|UserId)>(\w+)<", re.DOTALL)

Thing = TypeVar("Thing")


class Whose:
    """Keeps account of both, from what goes through the doors and what is done beside them.

    Args:
        old: the key ID of the key that is replaced, which is nobody's to lose here: its status has oracles of its own.

    Attributes:
        ours: the key IDs and the users' unique IDs that the rotation under test made, in their order.
        killed: the keys that somebody else deleted or turned off, and when: it is no wonder that they are refused.
    """

    def __init__(self, account: PracticeAccount, old: str, clock: TimeOfDay) -> None:
        self._account, self._old, self._clock = account, old, clock
        self.ours: dict[str, None] = {}
        self.killed: dict[str, datetime] = {}
        self._others = account.administrator.inventory()

    def hear(self, body: bytes) -> None:
        """Take down what an answer to the Keyturn under test says was made."""
        match = _MADE.search(body)
        if match:
            self.ours[match[2].decode()] = None

    @contextmanager
    def elsewhere(self) -> Iterator[None]:
        """What changes in the body is somebody else's doing; nobody else may be at work."""
        before = self._account.administrator.inventory()
        yield
        after = self._account.administrator.inventory()
        for key in before.keys.keys() | after.keys.keys():
            if _status(after, key) == "Active":
                self.killed.pop(key, None)
            elif _status(after, key) != _status(before, key):
                self.killed[key] = self._clock.now()
        self._others = AccountInventory(
            _followed(self._others.keys, before.keys, after.keys),
            _followed(self._others.users, before.users, after.users),
            _followed(self._others.bucket_policies, before.bucket_policies, after.bucket_policies),
        )

    def lost(self) -> Iterator[str]:
        """What somebody else has, or had left as it was, and which is gone now or another."""
        now = self._account.administrator.inventory()
        for key, stands in self._others.keys.items():
            if key not in {*self.ours, self._old} and now.keys.get(key) != stands:
                yield f"a key that the rotation did not make was {_how(now.keys.get(key))}"
        for unique, user in self._others.users.items():
            if unique not in self.ours and _proper(now.users.get(unique)) != _proper(user):
                yield f"the user {user.name}, which the rotation did not make, was {_how(now.users.get(unique))}"
        for bucket, text in self._others.bucket_policies.items():
            if now.bucket_policies.get(bucket) != text:
                yield f"the policy of the bucket {bucket} was {_how(now.bucket_policies.get(bucket))}"
        for bucket in now.bucket_policies.keys() - self._others.bucket_policies.keys():
            yield f"the bucket {bucket} has a policy that nobody else gave it"

    def left(self) -> AccountInventory:
        """What the rotation made and is there now."""
        now = self._account.administrator.inventory()
        keys = {key: stands for key, stands in now.keys.items() if key in self.ours}
        users = {unique: user for unique, user in now.users.items() if unique in self.ours}
        return replace(now, keys=keys, users=users, bucket_policies={})


def _proper(user: UserThere | None) -> UserThere | None:
    """A user without the one word that a rotation may leave on users of another one of the same key: that it waits."""
    if user is None:
        return None
    return replace(user, tags=tuple(one for one in user.tags if not one[0].startswith(WAITS_TAG)))


def _status(there: AccountInventory, key: str) -> str:
    return there.keys[key][0] if key in there.keys else "Deleted"


def _followed(known: Mapping[str, Thing], before: Mapping[str, Thing], after: Mapping[str, Thing]) -> dict[str, Thing]:
    """What is known, with what changed between the two taken over."""
    changed = {name for name in (*before, *after) if before.get(name) != after.get(name)}
    kept = {name: thing for name, thing in known.items() if name not in changed}
    return {**kept, **{name: after[name] for name in changed if name in after}}


def _how(now: object) -> str:
    return "removed" if now is None else "changed"
