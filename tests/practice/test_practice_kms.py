"""The KMS of the practice account, and what S3 says of the keys under which objects lie (facts/aws.md A5)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from keyturn.model.keys import KeyPair
from keyturn_practice.account import DEFAULT_ACCOUNT, PracticeAccount

Client = Callable[..., Any]
_OURS = f"arn:aws:kms:eu-central-1:{DEFAULT_ACCOUNT}:key/"
_READS = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["s3:*"],"Resource":"*"}}'


def test_one_name_stands_for_one_key(account: PracticeAccount, root: KeyPair, aws: Client) -> None:
    kms = aws("kms", root, "eu-central-1")

    def described(name: str) -> Any:  # noqa: ANN401
        return kms.describe_key(KeyId=name)["KeyMetadata"]

    alias = described("alias/backups")
    assert alias["Arn"].startswith(_OURS)
    assert described(f"arn:aws:kms:eu-central-1:{DEFAULT_ACCOUNT}:alias/backups") == alias == described(alias["KeyId"])
    assert described("alias/others")["Arn"] != alias["Arn"]
    assert (alias["KeyManager"], described("alias/aws/s3")["KeyManager"]) == ("CUSTOMER", "AWS")


def test_kms_says_no_in_its_own_words(account: PracticeAccount, root: KeyPair, aws: Client) -> None:
    account.lose_kms_key("alias/gone")
    account.create_user("anna", policies={"s3": _READS})
    off = account.create_root_key()
    account.root_turn_off(off.access_key_id)
    for pair, name, code in (
        (root, "alias/gone", "NotFoundException"),
        (account.create_user_key("anna"), "alias/backups", "AccessDeniedException"),
        (off, "alias/backups", "UnrecognizedClientException"),
    ):
        with pytest.raises(ClientError, match=code):
            aws("kms", pair).describe_key(KeyId=name)


def test_each_object_lies_under_the_key_that_it_was_written_with(
    account: PracticeAccount, root: KeyPair, aws: Client
) -> None:
    account.create_bucket("office", region="eu-central-1", kms_key_arn="alias/new")
    account.put_object("office", "new", b"sealed")
    account.put_object("office", "old", b"sealed", kms_key=f"{_OURS}old")
    s3 = aws("s3", root, "eu-central-1")
    told = {key: s3.head_object(Bucket="office", Key=key).get("SSEKMSKeyId") for key in ("new", "old")}
    assert told["old"] == f"{_OURS}old"
    assert told["new"] == aws("kms", root, "eu-central-1").describe_key(KeyId="alias/new")["KeyMetadata"]["Arn"]
    account.create_user("anna", policies={"s3": _READS.replace('"s3:*"', '"s3:*","kms:*"')})
    anna = account.create_user_key("anna")
    assert aws("s3", anna, "eu-central-1").get_object(Bucket="office", Key="old")["Body"].read() == b"sealed"


def test_a_key_that_the_program_names_counts_for_what_it_writes(
    account: PracticeAccount, root: KeyPair, aws: Client
) -> None:
    account.create_bucket("office", region="eu-central-1")
    account.create_user("anna", policies={"s3": _READS})
    s3 = aws("s3", account.create_user_key("anna"), "eu-central-1")
    s3.put_object(Bucket="office", Key="plain", Body=b"x")
    with pytest.raises(ClientError, match="kms:GenerateDataKey"):
        s3.create_multipart_upload(
            Bucket="office", Key="sealed", ServerSideEncryption="aws:kms", SSEKMSKeyId="alias/backups"
        )


def test_what_an_upload_was_begun_with_counts_for_its_parts(
    account: PracticeAccount, root: KeyPair, aws: Client
) -> None:
    demands = (
        '{"Version":"2012-10-17","Statement":{"Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":'
        '"arn:aws:s3:::office/*","Condition":{"Null":{"s3:x-amz-server-side-encryption":"true"}}}}'
    )
    account.create_bucket("office", policy=demands)
    s3 = aws("s3", root)
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.create_multipart_upload(Bucket="office", Key="plain")
    begun = s3.create_multipart_upload(Bucket="office", Key="sealed", ServerSideEncryption="AES256")["UploadId"]
    part = s3.upload_part(Bucket="office", Key="sealed", UploadId=begun, PartNumber=1, Body=b"x")
    parts = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
    s3.complete_multipart_upload(Bucket="office", Key="sealed", UploadId=begun, MultipartUpload=parts)
    assert account.get_object("office", "sealed") == b"x"
