"""A region that the account has not switched on answers like one that does not know the key (facts/aws.md A1)."""

from __future__ import annotations

from keyturn.aws.error_codes import AwsRefusal
from keyturn.aws.identity import whose
from keyturn.aws.session import Aws
from keyturn.model.errors import AwsError, AwsFault
from keyturn.model.keys import KeyPair
from keyturn.model.text import _


def told_apart(aws: Aws, signer: KeyPair, error: AwsError, bucket: str, region: str | None) -> AwsError:
    """Return `error`; but where AWS accepts the key, only not where the bucket is, an error that says so.

    Args:
        region: where the bucket is; None where only the answer may tell.
    """
    if error.fault is not AwsFault.UNKNOWN_KEY or aws.is_new(signer.access_key_id):
        return error
    try:
        whose(aws, signer)
    except AwsError:
        return error
    named = region or (error.bucket_region if isinstance(error, AwsRefusal) else None)
    where = _("the region of the bucket {bucket}").format(bucket=bucket) if named is None else named
    return AwsError(
        _("AWS accepts the access key {key}, but not in {region}").format(
            key=signer.access_key_id.masked, region=where
        ),
        _(
            "So answers a region that the account has not enabled, and no backup reaches the bucket {bucket} there as "
            "long as that is so. In the AWS console: account name (top right), Account, AWS Regions, enable it. That "
            "takes some minutes; then try again."
        ).format(bucket=bucket),
        fault=AwsFault.ACCOUNT,
        aws_code=error.aws_code,
    )
