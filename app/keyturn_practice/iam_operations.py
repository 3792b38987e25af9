"""What all operations of IAM and STS share: their parameters, and the resource a policy has to name for them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from keyturn_practice.identities import Identities, RequestSigner, Role, User
from keyturn_practice.refusals import Refusal

Form = Mapping[str, str]
Result = Mapping[str, Any] | None
Operation = Callable[[Identities, RequestSigner, Form], Result]

_NAME = re.compile(r"[A-Za-z0-9_+=,.@-]+")
_ON_USERS = frozenset(
    {
        "AttachUserPolicy",
        "CreateAccessKey",
        "CreateUser",
        "DeleteAccessKey",
        "DeleteLoginProfile",
        "DeleteUser",
        "DeleteUserPolicy",
        "DetachUserPolicy",
        "GetLoginProfile",
        "GetUser",
        "GetUserPolicy",
        "ListAccessKeys",
        "ListAttachedUserPolicies",
        "ListGroupsForUser",
        "ListMFADevices",
        "ListSigningCertificates",
        "ListUserPolicies",
        "ListUserTags",
        "PutUserPolicy",
        "TagUser",
        "UntagUser",
        "UpdateAccessKey",
        "UpdateUser",
    }
)


def required(form: Form, name: str) -> str:
    """A parameter that must be there.

    Raises:
        Refusal: `ValidationError`.
    """
    value = form.get(name, "")
    if not value:
        parameter = f"{name[0].lower()}{name[1:]}"
        message = f"1 validation error detected: Value at '{parameter}' failed to satisfy constraint: must not be null"
        raise Refusal(400, "ValidationError", message)
    return value


def check_name(value: str, longest: int, parameter: str) -> None:
    """Check a name of a user or policy.

    Raises:
        Refusal: `ValidationError`.
    """
    if not _NAME.fullmatch(value) or len(value) > longest:
        message = (
            f"The specified value for {parameter} is invalid. "
            "It must contain only alphanumeric characters and/or the following: +=,.@_-"
        )
        raise Refusal(400, "ValidationError", message)


def user_named(identities: Identities, form: Form) -> User:
    """The user that `UserName` names.

    Raises:
        Refusal: `NoSuchEntity`.
    """
    return identities.find_user(required(form, "UserName"))


def members(form: Form, name: str) -> list[str]:
    """The values of a list parameter: `ActionNames.member.1` and so on."""
    found: list[str] = []
    while (value := form.get(f"{name}.member.{len(found) + 1}")) is not None:
        found.append(value)
    return found


def structures(form: Form, name: str, *fields: str) -> list[tuple[str, ...]]:
    """The values of a list of structures: `Tags.member.1.Key` and so on."""
    found: list[tuple[str, ...]] = []
    while (first := form.get(f"{name}.member.{len(found) + 1}.{fields[0]}")) is not None:
        number = len(found) + 1
        found.append((first, *(form.get(f"{name}.member.{number}.{field}", "") for field in fields[1:])))
    return found


def page(form: Form, name: str, items: Sequence[object]) -> dict[str, Any]:
    """One page of a list, with `IsTruncated` and `Marker` as IAM has them."""
    start = int(form.get("Marker", "0") or "0")
    size = int(form.get("MaxItems", "100"))
    more = start + size < len(items)
    return {
        name: list(items[start : start + size]),
        "IsTruncated": more,
        "Marker": str(start + size) if more else None,
    }


def tag_context(form: Form) -> dict[str, tuple[str, ...]]:
    """What conditions may ask of the tags that are sent (IAM User Guide: `aws:TagKeys`, `aws:RequestTag`)."""
    tags = {tag[0]: tag[1] for tag in structures(form, "Tags", "Key", "Value")}
    keys = (*tags, *members(form, "TagKeys"))
    sent = {f"aws:requesttag/{key.lower()}": (value,) for key, value in tags.items()}
    return {**sent, **({"aws:tagkeys": keys} if keys else {})}


def resource_tag_context(identities: Identities, form: Form) -> dict[str, tuple[str, ...]]:
    """What conditions may ask of the tags of the user that `UserName` names (IAM User Guide: `iam:ResourceTag`)."""
    user = identities.users.get(form.get("UserName", "").lower())
    tags = {} if user is None else user.tags
    return {f"{word}:resourcetag/{key.lower()}": (value,) for key, value in tags.items() for word in ("iam", "aws")}


def user_meant(identities: Identities, caller: RequestSigner, form: Form) -> User | None:
    """The user that `UserName` names, else the one who signed; None means root (facts/aws.md A2)."""
    name = form.get("UserName", "")
    if not name and isinstance(caller.user, Role):
        raise Refusal(400, "ValidationError", "Must specify userName when calling with non-User credentials")
    return identities.find_user(name) if name else caller.user


def resource_of(identities: Identities, caller: RequestSigner, action: str, form: Form) -> str:
    """The ARN that a policy has to allow for this operation; `*` for those that know no resource."""
    if action in _ON_USERS:
        name = form.get("UserName", "")
        if not name:
            return caller.arn
        known = identities.users.get(name.lower())
        return known.arn if known else identities.user_arn(form.get("Path", "/"), name)
    if action == "GetAccessKeyLastUsed":
        key = identities.keys.get(form.get("AccessKeyId", ""))
        return identities.caller(key).arn if key else "*"
    if action == "ListUsers":
        return identities.user_arn(form.get("PathPrefix", "/"), "")
    if "PolicyArn" in form:
        return form["PolicyArn"]
    if action == "CreatePolicy":
        path, name = form.get("Path", "/"), form.get("PolicyName", "")
        return f"arn:{identities.partition}:iam::{identities.account_id}:policy{path}{name}"
    return "*"
