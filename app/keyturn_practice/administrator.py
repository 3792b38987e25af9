"""What an administrator does in the AWS console beside Keyturn, and all that they see there."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from keyturn.model.keys import AccessKeyId, KeyPair, Secret
from keyturn_practice.identities import LONG_SPREAD, Identities, Role, SignIn, Status, User
from keyturn_practice.policy_documents import read_policy
from keyturn_practice.roles import fresh_code
from keyturn_practice.s3_service import S3Service


@dataclass(frozen=True, slots=True)
class UserThere:
    """An IAM user with all that belongs to it but its keys.

    Attributes:
        policies: inline policies, name and text.
        attached: ARNs of managed policies.
    """

    name: str
    path: str
    tags: tuple[tuple[str, str], ...]
    policies: tuple[tuple[str, str], ...]
    attached: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AccountInventory:
    """All that there is in the account but objects, each thing under what nothing else ever bears.

    Attributes:
        keys: the status and the owner's unique ID, by key ID; root's unique ID is the account's number.
        users: by unique ID (`AIDA…`): a user that is deleted and made again under its name is another one.
        bucket_policies: by bucket.
    """

    keys: Mapping[str, tuple[str, str]]
    users: Mapping[str, UserThere]
    bucket_policies: Mapping[str, str]


class Administrator:
    """Somebody who is signed in to the console and may do everything. What they do leaves no request in the log.

    Args:
        lock: the account's own.
    """

    def __init__(self, identities: Identities, s3: S3Service, lock: threading.RLock) -> None:
        self._identities, self._s3, self._lock = identities, s3, lock

    def delete_user(self, name: str) -> None:
        """Delete a user; the console deletes its keys and takes its policies away first, as IAM asks for.

        Raises:
            KeyError: where there is no such user.
        """
        with self._lock:
            user = self._identities.users[name.lower()]
            for key in self._identities.keys_of(user):
                self._identities.change_key(key, Status.DELETED)
            self._give_policies(user, {})
            del self._identities.users[name.lower()]

    def give_policies(self, name: str, policies: Mapping[str, str]) -> None:
        """Give a user these inline policies, name and JSON text, in place of all that it has.

        Raises:
            KeyError: where there is no such user.
        """
        with self._lock:
            self._give_policies(self._identities.users[name.lower()], policies)

    def _give_policies(self, user: User, policies: Mapping[str, str]) -> None:
        user.inline = dict(policies)
        user.attached.clear()
        self._identities.policies_changed(user, tuple(read_policy(text) for text in policies.values()))

    def create_role(self, name: str, policy: str, *, trusted: Iterable[str], with_device: str = "") -> str:
        """Make a role with one policy, in force at once, and return its ARN.

        Args:
            trusted: the ARNs that may take it; root's means everybody whose own policies allow it.
            with_device: the MFA device without which it is not given; made where it is not there.
        """
        with self._lock:
            known = self._identities
            arn = f"arn:{known.partition}:iam::{known.account_id}:role/{name}"
            role = Role(name, "/", f"AROA{name.upper():P<17.17}", arn, known.clock.now())
            role.trusted, role.device = frozenset(trusted), with_device
            role.in_force.change(role.created - LONG_SPREAD, (read_policy(policy),))
            known.roles[name] = role
            if with_device:
                known.codes.setdefault(with_device, fresh_code(known))
            return arn

    def code_shown_by(self, device: str) -> str:
        """What the MFA device shows now."""
        return self._identities.codes[device]

    def sign_in_to_portal(self, token: str, roles: Iterable[str], *, lasting: timedelta) -> datetime:
        """Somebody signs in to IAM Identity Center, which hands out `token`; returns when that ends."""
        with self._lock:
            ends = self._identities.clock.now() + lasting
            self._identities.sign_ins[token] = SignIn(frozenset(roles), ends)
            return ends

    def sign_in(self, user: str | None, *, lasting: timedelta) -> tuple[KeyPair, str, datetime]:
        """Somebody signs in as a user, or as root, by `aws login`; returns the key of the session, its token, its end.

        Whether root's may change root's keys is not proved (facts/aws.md A8); here it may.
        """
        with self._lock:
            owner = None if user is None else self._identities.users[user.lower()]
            made = self._identities.add_session(owner, lasting)
            pair = KeyPair(AccessKeyId(made.key.access_key_id), Secret(made.key.secret))
            return pair, made.token, made.ends

    def set_bucket_policy(self, bucket: str, text: str | None) -> None:
        """Give a bucket a policy, or take the one away that it has; in force at once.

        Raises:
            Refusal: `MalformedPolicy`.
        """
        with self._lock:
            self._s3.set_policy(bucket, text)

    def inventory(self) -> AccountInventory:
        """All that is there now; compare two to prove that nothing was lost."""
        with self._lock:
            keys = [one for one in self._identities.keys.values() if one.status is not Status.DELETED]
            owners = {one.access_key_id: self._identities.caller(one).user_id for one in keys}
            return AccountInventory(
                {one.access_key_id: (one.status.value, owners[one.access_key_id]) for one in keys},
                {one.user_id: _there(one) for one in self._identities.users.values()},
                self._s3.policies(),
            )


def _there(user: User) -> UserThere:
    tags, policies = sorted(user.tags.items()), sorted(user.inline.items())
    return UserThere(user.name, user.path, tuple(tags), tuple(policies), tuple(sorted(user.attached)))
