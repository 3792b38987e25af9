"""The checks that show what a key may do in a bucket, and leaves no trace there (facts/aws.md A5).

HeadBucket proves nothing: a portal that answers 200 makes it succeed. So: a listing, one byte of an object, and an
upload that is begun, given one byte and taken back. No object, version, delete marker or upload is left, on versioned
and locked buckets neither.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from keyturn.aws.error_codes import not_aws, torn
from keyturn.aws.region_off import told_apart
from keyturn.aws.session import Aws
from keyturn.model.errors import AwsError, AwsFault
from keyturn.model.keys import KeyPair
from keyturn.model.manners import ARCHIVES, AS_USUAL, Manner
from keyturn.model.text import _

# Part of the key of every upload that the proof begins; nothing else is ever taken back.
_OUR_NAME = ".keyturn-check-"

_LOOK_AT = 50
_TRY_TO_READ = 3


@dataclass(frozen=True, slots=True)
class S3Target:
    """What a destination uses of S3.

    Attributes:
        region: where the bucket is; None lets S3 redirect.
        account: the account that the bucket has to belong to; None at a store that has none.
        store: the address of an S3-compatible store; None for AWS.
        manner: how the program asks; the KMS key in it by a name that S3 takes.
    """

    bucket: str
    prefix: str
    region: str | None
    account: str | None
    store: str | None = None
    manner: Manner = AS_USUAL


@dataclass(frozen=True, slots=True)
class S3CheckResult:
    """How one of the checks went.

    Attributes:
        check: `identity`, `list`, `read` or `write`.
        detail: what was seen, in a sentence for people.
        error: why it failed; None where it did not, or was not tried.
    """

    check: str
    ok: bool
    detail: str
    error: AwsError | None = None


def prove_bucket(aws: Aws, pair: KeyPair, target: S3Target) -> tuple[S3CheckResult, ...]:
    """Check one bucket: `list`, `read`, `write`. What could not be listed is not tried further.

    Each request says what the program says with its own, so that a policy of the bucket that demands it meets the
    proof as it meets the backups (facts/field-reports.md, velero#3793).
    """
    try:
        objects = _list(aws, pair, target)
    except AwsError as refused:
        error = refused if target.store else told_apart(aws, pair, refused, target.bucket, target.region)
        skipped = _("Not tried, because listing failed.")
        return (
            S3CheckResult("list", False, str(error), error),
            S3CheckResult("read", False, skipped),
            S3CheckResult("write", False, skipped),
        )
    listed = S3CheckResult("list", True, _("The bucket {bucket} can be listed.").format(bucket=target.bucket))
    return listed, _read(aws, pair, target, objects), _write(aws, pair, target)


def remove_stray_uploads(aws: Aws, pair: KeyPair, target: S3Target) -> int:
    """Take back the uploads that interrupted proofs left under this prefix, and return how many there were.

    Only uploads named by the proof are touched.

    Raises:
        AwsError: where AWS refuses or cannot be asked.
    """
    return _take_back_all(aws, pair, target, _check_key(target))


def list_objects(aws: Aws, pair: KeyPair, target: S3Target, most: int, *, patient: bool = True) -> Mapping[str, Any]:
    """Send ListObjectsV2 for up to `most` objects below the prefix; `patient` as `Aws.ask` has it.

    Raises:
        AwsError: NOT_AWS where the answer has no `IsTruncated`: an empty 200 parses as an empty bucket otherwise
            (facts/aws.md A7 7.1, measured).
    """
    answer = _ask(aws, pair, target, "ListObjectsV2", {"Prefix": target.prefix, "MaxKeys": most}, patient=patient)
    if "IsTruncated" not in answer:
        raise not_aws(target.store)
    return answer


def _ask(
    aws: Aws, pair: KeyPair, target: S3Target, operation: str, parameters: Mapping[str, Any], *, patient: bool = True
) -> dict[str, Any]:
    """Every request of the proof names the owner, so that a bucket of the same name elsewhere never passes."""
    owned = {"Bucket": target.bucket}
    if target.account is not None:
        owned["ExpectedBucketOwner"] = target.account
    if target.manner.requester_pays:
        owned["RequestPayer"] = "requester"
    wanted = {**owned, **parameters}
    return aws.ask(pair, "s3", operation, wanted, region=target.region, patient=patient, store=target.store)


def _list(aws: Aws, pair: KeyPair, target: S3Target) -> list[Mapping[str, Any]]:
    return list(list_objects(aws, pair, target, _LOOK_AT).get("Contents") or [])


def _read(aws: Aws, pair: KeyPair, target: S3Target, objects: Sequence[Mapping[str, Any]]) -> S3CheckResult:
    """Get the first byte of one object: that takes the right to read it, and to decrypt it."""
    if not objects:
        return S3CheckResult("read", True, _("There is no object to read yet."))
    # Objects with bytes, outside the archives, prove most.
    best_first = sorted(objects, key=lambda one: (one.get("StorageClass") in ARCHIVES, not one.get("Size")))
    gone: AwsError | None = None
    for one in best_first[:_TRY_TO_READ]:
        try:
            answer = _ask(aws, pair, target, "GetObject", {"Key": one["Key"], "Range": "bytes=0-0"})
        except AwsError as error:
            if error.fault is AwsFault.ARCHIVED:
                return S3CheckResult("read", True, _("The key may read; the objects are archived and need restoring."))
            if error.aws_code == "InvalidRange":
                # An empty object has no first byte; S3 says so only to who may read it.
                return S3CheckResult("read", True, _("The key may read; the object is empty."))
            if error.aws_code == "InvalidRequest":
                # What S3 says, after it has looked at the rights, of objects with a key of the customer's own (SSE-C).
                return S3CheckResult("read", True, _("The key may read; only your program can decrypt the object."))
            if error.fault is not AwsFault.NOT_FOUND:
                return S3CheckResult("read", False, str(error), error)
            # A backup that runs meanwhile may delete it.
            gone = error
        else:
            if len(answer.get("Body", b"")) != 1:
                short = torn(target.store)
                return S3CheckResult("read", False, str(short), short)
            return S3CheckResult("read", True, _("An object of the backup was read."))
    return S3CheckResult("read", False, _("The objects vanished while they were looked at. Try again."), gone)


def _write(aws: Aws, pair: KeyPair, target: S3Target) -> S3CheckResult:
    """Begin an upload, give it one byte, take it back: that takes the right to write, and to encrypt."""
    name = _check_key(target) + str(uuid.uuid4())
    begun: Mapping[str, Any] = {}
    failed: AwsError | None = None
    # More uploads than the one we know of may exist: interrupted, answer lost, or sent again after a lost answer.
    unclear = True
    # Locked buckets refuse parts without a checksum (facts/aws.md A5); stores may not know this kind of it.
    kind = target.manner.checksum or ("CRC32" if target.store is None else None)
    checksum = {} if kind is None else {"ChecksumAlgorithm": kind}
    try:
        begun = _ask(aws, pair, target, "CreateMultipartUpload", {"Key": name, **_said(target.manner), **checksum})
        if not begun.get("UploadId"):
            raise torn(target.store)
        unclear = begun.get("ResponseMetadata", {}).get("RetryAttempts", 0) > 0
        part = {"Key": name, "UploadId": begun["UploadId"], "PartNumber": 1, "Body": b"k", **checksum}
        if not _ask(aws, pair, target, "UploadPart", part).get("ETag"):
            raise torn(target.store)
    except AwsError as error:
        failed = error
        if not begun:
            unclear = error.outcome_unknown
    finally:
        # Also when the program is being stopped.
        left = _leave_nothing(aws, pair, target, name, begun.get("UploadId"), unclear)
    problem = failed or left
    if problem is None:
        return S3CheckResult("write", True, _("An upload was begun and taken back; nothing was left."))
    return S3CheckResult("write", False, str(problem), problem)


def _said(manner: Manner) -> dict[str, str]:
    """What is said of an object when its upload begins, and counts for its parts."""
    said = {
        "ServerSideEncryption": manner.encryption,
        "SSEKMSKeyId": manner.kms_key,
        "StorageClass": manner.storage_class,
        "ACL": manner.acl,
        "Tagging": manner.tags,
    }
    return {name: value for name, value in said.items() if value is not None}


def _leave_nothing(
    aws: Aws, pair: KeyPair, target: S3Target, name: str, upload: str | None, unclear: bool
) -> AwsError | None:
    """Take the proof's upload back, and whatever else has its name. Returns why that failed, if it did."""
    try:
        if upload:
            _take_back(aws, pair, target, name, upload)
        if unclear:
            _take_back_all(aws, pair, target, name)
    except AwsError as error:
        return error
    return None


def _take_back_all(aws: Aws, pair: KeyPair, target: S3Target, name: str) -> int:
    """Take back all uploads whose name begins with `name`, and return how many there were."""
    count = 0
    more: dict[str, str] = {}
    while True:
        answer = _ask(aws, pair, target, "ListMultipartUploads", {"Prefix": name, **more})
        for upload in answer.get("Uploads") or []:
            _take_back(aws, pair, target, upload["Key"], upload["UploadId"])
            count += 1
        if not answer.get("IsTruncated"):
            return count
        more = {"KeyMarker": answer["NextKeyMarker"], "UploadIdMarker": answer["NextUploadIdMarker"]}


def _take_back(aws: Aws, pair: KeyPair, target: S3Target, name: str, upload: str) -> None:
    try:
        _ask(aws, pair, target, "AbortMultipartUpload", {"Key": name, "UploadId": upload})
    except AwsError as error:
        # Taken back by an earlier request whose answer was lost.
        if error.fault is not AwsFault.NOT_FOUND:
            raise


def _check_key(target: S3Target) -> str:
    """What the names of our uploads begin with. A policy for `prefix/*` and one for `prefix*` both allow it."""
    slash = "/" if target.prefix and not target.prefix.endswith("/") else ""
    return target.prefix + slash + _OUR_NAME
