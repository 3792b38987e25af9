"""Why AWS did not allow a request: which policy refused it, and so who can change that (facts/aws.md A7 7.1)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from keyturn.model.text import _


class PolicyKind(StrEnum):
    """A kind of policy, as AWS's messages name it (IAM User Guide, "Access denied error messages")."""

    IDENTITY = "identity-based policy"
    RESOURCE = "resource-based policy"
    SERVICE_CONTROL = "service control policy"
    RESOURCE_CONTROL = "resource control policy"
    BOUNDARY = "permissions boundary"
    SESSION = "session policy"
    ENDPOINT = "VPC endpoint policy"


# AWS renews it under new names: …Quarantine, …QuarantineV2, V3, V4 (facts/field-reports.md, "What changed at AWS").
_QUARANTINE = "AWSCompromisedKeyQuarantine"
_PERMISSION = re.compile(r"not authorized to perform: ([A-Za-z0-9-]+:[A-Za-z0-9*]+)(?: on resource: \"?([^\s\"]+))?")
_KINDS = "|".join(re.escape(kind.value) for kind in PolicyKind)
_REASON = re.compile(rf"(explicit deny in an? |no )({_KINDS})(?:[: ]+(arn:[^\s,]+))?", re.IGNORECASE)
# What S3 says where KMS refuses to open an object's key, and does not say to whom.
_SEALED = re.compile(r"ciphertext refers to a customer master key", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Denial:
    """What AWS said of a refusal; what it did not say is empty or None.

    Attributes:
        permission: the right that is missing, such as `kms:Decrypt`.
        resource: the ARN of what it was asked for.
        kind: the kind of policy that refused.
        by_policy: a policy denies it; False where only none allows it, or where AWS did not say.
        arn: that policy's own.
    """

    permission: str = ""
    resource: str = ""
    kind: PolicyKind | None = None
    by_policy: bool = False
    arn: str = ""

    @property
    def by_organisation(self) -> bool:
        """True where it binds the account's root user as well, so that no key of the account gets around it."""
        return self.kind in {PolicyKind.SERVICE_CONTROL, PolicyKind.RESOURCE_CONTROL}


def read_denial(words: str) -> Denial:
    """Read AWS's message."""
    named, reason = _PERMISSION.search(words), _REASON.search(words)
    permission, resource = ("", "") if named is None else (named[1], (named[2] or "").rstrip(".,"))
    if not permission and _SEALED.search(words):
        permission = "kms:Decrypt"
    # An ARN in a message is shown to people, and only one that looks like one.
    resource = resource if re.fullmatch(r"arn:[\x21-\x7e]{1,300}", resource) else ""
    if reason is None:
        return Denial(permission, resource)
    return Denial(
        permission,
        resource,
        PolicyKind(next(kind.value for kind in PolicyKind if kind.value.lower() == reason[2].lower())),
        by_policy=reason[1].lower() != "no ",
        arn=(reason[3] or "").rstrip("."),
    )


def is_quarantine(policy: str) -> bool:
    """Whether a policy of this name or ARN is AWS's quarantine for users whose key leaked, in any version."""
    return policy.rpartition("/")[2].startswith(_QUARANTINE)


def sentences_of_quarantine() -> tuple[str, str]:
    """Return title and message, with a place for `key`."""
    return _("AWS holds the access key {key} for leaked, and has put its user under quarantine"), _(
        "Somebody may have used it already, and its user may not make, change or turn off keys now. First, with an "
        "administrator's sign-in: read what AWS wrote (by mail, and in its Support Center), look in CloudTrail for "
        "what you did not do, and make a new key for this user in the console. `keyturn rotate KEY --pair` puts it in "
        "place of this one, so that backups go on; then turn this key off and delete it. The quarantine policy is "
        "taken off the user last."
    )


def sentences_of(denial: Denial, bucket: str) -> tuple[str, str]:
    """Return title and message, with places for `permission`, `key`, `bucket`, `resource` and `policy`."""
    if is_quarantine(denial.arn):
        return sentences_of_quarantine()
    if denial.by_organisation:
        return _of_an_organisation(denial)
    if denial.permission.startswith("kms:"):
        return _of_a_kms_key(denial, bucket)
    if denial.kind is PolicyKind.BOUNDARY:
        return _("The permissions boundary of its user does not let the access key {key} do {permission}"), _(
            "It limits what every policy of this user can allow{policy}. A backup that needs this cannot run with this "
            "key. Ask the person who set the boundary in the AWS console, under Users, this user, Permissions."
        )
    if denial.kind is PolicyKind.ENDPOINT:
        return _("This network does not let the access key {key} do {permission}"), _(
            "The way to AWS goes through a VPC endpoint whose policy refuses it{policy}. A backup from here cannot do "
            "it either. Ask the person who looks after the network, or try from another one."
        )
    if denial.permission.startswith("s3:") and bucket:
        return _("AWS refused {permission} on the bucket {bucket} to the access key {key}"), _of_a_bucket(denial)
    return _("AWS refused {permission} to the access key {key}"), _of_a_user(denial)


def _of_an_organisation(denial: Denial) -> tuple[str, str]:
    title = _("The rules of your organisation do not allow {permission}")
    if denial.kind is PolicyKind.RESOURCE_CONTROL:
        return title, _(
            "AWS refused it to the access key {key} because of a resource control policy{policy}. It binds everybody "
            "who reaches {resource}, the account's root user as well, so no other key gets around it; a backup that "
            "needs this cannot run. Ask the person who looks after the organisation in AWS."
        )
    return title, _(
        "AWS refused it to the access key {key} because of a service control policy{policy}, which binds every user of "
        "the account and its root user. A backup that needs this cannot run. Ask the person who looks after the "
        "organisation in AWS, or choose another route: keyturn plan -h lists them."
    )


def _of_a_kms_key(denial: Denial, bucket: str) -> tuple[str, str]:
    if bucket:
        title = _("AWS refused {permission} on the KMS key of the bucket {bucket} to the access key {key}")
    else:
        title = _("AWS refused {permission} on a KMS key to the access key {key}")
    if denial.kind is PolicyKind.RESOURCE and denial.by_policy:
        return title, _(
            "The key policy of {resource} denies it. No backup can read or write there with this access key, whatever "
            "its user is allowed. In the AWS console, look under Key Management Service at this key's policy."
        )
    if denial.kind is PolicyKind.RESOURCE:
        return title, _(
            "The key policy of {resource} does not let IAM decide, so what its user is allowed counts for nothing "
            "there, and no backup can read or write with this access key. In the AWS console, under Key Management "
            "Service, this key's policy has to name the user, or to let the account decide (“Enable IAM User "
            "Permissions”)."
        )
    if denial.kind is PolicyKind.IDENTITY and not denial.by_policy:
        return title, _(
            "Its user is not allowed to use {resource}, which encrypts what is stored there, so no backup can read or "
            "write with this access key. Allow it in the AWS console, under Users, this user, Permissions; the key's "
            "own policy (Key Management Service) has to let IAM decide as well."
        )
    return title, _(
        "{resource} encrypts what is stored there, and its key policy, or a policy of the user, does not allow it; no "
        "backup can read or write with this access key. In the AWS console, look under Key Management Service at this "
        "key's policy (it has to let IAM decide, or to name the user), then at the user's."
    )


def _of_a_bucket(denial: Denial) -> str:
    if denial.kind is PolicyKind.RESOURCE:
        return _(
            "The policy of the bucket does not let it{policy}. A backup that needs this cannot run with this key, "
            "whatever its user is allowed. Look at the bucket's policy in the AWS console, under S3, Permissions."
        )
    if denial.kind is PolicyKind.IDENTITY:
        return _(
            "The policies of its user do not let it{policy}. A backup that needs this cannot run with this key. Look "
            "at them in the AWS console, under Users, this user, Permissions."
        )
    return _(
        "Its user is not allowed to do this, or the bucket belongs to another account. A backup that needs it cannot "
        "run with this key. Look at the policies of the user and of the bucket in the AWS console."
    )


def _of_a_user(denial: Denial) -> str:
    if denial.kind is PolicyKind.IDENTITY and denial.by_policy:
        return _(
            "The key works, but a policy of its user denies this{policy}. A backup is concerned only if it needs it. "
            "The person who looks after the users of the AWS account can change that."
        )
    return _(
        "The key works, but its user is not allowed to do this. A backup is concerned only if it needs it. The person "
        "who looks after the users of the AWS account can allow it."
    )
