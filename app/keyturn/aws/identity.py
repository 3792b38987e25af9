"""Whose key is it, and which partition does it belong to."""

from __future__ import annotations

from functools import partial

from keyturn.aws.error_codes import not_aws
from keyturn.aws.error_messages import MessageSubject, sentences
from keyturn.aws.parallel import in_parallel
from keyturn.aws.partitions import home_region, partitions_besides_standard
from keyturn.aws.session import Aws
from keyturn.model.errors import AwsError, AwsFault
from keyturn.model.keys import KeyPair, Principal, SessionPair
from keyturn.model.text import _


def whose(aws: Aws, signer: KeyPair, regions: frozenset[str] = frozenset()) -> Principal:
    """Return whom the key belongs to, as STS says; it needs no permission (facts/aws.md A1).

    Asks the standard partition first, in us-east-1, because a region that is not opted in answers as if the key were
    dead; all others are asked only where the key is unknown there.

    Args:
        regions: where the key's programs look for buckets, see `partitions_besides_standard`.

    Raises:
        AwsError: TEMPORARY_KEY without asking, for an `ASIA…` key: without its session token AWS knows none of them.
            UNKNOWN_KEY where no partition accepts the key, with those named that did not answer; anything else where
            AWS could not be asked.
    """
    key = signer.access_key_id
    if key.is_temporary and not isinstance(signer, SessionPair):
        title, message = sentences(AwsFault.TEMPORARY_KEY, MessageSubject(key, None, "", "GetCallerIdentity"))
        raise AwsError(title, message, fault=AwsFault.TEMPORARY_KEY)
    try:
        return _caller(aws, signer, aws.home_region(key))
    except AwsError as error:
        unknown = error
    known_partition = aws.partition_of(key) is not None
    if unknown.fault is not AwsFault.UNKNOWN_KEY or known_partition:
        raise unknown
    others = partitions_besides_standard(regions)
    silent = []
    answers = in_parallel([partial(_caller_or_error, aws, signer, home_region(name)) for name in others])
    for name, answer in zip(others, answers, strict=True):
        if isinstance(answer, Principal):
            return answer
        if answer.fault is AwsFault.WRONG_SECRET:
            raise answer  # only who knows the key says so
        if answer.fault is not AwsFault.UNKNOWN_KEY:
            silent.append(name)
    raise _unknown_so_far(unknown, silent) if silent else unknown


def _caller_or_error(aws: Aws, signer: KeyPair, region: str) -> Principal | AwsError:
    try:
        return _caller(aws, signer, region)
    except AwsError as error:
        return error


def _unknown_so_far(unknown: AwsError, silent: list[str]) -> AwsError:
    message = _(
        "{message} Parts of AWS that have keys of their own did not answer, so whether it is one of theirs is not "
        "known: {partitions}."
    )
    said = message.format(message=unknown.message, partitions=", ".join(silent))
    return AwsError(unknown.title, said, fault=unknown.fault, aws_code=unknown.aws_code)


def _caller(aws: Aws, signer: KeyPair, region: str) -> Principal:
    answer = aws.ask(signer, "sts", "GetCallerIdentity", region=region)
    try:
        principal = Principal.from_arn(str(answer.get("Arn")))
    except ValueError:
        raise not_aws() from None
    aws.remember_partition(signer.access_key_id, principal.partition)
    return principal
