"""The proof that new keys work for all destinations, and the waiting that goes before it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from keyturn.aws.identity import whose
from keyturn.aws.parallel import in_parallel
from keyturn.aws.propagation import Spread, WaitingClock, wait_until_accepted, wait_until_known, wait_until_refused
from keyturn.aws.s3_checks import S3CheckResult, S3Target, prove_bucket, remove_stray_uploads
from keyturn.aws.session import Aws
from keyturn.model.errors import AwsError, AwsFault
from keyturn.model.keys import KeyPair
from keyturn.model.text import _

__all__ = [
    "ProofRequest",
    "S3CheckResult",
    "S3Target",
    "Spread",
    "WaitingClock",
    "prove_all",
    "prove_bucket",
    "prove_identity",
    "remove_stray_uploads",
    "wait_until_accepted",
    "wait_until_known",
    "wait_until_refused",
]


# A pair, the account that it has to belong to, and whose key it has to be.
_Identity = tuple[KeyPair, str, str | None]


@dataclass(frozen=True, slots=True)
class ProofRequest:
    """One destination's pair, as read back from it, and what it is for.

    Attributes:
        expected_arn: whose key it has to be; None where any owner in the target's account is right.
    """

    pair: KeyPair
    target: S3Target
    expected_arn: str | None = None


def prove_all(aws: Aws, requests: Sequence[ProofRequest]) -> tuple[tuple[S3CheckResult, ...], ...]:
    """Prove all destinations at once: for each, in their order, `identity`, `list`, `read`, `write`.

    A store that has no accounts is not asked whose the key is, and a target without a bucket is only asked that.
    Destinations that share pair, target and owner are proved once.
    """
    identities: list[_Identity] = []
    buckets: list[tuple[KeyPair, S3Target]] = []
    for request in requests:
        identity = _identity_of(request)
        if identity is not None and identity not in identities:
            identities.append(identity)
        if request.target.bucket and (request.pair, request.target) not in buckets:
            buckets.append((request.pair, request.target))
    tasks: list[Callable[[], tuple[S3CheckResult, ...]]] = [
        *(partial(_identity_check, aws, *identity) for identity in identities),
        *(partial(prove_bucket, aws, *bucket) for bucket in buckets),
    ]
    results = in_parallel(tasks)
    return tuple(
        (() if (identity := _identity_of(request)) is None else results[identities.index(identity)])
        + (results[len(identities) + buckets.index((request.pair, request.target))] if request.target.bucket else ())
        for request in requests
    )


def prove_identity(aws: Aws, pair: KeyPair, expected_account: str, expected_arn: str | None = None) -> S3CheckResult:
    """Check at STS that the pair works and whose it is."""
    try:
        principal = whose(aws, pair)
    except AwsError as error:
        return S3CheckResult("identity", False, str(error), error)
    if principal.account == expected_account and expected_arn in (None, principal.arn):
        return S3CheckResult("identity", True, _("The key belongs to {arn}").format(arn=principal.arn))
    stranger = AwsError(
        _("The access key {key} belongs to somebody else").format(key=pair.access_key_id.masked),
        _(
            "It is the key of {arn}, and {expected} was expected, so backups with it may go to the wrong account. Put "
            "the right key in its place, or undo."
        ).format(arn=principal.arn, expected=expected_arn or expected_account),
        fault=AwsFault.CONFLICT,
    )
    return S3CheckResult("identity", False, str(stranger), stranger)


def _identity_of(request: ProofRequest) -> _Identity | None:
    account = request.target.account
    return None if account is None else (request.pair, account, request.expected_arn)


def _identity_check(aws: Aws, pair: KeyPair, account: str, arn: str | None) -> tuple[S3CheckResult, ...]:
    return (prove_identity(aws, pair, account, arn),)
