"""Operations on IAM users and their tags.

Facts: facts/aws.md A6 (names, paths) and 7.1 (codes).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from keyturn_practice.iam_operations import (
    Form,
    Operation,
    Result,
    check_name,
    members,
    page,
    required,
    structures,
    user_meant,
    user_named,
)
from keyturn_practice.identities import Identities, RequestSigner, User
from keyturn_practice.refusals import Refusal

_MOST_TAGS = 50
_TAG = re.compile(r"[\w .:/=+@-]*")
_PATH = re.compile(r"/|/[!-~]{1,510}/")


def _shown(user: User) -> dict[str, Any]:
    return {
        "Path": user.path,
        "UserName": user.name,
        "UserId": user.user_id,
        "Arn": user.arn,
        "CreateDate": user.created,
    }


def tag_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """The tags as IAM lists them."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def sent_tags(form: Form, quota: str) -> dict[str, str]:
    """The tags sent: at most 50, keys up to 128 characters, values up to 256 (facts/aws.md A6).

    Raises:
        Refusal: `LimitExceeded`, which names the quota; `ValidationError`.
    """
    tags = {tag[0]: tag[1] for tag in structures(form, "Tags", "Key", "Value")}
    if len(tags) > _MOST_TAGS:
        raise Refusal(409, "LimitExceeded", f"Cannot exceed quota for {quota}: {_MOST_TAGS}")
    for key, value in tags.items():
        if not _TAG.fullmatch(key) or len(key) > 128 or not _TAG.fullmatch(value) or len(value) > 256:
            raise Refusal(400, "ValidationError", "Value at 'tags' failed to satisfy constraint")
    return tags


def _create(identities: Identities, caller: RequestSigner, form: Form) -> Result:
    name, path = required(form, "UserName"), form.get("Path", "/")
    check_name(name, 64, "userName")
    if not _PATH.fullmatch(path):
        raise Refusal(400, "ValidationError", "The specified value for path is invalid. It must begin and end with /")
    tags = sent_tags(form, "TagsPerUser")
    user = identities.add_user(name, path, tags)
    return {"User": {**_shown(user), "Tags": tag_list(user.tags) or None}}


def _get(identities: Identities, caller: RequestSigner, form: Form) -> Result:
    user = user_meant(identities, caller, form)
    if user is None:
        oldest = min((key.created for key in identities.keys_of(None)), default=identities.clock.now())
        root = {"UserId": identities.account_id, "Arn": identities.root_arn, "CreateDate": oldest}
        return {"User": {"UserName": identities.root_alias, **root}}
    return {"User": {**_shown(user), "Tags": tag_list(user.tags) or None}}


def _list(identities: Identities, caller: RequestSigner, form: Form) -> Result:
    prefix = form.get("PathPrefix", "/")
    found = sorted((user for user in identities.users.values() if user.path.startswith(prefix)), key=lambda u: u.name)
    return page(form, "Users", [_shown(user) for user in found])


def _delete(identities: Identities, caller: RequestSigner, form: Form) -> Result:
    user = user_named(identities, form)
    reasons = {
        "access keys": bool(identities.keys_of(user)),
        "policies": bool(user.inline),
        "attached policies": bool(user.attached),
    }
    for what, there in reasons.items():
        if there:
            raise Refusal(409, "DeleteConflict", f"Cannot delete entity, must delete {what} first.")
    del identities.users[user.name.lower()]
    return None


def _tag(identities: Identities, caller: RequestSigner, form: Form) -> Result:
    user, sent = user_named(identities, form), sent_tags(form, "TagsPerUser")
    # IAM User Guide, "Rules for tagging in IAM": of a user's tags none differ in case alone; a new one replaces it.
    same = {key.lower() for key in sent}
    user.tags = {**{key: value for key, value in user.tags.items() if key.lower() not in same}, **sent}
    return None


def _untag(identities: Identities, caller: RequestSigner, form: Form) -> Result:
    user = user_named(identities, form)
    for key in members(form, "TagKeys"):
        user.tags.pop(key, None)
    return None


def _details(identities: Identities, caller: RequestSigner, form: Form) -> Result:
    """All entities of the kinds asked for; of users alone, since no other kind has keys."""
    kinds = members(form, "Filter")
    found = sorted(identities.users.values(), key=lambda user: user.name) if not kinds or "User" in kinds else []
    return page(form, "UserDetailList", [{**_shown(user), "Tags": tag_list(user.tags) or None} for user in found])


def _list_tags(identities: Identities, caller: RequestSigner, form: Form) -> Result:
    return page(form, "Tags", tag_list(user_named(identities, form).tags))


def _none_of(name: str) -> Operation:
    def listed(identities: Identities, caller: RequestSigner, form: Form) -> Result:
        user_meant(identities, caller, form)
        return page(form, name, [])

    return listed


def _no_login(identities: Identities, caller: RequestSigner, form: Form) -> Result:
    user_meant(identities, caller, form)
    raise Refusal(404, "NoSuchEntity", f"Login Profile for User {form.get('UserName', '')} cannot be found.")


USER_OPERATIONS: Mapping[str, Operation] = {
    "CreateUser": _create,
    "DeleteLoginProfile": _no_login,
    "DeleteUser": _delete,
    "GetAccountAuthorizationDetails": _details,
    "GetLoginProfile": _no_login,
    "GetUser": _get,
    "ListAccountAliases": _none_of("AccountAliases"),
    "ListGroupsForUser": _none_of("Groups"),
    "ListMFADevices": _none_of("MFADevices"),
    "ListSigningCertificates": _none_of("Certificates"),
    "ListUserTags": _list_tags,
    "ListUsers": _list,
    "TagUser": _tag,
    "UntagUser": _untag,
}
