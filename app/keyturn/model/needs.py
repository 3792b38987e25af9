"""What a destination needs of S3, and the policy that grants it and nothing more."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

# All inline policies of one IAM user together, white space not counted (research/aws.md A6).
INLINE_POLICY_LIMIT = 2048
# One managed policy, counted in the same way (research/aws.md A6).
MANAGED_POLICY_LIMIT = 6144

# Every client of research/clients.md section 2 ran with this base and without one refusal.
_BUCKET_ACTIONS = ("s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads")
_OBJECT_ACTIONS = (
    "s3:AbortMultipartUpload",
    "s3:DeleteObject",
    "s3:GetObject",
    "s3:ListMultipartUploadParts",
    "s3:PutObject",
)


class Addition(StrEnum):
    """A right beyond the base that a program asks for (research/clients.md section 2, research/arq.md 4)."""

    CREATE_BUCKET = "create-bucket"
    OBJECT_ACL = "object-acl"
    LIST_ALL_BUCKETS = "list-all-buckets"
    VERSIONS = "versions"
    RESTORE = "restore"
    RETENTION = "retention"  # locks what it writes, and makes the lock last longer; never shorter
    SETTINGS = "settings"  # looks how the bucket is set up, before it locks or archives anything


_ADDED_BUCKET_ACTIONS: Mapping[Addition, tuple[str, ...]] = {
    Addition.CREATE_BUCKET: ("s3:CreateBucket",),
    Addition.VERSIONS: ("s3:ListBucketVersions",),
    Addition.SETTINGS: (
        "s3:GetBucketObjectLockConfiguration",
        "s3:GetBucketVersioning",
        "s3:GetLifecycleConfiguration",
    ),
}
_ADDED_OBJECT_ACTIONS: Mapping[Addition, tuple[str, ...]] = {
    Addition.OBJECT_ACL: ("s3:PutObjectAcl",),
    Addition.VERSIONS: ("s3:DeleteObjectVersion", "s3:GetObjectVersion"),
    Addition.RESTORE: ("s3:RestoreObject",),
    Addition.RETENTION: ("s3:GetObjectRetention", "s3:PutObjectRetention"),
}


@dataclass(frozen=True, slots=True)
class BucketNeeds:
    """What one bucket has to allow, taken together over all destinations that use it.

    Attributes:
        additions: rights beyond the base.
        kms_key_arn: the customer's KMS key of the bucket's default encryption, or None.
    """

    bucket: str
    additions: frozenset[Addition] = frozenset()
    kms_key_arn: str | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a policy."""

    sid: str
    effect: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    conditions: Mapping[str, Mapping[str, str]]

    def as_json(self) -> dict[str, Any]:
        """The statement as IAM writes it."""
        written: dict[str, Any] = {
            "Sid": self.sid,
            "Effect": self.effect,
            "Action": list(self.actions),
            "Resource": list(self.resources),
        }
        if self.conditions:
            written["Condition"] = {operator: dict(test) for operator, test in self.conditions.items()}
        return written


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
        return cls(
            tuple(
                Statement(
                    one["Sid"], one["Effect"], tuple(one["Action"]), tuple(one["Resource"]), one.get("Condition", {})
                )
                for one in written["Statement"]
            )
        )

    def text(self) -> str:
        """The document as it is sent: without white space, the same text for the same needs."""
        return json.dumps(self.as_json(), separators=(",", ":"))

    @property
    def size(self) -> int:
        """Characters that count against IAM's limit (white space does not)."""
        return len(re.sub(r"\s", "", self.text()))

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
    """
    wanted = sorted(needs, key=lambda need: need.bucket)
    groups: dict[frozenset[Addition], list[str]] = {}
    for need in wanted:
        groups.setdefault(need.additions - {Addition.LIST_ALL_BUCKETS}, []).append(need.bucket)
    own_account = {"StringEquals": {"s3:ResourceAccount": account}}
    statements: list[Statement] = []
    for number, (additions, buckets) in enumerate(groups.items(), start=1):
        suffix = "" if len(groups) == 1 else str(number)
        arns = tuple(f"arn:{partition}:s3:::{bucket}" for bucket in buckets)
        bucket_actions = sorted({*_BUCKET_ACTIONS, *_added(_ADDED_BUCKET_ACTIONS, additions)})
        object_actions = sorted({*_OBJECT_ACTIONS, *_added(_ADDED_OBJECT_ACTIONS, additions)})
        # CreateBucket names no account yet, so the condition on the owner would always refuse it.
        creating = [action for action in bucket_actions if action == "s3:CreateBucket"]
        bucket_actions = [action for action in bucket_actions if action not in creating]
        statements.append(Statement(f"Bucket{suffix}", "Allow", tuple(bucket_actions), arns, own_account))
        objects = tuple(f"{arn}/*" for arn in arns)
        statements.append(Statement(f"Objects{suffix}", "Allow", tuple(object_actions), objects, own_account))
        if creating:
            statements.append(Statement(f"Create{suffix}", "Allow", tuple(creating), arns, {}))
    keys = tuple(sorted({need.kms_key_arn for need in wanted if need.kms_key_arn is not None}))
    if keys:
        statements.append(Statement("Encryption", "Allow", ("kms:Decrypt", "kms:GenerateDataKey"), keys, {}))
    if any(Addition.LIST_ALL_BUCKETS in need.additions for need in wanted):
        statements.append(Statement("List", "Allow", ("s3:ListAllMyBuckets",), ("*",), {}))
    if require_tls:
        insecure = {"Bool": {"aws:SecureTransport": "false"}}
        statements.append(Statement("OnlyTls", "Deny", ("*",), ("*",), insecure))
    return PolicyDocument(tuple(statements))


def _added(table: Mapping[Addition, tuple[str, ...]], additions: frozenset[Addition]) -> set[str]:
    return {action for addition in additions for action in table.get(addition, ())}
