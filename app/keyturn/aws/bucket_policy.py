"""What a bucket's own policy refuses: to the old key, to the new one, or perhaps (facts/aws.md A5).

A Deny is read for two callers. What it says of the network or of headers is the same for both; what it says of who is
asking is not, and lets root through where it stops a user.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from keyturn.aws.policy_patterns import matches, overlap
from keyturn.model.keys import Principal, PrincipalKind
from keyturn.model.text import _

# What of a request depends on who makes it. A key that is in no request of a user's is known to be missing.
_OF_THE_CALLER = frozenset(
    {"aws:principalarn", "aws:principaltype", "aws:userid", "aws:username", "aws:principalaccount"}
)
_OF_NO_LASTING_KEY = frozenset({"aws:multifactorauthpresent", "aws:multifactorauthage", "aws:tokenissuetime"})
_TAG = "aws:principaltag/"
# How a condition compares texts: whether patterns count, whether the cases of letters do not.
_COMPARES: Mapping[str, tuple[bool, bool]] = {
    "stringequals": (False, False),
    "stringequalsignorecase": (False, True),
    "stringlike": (True, False),
    "arnequals": (True, False),
    "arnlike": (True, False),
    "bool": (False, True),
}


class Truth(StrEnum):
    """Whether something holds."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, as a bucket's policy can tell.

    Attributes:
        arn: as `aws:PrincipalArn` has it.
        user_id: as `aws:userid` has it; of a user that is not made yet, what no policy can name but by a pattern; None
            where it is not known.
        user_name: None for root.
        tags: the user's.
    """

    arn: str
    account: str
    user_id: str | None
    user_name: str | None
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def root_arn(self) -> str:
        """The ARN of the account's root user, which as a principal stands for the account."""
        return f"{self.arn.partition(':iam::')[0]}:iam::{self.account}:root"

    @property
    def values(self) -> Mapping[str, str]:
        """What is known of each request that this one makes."""
        known = {
            "aws:principalarn": self.arn,
            "aws:principaltype": "Account" if self.user_name is None else "User",
            "aws:principalaccount": self.account,
            "aws:resourceaccount": self.account,
            "s3:resourceaccount": self.account,
            **{f"{_TAG}{name.lower()}": value for name, value in self.tags.items()},
        }
        if self.user_id is not None:
            known["aws:userid"] = self.user_id
        if self.user_name is not None:
            known["aws:username"] = self.user_name
        return known


def caller_of(owner: Principal) -> Caller:
    """Return who asks with a key of this owner. What its tags are is not known, so that none is taken for missing."""
    is_root = owner.kind is PrincipalKind.ROOT
    return Caller(owner.arn, owner.account, owner.account if is_root else None, owner.user_name)


def new_user(owner: Principal, name: str, path: str, tags: Mapping[str, str]) -> Caller:
    """Return who asks with the key of a user that will be made in the owner's account."""
    arn = f"arn:{owner.partition}:iam::{owner.account}:user{path}{name}"
    return Caller(arn, owner.account, "AIDA?", name, tags)


@dataclass(frozen=True, slots=True)
class PolicyDenial:
    """A Deny that meets rights which a new key is given.

    Attributes:
        name: the statement's own, or words for its having none.
        actions: those of the rights that it meets.
        conditions: the keys of its conditions.
        old, new: whether it stops the old key, and the new one.
    """

    name: str
    actions: tuple[str, ...]
    conditions: tuple[str, ...]
    old: Truth
    new: Truth

    @property
    def text(self) -> str:
        """The statement in a few words."""
        shown = ", ".join(self.actions[:3]) + (", …" if len(self.actions) > 3 else "")
        if self.conditions:
            return _("{name}: refuses {actions} depending on {conditions}").format(
                name=self.name, actions=shown, conditions=", ".join(self.conditions)
            )
        return _("{name}: refuses {actions}").format(name=self.name, actions=shown)


def denials(
    policy: str, rights: Iterable[tuple[str, str]], old: Caller, new: Caller, *, secure: bool
) -> tuple[PolicyDenial, ...] | None:
    """Return each Deny that does or may stop the new key at one of its rights; None where the policy is not readable.

    Args:
        policy: as S3 tells it; empty where the bucket has none.
        rights: actions, each with the ARN of what it is for, in which `*` and `?` are patterns.
        secure: the programs speak TLS.
    """
    if not policy:
        return ()
    try:
        document = json.loads(policy)
    except ValueError:
        return None
    if not isinstance(document, dict):
        return None
    statements = _listed(document.get("Statement"))
    if not all(isinstance(statement, dict) for statement in statements):
        return None
    granted = list(rights)
    found = [_denial(one, granted, old, new, secure=secure) for one in statements if one.get("Effect") == "Deny"]
    return tuple(one for one in found if one is not None)


