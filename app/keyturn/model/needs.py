"""What a destination needs of S3, and the policy that grants it and nothing more."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from keyturn.model.errors import ClientError
from keyturn.model.text import _

# All inline policies of one IAM user together, white space not counted (facts/aws.md A6).
INLINE_POLICY_LIMIT = 2048
# One managed policy, counted in the same way (facts/aws.md A6).
MANAGED_POLICY_LIMIT = 6144

# Every client of facts/clients.md section 2 ran with this base and without one refusal.
_BUCKET_ACTIONS = ("s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads")
_OBJECT_ACTIONS = (
    "s3:AbortMultipartUpload",
    "s3:DeleteObject",
    "s3:GetObject",
    "s3:ListMultipartUploadParts",
    "s3:PutObject",
)

# What the condition `s3:prefix` limits; asking for unfinished uploads knows no such condition (service authorization
# reference of Amazon S3).
_LISTING = frozenset({"s3:ListBucket", "s3:ListBucketVersions"})
# Also the names of the first years, with capital letters and underscores (Amazon S3 User Guide, "Bucket naming rules").
_BUCKET_NAME = re.compile(r"[A-Za-z0-9._-]{1,255}")
_KMS_KEY = re.compile(r"arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key/[A-Za-z0-9-]+")
_SPECIAL = re.compile(r"[*?$]")
_DELETING = frozenset({"s3:DeleteObject", "s3:DeleteObjectVersion"})


class Addition(StrEnum):
    """A right beyond the base that a program asks for (facts/clients.md section 2, facts/arq.md 4)."""

    CREATE_BUCKET = "create-bucket"
    OBJECT_ACL = "object-acl"
    LIST_ALL_BUCKETS = "list-all-buckets"
    VERSIONING = "versioning"  # asks whether the bucket keeps versions
    READ_VERSIONS = "read-versions"
    DELETE_VERSIONS = "delete-versions"
    RESTORE = "restore"
    RETENTION = "retention"  # locks what it writes, and makes the lock last longer; never shorter
    LEGAL_HOLD = "legal-hold"
    LOCK_SETTINGS = "lock-settings"  # looks at the bucket's own lock
    SETTINGS = "settings"  # looks how the bucket is set up, before it locks or archives anything
    TAGGING = "tagging"
    READ_TAGS = "read-tags"


_ADDED_BUCKET_ACTIONS: Mapping[Addition, tuple[str, ...]] = {
    Addition.CREATE_BUCKET: ("s3:CreateBucket",),
    Addition.VERSIONING: ("s3:GetBucketVersioning",),
    Addition.READ_VERSIONS: ("s3:ListBucketVersions",),
    Addition.LOCK_SETTINGS: ("s3:GetBucketObjectLockConfiguration",),
    Addition.SETTINGS: (
        "s3:GetBucketObjectLockConfiguration",
        "s3:GetBucketVersioning",
        "s3:GetLifecycleConfiguration",
    ),
}
_ADDED_OBJECT_ACTIONS: Mapping[Addition, tuple[str, ...]] = {
    Addition.OBJECT_ACL: ("s3:PutObjectAcl",),
    Addition.READ_VERSIONS: ("s3:GetObjectVersion",),
    Addition.DELETE_VERSIONS: ("s3:DeleteObjectVersion",),
    Addition.RESTORE: ("s3:RestoreObject",),
    Addition.RETENTION: ("s3:GetObjectRetention", "s3:PutObjectRetention"),
    Addition.TAGGING: ("s3:PutObjectTagging",),
    Addition.READ_TAGS: ("s3:GetObjectTagging",),
    Addition.LEGAL_HOLD: ("s3:GetObjectLegalHold", "s3:PutObjectLegalHold"),
}


@dataclass(frozen=True, slots=True)
class BucketNeeds:
    """What one bucket has to allow, taken together over all destinations that use it.

    Attributes:
        additions: rights beyond the base.
        kms_key_arns: the customer's KMS keys: of the bucket's default encryption, and those that programs ask for.
        folders: the only parts of the bucket that are reached, without a slash at the end; empty is all of it.
        deletable: the only folders in which objects may be deleted, as `folders`; None is the whole bucket.
    """

    bucket: str
    additions: frozenset[Addition] = frozenset()
    kms_key_arns: frozenset[str] = frozenset()
    folders: tuple[str, ...] = ()
    deletable: tuple[str, ...] | None = None

    def __or__(self, other: BucketNeeds) -> BucketNeeds:
        """What two destinations need of the same bucket together."""
        narrow = bool(self.folders and other.folders)
        both = None if self.deletable is None or other.deletable is None else {*self.deletable, *other.deletable}
        return BucketNeeds(
            self.bucket,
            self.additions | other.additions,
            self.kms_key_arns | other.kms_key_arns,
            tuple(sorted({*self.folders, *other.folders})) if narrow else (),
            None if both is None else tuple(sorted(both)),
        )


def is_plain_in_policies(name: str) -> bool:
    """Return whether a folder's name stands in a policy for itself alone: patterns, variables and characters beyond
    Latin-1 do not (facts/aws.md A6)."""
    return not set("*?$") & set(name) and all("\x20" <= one <= "\xff" and one != "\x7f" for one in name)


# A condition's key with its value, or with several of which one has to fit.
Test = Mapping[str, str | tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a policy."""

    sid: str
    effect: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    conditions: Mapping[str, Test]

    def as_json(self) -> dict[str, Any]:
        """The statement as IAM writes it."""
        written: dict[str, Any] = {
            "Sid": self.sid,
            "Effect": self.effect,
            "Action": list(self.actions),
            "Resource": list(self.resources),
        }
        if self.conditions:
            written["Condition"] = {
                operator: {key: list(value) if isinstance(value, tuple) else value for key, value in test.items()}
                for operator, test in self.conditions.items()
            }
        return written

    @classmethod
    def from_json(cls, written: Mapping[str, Any]) -> Statement:
        """Read what `as_json` wrote."""
        conditions = {
            operator: {key: tuple(value) if isinstance(value, list) else value for key, value in test.items()}
            for operator, test in written.get("Condition", {}).items()
        }
        actions, resources = tuple(written["Action"]), tuple(written["Resource"])
        return cls(written["Sid"], written["Effect"], actions, resources, conditions)


