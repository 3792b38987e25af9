"""A look at some objects below a prefix."""

from __future__ import annotations

from keyturn.aws.s3_checks import S3Target
from keyturn.aws.samples import Sample, samples_of
from keyturn.aws.session import Aws
from keyturn.model.errors import AwsError, AwsFault
from keyturn.model.keys import KeyPair
from keyturn_practice.account import DEFAULT_ACCOUNT, PracticeAccount

_KEY = f"arn:aws:kms:us-east-1:{DEFAULT_ACCOUNT}:key/"


def _look(aws: Aws, root: KeyPair, target: S3Target) -> Sample:
    found = samples_of(aws, root, [target])[target]
    assert isinstance(found, Sample)
    return found


def test_an_empty_prefix_has_nothing_to_tell(root: KeyPair, aws: Aws, target: S3Target) -> None:
    assert _look(aws, root, target) == Sample()


def test_each_object_names_the_key_under_which_it_was_written(
    account: PracticeAccount, root: KeyPair, aws: Aws, target: S3Target
) -> None:
    account.put_object(target.bucket, "before", b"plain")
    account.put_object(target.bucket, "old", b"sealed", kms_key=f"{_KEY}old")
    account.create_bucket("newer", kms_key_arn=f"{_KEY}new")
    account.put_object("newer", "own", b"sealed", kms_key=f"{_KEY}old")
    account.put_object("newer", "usual", b"sealed")
    assert _look(aws, root, target) == Sample(2, 2, kms_keys=frozenset({f"{_KEY}old"}))
    newer = S3Target("newer", "", "us-east-1", DEFAULT_ACCOUNT)
    assert _look(aws, root, newer).kms_keys == {f"{_KEY}old", f"{_KEY}new"}


def test_of_many_objects_twenty_are_looked_at_the_oldest_and_the_newest_among_them(
    account: PracticeAccount, root: KeyPair, aws: Aws, target: S3Target
) -> None:
    for number in range(30):
        key = f"{_KEY}{number}" if number in (0, 29) else None
        account.put_object(target.bucket, f"{number:02}", b"x", age_days=30 - number, kms_key=key)
    found = _look(aws, root, target)
    assert (found.listed, found.looked_at, found.complete) == (30, 20, False)
    assert found.kms_keys == {f"{_KEY}0", f"{_KEY}29"}
    assert len(aws.calls) == 21


def test_an_archived_object_anywhere_on_the_page_counts(
    account: PracticeAccount, root: KeyPair, aws: Aws, target: S3Target
) -> None:
    for number in range(25):
        account.put_object(target.bucket, f"{number:02}", b"x", storage_class="GLACIER" if number == 8 else None)
    assert _look(aws, root, target).archived
    assert not _look(aws, root, S3Target(target.bucket, "1", "us-east-1", DEFAULT_ACCOUNT)).archived


def test_a_prefix_that_may_not_be_listed_hides_no_other(
    account: PracticeAccount, root: KeyPair, aws: Aws, target: S3Target
) -> None:
    account.add_foreign_bucket("foreign-bucket")
    foreign = S3Target("foreign-bucket", "", "us-east-1", DEFAULT_ACCOUNT)
    found = samples_of(aws, root, [foreign, target, foreign])
    refused = found[foreign]
    assert isinstance(refused, AwsError)
    assert refused.fault is AwsFault.DENIED
    assert found[target] == Sample()
