"""What lies in a bucket, seen from outside: its folders, a small file, when something was last written."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from keyturn.aws.error_codes import not_aws
from keyturn.aws.session import Aws
from keyturn.model.errors import AwsError, AwsFault
from keyturn.model.keys import KeyPair

_PAGES = 2


def folders(
    aws: Aws,
    signer: KeyPair,
    bucket: str,
    account: str,
    prefix: str = "",
    *,
    region: str | None = None,
    most: int = 100,
) -> tuple[str, ...]:
    """Return what S3 calls common prefixes: the parts of keys after `prefix` up to the next `/`, each with `prefix`.

    Args:
        account: the account that the bucket has to belong to.
        prefix: empty, or with a `/` at its end.
        most: of keys and folders together, at most 1,000; one request is sent.

    Raises:
        AwsError: where AWS refuses or cannot be asked.
    """
    answer = _list(aws, signer, bucket, account, {"Prefix": prefix, "Delimiter": "/", "MaxKeys": most}, region)
    return tuple(str(one["Prefix"]) for one in answer.get("CommonPrefixes") or [])


def small_object(
    aws: Aws, signer: KeyPair, bucket: str, account: str, key: str, *, region: str | None = None, limit: int = 64 * 1024
) -> bytes | None:
    """Return the first `limit` bytes of an object, or None where there is none of that name or it is archived.

    Raises:
        AwsError: where AWS refuses or cannot be asked.
    """
    wanted = {"Bucket": bucket, "ExpectedBucketOwner": account, "Key": key, "Range": f"bytes=0-{limit - 1}"}
    try:
        body = aws.ask(signer, "s3", "GetObject", wanted, region=region).get("Body", b"")
    except AwsError as error:
        if error.fault in {AwsFault.NOT_FOUND, AwsFault.ARCHIVED}:
            return None
        if error.aws_code == "InvalidRange":  # S3 says so of an empty object
            return b""
        raise
    return bytes(body)[:limit]


def last_written(
    aws: Aws, signer: KeyPair, bucket: str, account: str, prefix: str, *, region: str | None = None
) -> datetime | None:
    """Return when the newest of up to 1,000 objects below the prefix was written, in UTC; None where there is none.

    Raises:
        AwsError: where AWS refuses or cannot be asked.
    """
    answer = _list(aws, signer, bucket, account, {"Prefix": prefix}, region)
    return max((one["LastModified"] for one in answer.get("Contents") or []), default=None)


def newest_object(
    aws: Aws, signer: KeyPair, bucket: str, account: str, prefix: str, *, region: str | None = None
) -> tuple[datetime | None, bool]:
    """Return when the newest object below the prefix was written, in UTC, and whether all of them were seen.

    Two pages of a listing are read. A folder of restic's is larger, and writes into `snapshots/` at the end of each
    backup, so that is looked at by itself.

    Raises:
        AwsError: where AWS refuses or cannot be asked.
    """
    moments: list[datetime] = []
    more: dict[str, Any] = {}
    complete = False
    for _page in range(_PAGES):
        answer = _list(aws, signer, bucket, account, {"Prefix": prefix, **more}, region)
        moments += [one["LastModified"] for one in answer.get("Contents") or []]
        complete = not answer["IsTruncated"]
        if complete:
            break
        more = {"ContinuationToken": answer["NextContinuationToken"]}
    if not complete:
        snapshots = last_written(aws, signer, bucket, account, f"{prefix}snapshots/", region=region)
        moments += [] if snapshots is None else [snapshots]
    return max(moments, default=None), complete


def _list(
    aws: Aws, signer: KeyPair, bucket: str, account: str, parameters: Mapping[str, Any], region: str | None
) -> Mapping[str, Any]:
    owned = {"Bucket": bucket, "ExpectedBucketOwner": account}
    answer = aws.ask(signer, "s3", "ListObjectsV2", {**owned, **parameters}, region=region)
    if "IsTruncated" not in answer:  # an empty 200 of somebody else parses as an empty bucket (facts/aws.md A7)
        raise not_aws()
    return answer
