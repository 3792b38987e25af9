"""A bucket seen from outside: folders, a small file, when something was last written. Nothing is written."""

from __future__ import annotations

from datetime import timedelta

import pytest

from keyturn.aws.bucket_contents import folders, last_written, small_object
from keyturn.aws.session import Aws
from keyturn.model.errors import AwsError, AwsFault
from keyturn.model.keys import KeyPair
from keyturn_practice import faults
from keyturn_practice.account import DEFAULT_ACCOUNT, PracticeAccount

BUCKET = "photos-backup"


@pytest.fixture(autouse=True)
def filled(account: PracticeAccount) -> None:
    account.create_bucket(BUCKET, region="eu-west-1")
    account.put_object(BUCKET, "a/one", b"1234567890", age_days=40)
    account.put_object(BUCKET, "a/b/two", b"", age_days=3)
    account.put_object(BUCKET, "c/three", b"3", age_days=9)
    account.put_object(BUCKET, "top", b"4")
    account.put_object(BUCKET, "asleep", b"zzz", storage_class="DEEP_ARCHIVE")


def test_folders_are_told_one_level_at_a_time(root: KeyPair, aws: Aws) -> None:
    assert folders(aws, root, BUCKET, DEFAULT_ACCOUNT) == ("a/", "c/")
    assert folders(aws, root, BUCKET, DEFAULT_ACCOUNT, "a/") == ("a/b/",)
    assert folders(aws, root, BUCKET, DEFAULT_ACCOUNT, "none/") == ()


def test_a_small_object_is_read_up_to_its_limit(root: KeyPair, aws: Aws) -> None:
    assert small_object(aws, root, BUCKET, DEFAULT_ACCOUNT, "a/one") == b"1234567890"
    assert small_object(aws, root, BUCKET, DEFAULT_ACCOUNT, "a/one", limit=4) == b"1234"
    assert small_object(aws, root, BUCKET, DEFAULT_ACCOUNT, "a/b/two") == b""


def test_what_is_missing_or_archived_is_none(root: KeyPair, aws: Aws) -> None:
    assert small_object(aws, root, BUCKET, DEFAULT_ACCOUNT, "none") is None
    assert small_object(aws, root, BUCKET, DEFAULT_ACCOUNT, "asleep") is None


def test_the_newest_object_dates_a_folder(account: PracticeAccount, root: KeyPair, aws: Aws) -> None:
    newest = last_written(aws, root, BUCKET, DEFAULT_ACCOUNT, "a/")
    older = last_written(aws, root, BUCKET, DEFAULT_ACCOUNT, "c/")

    assert newest is not None
    assert older is not None
    assert timedelta(days=5.9) < newest - older < timedelta(days=6.1)
    assert last_written(aws, root, BUCKET, DEFAULT_ACCOUNT, "none/") is None


def test_only_reading_requests_are_sent_and_nothing_is_left(account: PracticeAccount, root: KeyPair, aws: Aws) -> None:
    before = account.trace_of(BUCKET)

    folders(aws, root, BUCKET, DEFAULT_ACCOUNT)
    small_object(aws, root, BUCKET, DEFAULT_ACCOUNT, "a/one")
    last_written(aws, root, BUCKET, DEFAULT_ACCOUNT, "a/")

    assert {operation for _service, operation, _key in aws.calls} == {"ListObjectsV2", "GetObject"}
    assert account.trace_of(BUCKET) == before


def test_a_bucket_of_another_account_is_refused(account: PracticeAccount, root: KeyPair, aws: Aws) -> None:
    account.add_foreign_bucket("strangers")

    with pytest.raises(AwsError) as raised:
        folders(aws, root, "strangers", DEFAULT_ACCOUNT)

    assert raised.value.fault is AwsFault.DENIED


def test_an_empty_answer_of_somebody_else_is_no_empty_bucket(account: PracticeAccount, root: KeyPair, aws: Aws) -> None:
    account.fail("s3:ListBucket", faults.empty_answer(), times=9)

    with pytest.raises(AwsError) as raised:
        folders(aws, root, BUCKET, DEFAULT_ACCOUNT)

    assert raised.value.fault is AwsFault.NOT_AWS
