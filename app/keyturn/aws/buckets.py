"""What is known of a bucket before a new key is made for it (facts/aws.md A5, the first check)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Any

from keyturn.aws.error_codes import AwsRefusal
from keyturn.aws.kms import kms_key
from keyturn.aws.parallel import in_parallel
from keyturn.aws.region_off import told_apart
from keyturn.aws.session import Aws
from keyturn.model.errors import AwsError, AwsFault
from keyturn.model.keys import KeyPair
from keyturn.model.manners import ARCHIVES
from keyturn.model.text import _


class Versioning(StrEnum):
    """What happens to older versions of an object."""

    NEVER = "never"
    ENABLED = "enabled"
    SUSPENDED = "suspended"


class ObjectLock(StrEnum):
    """Whether new objects can be locked, and how they are locked unless the program says otherwise."""

    NONE = "none"
    ENABLED = "enabled"
    GOVERNANCE = "governance"
    COMPLIANCE = "compliance"


@dataclass(frozen=True, slots=True)
class Encryption:
    """The bucket's default encryption.

    Attributes:
        kms_key_arn: the KMS key that a scoped user needs rights on; None where S3's own keys are used (AES256, or the
            AWS managed key `aws/s3`, which needs none).
        kms_unknown: the name of the customer's key where AWS did not tell which key it stands for.
    """

    kms_key_arn: str | None = None
    kms_unknown: str | None = None


@dataclass(frozen=True, slots=True)
class BucketFacts:
    """What AWS tells of a bucket. Each fact is None where it was refused: unknown, not "no".

    Attributes:
        archives: a rule of the bucket moves objects to where they have to be asked for before they can be read.
        policy: the bucket's own policy as it stands; empty where it has none.
    """

    bucket: str
    region: str | None
    versioning: Versioning | None
    object_lock: ObjectLock | None
    encryption: Encryption | None
    archives: bool | None
    policy: str | None


def list_buckets(aws: Aws, signer: KeyPair) -> tuple[str, ...]:
    """Return the names of all buckets of the account.

    Raises:
        AwsError: DENIED where the signer may not ask.
    """
    names: list[str] = []
    more: dict[str, str] = {}
    while True:
        answer = aws.ask(signer, "s3", "ListBuckets", more)
        names += [bucket["Name"] for bucket in answer.get("Buckets") or []]
        if not answer.get("ContinuationToken"):
            return tuple(names)
        more = {"ContinuationToken": answer["ContinuationToken"]}


def facts(aws: Aws, signer: KeyPair, bucket: str, account: str, *, region: str | None = None) -> BucketFacts:
    """Find out what a new key and its policy have to deal with.

    Args:
        account: the account that the bucket has to belong to.
        region: where its configuration says it is; spares a redirect where it is right.

    Raises:
        AwsError: NO_SUCH_BUCKET; DENIED where it belongs to another account or refuses the signer everything;
            anything else that is not a refusal of a single fact.
    """
    owned = {"Bucket": bucket, "ExpectedBucketOwner": account}
    found, let_in = _region(aws, signer, owned, region)
    there = found or region

    def ask(operation: str, absent: str = "") -> Mapping[str, Any] | None:
        """The answer; empty where AWS says with the code `absent` that there is none; None where it refuses."""
        try:
            return aws.ask(signer, "s3", operation, owned, region=there)
        except AwsError as error:
            if error.fault is AwsFault.DENIED:
                return None
            if absent and error.aws_code == absent:
                return {}
            raise

    questions: Sequence[Callable[[], Mapping[str, Any] | None]] = (
        partial(ask, "GetBucketVersioning"),
        partial(ask, "GetObjectLockConfiguration", "ObjectLockConfigurationNotFoundError"),
        partial(ask, "GetBucketEncryption", "ServerSideEncryptionConfigurationNotFoundError"),
        partial(ask, "GetBucketLifecycleConfiguration", "NoSuchLifecycleConfiguration"),
        partial(ask, "GetBucketPolicy", "NoSuchBucketPolicy"),
    )
    versioning, lock, encryption, lifecycle, policy = answers = in_parallel(questions)
    if not let_in and all(answer is None for answer in answers):
        raise _shut_out(aws, signer, bucket, there)
    return BucketFacts(
        bucket,
        found,
        None if versioning is None else Versioning(versioning.get("Status", "never").lower()),
        None if lock is None else _object_lock(lock),
        None if encryption is None else _encryption(aws, signer, encryption, account, there),
        None if lifecycle is None else _moves_to_archives(lifecycle),
        None if policy is None else policy.get("Policy", ""),
    )


def facts_of_all(
    aws: Aws, signer: KeyPair, buckets: Sequence[str], account: str, *, regions: Mapping[str, str] | None = None
) -> Mapping[str, BucketFacts | AwsError]:
    """Find out about several buckets at once; one that fails does not hide the others.

    Args:
        regions: where the configuration says that a bucket is, as far as it says so.
    """
    configured = regions or {}

    def one(bucket: str) -> BucketFacts | AwsError:
        try:
            return facts(aws, signer, bucket, account, region=configured.get(bucket))
        except AwsError as error:
            return told_apart(aws, signer, error, bucket, configured.get(bucket))

    return dict(zip(buckets, in_parallel([partial(one, bucket) for bucket in buckets]), strict=True))


def bucket_policies(aws: Aws, signer: KeyPair, regions: Mapping[str, str | None], account: str) -> Mapping[str, str]:
    """Return the own policy of each bucket, empty where it has none; without those that the signer may not see.

    Args:
        regions: the buckets, each with its region.
    """

    def one(bucket: str) -> str | None:
        owned = {"Bucket": bucket, "ExpectedBucketOwner": account}
        try:
            return str(aws.ask(signer, "s3", "GetBucketPolicy", owned, region=regions[bucket]).get("Policy", ""))
        except AwsError as error:
            return "" if error.aws_code == "NoSuchBucketPolicy" else None

    found = dict(zip(regions, in_parallel([partial(one, bucket) for bucket in regions]), strict=True))
    return {bucket: policy for bucket, policy in found.items() if policy is not None}


def region_of(aws: Aws, signer: KeyPair, bucket: str) -> str | None:
    """Return where a bucket is; None where AWS does not tell."""
    try:
        return _region(aws, signer, {"Bucket": bucket}, None)[0]
    except AwsError:
        return None


def _region(aws: Aws, signer: KeyPair, owned: Mapping[str, str], configured: str | None) -> tuple[str | None, bool]:
    """Where the bucket is, and whether the signer may list it.

    S3 tells the region in a header whatever the permission (facts/aws.md A5). The answer proves nothing else.
    """
    try:
        answer = aws.ask(signer, "s3", "HeadBucket", owned, region=configured)
    except AwsRefusal as error:
        # Without a body HEAD cannot say whether the key or the right is missing; the next questions will.
        if error.fault not in (AwsFault.DENIED, AwsFault.WRONG_REGION, AwsFault.UNEXPECTED):
            raise
        return error.bucket_region, False
    headers = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {})
    return headers.get("x-amz-bucket-region") or answer.get("BucketRegion"), True


def _shut_out(aws: Aws, signer: KeyPair, bucket: str, region: str | None) -> AwsError:
    """Say why the signer gets nothing: without the owner's number S3 lets in anyone who may list a foreign bucket."""
    try:
        aws.ask(signer, "s3", "HeadBucket", {"Bucket": bucket}, region=region)
    except AwsError as error:
        if error.fault is not AwsFault.DENIED:
            return error
        title = _("AWS lets the access key {key} do nothing in the bucket {bucket}")
        message = _(
            "The bucket belongs to another account, or its policy shuts this key out. A backup to it cannot run with "
            "this key or with one that Keyturn makes. Compare the bucket's name and the account in the AWS console."
        )
    else:
        title = _("The bucket {bucket} belongs to another account")
        message = _(
            "The key can see it, but Keyturn cannot give a new key rights in somebody else's account, so it leaves "
            "this backup as it is. Ask the owner of the bucket, or leave this destination out with --only."
        )
    shown = title.format(key=signer.access_key_id.masked, bucket=bucket)
    return AwsError(shown, message, fault=AwsFault.DENIED, aws_code="AccessDenied")


