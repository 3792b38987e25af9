"""The whole names of KMS keys: programs and buckets name a key by ID or alias, too, and a policy by its ARN alone."""

from __future__ import annotations

import re
from dataclasses import dataclass

from keyturn.aws.error_codes import AwsRefusal
from keyturn.aws.session import Aws
from keyturn.model.errors import AwsError, AwsFault
from keyturn.model.keys import KeyPair

# arn:aws:kms:eu-central-1:123456789012:key/0d5f2a44-…, or …:alias/backups
_ARN = re.compile(r"arn:[a-z-]+:kms:(?P<region>[a-z0-9-]+):[0-9]{12}:(?P<kind>key|alias)/.+")
# AWS's own keys, made for anyone who uses a service without a key of their own, need no right of the user's (aws.md
# A5).
_AWS_OWN = re.compile(r"(?:^|:)alias/aws/")
# A bare ID: a UUID, or `mrk-` and 32 digits for one that is in several regions (AWS's reference of key identifiers).
_ID = re.compile(r"[A-Za-z0-9-]+")


@dataclass(frozen=True, slots=True)
class KmsKey:
    """What a name of a KMS key stands for.

    Attributes:
        arn: the key's whole name; None where a policy needs to name none, or where it is not known.
        refusal: why AWS did not tell what the name stands for; None where it is known.
    """

    arn: str | None
    refusal: AwsError | None = None


NONE_NEEDED = KmsKey(None)


def kms_key(aws: Aws, signer: KeyPair, name: str, account: str, region: str | None) -> KmsKey:
    """Return what `name` stands for: an ARN, a bare ID, or an alias.

    The ARN of a key is taken as it stands, and asks nothing. The ARN of a bare ID can be told without AWS, too; that of
    an alias cannot.

    Args:
        account, region: of the bucket, in which a bare name counts; None where the region is not known.

    Raises:
        AwsError: where AWS could not be asked at all.
    """
    named = _ARN.fullmatch(name)
    if _AWS_OWN.search(name):
        return NONE_NEEDED
    if named is not None and named["kind"] == "key":
        return KmsKey(name)
    where = region if named is None else named["region"]
    try:
        described = aws.ask(signer, "kms", "DescribeKey", {"KeyId": name}, region=where)["KeyMetadata"]
    except AwsRefusal as error:
        if error.fault is not AwsFault.DENIED or region is None or not _ID.fullmatch(name):
            return KmsKey(None, error)
        partition = aws.partition_of(signer.access_key_id) or "aws"
        return KmsKey(f"arn:{partition}:kms:{region}:{account}:key/{name}")
    return NONE_NEEDED if described.get("KeyManager") == "AWS" else KmsKey(described["Arn"])
