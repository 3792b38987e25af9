"""Who lives in the practice account: the root user, IAM users, their keys and policies.

Root is not a user: it has no name, no policies, is not listed, and its keys have no owner (facts/aws.md A2).
"""

from __future__ import annotations

import string
from base64 import b32encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from random import Random
from typing import Any

from keyturn_practice.refusals import Refusal
from keyturn_practice.timeline import Lag, Timeline, TimeOfDay, Uses

KEYS_PER_OWNER = 2
# What was so long before is the same everywhere.
LONG_SPREAD = timedelta(days=1)
# Identifiers made before this day do not contain the account's number (facts/aws.md A1).
_NEW_IDENTIFIERS = datetime(2019, 3, 29, tzinfo=UTC)
_TOKEN_LENGTH = 360
_SECRET_LETTERS = string.ascii_letters + string.digits + "+/"
_ID_LETTERS = string.ascii_uppercase + "234567"

Document = Mapping[str, Any]


class Status(StrEnum):
    """The status of a key. A deleted key stays known for as long as it may still be accepted."""

    ACTIVE = "Active"
    INACTIVE = "Inactive"
    DELETED = "Deleted"


@dataclass(slots=True)
class Key:
    """An access key.

    Attributes:
        rotated: what the credential report calls `last_rotated`.
        status: what lists show at once.
        accepted: what the services believe.
        without_iam: it may ask IAM nothing, and STS only who it is.
    """

    access_key_id: str
    secret: str
    owner: User | None
    created: datetime
    rotated: datetime
    status: Status = Status.ACTIVE
    accepted: Timeline[Status] = field(default_factory=Timeline)
    uses: Uses = field(default_factory=Uses)
    without_iam: bool = False


@dataclass(slots=True, eq=False)
class User:
    """An IAM user."""

    name: str
    path: str
    user_id: str
    arn: str
    created: datetime
    tags: dict[str, str] = field(default_factory=dict)
    inline: dict[str, str] = field(default_factory=dict)
    attached: list[str] = field(default_factory=list)
    in_force: Timeline[tuple[Document, ...]] = field(default_factory=Timeline)
    known: Timeline[bool] = field(default_factory=Timeline)


@dataclass(slots=True, eq=False)
class Role(User):
    """A role, which has policies as a user has, and is listed among none.

    Attributes:
        trusted: the ARNs that its trust policy names; root's means everybody in the account whose policies allow it.
        device: the serial number of the MFA device that its trust policy demands; empty where it demands none.
    """

    trusted: frozenset[str] = frozenset()
    device: str = ""


@dataclass(frozen=True, slots=True)
class SignIn:
    """Somebody's sign-in to IAM Identity Center: the roles that it gives, and until when."""

    roles: frozenset[str]
    ends: datetime


@dataclass(slots=True)
class ManagedPolicy:
    """A customer's managed policy, with its only version."""

    name: str
    path: str
    arn: str
    text: str
    created: datetime
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TemporaryKey:
    """A temporary key.

    Attributes:
        key: its ID begins with ASIA, and no list shows it.
        token: has to come with each request.
    """

    key: Key
    token: str
    ends: datetime


@dataclass(frozen=True, slots=True)
class RequestSigner:
    """Who signed a request. `user` is None for root."""

    key: Key
    user: User | None
    arn: str
    user_id: str


