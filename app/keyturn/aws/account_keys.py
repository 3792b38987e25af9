"""Every access key of a whole account, user after user, no faster than IAM likes to be asked.

An account may have 5,000 users with two keys each (resources/facts/aws.md A2 and A6): then this is 15,000 requests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeVar

from keyturn.aws import access_keys
from keyturn.aws.pace import Pace
from keyturn.aws.propagation import WaitingClock
from keyturn.aws.session import Aws
from keyturn.model.errors import AwsError, AwsFault
from keyturn.model.keys import AccessKey, KeyPair, Principal

# AWS publishes no limit for these requests. This is an assumption, and if it is wrong, the pauses make up for it.
_A_SECOND = 10
_PAUSES = (1.0, 2.0, 4.0, 8.0, 16.0)  # seconds, after "too many requests" in spite of that
_PAGE = 1000  # as many as IAM gives at once


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ListedUser:
    """An IAM user as the account's list has it. `tags` is None if the signer may not read them."""

    principal: Principal
    tags: Mapping[str, str] | None


class AccountKeys:
    """Asks IAM about the users of one account and their keys."""

    def __init__(self, aws: Aws, signer: KeyPair, clock: WaitingClock) -> None:
        self._aws = aws
        self._signer = signer
        self._clock = clock
        self._pace = Pace(clock, 1 / _A_SECOND)

    def users(self) -> Iterator[ListedUser]:
        """Yield every IAM user, page by page; with their tags, if the signer may read them.

        Raises:
            AwsError: DENIED if the signer may not list the users at all.
        """
        told = False
        try:
            for entry in self._listed("GetAccountAuthorizationDetails", "UserDetailList", {"Filter": ["User"]}):
                tags = {tag["Key"]: tag["Value"] for tag in entry.get("Tags") or []}
                told = True
                yield ListedUser(Principal.from_arn(entry["Arn"]), tags)
            return
        except AwsError as error:
            if error.fault is not AwsFault.DENIED or told:
                raise
        for entry in self._listed("ListUsers", "Users", {}):
            yield ListedUser(Principal.from_arn(entry["Arn"]), None)

    def keys_of(self, user: Principal) -> tuple[AccessKey, ...]:
        """Return the keys of a user. The last use of a key is None if it is not known.

        Raises:
            AwsError: if the keys may not be listed.
        """
        listed = self.listed(user)
        return tuple(self._with_last_use(AccessKey(one.access_key_id, user, one.status, one.created)) for one in listed)

    def listed(self, user: Principal) -> tuple[access_keys.ListedKey, ...]:
        """Return the keys of a user, without asking when each was used last.

        Raises:
            AwsError: if the keys may not be listed.
        """
        return self._paced(partial(access_keys.list_keys, self._aws, self._signer, user.user_name))

    def _with_last_use(self, key: AccessKey) -> AccessKey:
        try:
            used = self._paced(partial(access_keys.last_use, self._aws, self._signer, key.access_key_id))
        except AwsError as error:
            if error.fault in {AwsFault.DENIED, AwsFault.NOT_FOUND}:
                return key
            raise
        return replace(key, last_use=used)

    def _listed(self, operation: str, name: str, asked: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        marker: dict[str, Any] = {"MaxItems": _PAGE}
        while True:
            answer = self._paced(partial(self._aws.ask, self._signer, "iam", operation, {**asked, **marker}))
            yield from answer.get(name) or []
            if not answer.get("IsTruncated"):
                return
            marker["Marker"] = answer["Marker"]

    def _paced(self, question: Callable[[], T]) -> T:
        for pause in (*_PAUSES, None):
            self._pace.wait()
            try:
                return question()
            except AwsError as error:
                if error.fault is not AwsFault.THROTTLED or pause is None:
                    raise
                self._clock.sleep(pause)
        raise AssertionError("the last attempt returns or raises")
