"""The ladder proves list, read and write, and leaves no trace in any kind of bucket."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from keyturn.aws.proof import S3CheckResult, S3Target, prove_bucket, remove_stray_uploads
from keyturn.aws.session import Aws, AwsSettings
from keyturn.model.errors import AwsError, AwsFault
from keyturn.model.keys import KeyPair, Secret
from keyturn.model.manners import Manner
from keyturn_practice import faults
from keyturn_practice.account import DEFAULT_ACCOUNT, PracticeAccount

_KINDS: dict[str, dict[str, object]] = {
    "plain": {},
    "versioned": {"versioned": True},
    "governed": {"lock_mode": "GOVERNANCE"},
    "locked": {"lock_mode": "COMPLIANCE"},
    "far": {"region": "eu-central-1"},
}
_FAULTS = {
    "lost": faults.dropped_answer(),
    "failed": faults.broken_after(),
    "refused": faults.refused(403, "AccessDenied"),
    "portal": faults.portal(),
}


def _outcome(results: tuple[S3CheckResult, ...]) -> dict[str, bool]:
    return {result.check: result.ok for result in results}


def _target(account: PracticeAccount, kind: str = "plain", prefix: str = "") -> S3Target:
    account.create_bucket(f"{kind}-bucket", **_KINDS[kind])  # type: ignore[arg-type]
    region = str(_KINDS[kind].get("region", "us-east-1"))
    return S3Target(f"{kind}-bucket", prefix, region, DEFAULT_ACCOUNT)


@pytest.mark.parametrize("kind", _KINDS)
@pytest.mark.parametrize("prefix", ["", "laptop/", "laptop"])
def test_a_working_key_climbs_the_ladder_and_leaves_nothing(
    account: PracticeAccount, root: KeyPair, aws: Aws, kind: str, prefix: str
) -> None:
    target = _target(account, kind, prefix)
    account.put_object(target.bucket, "laptop/photo one+ü.jpg", b"picture")
    before = account.trace_of(target.bucket)
    assert _outcome(prove_bucket(aws, root, target)) == {"list": True, "read": True, "write": True}
    assert account.trace_of(target.bucket) == before
    # Not one more than the ladder has rungs: list, get, begin, part, take back.
    assert len(aws.calls) == 5


def test_an_empty_bucket_has_nothing_to_read_and_that_is_fine(root: KeyPair, aws: Aws, target: S3Target) -> None:
    read = prove_bucket(aws, root, target)[1]
    assert (read.check, read.ok, read.detail) == ("read", True, "There is no object to read yet.")


def test_objects_that_cannot_be_read_now_still_show_that_the_key_may(
    account: PracticeAccount, root: KeyPair, aws: Aws
) -> None:
    archived, empty = _target(account, "plain"), _target(account, "versioned")
    account.put_object(archived.bucket, "old", b"ice", storage_class="DEEP_ARCHIVE")
    account.put_object(empty.bucket, "folder/", b"")
    assert "archived" in prove_bucket(aws, root, archived)[1].detail
    assert _outcome(prove_bucket(aws, root, archived))["read"]
    assert _outcome(prove_bucket(aws, root, empty))["read"]


def test_an_object_that_only_the_program_can_decrypt_is_no_missing_right(
    account: PracticeAccount, root: KeyPair, aws: Aws, target: S3Target
) -> None:
    account.put_object(target.bucket, "sealed", b"bytes")
    account.fail("s3:GetObject", faults.refused(400, "InvalidRequest"))
    assert prove_bucket(aws, root, target)[1].ok


def test_an_object_that_vanished_meanwhile_is_passed_over(
    account: PracticeAccount, root: KeyPair, aws: Aws, target: S3Target
) -> None:
    account.put_object(target.bucket, "first", b"bytes")
    account.put_object(target.bucket, "second", b"bytes")
    rule = account.fail("s3:GetObject", faults.refused(404, "NoSuchKey"))
    assert prove_bucket(aws, root, target)[1].ok
    assert rule.met == 1
    account.fail("s3:GetObject", faults.refused(404, "NoSuchKey"), times=9)
    assert not prove_bucket(aws, root, target)[1].ok


def test_an_object_with_bytes_outside_the_archive_is_read_rather_than_others(
    account: PracticeAccount, root: KeyPair, aws: Aws, target: S3Target
) -> None:
    account.put_object(target.bucket, "a-archived", b"ice", storage_class="GLACIER")
    account.put_object(target.bucket, "b-folder/", b"")
    account.put_object(target.bucket, "c-photo", b"picture")
    assert prove_bucket(aws, root, target)[1].detail == "An object of the backup was read."


@pytest.mark.parametrize(
    ("missing", "failing"),
    [
        ("s3:ListBucket", {"list", "read", "write"}),
        ("s3:GetObject", {"read"}),
        ("s3:PutObject", {"write"}),
    ],
)
def test_a_missing_right_is_found_at_its_rung(
    account: PracticeAccount, aws: Aws, target: S3Target, missing: str, failing: set[str]
) -> None:
    rights = {"s3:ListBucket", "s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload"} - {missing}
    document = {"Effect": "Allow", "Action": sorted(rights), "Resource": "*"}
    account.create_user("anna", policies={"some": json.dumps({"Version": "2012-10-17", "Statement": [document]})})
    account.put_object(target.bucket, "photo", b"picture")
    results = prove_bucket(aws, account.create_user_key("anna"), target)
    assert {result.check for result in results if not result.ok} == failing
    first = next(result for result in results if not result.ok)
    assert first.error is not None
    assert first.error.fault is AwsFault.DENIED
    assert missing in first.detail


def test_a_bucket_of_another_account_never_passes(account: PracticeAccount, root: KeyPair, aws: Aws) -> None:
    account.create_bucket("photos")
    assert not any(result.ok for result in prove_bucket(aws, root, S3Target("photos", "", None, "999988887777")))


def test_a_wrong_secret_fails_the_first_rung(root: KeyPair, aws: Aws, target: S3Target) -> None:
    first = prove_bucket(aws, KeyPair(root.access_key_id, Secret("w" * 40)), target)[0]
    assert first.error is not None
    assert first.error.fault is AwsFault.WRONG_SECRET
    assert len(aws.calls) == 1


# ── No trace, whatever goes wrong ────────────────────────────────────────────────────────────────────────────────────


def test_an_upload_whose_name_was_cut_off_on_the_way_is_found_and_taken_back(
    account: PracticeAccount, root: KeyPair, aws: Aws, target: S3Target
) -> None:
    account.fail("s3:*", faults.torn_answer(), nth=2)
    write = prove_bucket(aws, root, target)[-1]
    assert write.error is not None
    assert write.error.fault is AwsFault.NO_ANSWER
    assert account.trace_of(target.bucket).uploads == frozenset()


_REQUESTS = {"begin": 2, "part": 3, "take back": 4}


@pytest.mark.parametrize("request_name", _REQUESTS)
@pytest.mark.parametrize("fault", _FAULTS)
def test_no_upload_is_left_whichever_request_goes_wrong(
    account: PracticeAccount, root: KeyPair, talk: Callable[..., Aws], fault: str, request_name: str
) -> None:
    target = _target(account, "locked")
    account.fail("s3:*", _FAULTS[fault], nth=_REQUESTS[request_name])
    write = prove_bucket(talk(), root, target)[-1]
    assert not write.ok
    assert write.error is not None
    if request_name == "take back" and fault in ("refused", "portal"):
        # AWS never heard that it should take it back; what is left is found at the next start.
        assert remove_stray_uploads(talk(), root, target) == 1
    left = account.trace_of(target.bucket)
    assert (left.objects, left.uploads) == (frozenset(), frozenset())


@pytest.mark.parametrize("request_name", _REQUESTS)
@pytest.mark.parametrize("fault", ["lost", "failed"])
def test_a_lost_answer_is_got_over_and_leaves_no_second_upload(
    account: PracticeAccount, root: KeyPair, talk: Callable[..., Aws], fault: str, request_name: str
) -> None:
    target = _target(account, "locked")
    account.fail("s3:*", _FAULTS[fault], nth=_REQUESTS[request_name])
    assert prove_bucket(talk(attempts=2), root, target)[-1].ok
    assert account.trace_of(target.bucket).uploads == frozenset()


def test_an_upload_is_taken_back_also_when_the_program_is_stopped(account: PracticeAccount, root: KeyPair) -> None:
    from keyturn.aws.session import AwsSettings, OwnUse

    target = _target(account)
    told = 0

    def stop_at_the_third_request(_: OwnUse) -> None:
        nonlocal told
        told += 1
        if told == 3:
            raise KeyboardInterrupt

    aws = Aws(AwsSettings(endpoint_url=account.url), stop_at_the_third_request)
    with pytest.raises(KeyboardInterrupt):
        prove_bucket(aws, root, target)
    assert [operation for _, operation, _ in aws.calls][-1] == "AbortMultipartUpload"
    assert account.trace_of(target.bucket).uploads == frozenset()
    aws.close()


def test_only_our_own_unfinished_uploads_are_removed(account: PracticeAccount, root: KeyPair, aws: Aws) -> None:
    target = _target(account, prefix="laptop/")
    for name in ("laptop/.keyturn-check-1", "laptop/.keyturn-check-2", "laptop/video", "desk/.keyturn-check-3"):
        aws.ask(root, "s3", "CreateMultipartUpload", {"Bucket": target.bucket, "Key": name})
    assert remove_stray_uploads(aws, root, target) == 2
    assert remove_stray_uploads(aws, root, target) == 0
    assert len(account.trace_of(target.bucket).uploads) == 2


def test_the_proof_of_a_bucket_without_the_right_to_look_for_strays_says_so(
    account: PracticeAccount, aws: Aws, target: S3Target
) -> None:
    account.create_user("anna")
    with pytest.raises(AwsError) as caught:
        remove_stray_uploads(aws, account.create_user_key("anna"), target)
    assert caught.value.fault is AwsFault.DENIED
    assert "s3:ListBucketMultipartUploads" in caught.value.title


# ── The proof asks as the program asks ───────────────────────────────────────────────────────────────────────────────

_KMS_KEY = f"arn:aws:kms:us-east-1:{DEFAULT_ACCOUNT}:key/one"


@pytest.mark.parametrize(
    ("demanded", "value", "manner"),
    [
        ("s3:x-amz-server-side-encryption", "AES256", Manner(encryption="AES256")),
        ("s3:x-amz-server-side-encryption-aws-kms-key-id", _KMS_KEY, Manner(encryption="aws:kms", kms_key=_KMS_KEY)),
        ("s3:x-amz-storage-class", "STANDARD_IA", Manner(storage_class="STANDARD_IA")),
        ("s3:x-amz-acl", "bucket-owner-full-control", Manner(acl="bucket-owner-full-control")),
    ],
)
def test_a_policy_that_demands_what_the_program_says_lets_the_proof_through(
    account: PracticeAccount, root: KeyPair, aws: Aws, demanded: str, value: str, manner: Manner
) -> None:
    statement = {
        **{"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::strict/*"},
        "Condition": {"StringNotEquals": {demanded: value}},
    }
    account.create_bucket("strict", policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    usual = S3Target("strict", "", "us-east-1", DEFAULT_ACCOUNT)
    before = account.trace_of("strict")
    assert _outcome(prove_bucket(aws, root, usual))["write"] is False
    assert _outcome(prove_bucket(aws, root, replace(usual, manner=manner))) == {
        "list": True,
        "read": True,
        "write": True,
    }
    assert account.trace_of("strict") == before


class _Overheard(Aws):
    """Remembers what was asked, in S3's words."""

    asked: list[tuple[str, Mapping[str, Any]]]

    def ask(
        self,
        signer: KeyPair,
        service: str,
        operation: str,
        parameters: Mapping[str, Any] | None = None,
        *,
        region: str | None = None,
        attempts: int | None = None,
        patient: bool = True,
        store: str | None = None,
    ) -> dict[str, Any]:
        self.asked.append((operation, parameters or {}))
        return super().ask(signer, service, operation, parameters, region=region, patient=patient, store=store)


def test_who_pays_and_how_the_bytes_are_summed_is_said_where_the_program_says_so(
    account: PracticeAccount, root: KeyPair, target: S3Target
) -> None:
    account.put_object(target.bucket, "photo", b"picture")
    aws = _Overheard(AwsSettings(endpoint_url=account.url), lambda use: None)
    aws.asked = []
    prove_bucket(aws, root, target)
    assert not any("RequestPayer" in said for _operation, said in aws.asked)
    aws.asked = []
    manner = Manner(checksum="SHA256", tags="team=backup", requester_pays=True)
    assert all(result.ok for result in prove_bucket(aws, root, replace(target, manner=manner)))
    assert [said.get("RequestPayer") for _operation, said in aws.asked] == ["requester"] * 5
    said_of = dict(aws.asked)
    assert said_of["CreateMultipartUpload"]["Tagging"] == "team=backup"
    assert {said_of[one]["ChecksumAlgorithm"] for one in ("CreateMultipartUpload", "UploadPart")} == {"SHA256"}
    aws.close()
