"""The access keys of one owner: list, last use, create, turn off and on, delete.

Without a user name, IAM takes the owner from the key that signs: that is how root's keys are managed
(facts/aws.md A2).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from keyturn.aws.error_codes import torn
from keyturn.aws.session import Aws
from keyturn.model.errors import AwsError, AwsFault
from keyturn.model.keys import AccessKeyId, KeyPair, KeyStatus, LastUse, Secret

# Other statuses exist (`Expired`); none of them is active (facts/aws.md A2).
_STATUSES = {"Active": KeyStatus.ACTIVE, "Inactive": KeyStatus.INACTIVE}


@dataclass(frozen=True, slots=True)
class ListedKey:
    """One access key as IAM lists it. `created` is in UTC; None where IAM did not tell."""

    access_key_id: AccessKeyId
    status: KeyStatus
    created: datetime | None


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that AWS has just made. Its secret is shown this once and never again."""

    pair: KeyPair
    created: datetime | None


def list_keys(aws: Aws, signer: KeyPair, user_name: str | None) -> tuple[ListedKey, ...]:
    """Return all access keys of `user_name`, or of the signer's owner where it is None, inactive ones too.

    There can be more than two (facts/peers.md C27).

    Raises:
        AwsError: NOT_FOUND where there is no such user.
    """
    keys: list[ListedKey] = []
    marker: dict[str, str] = {}
    while True:
        answer = aws.ask(signer, "iam", "ListAccessKeys", {**_of(user_name), **marker})
        keys += [
            ListedKey(
                AccessKeyId(entry["AccessKeyId"]),
                _STATUSES.get(entry.get("Status", ""), KeyStatus.UNKNOWN),
                in_utc(entry.get("CreateDate")),
            )
            for entry in answer.get("AccessKeyMetadata", [])
        ]
        if not answer.get("IsTruncated"):
            return tuple(keys)
        marker = {"Marker": answer["Marker"]}


def last_use(aws: Aws, signer: KeyPair, key: AccessKeyId) -> LastUse:
    """Return the last use of `key` that AWS recorded; `date` is None where there was none since April 2015.

    Ask this before anything else is signed with `key`: our own use becomes its last use (facts/aws.md A3).

    Raises:
        AwsError: DENIED where the signer may not ask; then the last use is unknown, not "never".
    """
    answer = _asked_for_last_use(aws, signer, key)
    used: Mapping[str, Any] | None = answer.get("AccessKeyLastUsed")
    if used is None:
        raise torn()
    return LastUse(in_utc(used.get("LastUsedDate")), used.get("ServiceName", "N/A"), used.get("Region", "N/A"))


def user_of(aws: Aws, signer: KeyPair, key: AccessKeyId) -> str | None:
    """Return the name that AWS tells with the last use of `key` as that of its IAM user; None where it tells none.

    Of root's key it may be anything, so whether the user has the key is to be seen in the list of its keys.

    Raises:
        AwsError: DENIED where the signer may not ask, or the key is of another account.
    """
    name = _asked_for_last_use(aws, signer, key).get("UserName")
    return name if isinstance(name, str) and name else None


def _asked_for_last_use(aws: Aws, signer: KeyPair, key: AccessKeyId) -> Mapping[str, Any]:
    return aws.ask(signer, "iam", "GetAccessKeyLastUsed", {"AccessKeyId": key.value})


def create_key(aws: Aws, signer: KeyPair, user_name: str | None) -> NewKey:
    """Make a new access key for `user_name`, or for the signer's owner where it is None. Sent exactly once.

    A repeated request makes a second key and loses the first one's secret (facts/aws.md 0.3, measured).

    Raises:
        AwsError: LIMIT where there are two already. Where `outcome_unknown`, a key may exist whose secret is lost:
            list the keys and compare with the list taken before.
    """
    answer = aws.ask(signer, "iam", "CreateAccessKey", _of(user_name), attempts=1)
    made: Mapping[str, Any] = answer.get("AccessKey") or {}
    if not made.get("AccessKeyId") or not made.get("SecretAccessKey"):
        raise torn()
    pair = KeyPair(AccessKeyId(made["AccessKeyId"]), Secret(made["SecretAccessKey"]))
    partition = aws.partition_of(signer.access_key_id)
    if partition is not None:
        aws.remember_partition(pair.access_key_id, partition)
    aws.remember_new(pair.access_key_id)
    return NewKey(pair, in_utc(made.get("CreateDate")))


def set_status(aws: Aws, signer: KeyPair, key: AccessKeyId, *, active: bool, user_name: str | None) -> None:
    """Turn `key` on or off. A key may turn itself off, and cannot turn itself on again (facts/aws.md A2).

    Raises:
        AwsError: NOT_FOUND where the owner has no such key.
    """
    wanted = {"AccessKeyId": key.value, "Status": "Active" if active else "Inactive", **_of(user_name)}
    aws.ask(signer, "iam", "UpdateAccessKey", wanted)
    if active:
        aws.remember_new(key)
    else:
        aws.forget_new(key)


def delete_key(aws: Aws, signer: KeyPair, key: AccessKeyId, *, user_name: str | None) -> None:
    """Delete `key`. A key that is gone already is what was asked for.

    Raises:
        AwsError: for everything else that AWS refuses.
    """
    try:
        aws.ask(signer, "iam", "DeleteAccessKey", {"AccessKeyId": key.value, **_of(user_name)})
    except AwsError as error:
        if error.fault is not AwsFault.NOT_FOUND:
            raise


def in_utc(moment: datetime | None) -> datetime | None:
    """The moment in UTC: botocore gives it in the computer's own time zone."""
    return None if moment is None else moment.astimezone(UTC)


def _of(user_name: str | None) -> dict[str, str]:
    return {} if user_name is None else {"UserName": user_name}
