"""A look at some of the objects below a prefix: which keys encrypt them, and whether they have to be asked for.

A bucket's settings tell of what is written from now on. What was written before may lie under other KMS keys and in
other storage classes, and only the objects tell (facts/field-reports.md, pgbackrest#1430).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from keyturn.aws.parallel import in_parallel
from keyturn.aws.s3_checks import S3Target, list_objects
from keyturn.aws.session import Aws
from keyturn.model.errors import AwsError
from keyturn.model.keys import KeyPair
from keyturn.model.manners import ARCHIVES

_PAGE = 1000  # the most that S3 lists at once
_LOOK_AT = 20


@dataclass(frozen=True, slots=True)
class Sample:
    """What was seen below a prefix.

    Attributes:
        listed: how many objects were listed.
        looked_at: how many of them told how they are kept.
        complete: there are no others.
        archived: one at least has to be asked for before it can be read.
        kms_keys: the ARNs of the KMS keys under which those looked at lie.
    """

    listed: int = 0
    looked_at: int = 0
    complete: bool = True
    archived: bool = False
    kms_keys: frozenset[str] = frozenset()


def samples_of(aws: Aws, signer: KeyPair, targets: Sequence[S3Target]) -> Mapping[S3Target, Sample | AwsError]:
    """Look below each prefix, at most twenty objects of the first thousand; one that fails does not hide the others."""

    def one(target: S3Target) -> Sample | AwsError:
        try:
            return _sample(aws, signer, target)
        except AwsError as error:
            return error

    distinct = list(dict.fromkeys(targets))
    return dict(zip(distinct, in_parallel([partial(one, target) for target in distinct]), strict=True))


def _sample(aws: Aws, signer: KeyPair, target: S3Target) -> Sample:
    answer = list_objects(aws, signer, target, _PAGE)
    objects: list[Mapping[str, Any]] = list(answer.get("Contents") or [])
    chosen = _spread(sorted(objects, key=lambda one: (one["LastModified"], one["Key"])))
    heads = [_head(aws, signer, target, str(one["Key"])) for one in chosen]
    seen = [one for one in heads if one is not None]
    return Sample(
        listed=len(objects),
        looked_at=len(seen),
        complete=len(seen) == len(objects) and not answer.get("IsTruncated"),
        archived=any(one.get("StorageClass") in ARCHIVES for one in objects)
        or any(one.get("ArchiveStatus") for one in seen),  # asleep within INTELLIGENT_TIERING
        kms_keys=frozenset(str(one["SSEKMSKeyId"]) for one in seen if one.get("SSEKMSKeyId")),
    )


def _spread(by_age: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The oldest, the newest, and some in between at even distances."""
    if len(by_age) <= _LOOK_AT:
        return list(by_age)
    last = len(by_age) - 1
    return [by_age[round(number * last / (_LOOK_AT - 1))] for number in range(_LOOK_AT)]


def _head(aws: Aws, signer: KeyPair, target: S3Target, key: str) -> Mapping[str, Any] | None:
    """What S3 tells of an object; None where it does not: it is gone meanwhile, or only its program may ask (SSE-C)."""
    wanted = {"Bucket": target.bucket, "Key": key, "ExpectedBucketOwner": target.account}
    if target.manner.requester_pays:
        wanted["RequestPayer"] = "requester"
    try:
        return aws.ask(signer, "s3", "HeadObject", wanted, region=target.region)
    except AwsError:
        return None
