"""All destinations are proved at once, with the pair as it stands in each."""

from __future__ import annotations

import pytest

from keyturn.aws.proof import ProofRequest, S3Target, prove_all, prove_identity
from keyturn.aws.session import Aws
from keyturn.model.errors import AwsFault
from keyturn.model.keys import AccessKeyId, KeyPair, Secret
from keyturn_practice.account import DEFAULT_ACCOUNT, PracticeAccount

_ROOT_ARN = f"arn:aws:iam::{DEFAULT_ACCOUNT}:root"


def test_each_destination_gets_its_own_answers_in_its_place(
    account: PracticeAccount, root: KeyPair, aws: Aws, target: S3Target
) -> None:
    gone = S3Target("gone-bucket", "", "us-east-1", DEFAULT_ACCOUNT)
    wrong = KeyPair(root.access_key_id, Secret("w" * 40))
    answers = prove_all(
        aws,
        [ProofRequest(root, gone), ProofRequest(root, target, _ROOT_ARN), ProofRequest(wrong, target)],
    )
    assert [[result.ok for result in results] for results in answers] == [
        [True, False, False, False],
        [True, True, True, True],
        [False, False, False, False],
    ]
    assert {tuple(result.check for result in results) for results in answers} == {("identity", "list", "read", "write")}


def test_what_several_destinations_share_is_proved_once(root: KeyPair, aws: Aws, target: S3Target) -> None:
    same = KeyPair(AccessKeyId(root.access_key_id.value), Secret(root.secret.reveal()))
    answers = prove_all(aws, [ProofRequest(root, target), ProofRequest(same, target)])
    assert answers[0] == answers[1]
    # Identity, list, begin, part, take back; there is no object to read.
    assert len(aws.calls) == 5


def test_nothing_to_prove_asks_nothing(aws: Aws) -> None:
    assert prove_all(aws, []) == ()
    assert aws.calls == ()


@pytest.mark.parametrize(
    ("account_id", "arn", "ok"),
    [
        (DEFAULT_ACCOUNT, None, True),
        (DEFAULT_ACCOUNT, _ROOT_ARN, True),
        ("999988887777", None, False),
        (DEFAULT_ACCOUNT, f"arn:aws:iam::{DEFAULT_ACCOUNT}:user/keyturn/backup-anna", False),
    ],
)
def test_a_key_of_somebody_else_is_no_proof(
    root: KeyPair, aws: Aws, account_id: str, arn: str | None, ok: bool
) -> None:
    result = prove_identity(aws, root, account_id, arn)
    assert result.ok is ok
    if not ok:
        assert result.error is not None
        assert result.error.fault is AwsFault.CONFLICT
        assert _ROOT_ARN in result.detail
