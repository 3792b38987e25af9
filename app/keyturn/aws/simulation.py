"""IAM's policy simulator: what it says of rights that nobody can try without leaving a trace (facts/aws.md A5).

It sees the policies that it is given, the user's own and, for a bucket, that of the bucket; neither the policies of KMS
keys nor all that an organisation denies. So what it allows is simulated and never proved, and what it denies is not
known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from keyturn.aws.session import Aws
from keyturn.model.keys import KeyPair
from keyturn.model.needs import PolicyDocument


@dataclass(frozen=True, slots=True)
class Simulated:
    """A user that is asked about: one that will be made, with its policy, or one that is there.

    Attributes:
        arn: the user's.
        policy: of a user that is not made yet; None for one that is there, whose policies IAM knows.
    """

    arn: str
    policy: PolicyDocument | None


def allowed_actions(
    aws: Aws,
    signer: KeyPair,
    user: Simulated,
    resources: Sequence[str],
    actions: Sequence[str],
    bucket_policy: str,
    account: str,
) -> frozenset[tuple[str, str]]:
    """Return which of the actions the simulator allows the user on which of the resources, requests coming over TLS.

    Args:
        resources: ARNs of buckets or of objects in them.
        bucket_policy: the own policy of the one bucket that they are of; empty for buckets that have none.
        account: the bucket's owner.

    Raises:
        AwsError: DENIED where the signer may not ask the simulator; anything else that is no answer.
    """
    parameters: dict[str, Any] = {
        "ActionNames": list(actions),
        "ResourceArns": list(resources),
        # A key that is left out is not compared, and the result means nothing (facts/aws.md A5).
        "ContextEntries": [
            _entry("aws:SecureTransport", "true", "boolean"),
            _entry("aws:ResourceAccount", account),
            _entry("s3:ResourceAccount", account),
            _entry("aws:PrincipalArn", user.arn),
        ],
    }
    if bucket_policy:
        parameters |= {"ResourcePolicy": bucket_policy, "CallerArn": user.arn}
    if user.policy is None:
        operation, parameters["PolicySourceArn"] = "SimulatePrincipalPolicy", user.arn
    else:
        operation, parameters["PolicyInputList"] = "SimulateCustomPolicy", [user.policy.text()]
    results: list[Mapping[str, Any]] = []
    more: dict[str, str] = {}
    while True:
        answer = aws.ask(signer, "iam", operation, {**parameters, **more})
        results += answer.get("EvaluationResults") or []
        if not answer.get("IsTruncated"):
            break
        more = {"Marker": answer["Marker"]}
    found = set()
    for one in results:
        # The decision on an action as a whole is the strictest of those on its resources (facts/aws.md A5).
        for each in one.get("ResourceSpecificResults") or [
            {"EvalResourceName": resource, "EvalResourceDecision": one.get("EvalDecision")} for resource in resources
        ]:
            if each.get("EvalResourceDecision") == "allowed":
                found.add((str(one["EvalActionName"]), str(each["EvalResourceName"])))
    return frozenset(found)


def _entry(name: str, value: str, kind: str = "string") -> dict[str, Any]:
    return {"ContextKeyName": name, "ContextKeyValues": [value], "ContextKeyType": kind}
