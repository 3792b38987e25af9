"""Operations on access keys, and STS: who am I.

Facts: facts/aws.md A1 (identity), A2 (root's own keys, limits, owners), A3 (last use).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from keyturn_practice.iam_operations import Form, Operation, Result, page, required, user_meant
from keyturn_practice.identities import Identities, Key, RequestSigner, Status
from keyturn_practice.refusals import Refusal


def _name(identities: Identities, key: Key) -> str | None:
    """The owner's name; root has none, or the account's alias (facts/aws.md A2: absent; C8: to be verified)."""
    return identities.root_alias if key.owner is None else key.owner.name


def _key_of(identities: Identities, caller: RequestSigner, form: Form) -> Key:
    owner = user_meant(identities, caller, form)
    key_id = required(form, "AccessKeyId")
    key = identities.keys.get(key_id)
    if key is None or key.owner is not owner or key.status is Status.DELETED:
        raise Refusal(404, "NoSuchEntity", f"The Access Key with id {key_id} cannot be found.")
    return key


def _create(identities: Identities, caller: RequestSigner, form: Form) -> Result:
    if caller.key.status is Status.DELETED:
        # A deleted key is still accepted for seconds, but must not bear another one (facts/aws.md A4).
        raise Refusal(403, "InvalidClientTokenId", "The security token included in the request is invalid.")
    key = identities.add_key(user_meant(identities, caller, form))
    shown = {
        "UserName": _name(identities, key),
        "AccessKeyId": key.access_key_id,
        "Status": key.status,
        "SecretAccessKey": key.secret,
        "CreateDate": key.created,
    }
    return {"AccessKey": shown}


def _list(identities: Identities, caller: RequestSigner, form: Form) -> Result:
    keys = identities.keys_of(user_meant(identities, caller, form))
    shown = [
        {
            "UserName": _name(identities, key),
            "AccessKeyId": key.access_key_id,
            "Status": key.status,
            "CreateDate": key.created,
        }
        for key in keys
    ]
    return page(form, "AccessKeyMetadata", shown)


def _update(identities: Identities, caller: RequestSigner, form: Form) -> Result:
    key = _key_of(identities, caller, form)
    status = required(form, "Status")
    if status not in {Status.ACTIVE, Status.INACTIVE}:
        message = (
            f"1 validation error detected: Value '{status}' at 'status' failed to satisfy constraint: "
            "Member must satisfy enum value set: [Active, Inactive]"
        )
        raise Refusal(400, "ValidationError", message)
    identities.change_key(key, Status(status))
    return None


def _delete(identities: Identities, caller: RequestSigner, form: Form) -> Result:
    identities.change_key(_key_of(identities, caller, form), Status.DELETED)
    return None


def _last_used(identities: Identities, caller: RequestSigner, form: Form) -> Result:
    key_id = required(form, "AccessKeyId")
    key = identities.keys.get(key_id)
    if key is None or key.status is Status.DELETED:
        raise Refusal(404, "NoSuchEntity", f"The Access Key with id {key_id} cannot be found.")
    use = key.uses.last(identities.clock.now(), identities.lag.last_use)
    if use is None:
        known: dict[str, Any] = {"ServiceName": "N/A", "Region": "N/A"}
    else:
        known = {"LastUsedDate": use.at, "ServiceName": use.service, "Region": use.region}
    return {"UserName": _name(identities, key), "AccessKeyLastUsed": known}


def _caller_identity(identities: Identities, caller: RequestSigner, form: Form) -> Result:
    return {"Arn": caller.arn, "UserId": caller.user_id, "Account": identities.account_id}


def _key_info(identities: Identities, caller: RequestSigner, form: Form) -> Result:
    key_id = required(form, "AccessKeyId")
    if key_id not in identities.keys:
        raise Refusal(400, "ValidationError", "The access key does not exist.")
    return {"Account": identities.account_id}


KEY_OPERATIONS: Mapping[str, Operation] = {
    "CreateAccessKey": _create,
    "DeleteAccessKey": _delete,
    "GetAccessKeyLastUsed": _last_used,
    "ListAccessKeys": _list,
    "UpdateAccessKey": _update,
}
STS_OPERATIONS: Mapping[str, Operation] = {
    "GetAccessKeyInfo": _key_info,
    "GetCallerIdentity": _caller_identity,
}
