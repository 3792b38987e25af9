"""The practice account believes only what is signed rightly."""

from __future__ import annotations

import http.client
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from keyturn.model.keys import AccessKeyId, KeyPair, Secret
from keyturn_practice import faults
from keyturn_practice.account import PracticeAccount
from keyturn_practice.messages import Request, Response
from keyturn_practice.refusals import Refusal
from keyturn_practice.server import PracticeServer
from keyturn_practice.signatures import read_signature, whole_body

Client = Callable[..., Any]


@pytest.fixture(autouse=True)
def bucket(account: PracticeAccount) -> None:
    account.create_bucket("office-backup")


def test_a_wrong_secret_is_refused_by_every_service(root: KeyPair, aws: Client) -> None:
    wrong = KeyPair(root.access_key_id, Secret("x" * 40))
    for call in (
        aws("sts", wrong).get_caller_identity,
        aws("iam", wrong).list_users,
        lambda: aws("s3", wrong).list_objects_v2(Bucket="office-backup"),
    ):
        with pytest.raises(ClientError, match="SignatureDoesNotMatch"):
            call()


def test_an_unknown_key_is_refused(aws: Client) -> None:
    unknown = KeyPair(AccessKeyId("AKIAIOSFODNN7EXAMPLE"), Secret("x" * 40))
    with pytest.raises(ClientError, match="InvalidAccessKeyId"):
        aws("s3", unknown).list_objects_v2(Bucket="office-backup")


@pytest.mark.parametrize("key", ["a b", "a+b", "ü/ß", "a//b", "~a!*'()", "a%2Fb", "a=b&c?d#e", "日本"])
def test_keys_of_all_letters_are_signed_and_stored_as_they_are(
    key: str, account: PracticeAccount, root: KeyPair, aws: Client
) -> None:
    s3 = aws("s3", root)
    s3.put_object(Bucket="office-backup", Key=key, Body=b"1")
    assert {name for name, _ in account.trace_of("office-backup").objects} == {key}
    assert s3.list_objects_v2(Bucket="office-backup", Prefix=key)["Contents"][0]["Key"] == key


def _status(address: str) -> int:
    host, path = address.removeprefix("http://").split("/", 1)
    connection = http.client.HTTPConnection(host, timeout=5)
    connection.request("GET", f"/{path}")
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status


@pytest.fixture
def presigned(account: PracticeAccount, root: KeyPair, aws: Client) -> str:
    """An address that opens the object `~a` for a minute."""
    account.put_object("office-backup", "~a", b"1")
    account.put_object("office-backup", "~b", b"2")
    s3 = aws("s3", root, signature_version="s3v4")
    address: str = s3.generate_presigned_url("get_object", {"Bucket": "office-backup", "Key": "~a"}, ExpiresIn=60)
    return address


def test_a_presigned_address_opens_one_object_and_no_other(presigned: str) -> None:
    assert _status(presigned) == 200
    assert _status(presigned.replace("/~a?", "/~b?")) == 403


def test_a_presigned_address_ends_with_its_time(account: PracticeAccount, presigned: str) -> None:
    account.fail("s3:GetObject", faults.skewed_clock(50))
    account.fail("s3:GetObject", faults.skewed_clock(70), nth=2)
    assert [_status(presigned), _status(presigned)] == [200, 403]


def test_a_program_may_encode_more_of_the_path_than_aws_does(presigned: str) -> None:
    assert _status(presigned.replace("/~a?", "/%7Ea?")) == 200


@pytest.mark.parametrize("wrong", [{"ContentMD5": "AAAAAAAAAAAAAAAAAAAAAA=="}, {"ChecksumCRC32": "AAAAAA=="}])
def test_a_body_that_does_not_fit_its_checksum_is_refused(wrong: dict[str, str], root: KeyPair, aws: Client) -> None:
    with pytest.raises(ClientError, match="BadDigest"):
        aws("s3", root).put_object(Bucket="office-backup", Key="a", Body=b"1", **wrong)


def test_a_request_without_signature_is_refused(account: PracticeAccount) -> None:
    connection = http.client.HTTPConnection(account.url.removeprefix("http://"), timeout=5)
    connection.request("GET", "/office-backup")
    answer = connection.getresponse()
    assert (answer.status, b"<Code>AccessDenied</Code>" in answer.read()) == (403, True)
    body = "Action=GetCallerIdentity&Version=2011-06-15"
    connection.request("POST", "/", body, {"Content-Type": "application/x-www-form-urlencoded"})
    answer = connection.getresponse()
    assert (answer.status, b"MissingAuthenticationToken" in answer.read()) == (403, True)
    connection.close()


