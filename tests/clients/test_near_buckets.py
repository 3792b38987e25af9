"""The buckets that a text names near a key, in whatever language."""

from __future__ import annotations

import pytest

from keyturn.clients.near_buckets import buckets_near


@pytest.mark.parametrize(
    "text",
    [
        *("bucket = 'my-bucket'", '"bucketName": "my-bucket",', "'bucket' => 'my-bucket',", "backup_bucket: my-bucket"),
        *(
            "S3_BUCKET ?= my-bucket",
            "AWS_STORAGE_BUCKET_NAME = 'my-bucket'",
            "bucket     = my-bucket\n",
            "bucket=my-bucket;",
        ),
        *("Write-S3Object @c -BucketName my-bucket -File x", "aws s3api put-object --bucket my-bucket --key x"),
        *(
            "aws s3 sync . s3://my-bucket",
            "s3a://my-bucket/path",
            "s3n://AKIAX:abc@my-bucket/path",
            '"s3://my-bucket/"',
        ),
        *(
            "restic -r s3:s3.amazonaws.com/my-bucket",
            "s3:https://s3.eu-west-1.amazonaws.com/my-bucket/a",
            "s3:h:9000/my-bucket",
        ),
        *(
            "arn:aws:s3:::my-bucket/*",
            "https://s3.eu-west-1.amazonaws.com/my-bucket/x",
            "https://my-bucket.s3.amazonaws.com/",
        ),
        *("s3://s3.amazonaws.com/my-bucket/x", ":s3,provider=AWS,access_key_id=A:my-bucket/x", "[':s3,a=b:my-bucket']"),
        *("remote = :s3,endpoint='https://s3.amazonaws.com':my-bucket", "# other\n bucket: my-bucket # s3"),
    ],
)
def test_a_bucket_is_told_by_a_word_or_an_address(text: str) -> None:
    assert [target.bucket for target in buckets_near(text)] == ["my-bucket"]


@pytest.mark.parametrize(
    "text",
    [
        *(
            "the bucket name is chosen",
            "create a bucket now",
            "create_bucket: true",
            "# s3://my-bucket/",
            "GCS_BUCKET=my-bucket",
        ),
        *(
            "bucket = $BUCKET",
            "s3://$BUCKET/x",
            "s3://{{ bucket }}/x",
            "// bucket: 'my-bucket'",
            "bucket_policy = 'private'",
        ),
        *(
            "s3://my-bucket-${ENV}/x",
            "bucket: my-bucket-{{ env }}",
            'bucket = "my-bucket-" + env',
            "GOOGLE_BUCKET: my-bucket",
        ),
    ],
)
def test_what_names_none_for_certain_gives_none(text: str) -> None:
    assert buckets_near(text) == ()


@pytest.mark.parametrize(
    "text",
    [
        *('BUCKETS = ["one-a", "two-b"]', "buckets: [one-a, two-b]", "@buckets = qw(one-a two-b);"),
        *("const buckets = [\n  'one-a',\n  'two-b',\n];", "buckets:\n  - one-a\n  - 'two-b'\nother: x\n"),
        *("my_buckets = {'one-a', 'two-b'}", '"buckets": ["one-a", "two-b"]', "\tbucket one-a\n\tbucket two-b\n"),
    ],
)
def test_each_of_a_list_is_seen(text: str) -> None:
    assert [one.bucket for one in buckets_near(text)] == ["one-a", "two-b"]


@pytest.mark.parametrize("text", ["the bucket my-bucket is full", "b2_buckets = ['one-a']", "buckets = []"])
def test_a_sentence_or_another_makers_list_names_none(text: str) -> None:
    assert buckets_near(text) == ()
