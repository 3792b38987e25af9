"""Whose key is it, and which partition does it belong to."""

from __future__ import annotations

from functools import partial

from keyturn.aws.errors import not_aws
from keyturn.aws.parallel import in_parallel
from keyturn.aws.sentences import Subject, sentences
from keyturn.aws.session import HOME_REGIONS, Aws
from keyturn.model.errors import AwsError, AwsFault
from keyturn.model.keys import KeyPair, Principal

# A key of these partitions looks like a dead one to all others (research/aws.md A1).
_OTHER_PARTITIONS = ("aws-us-gov", "aws-cn")


def whose(aws: Aws, signer: KeyPair) -> Principal:
    """Return whom the key belongs to, as STS says; it needs no permission (research/aws.md A1).

    Asks the standard partition first, in us-east-1, because a region that is not opted in answers as if the key were
    dead; GovCloud and China are asked only where the key is unknown there.

    Raises:
        AwsError: TEMPORARY_KEY without asking, for an `ASIA…` key: without its session token AWS knows none of them.
            UNKNOWN_KEY where no partition accepts the key; anything else where AWS could not be asked.
    """
    key = signer.access_key_id
    if key.is_temporary:
        title, message = sentences(AwsFault.TEMPORARY_KEY, Subject(key, None, "", "GetCallerIdentity"))
        raise AwsError(title, message, fault=AwsFault.TEMPORARY_KEY)
    try:
        return _caller(aws, signer, aws.home_region(key))
    except AwsError as error:
        unknown = error
    known_partition = aws.partition_of(key) is not None
    if unknown.fault is not AwsFault.UNKNOWN_KEY or known_partition:
        raise unknown
    elsewhere = [partial(_caller_or_none, aws, signer, HOME_REGIONS[name]) for name in _OTHER_PARTITIONS]
    for principal in in_parallel(elsewhere):
        if principal is not None:
            return principal
    raise unknown


def _caller_or_none(aws: Aws, signer: KeyPair, region: str) -> Principal | None:
    """The caller; None where this partition does not know the key, or cannot be reached (then it is no worse off)."""
    try:
        return _caller(aws, signer, region)
    except AwsError:
        return None


def _caller(aws: Aws, signer: KeyPair, region: str) -> Principal:
    answer = aws.ask(signer, "sts", "GetCallerIdentity", region=region)
    try:
        principal = Principal.from_arn(str(answer.get("Arn")))
    except ValueError:
        raise not_aws() from None
    aws.remember_partition(signer.access_key_id, principal.partition)
    return principal
