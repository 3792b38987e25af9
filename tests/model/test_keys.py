"""Access key IDs, secrets that cannot be shown, and whose key an ARN says it is."""

from __future__ import annotations

import copy
import pickle

import pytest

from keyturn.model.keys import KEY_ID_IN_TEXT, AccessKeyId, KeyPair, Principal, PrincipalKind, Secret

SECRET = "madeUp/Secret+Of40Characters/ForTheTests0"


def test_a_key_id_is_shown_by_its_ends() -> None:
    assert AccessKeyId("AKIAIOSFODNN7EXAMPLE").masked == "AKIA…MPLE"


@pytest.mark.parametrize("typed", ["MPLE", " mple\n", "Mple"])
def test_a_key_is_confirmed_by_its_last_four_characters(typed: str) -> None:
    assert AccessKeyId("AKIAIOSFODNN7EXAMPLE").is_confirmed_by(typed)


@pytest.mark.parametrize("typed", [None, "", "PLE", "AMPLE", "AKIAIOSFODNN7EXAMPLE", "MP LE"])
def test_nothing_else_confirms_a_key(typed: str | None) -> None:
    assert not AccessKeyId("AKIAIOSFODNN7EXAMPLE").is_confirmed_by(typed)


@pytest.mark.parametrize("text", ["", "AKIA", "akiaiosfodnn7example", "AKIA IOSFODNN7EXAMPLE", "AKIAIOSFODNN7EXAMPL\n"])
def test_other_text_is_no_key_id(text: str) -> None:
    with pytest.raises(ValueError, match="not an access key ID"):
        AccessKeyId(text)


@pytest.mark.parametrize(
    ("key", "account"),
    [  # facts/aws.md A1: vectors, and two that must be refused
        ("ASIAY34FZKBOKMUTVV7A", "609629065308"),
        ("ASIAQNZGKIQY56JQ7WML", "029608264753"),
        ("AKIARZPUZDIKGB2VALC4", "123456789012"),
        ("ASIAQAAAAAAAGMKEM7X5", "000000000000"),
        ("AKIAIOSFODNN7EXAMPLE", None),
        ("AKIAI44QH8DHBEXAMPLE", None),
    ],
)
def test_only_newer_key_ids_tell_their_account(key: str, account: str | None) -> None:
    assert AccessKeyId(key).account_hint() == account


@pytest.mark.parametrize("text", ["{}", "{!r}", "{!s}"])
def test_a_secret_has_no_text_form(text: str) -> None:
    try:
        shown = text.format(Secret(SECRET))
    except TypeError as error:
        shown = str(error)
    assert SECRET not in shown


def test_a_secret_cannot_be_pickled_or_seen_in_what_holds_it() -> None:
    secret = Secret(SECRET)
    with pytest.raises(TypeError):
        pickle.dumps(secret)
    with pytest.raises(TypeError):
        copy.deepcopy(secret)
    assert SECRET not in repr(KeyPair(AccessKeyId("AKIAIOSFODNN7EXAMPLE"), secret))


def test_secrets_are_compared_by_their_text() -> None:
    assert Secret(SECRET) == Secret(SECRET)
    assert Secret(SECRET) != Secret(SECRET[::-1])


@pytest.mark.parametrize(
    ("arn", "kind", "user_name"),
    [
        ("arn:aws:iam::123456789012:root", PrincipalKind.ROOT, None),
        ("arn:aws-cn:iam::123456789012:root", PrincipalKind.ROOT, None),
        ("arn:aws:iam::123456789012:user/keyturn/backup-attic", PrincipalKind.USER, "backup-attic"),
        ("arn:aws:iam::123456789012:user/root", PrincipalKind.USER, "root"),
        ("arn:aws:sts::123456789012:assumed-role/reader/session", PrincipalKind.ROLE, None),
        ("arn:aws:sts::123456789012:federated-user/bob", PrincipalKind.UNKNOWN, None),
    ],
)
def test_the_arn_tells_whose_key_it_is(arn: str, kind: PrincipalKind, user_name: str | None) -> None:
    principal = Principal.from_arn(arn)
    assert (principal.kind, principal.user_name, principal.account) == (kind, user_name, "123456789012")


@pytest.mark.parametrize("text", ["", "arn:aws:iam::1234:root", "arn:aws:s3:::bucket", "root"])
def test_what_is_no_callers_arn_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not the ARN of a caller"):
        Principal.from_arn(text)


@pytest.mark.parametrize(
    "text",
    ["AKIAIOSFODNN7EXAMPLE", "id=AKIAIOSFODNN7EXAMPLE\n", "s3://AKIAIOSFODNN7EXAMPLE:x@h/", '"AKIAIOSFODNN7EXAMPLE"'],
)
def test_a_key_id_is_found_in_text(text: str) -> None:
    match = KEY_ID_IN_TEXT.search(text)
    assert match is not None
    assert match[0] == "AKIAIOSFODNN7EXAMPLE"


@pytest.mark.parametrize(
    "text", ["xAKIAIOSFODNN7EXAMPLE", "AKIAIOSFODNN7EXAMPLE1", "AKIAIOSFODNN7EXAMPL", "AROAIOSFODNN7EXAMPLE"]
)
def test_text_that_only_resembles_one_is_not_taken(text: str) -> None:
    assert KEY_ID_IN_TEXT.search(text) is None