@dataclass(frozen=True, slots=True)
class PolicyDocument:
    """A policy in IAM's language."""

    statements: tuple[Statement, ...]

    def as_json(self) -> dict[str, Any]:
        """The document as IAM writes it."""
        return {"Version": "2012-10-17", "Statement": [statement.as_json() for statement in self.statements]}

    @classmethod
    def from_json(cls, written: Mapping[str, Any]) -> PolicyDocument:
        """Read what `as_json` wrote."""
        return cls(tuple(Statement.from_json(one) for one in written["Statement"]))

    def text(self) -> str:
        """The document as it is sent: without white space, the same text for the same needs."""
        return json.dumps(self.as_json(), separators=(",", ":"))

    @property
    def size(self) -> int:
        """Characters that count against IAM's limit (white space does not)."""
        return len(re.sub(r"\s", "", self.text()))

    @property
    def demands_tls(self) -> bool:
        """True where it refuses requests without TLS."""
        return any("aws:SecureTransport" in test for one in self.statements for test in one.conditions.values())

    @property
    def is_managed(self) -> bool:
        """True where it is too long to stand in the user itself, and so is a policy of its own that is attached."""
        return self.size > INLINE_POLICY_LIMIT


def policy_for(needs: Iterable[BucketNeeds], *, partition: str, account: str, require_tls: bool) -> PolicyDocument:
    """Return the least policy with which the destinations keep working.

    Args:
        partition: `aws`, `aws-cn`, `aws-us-gov`.
        account: the twelve digits of the account that owns the buckets; requests to a bucket of the same name in
            another account are not allowed.
        require_tls: refuse requests without TLS. False only where a program is configured to speak plain HTTP,
            because it would stop working.

    Raises:
        ClientError: `bucket.name` or `kms.name`, where a name could stand for more than one bucket or KMS key.
    """
    wanted = sorted(needs, key=lambda need: need.bucket)
    for need in wanted:
        _expect_one_of_each(need)
    # Buckets that need the same are named in one statement: the policy may only be so long.
    groups: dict[object, list[BucketNeeds]] = {}
    for need in wanted:
        alike = need.additions - {Addition.LIST_ALL_BUCKETS}, need.folders, need.deletable
        groups.setdefault(alike, []).append(need)
    statements: list[Statement] = []
    for number, group in enumerate(groups.values(), start=1):
        suffix = "" if len(groups) == 1 else str(number)
        statements += _of_group(group, suffix, partition=partition, account=account)
    keys = tuple(sorted({arn for need in wanted for arn in need.kms_key_arns}))
    if keys:
        statements.append(Statement("Encryption", "Allow", ("kms:Decrypt", "kms:GenerateDataKey"), keys, {}))
    if any(Addition.LIST_ALL_BUCKETS in need.additions for need in wanted):
        statements.append(Statement("Names", "Allow", ("s3:ListAllMyBuckets",), ("*",), {}))
    if require_tls:
        insecure = {"Bool": {"aws:SecureTransport": "false"}}
        statements.append(Statement("OnlyTls", "Deny", ("*",), ("*",), insecure))
    return PolicyDocument(tuple(statements))