@dataclass(slots=True)
class Identities:
    """Everything that IAM knows of the account.

    Attributes:
        lot: draws key IDs, secrets and the IDs of users.
    """

    account_id: str
    partition: str
    clock: TimeOfDay
    lag: Lag
    lot: Random
    root_alias: str | None = None
    status_is_a_rotation: bool = False
    keys: dict[str, Key] = field(default_factory=dict)
    switched: list[tuple[datetime, str, Status]] = field(default_factory=list)  # when which key got which status
    sessions: dict[str, TemporaryKey] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)  # by lower-case name
    roles: dict[str, Role] = field(default_factory=dict)  # by name
    codes: dict[str, str] = field(default_factory=dict)  # what an MFA device shows, by serial number
    sign_ins: dict[str, SignIn] = field(default_factory=dict)  # by token
    policies: dict[str, ManagedPolicy] = field(default_factory=dict)  # by ARN
    report: tuple[datetime, str] | None = None  # the credential report: when made, and its text

    @property
    def root_arn(self) -> str:
        """The ARN of the root user."""
        return f"arn:{self.partition}:iam::{self.account_id}:root"

    def caller(self, key: Key) -> RequestSigner:
        """The caller behind a key."""
        if key.owner is None:
            return RequestSigner(key, None, self.root_arn, self.account_id)
        return RequestSigner(key, key.owner, key.owner.arn, key.owner.user_id)

    def keys_of(self, owner: User | None) -> list[Key]:
        """The keys that a list shows, oldest first: deleted ones vanish at once."""
        owned = (key for key in self.keys.values() if key.owner is owner and key.status is not Status.DELETED)
        return sorted(owned, key=lambda key: key.created)

    def add_key(self, owner: User | None, *, age: timedelta = timedelta(0)) -> Key:
        """Make a key; one that has an age is accepted everywhere at once.

        Raises:
            Refusal: `LimitExceeded` where the owner has two, inactive ones included (facts/aws.md A2).
        """
        if len(self.keys_of(owner)) >= KEYS_PER_OWNER:
            message = f"Cannot exceed quota for AccessKeysPerUser: {KEYS_PER_OWNER}"
            raise Refusal(409, "LimitExceeded", message)
        now = self.clock.now()
        created = now - age
        key = Key(self._new_key_id(created), self._new_secret(), owner, created, created)
        wait = timedelta(0) if age else timedelta(seconds=self.lag.new)
        key.accepted.change(created + wait, Status.ACTIVE)
        self.keys[key.access_key_id] = key
        return key

    def add_session(self, owner: User | None, lasting: timedelta, *, without_iam: bool = False) -> TemporaryKey:
        """Make a temporary key, which is accepted everywhere at once."""
        now = self.clock.now()
        key_id = f"ASIA{self._new_key_id(now).removeprefix('AKIA')}"
        key = Key(key_id, self._new_secret(), owner, now, now, without_iam=without_iam)
        key.accepted.change(now - LONG_SPREAD, Status.ACTIVE)
        token = "".join(self.lot.choice(_SECRET_LETTERS) for _ in range(_TOKEN_LENGTH))
        session = self.sessions[key_id] = TemporaryKey(key, token, now + lasting)
        return session

    def change_key(self, key: Key, status: Status) -> None:
        """Turn a key on or off, or delete it: lists show it at once, the services learn it later."""
        if key.status is status:
            return
        key.status = status
        self.switched.append((self.clock.now(), key.access_key_id, status))
        if self.status_is_a_rotation:
            key.rotated = self.clock.now()
        wait = self.lag.new if status is Status.ACTIVE else self.lag.off
        key.accepted.change(self.clock.now() + timedelta(seconds=wait), status)

    def find_user(self, name: str) -> User:
        """The user of that name, in whatever case.

        Raises:
            Refusal: `NoSuchEntity`, also while a new user has not spread (facts/aws.md A4).
        """
        user = self.users.get(name.lower())
        if user is None or not user.known.at(self.clock.now(), lag=self.lag, service="iam"):
            raise Refusal(404, "NoSuchEntity", f"The user with name {name} cannot be found.")
        return user

    def add_user(self, name: str, path: str, tags: Mapping[str, str], *, spread: bool = False) -> User:
        """Make a user; `spread` makes one that everybody knows at once.

        Raises:
            Refusal: `EntityAlreadyExists`, also where only the case differs (facts/aws.md A6).
        """
        if name.lower() in self.users:
            raise Refusal(409, "EntityAlreadyExists", f"User with name {name} already exists.")
        arn = self.user_arn(path, name)
        user_id = f"AIDA{''.join(self.lot.choice(_ID_LETTERS) for _ in range(17))}"
        user = User(name, path, user_id, arn, self.clock.now(), dict(tags))
        user.known.change(user.created + (-LONG_SPREAD if spread else timedelta(seconds=self.lag.user)), True)
        self.users[name.lower()] = user
        return user

    def user_arn(self, path: str, name: str) -> str:
        """The ARN of a user of that path and name, whether there is one or not."""
        return f"arn:{self.partition}:iam::{self.account_id}:user{path}{name}"

    def policies_changed(self, user: User, documents: tuple[Document, ...]) -> None:
        """From now on, after the delay, these documents are in force for the user."""
        user.in_force.change(self.clock.now() + timedelta(seconds=self.lag.policy), documents)

    def documents_of(self, user: User, service: str) -> tuple[Document, ...]:
        """The documents in force for the user at this moment."""
        return user.in_force.at(self.clock.now(), lag=self.lag, service=service) or ()

    def _new_key_id(self, created: datetime) -> str:
        while True:
            if created < _NEW_IDENTIFIERS:
                known = self.lot.choice("IJ") + "".join(self.lot.choice(_ID_LETTERS) for _ in range(15))
            else:
                number = (1 << 47 | int(self.account_id) << 7 | self.lot.getrandbits(7)).to_bytes(6, "big")
                known = b32encode(number + self.lot.randbytes(4)).decode()
            if f"AKIA{known}" not in self.keys:
                return f"AKIA{known}"

    def _new_secret(self) -> str:
        """40 letters, digits, plus signs and slashes."""
        return "".join(self.lot.choice(_SECRET_LETTERS) for _ in range(40))
