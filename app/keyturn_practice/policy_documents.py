"""Reading policy documents as strictly as IAM does (facts/aws.md A6: limits, characters, grammar)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from keyturn_practice.conditions import known_operator
from keyturn_practice.patterns import as_list
from keyturn_practice.refusals import Refusal

INLINE_LIMIT = 2048
MANAGED_LIMIT = 6144
_VERSIONS = {"2012-10-17", "2008-10-17"}
_LETTERS = re.compile("[\t\n\r -\u00ff]+")
_SID = re.compile(r"[A-Za-z0-9]*")
_ACTION = re.compile(r"\*|[A-Za-z0-9-]+:[A-Za-z0-9*?]+")
_RESOURCE = re.compile(r"\*|arn:[^:]+:[^:]+:[^:]*:[^:]*:.+", re.DOTALL)
_ELEMENTS = {
    "Sid",
    "Effect",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
    "Principal",
    "NotPrincipal",
}


def size_of(text: str) -> int:
    """Characters that count against IAM's limits: white space does not."""
    return len(re.sub(r"\s", "", text))


def read_policy(text: str, *, at_resource: bool = False) -> Mapping[str, Any]:
    """Read a policy document.

    Args:
        at_resource: it stands at a bucket, so it has to name principals; the policy of an identity must not.

    Raises:
        Refusal: `MalformedPolicyDocument` (`MalformedPolicy` at a bucket).
    """
    try:
        if not _LETTERS.fullmatch(text):
            raise ValueError("The specified value for policyDocument is invalid.")
        return _checked(json.loads(text), at_resource)
    except ValueError as problem:
        known = problem.args[0] if type(problem) is ValueError else "Syntax errors in policy."
        raise Refusal(400, "MalformedPolicy" if at_resource else "MalformedPolicyDocument", str(known)) from None


def _checked(document: object, at_resource: bool) -> Mapping[str, Any]:
    if not isinstance(document, dict) or set(document) - {"Version", "Id", "Statement"}:
        raise ValueError("Syntax errors in policy.")
    if document.get("Version", "2008-10-17") not in _VERSIONS:
        raise ValueError("The policy must contain a valid version string.")
    statements = document.get("Statement")
    statements = [statements] if isinstance(statements, dict) else statements
    if not isinstance(statements, list) or not statements:
        raise ValueError("Syntax errors in policy.")
    sids = [sid for statement in statements if isinstance(statement, dict) and (sid := statement.get("Sid"))]
    if len(sids) != len(set(sids)):
        raise ValueError("Statement IDs (SID) in a single policy must be unique.")
    for statement in statements:
        _check_statement(statement, at_resource)
    return document


def _check_statement(statement: object, at_resource: bool) -> None:
    if not isinstance(statement, dict) or set(statement) - _ELEMENTS:
        raise ValueError("Syntax errors in policy.")
    if statement.get("Effect") not in {"Allow", "Deny"}:
        raise ValueError("Syntax errors in policy.")
    if ("Principal" in statement or "NotPrincipal" in statement) is not at_resource:
        raise ValueError("Policy document should not specify a principal." if not at_resource else "Missing principal.")
    if not _SID.fullmatch(str(statement.get("Sid", ""))) and not at_resource:
        raise ValueError("Statement IDs (SID) must be alpha-numeric.")
    if ("Action" in statement) == ("NotAction" in statement):
        raise ValueError("Policy statement must contain actions.")
    if ("Resource" in statement) == ("NotResource" in statement):
        raise ValueError("Policy statement must contain resources.")
    for action in as_list(statement.get("Action", statement.get("NotAction"))):
        if not _ACTION.fullmatch(action):
            raise ValueError("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.")
    for resource in as_list(statement.get("Resource", statement.get("NotResource"))):
        if not _RESOURCE.fullmatch(resource):
            raise ValueError(f'Resource {resource} must be in ARN format or "*".')
    conditions = statement.get("Condition", {})
    if not isinstance(conditions, dict) or not all(isinstance(test, dict) for test in conditions.values()):
        raise ValueError("Syntax errors in policy.")
    for name in conditions:
        if not known_operator(name):
            raise ValueError(f"Invalid Condition type : {name}.")