def _expect_one_of_each(need: BucketNeeds) -> None:
    """Raise where a name of the configuration would be a pattern or a variable in a policy."""
    if not _BUCKET_NAME.fullmatch(need.bucket):
        raise ClientError(
            _("“{bucket}” is not the name of one bucket").format(bucket=need.bucket),
            _(
                "In a policy it could stand for others, too, so no policy was written. Write the bucket's own name "
                "into the backup program, or name it with --bucket."
            ),
            code="bucket.name",
        )
    for name in need.kms_key_arns:
        if not _KMS_KEY.fullmatch(name):
            raise ClientError(
                _("“{name}” is not the whole name of one KMS key").format(name=name),
                _(
                    "In a policy it could stand for others, too, so no policy was written. Write the key's ARN into "
                    "the backup program, as the AWS console shows it."
                ),
                code="kms.name",
            )


def _literally(name: str) -> str:
    """A folder's name such that a policy takes no part of it for a pattern or a variable (IAM User Guide, "Policy
    variables", special characters)."""
    return _SPECIAL.sub(r"${\g<0>}", name)


def _of_group(group: Sequence[BucketNeeds], suffix: str, *, partition: str, account: str) -> Iterator[Statement]:
    """The statements for buckets that need the same."""
    need = group[0]
    own_account = {"StringEquals": {"s3:ResourceAccount": account}}
    arns = tuple(f"arn:{partition}:s3:::{one.bucket}" for one in group)
    bucket_actions = {*_BUCKET_ACTIONS, *_added(_ADDED_BUCKET_ACTIONS, need.additions)}
    # CreateBucket names no account yet, so the condition on the owner would always refuse it.
    creating = bucket_actions & {"s3:CreateBucket"}
    bucket_actions -= creating
    if need.folders:
        listing = bucket_actions & _LISTING
        bucket_actions -= listing
        below = tuple(pattern for one in map(_literally, need.folders) for pattern in (one, f"{one}/*"))
        yield Statement(
            f"List{suffix}", "Allow", _sorted(listing), arns, {**own_account, "StringLike": {"s3:prefix": below}}
        )
    yield Statement(f"Bucket{suffix}", "Allow", _sorted(bucket_actions), arns, own_account)
    object_actions = {*_OBJECT_ACTIONS, *_added(_ADDED_OBJECT_ACTIONS, need.additions)}
    if need.deletable is not None:
        object_actions -= _DELETING
    objects = tuple(f"{arn}/{folder}" for arn in arns for folder in _patterns(need.folders))
    yield Statement(f"Objects{suffix}", "Allow", _sorted(object_actions), objects, own_account)
    if need.deletable:
        deletable = tuple(f"{arn}/{pattern}" for arn in arns for pattern in _patterns(need.deletable))
        yield Statement(f"Delete{suffix}", "Allow", ("s3:DeleteObject",), deletable, own_account)
    if creating:
        yield Statement(f"Create{suffix}", "Allow", _sorted(creating), arns, {})


def _patterns(folders: Sequence[str]) -> tuple[str, ...]:
    return tuple(f"{_literally(folder)}/*" for folder in folders) or ("*",)


def _sorted(actions: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(actions))


def _added(table: Mapping[Addition, tuple[str, ...]], additions: frozenset[Addition]) -> set[str]:
    return {action for addition in additions for action in table.get(addition, ())}
