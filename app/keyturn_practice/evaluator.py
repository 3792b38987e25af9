"""Deciding a request by policies, as IAM does: a Deny wins, then an Allow, else no.

Pure, and independent of moto, whose enforcement ignores conditions (facts/aws.md B2).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from keyturn_practice.conditions import conditions_hold
from keyturn_practice.patterns import Context, as_list, matches


class PolicyVerdict(StrEnum):
    """What policies say, in the words of IAM's simulator."""

    ALLOWED = "allowed"
    IMPLICIT_DENY = "implicitDeny"
    EXPLICIT_DENY = "explicitDeny"


@dataclass(frozen=True, slots=True)
class AccessQuestion:
    """May this be done?

    Attributes:
        action: such as `s3:GetObject`.
        resource: an ARN, or `*`.
        context: condition keys in lower case, each with its values; a missing key is missing, not empty.
        principal_arn: who asks, for policies that stand at a resource.
        account: the account of the one who asks.
    """

    action: str
    resource: str
    context: Context = field(default_factory=dict)
    principal_arn: str = ""
    account: str = ""


def decide(documents: Iterable[Mapping[str, Any]], question: AccessQuestion) -> PolicyVerdict:
    """Decide by the policies of an identity."""
    return _decide((statement for document in documents for statement in _statements(document)), question)


def decide_at_resource(document: Mapping[str, Any], question: AccessQuestion) -> PolicyVerdict:
    """Decide by a policy that stands at the resource, such as a bucket policy: its statements name principals."""
    concerned = (statement for statement in _statements(document) if _names_principal(statement, question))
    return _decide(concerned, question)


def together(identity: PolicyVerdict, resource: PolicyVerdict) -> PolicyVerdict:
    """Within one account a Deny on either side wins, and an Allow on either side is enough (facts/aws.md A5)."""
    both = {identity, resource}
    for decision in (PolicyVerdict.EXPLICIT_DENY, PolicyVerdict.ALLOWED):
        if decision in both:
            return decision
    return PolicyVerdict.IMPLICIT_DENY


def _decide(statements: Iterable[Mapping[str, Any]], question: AccessQuestion) -> PolicyVerdict:
    decision = PolicyVerdict.IMPLICIT_DENY
    for statement in statements:
        if not _applies(statement, question):
            continue
        if statement["Effect"] == "Deny":
            return PolicyVerdict.EXPLICIT_DENY
        decision = PolicyVerdict.ALLOWED
    return decision


def _statements(document: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    statements = document.get("Statement", [])
    return [statements] if isinstance(statements, Mapping) else list(statements)


def _applies(statement: Mapping[str, Any], question: AccessQuestion) -> bool:
    context = question.context
    if "Action" in statement:
        if not any(matches(pattern, question.action, {}, ignore_case=True) for pattern in as_list(statement["Action"])):
            return False
    elif any(matches(pattern, question.action, {}, ignore_case=True) for pattern in as_list(statement["NotAction"])):
        return False
    if "Resource" in statement:
        if not any(matches(pattern, question.resource, context) for pattern in as_list(statement["Resource"])):
            return False
    elif any(matches(pattern, question.resource, context) for pattern in as_list(statement.get("NotResource"))):
        return False
    return conditions_hold(statement.get("Condition", {}), context)


def _names_principal(statement: Mapping[str, Any], question: AccessQuestion) -> bool:
    if "NotPrincipal" in statement:
        return not _is_one_of(statement["NotPrincipal"], question, account_counts=True)
    # The account itself, written as its number or as root's ARN, means everybody in it: a Deny meets them all, an
    # Allow only lets their own policies speak (facts/aws.md A5).
    return _is_one_of(statement.get("Principal"), question, account_counts=statement["Effect"] == "Deny")


def _is_one_of(principal: object, question: AccessQuestion, *, account_counts: bool) -> bool:
    if principal == "*":
        return True
    if not isinstance(principal, Mapping):
        return False
    names = set(as_list(principal.get("AWS")))
    root = question.principal_arn.partition("iam::")[0] + f"iam::{question.account}:root"
    if account_counts or question.principal_arn == root:
        names |= {question.principal_arn} if names & {question.account, root} else set()
    return bool(names & {"*", question.principal_arn})
