"""A look at buckets that nothing names: where they are, their last write, their size, and who seems to write there."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from keyturn.aws.bucket_looks import BucketLook, Writer, look_at_buckets, newest_writes
from keyturn.aws.session import Aws
from keyturn.model.keys import KeyPair
from keyturn_practice.account import DEFAULT_ACCOUNT, PracticeAccount

_NOW = datetime.now(UTC)


def look(aws: Aws, root: KeyPair, bucket: str) -> BucketLook:
    return look_at_buckets(aws, root, [bucket], DEFAULT_ACCOUNT, _NOW)[bucket]


def test_region_size_and_last_write_are_those_of_all_objects(account: PracticeAccount, root: KeyPair, aws: Aws) -> None:
    account.create_bucket("attic", region="eu-central-1")
    account.put_object("attic", "b", b"12345", age_days=9)
    account.put_object("attic", "a", b"123", age_days=2)
    seen = look(aws, root, "attic")
    assert (seen.region, seen.size, seen.complete, seen.writer) == ("eu-central-1", 8, True, None)
    assert seen.last_written is not None
    assert seen.last_written == newest_writes(aws, root, ["attic"], DEFAULT_ACCOUNT)["attic"].last_written


def test_two_pages_are_read_and_what_lies_behind_them_is_not_known(
    account: PracticeAccount, root: KeyPair, aws: Aws
) -> None:
    account.create_bucket("attic")
    for number in range(2001):
        account.put_object("attic", f"{number:04}", b"x")
    seen = look(aws, root, "attic")
    assert (seen.complete, seen.size) == (False, None)
    assert [operation for _service, operation, _key in aws.calls].count("ListObjectsV2") == 2


def test_an_empty_bucket_has_no_last_write_and_no_bytes(account: PracticeAccount, root: KeyPair, aws: Aws) -> None:
    account.create_bucket("attic")
    seen = look(aws, root, "attic")
    assert (seen.last_written, seen.size, seen.complete) == (None, 0, True)


def test_a_bucket_that_refuses_tells_nothing_and_hides_no_other(
    account: PracticeAccount, root: KeyPair, aws: Aws
) -> None:
    account.add_foreign_bucket("foreign-bucket")
    account.create_bucket("attic")
    seen = look_at_buckets(aws, root, ["foreign-bucket", "attic"], DEFAULT_ACCOUNT, _NOW)
    assert (seen["foreign-bucket"].last_written, seen["foreign-bucket"].size) == (None, None)
    assert not seen["foreign-bucket"].complete
    assert seen["attic"].complete
    assert set(newest_writes(aws, root, ["foreign-bucket", "attic"], DEFAULT_ACCOUNT)) == {"attic"}


@pytest.mark.parametrize(
    ("bucket", "keys", "writer"),
    [
        ("aws-cloudtrail-logs-111122223333-0a1b2c3d", [], Writer.AWS_SERVICE),
        ("trail", ["x/AWSLogs/111122223333/CloudTrail/eu-central-1/2026/1.gz"], Writer.AWS_LOGS),
        ("access-logs", ["photos/2026-11-30-10-20-30-0123456789ABCDEF"], Writer.AWS_LOGS),
        ("www", ["index.html", "error.html", "style.css"], Writer.WEBSITE),
        ("attic", ["AWSLogs/111122223333/a", "letters/one"], None),
        ("attic", ["index.html", "letters/one"], None),
    ],
)
def test_what_aws_services_write_and_websites_are_told_from_backups(
    account: PracticeAccount, root: KeyPair, aws: Aws, bucket: str, keys: list[str], writer: Writer | None
) -> None:
    account.create_bucket(bucket)
    for key in keys:
        account.put_object(bucket, key, b"x")
    assert look(aws, root, bucket).writer is writer


def test_a_bucket_to_which_a_service_may_deliver_logs_is_one_of_logs(
    account: PracticeAccount, root: KeyPair, aws: Aws
) -> None:
    account.create_bucket("attic")
    allowed = {
        "Effect": "Allow",
        "Principal": {"Service": "cloudtrail.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": "arn:aws:s3:::attic/*",
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    aws.ask(root, "s3", "PutBucketPolicy", {"Bucket": "attic", "Policy": policy})
    assert look(aws, root, "attic").writer is Writer.AWS_LOGS