def _object_lock(answer: Mapping[str, Any]) -> ObjectLock:
    configuration = answer.get("ObjectLockConfiguration", {})
    if configuration.get("ObjectLockEnabled") != "Enabled":
        return ObjectLock.NONE
    mode = configuration.get("Rule", {}).get("DefaultRetention", {}).get("Mode", "enabled")
    return ObjectLock(mode.lower())


def _moves_to_archives(answer: Mapping[str, Any]) -> bool:
    moves = [
        move
        for rule in answer.get("Rules", [])
        if rule.get("Status") == "Enabled"
        for move in (*rule.get("Transitions", []), *rule.get("NoncurrentVersionTransitions", []))
    ]
    return any(move.get("StorageClass") in ARCHIVES for move in moves)


def _encryption(aws: Aws, signer: KeyPair, answer: Mapping[str, Any], account: str, region: str | None) -> Encryption:
    rules = answer.get("ServerSideEncryptionConfiguration", {}).get("Rules", [])
    defaults = [rule.get("ApplyServerSideEncryptionByDefault", {}) for rule in rules]
    named = [
        default.get("KMSMasterKeyID") for default in defaults if default.get("SSEAlgorithm", "").startswith("aws:kms")
    ]
    # Without a name it is the AWS managed key, which needs no rights of the user's own (facts/aws.md A5).
    if not named or not named[0]:
        return Encryption()
    found = kms_key(aws, signer, str(named[0]), account, region)
    return Encryption(found.arn, None if found.refusal is None else str(named[0]))
