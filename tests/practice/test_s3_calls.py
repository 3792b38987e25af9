"""Each request to S3 needs the rights that AWS's service authorization reference names."""

from __future__ import annotations

import pytest

from keyturn_practice.messages import Request
from keyturn_practice.refusals import Refusal
from keyturn_practice.s3_calls import ObjectToDelete, understand


def _rights(line: str, *headers: tuple[str, str]) -> list[str]:
    method, _, address = line.partition(" ")
    path, _, query = address.partition("?")
    call = understand(Request(method, path, query, headers, b""))
    return [
        f"{right.action.removeprefix('s3:')} {right.resource('aws').removeprefix('arn:aws:s3:::')}"
        for right in call.rights
    ]


@pytest.mark.parametrize(
    ("line", "needed"),
    [
        ("GET /", "ListAllMyBuckets *"),
        ("HEAD /b", "ListBucket b"),
        ("GET /b/?list-type=2&prefix=a%2F", "ListBucket b"),
        ("GET /b?versions", "ListBucketVersions b"),
        ("GET /b?uploads", "ListBucketMultipartUploads b"),
        ("GET /b?location=", "GetBucketLocation b"),
        ("GET /b?versioning", "GetBucketVersioning b"),
        ("GET /b?object-lock", "GetBucketObjectLockConfiguration b"),
        ("PUT /b?object-lock", "PutBucketObjectLockConfiguration b"),
        ("GET /b?encryption", "GetEncryptionConfiguration b"),
        ("DELETE /b?encryption", "PutEncryptionConfiguration b"),
        ("GET /b?policy", "GetBucketPolicy b"),
        ("DELETE /b?lifecycle", "PutLifecycleConfiguration b"),
        ("GET /b?requestPayment", "GetBucketRequestPayment b"),
        ("PUT /b", "CreateBucket b"),
        ("DELETE /b", "DeleteBucket b"),
        ("GET /b/a/k", "GetObject b/a/k"),
        ("GET /b/a%20k?x-id=GetObject", "GetObject b/a k"),
        ("HEAD /b/k?versionId=1", "GetObjectVersion b/k"),
        ("GET /b/k?uploadId=1", "ListMultipartUploadParts b/k"),
        ("GET /b/k?retention", "GetObjectRetention b/k"),
        ("GET /b/k?tagging&versionId=1", "GetObjectVersionTagging b/k"),
        ("PUT /b/k?tagging", "PutObjectTagging b/k"),
        ("PUT /b/k?acl", "PutObjectAcl b/k"),
        ("PUT /b/k", "PutObject b/k"),
        ("PUT /b/k?partNumber=1&uploadId=1", "PutObject b/k"),
        ("POST /b/k?uploads", "PutObject b/k"),
        ("POST /b/k?uploadId=1", "PutObject b/k"),
        ("POST /b/k?restore", "RestoreObject b/k"),
        ("DELETE /b/k", "DeleteObject b/k"),
        ("DELETE /b/k?versionId=1", "DeleteObjectVersion b/k"),
        ("DELETE /b/k?uploadId=1", "AbortMultipartUpload b/k"),
    ],
)
def test_what_a_request_needs(line: str, needed: str) -> None:
    assert _rights(line) == [needed]


def test_headers_ask_for_more() -> None:
    assert _rights("PUT /b/k", ("x-amz-acl", "private"), ("x-amz-tagging", "a=1")) == [
        "PutObject b/k",
        "PutObjectAcl b/k",
        "PutObjectTagging b/k",
    ]
    assert _rights("DELETE /b/k?versionId=1", ("X-Amz-Bypass-Governance-Retention", "true")) == [
        "DeleteObjectVersion b/k",
        "BypassGovernanceRetention b/k",
    ]


def test_a_copy_reads_its_source() -> None:
    assert _rights("PUT /b/k", ("x-amz-copy-source", "/a/x%20y")) == ["PutObject b/k", "GetObject a/x y"]
    assert _rights("PUT /b/k", ("x-amz-copy-source", "a/x?versionId=7")) == ["PutObject b/k", "GetObjectVersion a/x"]


def test_many_deletes_name_each_object() -> None:
    body = (
        b'<Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Object><Key>a &amp; b</Key></Object>'
        b"<Object><Key>c</Key><VersionId>7</VersionId></Object></Delete>"
    )
    call = understand(Request("POST", "/b", "delete", (), body))
    assert call.deletes == (ObjectToDelete("a & b", None), ObjectToDelete("c", "7"))
    with pytest.raises(Refusal) as no:
        understand(Request("POST", "/b", "delete", (), b"<Delete>"))
    assert no.value.code == "MalformedXML"


@pytest.mark.parametrize("line", ["PATCH /b", "POST /b/k", "DELETE /b?versions", "PUT /b?location", "DELETE /b/k?acl"])
def test_what_s3_does_not_know_is_not_allowed(line: str) -> None:
    with pytest.raises(Refusal) as no:
        _rights(line)
    assert no.value.code == "MethodNotAllowed"
