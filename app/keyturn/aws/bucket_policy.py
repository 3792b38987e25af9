"""What a bucket's own policy may refuse to an IAM user although root was let through (research/aws.md A5)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from keyturn.model.text import _

# What of a request depends on who makes it. All else (network, TLS, encryption) is the same for root and for a user
# of the same account, so a backup that works today already passes it.
_ABOUT_THE_CALLER = (
    "aws:principalarn",
    "aws:principaltype",
    "aws:principaltag/",
    "aws:userid",
    "aws:username",
    "aws:multifactorauth",
    "aws:tokenissuetime",
    "s3:authtype",
)


def denials(policy: str) -> tuple[str, ...] | None:
    """Describe each Deny statement that looks at who is asking, in a few words; None where the policy is not readable.

    A Deny for certain other users by name cannot meet a user that does not exist yet, and is left out.
    """
    try:
        document = json.loads(policy)
    except ValueError:
        return None
    if not isinstance(document, dict):
        return None
    found: list[str] = []
    for statement in _listed(document.get("Statement")):
        if not isinstance(statement, dict):
            return None
        if statement.get("Effect") == "Deny" and _looks_at_the_caller(statement):
            found.append(_description(statement))
    return tuple(found)


def _looks_at_the_caller(statement: Mapping[str, Any]) -> bool:
    if "NotPrincipal" in statement:
        return True
    principal = statement.get("Principal")
    named = _listed(principal.get("AWS")) if isinstance(principal, dict) else _listed(principal)
    # `…:root` as a principal of a policy means the whole account (research/aws.md A5).
    if not any(name == "*" or str(name).endswith(":root") or str(name).isdecimal() for name in named):
        return False
    return any(key.lower().startswith(_ABOUT_THE_CALLER) for key in _condition_keys(statement))


def _description(statement: Mapping[str, Any]) -> str:
    name = str(statement.get("Sid") or _("without a name"))
    actions = [str(action) for action in _listed(statement.get("Action"))] or ["*"]
    shown = ", ".join(actions[:3]) + (", …" if len(actions) > 3 else "")
    keys = sorted({key for key in _condition_keys(statement) if key.lower().startswith(_ABOUT_THE_CALLER)})
    if keys:
        return _("{name}: refuses {actions} depending on {conditions}").format(
            name=name, actions=shown, conditions=", ".join(keys)
        )
    return _("{name}: refuses {actions} to all but certain callers").format(name=name, actions=shown)


def _condition_keys(statement: Mapping[str, Any]) -> list[str]:
    condition = statement.get("Condition")
    if not isinstance(condition, dict):
        return []
    return [str(key) for test in condition.values() if isinstance(test, dict) for key in test]


def _listed(value: object) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