def _denial(
    statement: Mapping[str, Any], rights: Sequence[tuple[str, str]], old: Caller, new: Caller, *, secure: bool
) -> PolicyDenial | None:
    actions = tuple(dict.fromkeys(action for action, resource in rights if _covers(statement, action, resource)))
    if not actions:
        return None
    network = {"aws:securetransport": "true" if secure else "false"}
    stops = [
        _all_of([_is_meant(statement, caller), *_conditions(statement, {**network, **caller.values}, caller)])
        for caller in (old, new)
    ]
    # What is not known of the network and of headers is the same for both keys, and the old one's backups pass it.
    if stops[1] is Truth.NO or (stops == [Truth.UNKNOWN, Truth.UNKNOWN] and not _looks_at_the_caller(statement)):
        return None
    name = str(statement.get("Sid") or _("a statement without a name"))
    return PolicyDenial(name, actions, tuple(sorted(_condition_keys(statement))), stops[0], stops[1])


def _covers(statement: Mapping[str, Any], action: str, resource: str) -> bool:
    if "NotAction" in statement:
        if any(matches(str(one), action, ignore_case=True) for one in _listed(statement["NotAction"])):
            return False
    elif not any(matches(str(one), action, ignore_case=True) for one in _listed(statement.get("Action"))):
        return False
    if "NotResource" in statement:
        # What is outside of it is met; a part of what is given may be.
        return not any(matches(str(one), resource) for one in _listed(statement["NotResource"]))
    return any(overlap(str(one), resource) for one in _listed(statement.get("Resource")))


def _is_meant(statement: Mapping[str, Any], caller: Caller) -> Truth:
    if "NotPrincipal" in statement:
        names = _principals(statement["NotPrincipal"])
        if caller.arn in names:
            return Truth.NO
        # Whether root's ARN here exempts the whole account is told in two ways (facts/field-reports.md).
        return Truth.UNKNOWN if names & {caller.root_arn, caller.account} else Truth.YES
    names = _principals(statement.get("Principal"))
    # The account, as its number or as root's ARN, means everybody in it where it is denied something (aws.md A5).
    return Truth.YES if names & {"*", caller.arn, caller.root_arn, caller.account} else Truth.NO


def _principals(principal: object) -> set[str]:
    named = _listed(principal.get("AWS")) if isinstance(principal, dict) else _listed(principal)
    return {str(name) for name in named}


def _conditions(statement: Mapping[str, Any], known: Mapping[str, str], caller: Caller) -> Iterator[Truth]:
    conditions = statement.get("Condition")
    for name, test in conditions.items() if isinstance(conditions, dict) else ():
        for key, wanted in test.items() if isinstance(test, dict) else ():
            yield _holds(str(name), str(key).lower(), [str(one) for one in _listed(wanted)], known, caller)


def _holds(name: str, key: str, wanted: Sequence[str], known: Mapping[str, str], caller: Caller) -> Truth:
    quantifier, _colon, rest = name.lower().rpartition(":")
    plain = rest.removesuffix("ifexists")
    value = known.get(key)
    missing = value is None and _is_missing(key, caller)
    if value is None and not missing:
        return Truth.UNKNOWN
    if plain == "null":
        return _truth(any((value is None) == (one.lower() == "true") for one in wanted))
    negated = plain.startswith(("stringnot", "arnnot"))
    how = _COMPARES.get(plain.replace("not", "", 1) if negated else plain)
    if how is None or any("${" in one for one in wanted):
        return Truth.UNKNOWN
    if value is None:
        # Without the key "is not" holds and "is" does not, and all of none hold.
        return _truth(negated or plain != rest or quantifier == "forallvalues")
    patterns, ignore_case = how
    fits = any(
        matches(one, value, ignore_case=ignore_case) if patterns else _same(one, value, ignore_case) for one in wanted
    )
    return _truth(fits is not negated)


def _is_missing(key: str, caller: Caller) -> bool:
    if key in _OF_NO_LASTING_KEY:
        return True
    if key.startswith(_TAG):
        return caller.user_name is None or bool(caller.tags)
    return key == "aws:username" and caller.user_name is None


def _looks_at_the_caller(statement: Mapping[str, Any]) -> bool:
    keys = [key.lower() for key in _condition_keys(statement)]
    return "NotPrincipal" in statement or any(key in _OF_THE_CALLER or key.startswith(_TAG) for key in keys)


def _all_of(truths: Iterable[Truth]) -> Truth:
    found = set(truths)
    if Truth.NO in found:
        return Truth.NO
    return Truth.UNKNOWN if Truth.UNKNOWN in found else Truth.YES


def _truth(holds: bool) -> Truth:
    return Truth.YES if holds else Truth.NO


def _same(one: str, other: str, ignore_case: bool) -> bool:
    return one.lower() == other.lower() if ignore_case else one == other


def _condition_keys(statement: Mapping[str, Any]) -> list[str]:
    condition = statement.get("Condition")
    if not isinstance(condition, dict):
        return []
    return [str(key) for test in condition.values() if isinstance(test, dict) for key in test]


def _listed(value: object) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
