"""What somebody else does at AWS while Keyturn is at work: a person in the console, or Keyturn on a second computer."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING

from keyturn.model.keys import AccessKeyId, KeyStatus
from keyturn_practice.messages import Request, Response
from keyturn_practice.refusals import Refusal
from keyturn_practice.sample_buckets import ARCHIVE, PHOTOS

from .asked import changes
from .computer import Options
from .scenarios import BUCKETS

if TYPE_CHECKING:
    from .world import World

_OF_BUCKET = [f"arn:aws:s3:::{PHOTOS}", f"arn:aws:s3:::{PHOTOS}/*"]
# Harms no backup, and is there from the start: bucket and policy.
A_DENY = (
    ARCHIVE,
    json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Sid": "KeepThisBucket",
                    "Effect": "Deny",
                    "Principal": "*",
                    "Action": "s3:DeleteBucket",
                    "Resource": f"arn:aws:s3:::{ARCHIVE}",
                }
            ],
        }
    ),
)
_A_LOCKOUT = {"Sid": "NobodyForNow", "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": _OF_BUCKET}
ROOT_ALONE = "RootAlone"
_BUT_ROOT = {"Sid": ROOT_ALONE, "Condition": {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:root"}}}


class Act(StrEnum):
    """What is done."""

    NEW_KEY_DELETED = "new-key-deleted"
    NEW_KEY_OFF = "new-key-off"
    NEW_USER_DELETED = "new-user-deleted"
    NEW_POLICY_TAKEN = "new-policy-taken"
    OLD_KEY_DELETED = "old-key-deleted"
    OLD_KEY_OFF = "old-key-off"
    OLD_KEY_ON = "old-key-on"
    KEY_FOR_OLD_OWNER = "key-for-old-owner"
    KEY_FOR_NEW_USER = "key-for-new-user"
    DENY_FOR_ALL = "deny-for-all"
    DENY_FOR_USERS = "deny-for-users"
    DENY_GONE = "deny-gone"
    SECOND_SAME_NAME = "second-same-name"
    SECOND_OTHER_NAME = "second-other-name"
    SECOND_PLAN_OPEN = "second-plan-open"

    @property
    def of_second(self) -> bool:
        """True where a second Keyturn does it."""
        return self.value.startswith("second")


class Somebody:
    """Who does one act, once, and may take it back.

    Attributes:
        came: it was done, and was not refused.
    """

    def __init__(self, world: World, act: Act) -> None:
        self.act = act
        self.came = False
        self._world = world
        self._key: AccessKeyId | None = None  # the key that it is about
        self._policies: dict[str, str] = {}
        self._go_on = threading.Event()
        self._second: threading.Thread | None = None

    def can(self) -> bool:
        """True where it can be done now."""
        world, whose = self._world, self._world.whose
        old, new = world.account.status_of(world.old.access_key_id), self._newest()
        match self.act:
            case Act.NEW_KEY_DELETED:
                return new is not None
            case Act.NEW_KEY_OFF:
                return new is not None and world.account.status_of(new) is KeyStatus.ACTIVE
            case Act.NEW_USER_DELETED:
                return self._user() is not None
            case Act.NEW_POLICY_TAKEN:
                user = self._user()
                there = world.account.administrator.inventory().users.values()
                return any(one.name == user and one.policies for one in there)
            case Act.OLD_KEY_DELETED:
                return old is not None
            case Act.OLD_KEY_OFF:
                return old is KeyStatus.ACTIVE
            case Act.OLD_KEY_ON:
                return old is KeyStatus.INACTIVE
            case Act.KEY_FOR_OLD_OWNER:
                return not self._is_full(world.old.access_key_id)
            case Act.KEY_FOR_NEW_USER:
                return bool(whose.left().users) and (new is None or not self._is_full(new))
            case Act.DENY_FOR_ALL | Act.DENY_GONE:
                return world.scenario.makes_a_key
            case Act.DENY_FOR_USERS:
                return world.scenario.route == "scoped-user"
            case Act.SECOND_SAME_NAME | Act.SECOND_OTHER_NAME | Act.SECOND_PLAN_OPEN:
                makes_another = world.scenario.same_owner
                return old is KeyStatus.ACTIVE and not (makes_another and self._is_full(world.old.access_key_id))

    def prepare(self) -> None:
        """Begin what has to be under way before the command under test is typed."""
        world = self._world
        if not self.act.of_second:
            return
        assert world.second is not None
        world.second.name = "attic" if self.act is Act.SECOND_OTHER_NAME else world.first.name
        if self.act is not Act.SECOND_PLAN_OPEN:
            return
        is_decided = threading.Event()

        def hold(_: int, request: Request, effect: Callable[[], Response]) -> Response:
            if changes(request) and not self._go_on.is_set():
                is_decided.set()
                self._go_on.wait()
            return effect()

        def rotate() -> None:
            self._rotate()
            is_decided.set()

        world.disturbance_of_second = hold
        self._second = threading.Thread(target=rotate)
        self._second.start()
        is_decided.wait()

    def do(self) -> None:
        """Do it; nothing of Keyturn's may be at work."""
        self._world.clock.advance(1)
        if self._second is not None:
            self._go_on.set()
            self._second.join()
            self.came = True
        elif not self.can():
            return
        elif self.act.of_second:
            self._rotate()
            self.came = True
        else:
            with self._world.whose.elsewhere():
                self.came = self._in_console()
        self._world.clock.advance(1)

    def told(self, text: str) -> bool:
        """True where the text names what is in the way, so that the person can take it back."""
        if self.act in {Act.DENY_FOR_ALL, Act.DENY_FOR_USERS}:
            return PHOTOS in text
        if self.act is Act.NEW_POLICY_TAKEN:
            # Old and new key of one user lost the same policy, and who reads of the one knows its user.
            same = self._world.scenario.route == "same-user" and self._world.old.access_key_id.last4 in text
            return same or (self._user() or "") in text
        return self._key is not None and self._key.last4 in text

    def can_take_back(self) -> bool:
        """True where it can be taken back, so that the rotation can go on."""
        account = self._world.account
        status = None if self._key is None else account.status_of(self._key)
        match self.act:
            case Act.NEW_KEY_OFF | Act.OLD_KEY_OFF:
                return status is KeyStatus.INACTIVE
            case Act.KEY_FOR_OLD_OWNER | Act.KEY_FOR_NEW_USER:
                return status is not None
            case Act.NEW_POLICY_TAKEN:
                return self._world.scenario.route == "same-user" and self._user() is not None
            case Act.DENY_FOR_ALL | Act.DENY_FOR_USERS:
                return True
            case _:
                return False

    def take_back(self) -> None:
        """Take it back."""
        account = self._world.account
        with self._world.whose.elsewhere():
            match self.act:
                case Act.NEW_KEY_OFF | Act.OLD_KEY_OFF if self._key is not None:
                    account.root_turn_on(self._key)
                case Act.KEY_FOR_OLD_OWNER | Act.KEY_FOR_NEW_USER if self._key is not None:
                    account.root_delete(self._key)
                case Act.NEW_POLICY_TAKEN:
                    account.administrator.give_policies(self._user() or "", self._policies)
                case Act.DENY_FOR_ALL | Act.DENY_FOR_USERS:
                    account.administrator.set_bucket_policy(PHOTOS, None)
        self._world.clock.advance(30)

    def _in_console(self) -> bool:
        account, old, new = self._world.account, self._world.old.access_key_id, self._newest()
        is_about_old = self.act in {Act.OLD_KEY_DELETED, Act.OLD_KEY_OFF, Act.OLD_KEY_ON}
        key = self._key = old if is_about_old or new is None else new
        user = self._user() or ""
        try:
            match self.act:
                case Act.NEW_KEY_DELETED | Act.OLD_KEY_DELETED:
                    account.root_delete(key)
                case Act.NEW_KEY_OFF | Act.OLD_KEY_OFF:
                    account.root_turn_off(key)
                case Act.OLD_KEY_ON:
                    account.root_turn_on(key)
                case Act.NEW_USER_DELETED:
                    account.administrator.delete_user(user)
                case Act.NEW_POLICY_TAKEN:
                    there = account.administrator.inventory().users.values()
                    self._policies = dict(next(one.policies for one in there if one.name == user))
                    account.administrator.give_policies(user, {})
                case Act.KEY_FOR_OLD_OWNER if self._world.scenario.route == "same-user":
                    self._key = account.create_user_key("office").access_key_id
                case Act.KEY_FOR_OLD_OWNER:
                    self._key = account.create_root_key().access_key_id
                case Act.KEY_FOR_NEW_USER:
                    self._key = account.create_user_key(user).access_key_id
                case Act.DENY_FOR_ALL:
                    account.administrator.set_bucket_policy(PHOTOS, _policy(_A_LOCKOUT))
                case Act.DENY_FOR_USERS:
                    account.administrator.set_bucket_policy(PHOTOS, _policy({**_A_LOCKOUT, **_BUT_ROOT}))
                case Act.DENY_GONE:
                    account.administrator.set_bucket_policy(A_DENY[0], None)
        except Refusal:
            return False  # a limit, or a user that IAM does not find yet
        return True

    def _rotate(self) -> None:
        """The second Keyturn rotates the same key, up to where it waits, or is refused and puts everything back."""
        world = self._world
        assert world.second is not None
        route = world.scenario.route if world.scenario.makes_a_key else "scoped-user"
        words = ("rotate", "LAST4", *BUCKETS, "--route", route, "--watch-days", "0")
        world.said_by_second.append(world.second.keyturn(world.typed(words), Options(in_order=True)))

    def _newest(self) -> AccessKeyId | None:
        """The newest key of the rotation under test."""
        keys = list(self._world.whose.left().keys)
        return AccessKeyId(keys[-1]) if keys else None

    def _user(self) -> str | None:
        """The user who has the new key, or is to have it."""
        if self._world.scenario.route == "same-user" and self._newest() is not None:
            return "office" if "office" in self._world.account.user_names() else None
        return next((one.name for one in self._world.whose.left().users.values()), None)

    def _is_full(self, key: AccessKeyId) -> bool:
        keys = self._world.account.administrator.inventory().keys
        owners = [owner for _, owner in keys.values()]
        return key.value in keys and owners.count(keys[key.value][1]) >= 2


def _policy(statement: object) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
