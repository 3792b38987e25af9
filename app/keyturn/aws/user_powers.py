"""What an IAM user may do beyond its own work: change IAM, or become somebody else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from keyturn.aws.isolation import service_models
from keyturn.aws.policy_patterns import matches
from keyturn.aws.session import Aws
from keyturn.model.keys import KeyPair

_READING = ("Get", "List", "Generate", "Simulate")
# Ways to become somebody else, and the right to hand a role to a service, which is no operation of its own.
_BECOMING = (
    "iam:PassRole",
    "sts:AssumeRole",
    "sts:AssumeRoleWithSAML",
    "sts:AssumeRoleWithWebIdentity",
    "sts:AssumeRoot",
)


def powers_of_user(aws: Aws, signer: KeyPair, user_name: str) -> tuple[str, ...]:
    """Return the actions that change IAM or make somebody else of the user, as far as its policies allow them.

    What takes rights away again (a Deny, a boundary, the organisation's policies) is not counted: it may change.

    Raises:
        AwsError: DENIED where the signer may not read them all, so that it is not known; else where AWS could not be
            asked.
    """
    found: dict[str, None] = {}
    for document in _policies_of(aws, signer, user_name):
        found.update(dict.fromkeys(_powers_in(document)))
    return tuple(found)


def _powers_in(document: Mapping[str, Any]) -> Iterator[str]:
    for statement in _listed(document.get("Statement")):
        if statement.get("Effect") != "Allow":
            continue
        if "NotAction" in statement:
            left_out = _listed(statement["NotAction"])
            yield from (one for one in _powerful() if not _covered(one, left_out))
        else:
            allowed = _listed(statement.get("Action"))
            yield from (one for one in _powerful() if _covered(one, allowed))


def _covered(action: str, patterns: list[Any]) -> bool:
    return any(matches(str(pattern), action, ignore_case=True) for pattern in patterns)


@cache
def _powerful() -> tuple[str, ...]:
    operations = service_models().load_service_model("iam", "service-2")["operations"]
    return (*(f"iam:{name}" for name in sorted(operations) if not name.startswith(_READING)), *_BECOMING)


def _policies_of(aws: Aws, signer: KeyPair, user_name: str) -> Iterator[Mapping[str, Any]]:
    """Every policy of the user and of its groups."""
    user = {"UserName": user_name}
    yield from _of(aws, signer, "User", user)
    for group in _all(aws, signer, "ListGroupsForUser", user, "Groups"):
        yield from _of(aws, signer, "Group", {"GroupName": str(group["GroupName"])})


def _of(aws: Aws, signer: KeyPair, kind: str, named: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
    for name in _all(aws, signer, f"List{kind}Policies", named, "PolicyNames"):
        yield aws.ask(signer, "iam", f"Get{kind}Policy", {**named, "PolicyName": name})["PolicyDocument"]
    for attached in _all(aws, signer, f"ListAttached{kind}Policies", named, "AttachedPolicies"):
        arn = {"PolicyArn": attached["PolicyArn"]}
        version = aws.ask(signer, "iam", "GetPolicy", arn)["Policy"]["DefaultVersionId"]
        answer = aws.ask(signer, "iam", "GetPolicyVersion", {**arn, "VersionId": version})
        yield answer["PolicyVersion"]["Document"]


def _all(aws: Aws, signer: KeyPair, operation: str, named: Mapping[str, str], member: str) -> Iterator[Any]:
    more: dict[str, str] = {}
    while True:
        answer = aws.ask(signer, "iam", operation, {**named, **more})
        yield from answer.get(member) or []
        if not answer.get("IsTruncated"):
            return
        more = {"Marker": answer["Marker"]}


def _listed(value: object) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]