@pytest.fixture
def overheard(account: PracticeAccount, root: KeyPair, aws: Client) -> Request:
    """A request as boto3 sent it, heard by somebody between it and the account."""
    heard: list[Request] = []

    def listen(request: Request) -> Response:
        heard.append(request)
        return account.answer(request)

    between = PracticeServer(listen)
    try:
        aws("s3", root, url=between.url).put_object(Bucket="office-backup", Key="a", Body=b"1")
    finally:
        between.stop()
    return heard[-1]


def test_a_request_changed_on_the_way_is_refused(account: PracticeAccount, overheard: Request) -> None:
    assert account.answer(overheard).status == 200
    for changed, code in (
        (replace(overheard, body=b"2"), b"XAmzContentSHA256Mismatch"),
        (replace(overheard, raw_path="/office-backup/b"), b"SignatureDoesNotMatch"),
        (replace(overheard, raw_query="acl"), b"SignatureDoesNotMatch"),
        (replace(overheard, headers=(*overheard.headers, ("x-amz-acl", "public-read"))), b"AccessDenied"),
        (replace(overheard, headers=(*overheard.headers, ("x-amz-security-token", "x"))), b"InvalidAccessKeyId"),
    ):
        answer = account.answer(changed)
        assert answer.status in {400, 403}
        assert code in answer.body


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("AWS AKIAIOSFODNN7EXAMPLE:c2lnbmF0dXJl", "InvalidRequest"),
        ("AWS4-HMAC-SHA256 Credential=broken/s3/aws4_request", "AuthorizationHeaderMalformed"),
        ("Basic YTpi", "IncompleteSignature"),
    ],
)
def test_other_ways_to_sign_are_refused(header: str, code: str) -> None:
    with pytest.raises(Refusal) as no:
        read_signature(Request("GET", "/b", "", (("Authorization", header),), b""))
    assert no.value.code == code


# AWS's own example of an upload signed chunk by chunk: 66,560 letters `a` in chunks of 64 KiB
# (Amazon S3 API Reference, "Signature calculations for the authorization header: transferring a payload in chunks").
_SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
_SEED = "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9"
_CHUNKS = (
    b"10000;chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648\r\n"
    + b"a" * 65536
    + b"\r\n400;chunk-signature=0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497\r\n"
    + b"a" * 1024
    + b"\r\n0;chunk-signature=b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9\r\n\r\n"
)


def _chunked(body: bytes) -> Request:
    signed = "content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length"
    credential = "AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request"
    headers = {
        "Authorization": f"AWS4-HMAC-SHA256 Credential={credential},SignedHeaders={signed},Signature={_SEED}",
        "x-amz-date": "20130524T000000Z",
        "x-amz-content-sha256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
        "x-amz-decoded-content-length": "66560",
    }
    return Request("PUT", "/examplebucket/chunkObject.txt", "", tuple(headers.items()), body)


def test_an_upload_in_signed_chunks_is_put_together() -> None:
    request = _chunked(_CHUNKS)
    signature = read_signature(request)
    assert signature is not None
    assert whole_body(request, signature, _SECRET) == (b"a" * 66560, {})


def test_an_upload_in_chunks_that_is_shorter_than_announced_is_refused() -> None:
    whole = _chunked(_CHUNKS)
    headers = tuple((name, "66561" if value == "66560" else value) for name, value in whole.headers)
    request = replace(whole, headers=headers)
    signature = read_signature(request)
    assert signature is not None
    with pytest.raises(Refusal):
        whole_body(request, signature, _SECRET)


@pytest.mark.parametrize(
    ("broken", "code"),
    [
        (_CHUNKS.replace(b"ad80", b"ad81"), "SignatureDoesNotMatch"),
        (_CHUNKS.replace(b"aaa\r\n400", b"aab\r\n400"), "SignatureDoesNotMatch"),
        (_CHUNKS[:66000], "IncompleteBody"),
        (_CHUNKS[:100], "IncompleteBody"),
        (b"", "IncompleteBody"),
    ],
)
def test_an_upload_in_chunks_that_was_changed_is_refused(broken: bytes, code: str) -> None:
    request = _chunked(broken)
    signature = read_signature(request)
    assert signature is not None
    with pytest.raises(Refusal) as no:
        whole_body(request, signature, _SECRET)
    assert no.value.code == code


def test_unsigned_chunks_bring_their_trailer_along() -> None:
    headers = (*_chunked(b"").headers, ("x-amz-trailer", "x-amz-checksum-crc32"))
    unsigned = tuple(
        (name, "STREAMING-UNSIGNED-PAYLOAD-TRAILER" if name == "x-amz-content-sha256" else value)
        for name, value in headers
        if name != "x-amz-decoded-content-length"
    )
    request = Request("PUT", "/b/k", "", unsigned, b"3\r\nabc\r\n0\r\nx-amz-checksum-crc32:NSRBwg==\r\n\r\n")
    signature = read_signature(request)
    assert signature is not None
    assert whole_body(request, signature, _SECRET) == (b"abc", {"x-amz-checksum-crc32": "NSRBwg=="})
