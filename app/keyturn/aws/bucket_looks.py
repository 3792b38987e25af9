"""A look at buckets that nothing here names: where they are, when something was last written, how large they are.

At most two pages of a listing are read for each, so that an account with many buckets costs little. What they do not
tell is not known, and never "nothing".
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import Any

from keyturn.aws.buckets import region_of
from keyturn.aws.error_codes import not_aws
from keyturn.aws.parallel import in_parallel
from keyturn.aws.session import Aws
from keyturn.model.errors import AwsError
from keyturn.model.keys import KeyPair

_PAGES = 2
_LOOKED_AT = 100  # buckets; the others are named without a look
# What AWS's own services write, by the names that they give their buckets and objects (each service's user guide).
_NAMES_OF_SERVICES = re.compile(
    r"aws-cloudtrail-logs-.*|cf-templates-.*|elasticbeanstalk-.*|codepipeline-.*|aws-glue-.*|cdk-.*-assets-.*"
    r"|config-bucket-.*|aws-athena-query-results-.*|sagemaker-.*|aws-sam-cli-managed-.*|amplify-.*-deployment"
    r"|aws-quicksetup-.*|do-not-delete-.*|awsmacietrail.*"
)
_KEYS_OF_SERVICES = re.compile(r"(?:.*/)?AWSLogs/[0-9]{12}/")
# Server access logs: `2026-11-30-10-20-30-0123456789ABCDEF` behind any prefix (S3's user guide, "Log object key").
_ACCESS_LOG = re.compile(r".*[0-9]{4}(?:-[0-9]{2}){5}-[0-9A-F]{16}")
_PAGES_OF_A_SITE = frozenset({"index.html", "error.html", "404.html", "favicon.ico", "robots.txt", "sitemap.xml"})
_LOGGING = re.compile(
    r"(?:cloudtrail|config|delivery\.logs|logging\.s3|logdelivery[a-z.]*|vpc-flow-logs)\.amazonaws\.com"
)


class Writer(StrEnum):
    """What seems to write to a bucket, where that is no backup."""

    AWS_LOGS = "aws-logs"
    AWS_SERVICE = "aws-service"
    WEBSITE = "website"


@dataclass(frozen=True, slots=True)
class BucketLook:
    """What was seen of a bucket. What is not known is None.

    Attributes:
        last_written: when the newest object that was listed was written, in UTC.
        size: of all objects, in bytes.
        complete: all objects were listed; else there may be newer ones.
        writer: an AWS service, or a website's visitors, to whom the bucket seems to belong.
    """

    bucket: str
    region: str | None = None
    last_written: datetime | None = None
    size: int | None = None
    complete: bool = False
    writer: Writer | None = None


def look_at_buckets(
    aws: Aws, signer: KeyPair, buckets: Sequence[str], account: str, now: datetime
) -> Mapping[str, BucketLook]:
    """Look at each bucket of the account; one that refuses is told with what is known of it, which may be nothing."""
    looked_at = [partial(_look, aws, signer, bucket, account, now) for bucket in buckets[:_LOOKED_AT]]
    found = {one.bucket: one for one in in_parallel(looked_at)}
    return {bucket: found.get(bucket) or BucketLook(bucket) for bucket in buckets}


def newest_writes(
    aws: Aws, signer: KeyPair, buckets: Sequence[str], account: str, *, most: int = _LOOKED_AT
) -> Mapping[str, BucketLook]:
    """Look only when something was last written to each of the first `most` buckets; those that refuse are left out."""
    looked_at = [partial(_listed, aws, signer, bucket, account) for bucket in buckets[:most]]
    found = [one for one in in_parallel(looked_at) if isinstance(one, _Listing)]
    return {one.bucket: BucketLook(one.bucket, one.region, one.newest, None, one.complete) for one in found}


@dataclass(frozen=True, slots=True)
class _Listing:
    bucket: str
    region: str | None
    objects: Sequence[Mapping[str, Any]]
    complete: bool

    @property
    def newest(self) -> datetime | None:
        return max((one["LastModified"] for one in self.objects), default=None)


def _look(aws: Aws, signer: KeyPair, bucket: str, account: str, now: datetime) -> BucketLook:
    listed = _listed(aws, signer, bucket, account)
    if not isinstance(listed, _Listing):
        return BucketLook(bucket, listed, writer=_by_name(bucket))
    objects, region = listed.objects, listed.region
    size = sum(int(one.get("Size", 0)) for one in objects)
    return BucketLook(
        bucket,
        region,
        listed.newest,
        size if listed.complete else _daily_size(aws, signer, bucket, region, now),
        listed.complete,
        _by_name(bucket) or _by_objects(objects) or _by_settings(aws, signer, bucket, account, region),
    )


def _listed(aws: Aws, signer: KeyPair, bucket: str, account: str) -> _Listing | str | None:
    """The first pages of the listing; only the region, or nothing, where that is all that AWS tells."""
    region: str | None = None
    objects: list[Mapping[str, Any]] = []
    complete = False
    try:
        region = region_of(aws, signer, bucket)
        more: dict[str, Any] = {}
        for _page in range(_PAGES):
            asked = {"Bucket": bucket, "ExpectedBucketOwner": account, **more}
            answer = aws.ask(signer, "s3", "ListObjectsV2", asked, region=region)
            if "IsTruncated" not in answer:  # an empty 200 of somebody else (facts/aws.md A7)
                raise not_aws()
            objects += answer.get("Contents") or []
            complete = not answer["IsTruncated"]
            if complete:
                break
            more = {"ContinuationToken": answer["NextContinuationToken"]}
    except AwsError:
        return region
    return _Listing(bucket, region, objects, complete)


def _by_name(bucket: str) -> Writer | None:
    return Writer.AWS_SERVICE if _NAMES_OF_SERVICES.fullmatch(bucket) else None


def _by_objects(objects: Sequence[Mapping[str, Any]]) -> Writer | None:
    keys = [str(one["Key"]) for one in objects]
    logs = sum(_KEYS_OF_SERVICES.match(key) is not None or _ACCESS_LOG.fullmatch(key) is not None for key in keys)
    if keys and logs == len(keys):
        return Writer.AWS_LOGS
    return Writer.WEBSITE if len(_PAGES_OF_A_SITE.intersection(keys)) > 1 else None


def _by_settings(aws: Aws, signer: KeyPair, bucket: str, account: str, region: str | None) -> Writer | None:
    """What the bucket is set up for: a website, or logs that a service is let to deliver."""
    owned = {"Bucket": bucket, "ExpectedBucketOwner": account}
    try:
        aws.ask(signer, "s3", "GetBucketWebsite", owned, region=region)
    except AwsError:
        pass
    else:
        return Writer.WEBSITE
    try:
        policy = json.loads(aws.ask(signer, "s3", "GetBucketPolicy", owned, region=region).get("Policy", "{}"))
    except (AwsError, ValueError):
        return None
    return Writer.AWS_LOGS if _LOGGING.search(json.dumps(policy)) else None


def _daily_size(aws: Aws, signer: KeyPair, bucket: str, region: str | None, now: datetime) -> int | None:
    """What CloudWatch counted last: once a day, by storage class, for anyone who may read it (S3's user guide)."""
    asked = {
        "Namespace": "AWS/S3",
        "MetricName": "BucketSizeBytes",
        "Dimensions": [{"Name": "BucketName", "Value": bucket}, {"Name": "StorageType", "Value": "StandardStorage"}],
        "StartTime": now.astimezone(UTC) - timedelta(days=3),
        "EndTime": now.astimezone(UTC),
        "Period": 86_400,
        "Statistics": ["Average"],
    }
    try:
        answer = aws.ask(signer, "cloudwatch", "GetMetricStatistics", asked, region=region, attempts=1, patient=False)
    except AwsError:
        return None
    newest = max(answer.get("Datapoints") or [], key=lambda one: one["Timestamp"], default=None)
    return None if newest is None else int(newest["Average"])
