"""A bucket's own policy, read for the old key and for the new one."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from keyturn.aws.bucket_policy import PolicyDenial, Truth, caller_of, denials, new_user
from keyturn.aws.policy_patterns import matches, overlap
from keyturn.model.keys import Principal

_ACCOUNT = "111122223333"
_ROOT = f"arn:aws:iam::{_ACCOUNT}:root"
_NEW = f"arn:aws:iam::{_ACCOUNT}:user/keyturn/backup-laptop"
_OBJECTS = "arn:aws:s3:::vault/*"
_RIGHTS = [("s3:ListBucket", "arn:aws:s3:::vault"), ("s3:PutObject", _OBJECTS), ("s3:DeleteObject", _OBJECTS)]


def _policy(*statements: object) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def _deny(**more: object) -> dict[str, object]:
    return {"Effect": "Deny", "Principal": "*", "Action": "s3:DeleteObject", "Resource": _OBJECTS, **more}


def _read(*statements: Mapping[str, object], secure: bool = True) -> tuple[PolicyDenial, ...] | None:
    root = Principal.from_arn(_ROOT)
    new = new_user(root, "backup-laptop", "/keyturn/", {"keyturn:computer": "laptop"})
    return denials(_policy(*statements), _RIGHTS, caller_of(root), new, secure=secure)


def _only(*statements: Mapping[str, object]) -> tuple[Truth, Truth]:
    found = _read({"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}, *statements)
    assert found is not None
    (one,) = found
    return one.old, one.new


@pytest.mark.parametrize(
    "statement",
    [
        _deny(Condition={"ArnNotEquals": {"aws:PrincipalArn": _ROOT}}),
        _deny(Condition={"StringNotEquals": {"AWS:principalarn": [_ROOT]}}, Principal={"AWS": _ROOT}),
        _deny(Condition={"ArnNotLike": {"aws:PrincipalArn": f"arn:aws:iam::{_ACCOUNT}:r*"}}),
        _deny(Condition={"StringNotLike": {"aws:userId": [_ACCOUNT, "AROAEXAMPLE:*"]}}, Principal={"AWS": ["*"]}),
        _deny(Condition={"StringEquals": {"aws:PrincipalType": "User"}}, Action=["s3:*"]),
        _deny(Condition={"StringLike": {"aws:username": "*"}}, Principal={"AWS": _ACCOUNT}),
        _deny(Condition={"Null": {"aws:username": "false"}}),
        _deny(Condition={"StringLike": {"aws:PrincipalTag/keyturn:computer": "lap*"}}),
        _deny(Action=None, NotAction=["s3:List*", "s3:Get*"], Condition={"ArnNotEquals": {"aws:PrincipalArn": _ROOT}}),
        _deny(Resource=None, NotResource="arn:aws:s3:::other/*", Condition={"Bool": {"aws:SecureTransport": "true"}})
        | {"Principal": {"AWS": _NEW}},
    ],
)
def test_what_lets_root_through_and_stops_the_new_user_is_seen_for_sure(statement: dict[str, object]) -> None:
    assert _only({name: value for name, value in statement.items() if value is not None}) == (Truth.NO, Truth.YES)


@pytest.mark.parametrize(
    "statement",
    [
        _deny(),
        _deny(Principal={"AWS": _ROOT}, Action="s3:Delete*"),
        _deny(Condition={"StringEquals": {"aws:PrincipalAccount": _ACCOUNT}}),
        _deny(Condition={"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}),
        _deny(Condition={"StringNotEquals": {"aws:PrincipalTag/team": "backup"}}),
    ],
)
def test_what_stops_both_keys_is_told_as_such(statement: dict[str, object]) -> None:
    assert _only(statement) == (Truth.YES, Truth.YES)


@pytest.mark.parametrize(
    "statement",
    [
        _deny(Condition={"StringNotEquals": {"aws:PrincipalArn": _ROOT, "aws:SourceVpc": "vpc-1"}}),
        {"Effect": "Deny", "NotPrincipal": {"AWS": _ROOT}, "Action": "*", "Resource": "*"},
        _deny(Condition={"StringNotEquals": {"aws:PrincipalArn": "${aws:PrincipalTag/owner}"}}),
    ],
)
def test_what_cannot_be_told_for_the_new_user_may_stop_it(statement: dict[str, object]) -> None:
    assert _only(statement)[1] is Truth.UNKNOWN


@pytest.mark.parametrize(
    "statement",
    [
        _deny(Condition={"Bool": {"aws:SecureTransport": "false"}}),
        _deny(Condition={"NotIpAddress": {"aws:SourceIp": "192.0.2.0/24"}}),
        _deny(Condition={"Null": {"s3:x-amz-server-side-encryption": "true"}}, Action="s3:PutObject"),
        _deny(Action="s3:DeleteBucket"),
        _deny(Action="s3:DeleteObject", Resource="arn:aws:s3:::vault"),
        _deny(Resource="arn:aws:s3:::other/*"),
        _deny(Principal={"AWS": f"arn:aws:iam::{_ACCOUNT}:user/somebody"}),
        _deny(Principal={"Service": "logging.s3.amazonaws.com"}),
        _deny(Condition={"StringEquals": {"aws:username": "somebody"}}),
        _deny(Condition={"StringEquals": {"aws:userid": "AIDASOMEBODY"}}),
        {"Effect": "Deny", "NotPrincipal": {"AWS": [_NEW, _ROOT]}, "Action": "*", "Resource": "*"},
    ],
)
def test_what_does_not_meet_the_new_user_or_meets_both_in_the_same_way_is_no_news(
    statement: dict[str, object],
) -> None:
    assert _read(statement) == ()


def test_a_program_that_speaks_without_tls_is_stopped_where_tls_is_demanded() -> None:
    found = _read(_deny(Condition={"Bool": {"aws:SecureTransport": "false"}}), secure=False)
    assert found is not None
    assert [(one.old, one.new) for one in found] == [(Truth.YES, Truth.YES)]


@pytest.mark.parametrize("text", ["no json", "[]", '{"Statement":["x"]}'])
def test_a_policy_that_cannot_be_read_is_unknown(text: str) -> None:
    root = caller_of(Principal.from_arn(_ROOT))
    assert denials(text, _RIGHTS, root, root, secure=True) is None
    assert denials("", _RIGHTS, root, root, secure=True) == ()


def test_a_deny_is_described_by_the_rights_that_it_meets() -> None:
    found = _read(_deny(Sid="OnlyRoot", Action="s3:*", Condition={"ArnNotEquals": {"aws:PrincipalArn": _ROOT}}))
    assert found is not None
    assert found[0].text == "OnlyRoot: refuses s3:PutObject, s3:DeleteObject depending on aws:PrincipalArn"
    plain = _read(_deny(Sid="Never"))
    assert plain is not None
    assert plain[0].text == "Never: refuses s3:DeleteObject"


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [
        ("*", "", True),
        ("s3:Del*Object", "s3:DeleteObject", True),
        ("s3:Delete?bject", "s3:DeleteObject", True),
        ("s3:Delete", "s3:DeleteObject", False),
        ("a*b*c", "aXbYbZc", True),
        ("a*b*c", "aXbYbZ", False),
        ("?", "*", True),
        ("x", "*", False),
        ("*" * 40 + "z", "a" * 40, False),
    ],
)
def test_a_pattern_covers_a_text(pattern: str, text: str, fits: bool) -> None:
    assert matches(pattern, text) is fits


@pytest.mark.parametrize(
    ("one", "other", "meet"),
    [
        ("vault/*", "vault/b/*", True),
        ("vault/b/*", "vault/*", True),
        ("vault/*.tmp", "vault/b/*", True),
        ("vault/a/*", "vault/b/*", False),
        ("*/secret/?", "vault/*", True),
        ("vault", "vault/*", False),
        ("*", "*", True),
        ("a?c", "ab?", True),
        ("a?c", "ab?d", False),
    ],
)
def test_two_patterns_have_a_text_in_common(one: str, other: str, meet: bool) -> None:
    assert overlap(one, other) is meet
    assert overlap(other, one) is meet
