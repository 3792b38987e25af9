"""The evaluator decides by policies as IAM does."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from keyturn.model.needs import Addition, BucketNeeds, policy_for
from keyturn_practice.evaluator import AccessQuestion, PolicyVerdict, decide, decide_at_resource, together
from keyturn_practice.policy_documents import read_policy
from keyturn_practice.refusals import Refusal

_ACCOUNT = "111122223333"
_USER = f"arn:aws:iam::{_ACCOUNT}:user/keyturn/backup"
_ROOT = f"arn:aws:iam::{_ACCOUNT}:root"


def _allow(**parts: Any) -> dict[str, Any]:  # noqa: ANN401
    return {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*", **parts}]}


def _decided(
    document: Mapping[str, Any], action: str = "s3:GetObject", resource: str = "*", **context: str
) -> PolicyVerdict:
    values = {name.replace("__", ":").replace("_", "-"): (value,) for name, value in context.items()}
    return decide([document], AccessQuestion(action, resource, values))


def test_what_nobody_allows_is_denied() -> None:
    assert decide([], AccessQuestion("s3:GetObject", "*")) is PolicyVerdict.IMPLICIT_DENY


def test_a_deny_wins_over_an_allow_wherever_it_stands() -> None:
    deny = {"Statement": {"Effect": "Deny", "Action": "s3:Delete*", "Resource": "*"}}
    question = AccessQuestion("s3:DeleteObject", "arn:aws:s3:::b/k")
    assert decide([_allow(), deny], question) is PolicyVerdict.EXPLICIT_DENY
    assert decide([deny, _allow()], question) is PolicyVerdict.EXPLICIT_DENY


@pytest.mark.parametrize(
    ("pattern", "action", "fits"),
    [
        ("s3:getobject", "s3:GetObject", True),
        ("s3:Get*", "s3:GetObjectVersion", True),
        ("s3:GetObject", "s3:GetObjectVersion", False),
        ("s3:?etObject", "s3:GetObject", True),
        ("s3:G.tObject", "s3:GetObject", False),
        ("*", "iam:CreateUser", True),
    ],
)
def test_actions_match_whatever_their_case(pattern: str, action: str, fits: bool) -> None:
    assert (_decided(_allow(Action=pattern), action) is PolicyVerdict.ALLOWED) is fits


@pytest.mark.parametrize(
    ("pattern", "resource", "fits"),
    [
        ("arn:aws:s3:::b/*", "arn:aws:s3:::b/a/b", True),
        ("arn:aws:s3:::b/*", "arn:aws:s3:::b", False),
        ("arn:aws:s3:::B/*", "arn:aws:s3:::b/k", False),
        ("arn:aws:s3:::b?d/*", "arn:aws:s3:::bad/k", True),
        ("arn:aws:s3:::b/$x", "arn:aws:s3:::b/$x", True),
    ],
)
def test_resources_match_with_their_case(pattern: str, resource: str, fits: bool) -> None:
    assert (_decided(_allow(Resource=pattern), resource=resource) is PolicyVerdict.ALLOWED) is fits


def test_not_action_and_not_resource_turn_the_list_round() -> None:
    document = {"Statement": [{"Effect": "Allow", "NotAction": "iam:*", "NotResource": "arn:aws:s3:::secret/*"}]}
    assert _decided(document, "s3:GetObject", "arn:aws:s3:::b/k") is PolicyVerdict.ALLOWED
    assert _decided(document, "iam:CreateUser") is PolicyVerdict.IMPLICIT_DENY
    assert _decided(document, "s3:GetObject", "arn:aws:s3:::secret/k") is PolicyVerdict.IMPLICIT_DENY


def test_a_variable_is_filled_and_without_a_value_fits_nothing() -> None:
    own = _allow(Resource="arn:aws:iam::*:user/keyturn/${aws:username}")
    assert _decided(own, resource=_USER, aws__username="backup") is PolicyVerdict.ALLOWED
    assert _decided(own, resource=_USER, aws__username="other") is PolicyVerdict.IMPLICIT_DENY
    assert _decided(own, resource=_USER) is PolicyVerdict.IMPLICIT_DENY
    assert _decided(_allow(Resource="home/${aws:username, 'guest'}"), resource="home/guest") is PolicyVerdict.ALLOWED


def test_a_users_name_with_a_star_is_no_wildcard() -> None:
    own = _allow(Resource="home/${aws:username}")
    assert _decided(own, resource="home/anna", aws__username="*") is PolicyVerdict.IMPLICIT_DENY
    assert _decided(_allow(Resource="a${*}b"), resource="a*b") is PolicyVerdict.ALLOWED
    assert _decided(_allow(Resource="a${*}b"), resource="axb") is PolicyVerdict.IMPLICIT_DENY


@pytest.mark.parametrize(
    ("operator", "wanted", "value", "holds"),
    [
        ("StringEquals", "a", "a", True),
        ("StringEquals", "a*", "ab", False),
        ("StringEqualsIgnoreCase", "A", "a", True),
        ("StringNotEquals", "a", "b", True),
        ("StringNotEquals", ["a", "b"], "b", False),
        ("StringLike", "a*", "abc", True),
        ("StringNotLike", "a*", "abc", False),
        ("ArnLike", "arn:aws:iam::*:user/*", _USER, True),
        ("ArnNotEquals", _ROOT, _USER, True),
        ("Bool", "false", "false", True),
        ("Bool", False, "false", True),
        ("Bool", "true", "false", False),
        ("NumericLessThan", "10", "9", True),
        ("NumericGreaterThanEquals", "10", "9", False),
        ("NumericEquals", "ten", "10", False),
        ("DateGreaterThan", "2024-01-01T00:00:00Z", "2025-01-01T00:00:00Z", True),
        ("DateLessThan", "2024-01-01T00:00:00Z", "2025-01-01T00:00:00Z", False),
        ("IpAddress", "127.0.0.0/8", "127.0.0.1", True),
        ("NotIpAddress", "10.0.0.0/8", "127.0.0.1", True),
        ("ForAllValues:StringEquals", ["a", "b"], "a", True),
        ("ForAnyValue:StringEquals", ["a", "b"], "c", False),
    ],
)
def test_each_operator_of_a_condition(operator: str, wanted: object, value: str, holds: bool) -> None:
    document = _allow(Condition={operator: {"aws:Key": wanted}})
    assert (_decided(document, aws__key=value) is PolicyVerdict.ALLOWED) is holds


@pytest.mark.parametrize(
    ("operator", "wanted", "holds"),
    [
        ("StringEquals", "a", False),
        ("StringEqualsIfExists", "a", True),
        ("StringNotEquals", "a", True),
        ("BoolIfExists", "true", True),
        ("Null", "true", True),
        ("Null", "false", False),
        ("ForAllValues:StringEquals", "a", True),
        ("ForAnyValue:StringEquals", "a", False),
    ],
)
def test_a_missing_key_is_missing_and_not_empty(operator: str, wanted: str, holds: bool) -> None:
    assert (_decided(_allow(Condition={operator: {"aws:Key": wanted}})) is PolicyVerdict.ALLOWED) is holds


def test_all_conditions_of_a_statement_have_to_hold() -> None:
    document = _allow(Condition={"StringEquals": {"aws:a": "1", "aws:b": "2"}})
    assert _decided(document, aws__a="1", aws__b="2") is PolicyVerdict.ALLOWED
    assert _decided(document, aws__a="1", aws__b="3") is PolicyVerdict.IMPLICIT_DENY


def _at_bucket(principal: object, who: str, effect: str = "Allow", key: str = "Principal") -> PolicyVerdict:
    statement = {"Effect": effect, key: principal, "Action": "*", "Resource": "*"}
    question = AccessQuestion("s3:GetObject", "*", {}, who, _ACCOUNT)
    return decide_at_resource({"Statement": [statement]}, question)


def test_a_bucket_policy_speaks_of_its_principals_only() -> None:
    assert _at_bucket("*", _USER) is PolicyVerdict.ALLOWED
    assert _at_bucket({"AWS": "*"}, _USER) is PolicyVerdict.ALLOWED
    assert _at_bucket({"AWS": [_USER]}, _USER) is PolicyVerdict.ALLOWED
    assert _at_bucket({"AWS": "arn:aws:iam::111122223333:user/foo"}, _USER, "Deny") is PolicyVerdict.IMPLICIT_DENY
    assert _at_bucket({"AWS": _ROOT}, _USER, "Deny", "NotPrincipal") is PolicyVerdict.IMPLICIT_DENY


def test_the_account_as_principal_lets_users_own_policies_speak() -> None:
    assert _at_bucket({"AWS": _ROOT}, _USER) is PolicyVerdict.IMPLICIT_DENY
    assert _at_bucket({"AWS": _ACCOUNT}, _ROOT) is PolicyVerdict.ALLOWED
    assert _at_bucket({"AWS": _ROOT}, _USER, "Deny") is PolicyVerdict.EXPLICIT_DENY


def test_within_one_account_an_allow_on_either_side_is_enough() -> None:
    no, yes, never = PolicyVerdict.IMPLICIT_DENY, PolicyVerdict.ALLOWED, PolicyVerdict.EXPLICIT_DENY
    assert together(yes, no) is together(no, yes) is yes
    assert together(yes, never) is together(never, yes) is never
    assert together(no, no) is no


def test_the_policy_that_keyturn_writes_allows_what_it_should_and_no_more() -> None:
    needs = [BucketNeeds("office", frozenset({Addition.CREATE_BUCKET}))]
    policy = read_policy(policy_for(needs, partition="aws", account=_ACCOUNT, require_tls=True).text())

    def allowed(action: str, resource: str, tls: str = "true", owner: str = _ACCOUNT) -> bool:
        context = {"aws:securetransport": (tls,), "s3:resourceaccount": (owner,)}
        return decide([policy], AccessQuestion(action, resource, context)) is PolicyVerdict.ALLOWED

    assert allowed("s3:ListBucket", "arn:aws:s3:::office")
    assert allowed("s3:PutObject", "arn:aws:s3:::office/a/b")
    assert not allowed("s3:PutObject", "arn:aws:s3:::office/a/b", tls="false")
    assert not allowed("s3:PutObject", "arn:aws:s3:::office/a/b", owner="999988887777")
    assert not allowed("s3:PutObject", "arn:aws:s3:::office-2/a")
    assert not allowed("s3:DeleteBucket", "arn:aws:s3:::office")
    assert not allowed("iam:CreateUser", "*")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not JSON",
        "[]",
        "{}",
        '{"Version":"2020-01-01","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}',
        '{"Statement":[]}',
        '{"Statement":[{"Effect":"Maybe","Action":"*","Resource":"*"}]}',
        '{"Statement":[{"Effect":"Allow","Resource":"*"}]}',
        '{"Statement":[{"Effect":"Allow","Action":"*"}]}',
        '{"Statement":[{"Effect":"Allow","Action":"GetObject","Resource":"*"}]}',
        '{"Statement":[{"Effect":"Allow","Action":"*","Resource":"bucket"}]}',
        '{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Sid":"with space"}]}',
        '{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Principal":"*"}]}',
        '{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Colour":"red"}]}',
        '{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Sounds":{"a":"b"}}}]}',
        '{"Statement":[{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::b/\u65e5"}]}',
    ],
)
def test_a_document_that_iam_would_refuse_is_refused(text: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_policy(text)
    assert refused.value.code == "MalformedPolicyDocument"


def test_two_statements_of_the_same_name_are_refused() -> None:
    statement = {"Sid": "A", "Effect": "Allow", "Action": "*", "Resource": "*"}
    with pytest.raises(Refusal, match="unique"):
        read_policy(json.dumps({"Statement": [statement, statement]}))


def test_a_bucket_policy_has_to_name_principals() -> None:
    with pytest.raises(Refusal) as refused:
        read_policy(json.dumps(_allow()), at_resource=True)
    assert refused.value.code == "MalformedPolicy"
