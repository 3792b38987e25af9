"""What a request asks of S3: which actions on which resources IAM has to allow for it.

Source: the service authorization reference of S3; moto maps several of them wrongly (facts/aws.md B2).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote
from xml.etree import ElementTree

from keyturn_practice.messages import Request
from keyturn_practice.refusals import Refusal

# Sub-resource → the actions for GET, PUT and DELETE.
_BUCKET_PARTS: Mapping[str, tuple[str, str, str]] = {
    "accelerate": ("GetAccelerateConfiguration", "PutAccelerateConfiguration", ""),
    "acl": ("GetBucketAcl", "PutBucketAcl", ""),
    "cors": ("GetBucketCORS", "PutBucketCORS", "PutBucketCORS"),
    "encryption": ("GetEncryptionConfiguration", "PutEncryptionConfiguration", "PutEncryptionConfiguration"),
    "inventory": ("GetInventoryConfiguration", "PutInventoryConfiguration", "PutInventoryConfiguration"),
    "lifecycle": ("GetLifecycleConfiguration", "PutLifecycleConfiguration", "PutLifecycleConfiguration"),
    "location": ("GetBucketLocation", "", ""),
    "logging": ("GetBucketLogging", "PutBucketLogging", ""),
    "notification": ("GetBucketNotification", "PutBucketNotification", ""),
    "object-lock": ("GetBucketObjectLockConfiguration", "PutBucketObjectLockConfiguration", ""),
    "ownershipControls": ("GetBucketOwnershipControls", "PutBucketOwnershipControls", "PutBucketOwnershipControls"),
    "policy": ("GetBucketPolicy", "PutBucketPolicy", "DeleteBucketPolicy"),
    "policyStatus": ("GetBucketPolicyStatus", "", ""),
    "publicAccessBlock": ("GetBucketPublicAccessBlock", "PutBucketPublicAccessBlock", "PutBucketPublicAccessBlock"),
    "replication": ("GetReplicationConfiguration", "PutReplicationConfiguration", "PutReplicationConfiguration"),
    "requestPayment": ("GetBucketRequestPayment", "PutBucketRequestPayment", ""),
    "tagging": ("GetBucketTagging", "PutBucketTagging", "PutBucketTagging"),
    "uploads": ("ListBucketMultipartUploads", "", ""),
    "versioning": ("GetBucketVersioning", "PutBucketVersioning", ""),
    "versions": ("ListBucketVersions", "", ""),
    "website": ("GetBucketWebsite", "PutBucketWebsite", "DeleteBucketWebsite"),
}
_OBJECT_PARTS: Mapping[str, tuple[str, str, str]] = {
    "acl": ("GetObjectAcl", "PutObjectAcl", ""),
    "attributes": ("GetObjectAttributes", "", ""),
    "legal-hold": ("GetObjectLegalHold", "PutObjectLegalHold", ""),
    "retention": ("GetObjectRetention", "PutObjectRetention", ""),
    "tagging": ("GetObjectTagging", "PutObjectTagging", "DeleteObjectTagging"),
}
_VERBS = {"GET": 0, "HEAD": 0, "PUT": 1, "DELETE": 2}
# A header that asks for more than writing the object → the action it needs.
_WRITE_HEADERS: Mapping[str, str] = {
    "x-amz-acl": "PutObjectAcl",
    "x-amz-grant-full-control": "PutObjectAcl",
    "x-amz-grant-read": "PutObjectAcl",
    "x-amz-tagging": "PutObjectTagging",
    "x-amz-object-lock-mode": "PutObjectRetention",
    "x-amz-object-lock-legal-hold": "PutObjectLegalHold",
}


@dataclass(frozen=True, slots=True)
class NeededRight:
    """One action on one object or bucket. `key` is None for the bucket itself, `bucket` empty for the account."""

    action: str
    bucket: str
    key: str | None = None

    def resource(self, partition: str) -> str:
        """The ARN."""
        if not self.bucket:
            return "*"
        return f"arn:{partition}:s3:::{self.bucket}" + ("" if self.key is None else f"/{self.key}")


@dataclass(frozen=True, slots=True)
class ObjectToDelete:
    """One object in a DeleteObjects request."""

    key: str
    version: str | None


@dataclass(frozen=True, slots=True)
class S3Call:
    """A request to S3, understood.

    Attributes:
        rights: all have to be allowed; the first names the request.
        deletes: for DeleteObjects, which is decided object by object and needs no right as a whole.
    """

    bucket: str
    key: str | None
    rights: tuple[NeededRight, ...]
    deletes: tuple[ObjectToDelete, ...] = ()

    @property
    def action(self) -> str:
        """The action that names the request."""
        return self.rights[0].action if self.rights else "s3:DeleteObject"

    @property
    def reads_object(self) -> bool:
        """True where the bytes of an object are read."""
        return self.action in {"s3:GetObject", "s3:GetObjectVersion"}

    @property
    def writes_object(self) -> bool:
        """True where bytes of an object are written."""
        return self.action == "s3:PutObject"


def understand(request: Request) -> S3Call:
    """Return what the request asks for; buckets stand in the path, since the host is a number.

    Raises:
        Refusal: `MethodNotAllowed` for what S3 does not know, `MalformedXML` for a body that cannot be read.
    """
    bucket, slash, key = request.path.removeprefix("/").partition("/")
    if not bucket:
        return S3Call("", None, (NeededRight("s3:ListAllMyBuckets", ""),))
    if not slash or not key:
        return _bucket_call(request, bucket)
    return _object_call(request, bucket, key)


def _not_allowed() -> Refusal:
    return Refusal(405, "MethodNotAllowed", "The specified method is not allowed against this resource.")


def _bucket_call(request: Request, bucket: str) -> S3Call:
    query, method = request.query, request.method
    part = next((name for name in _BUCKET_PARTS if name in query), None)
    if method == "POST" and "delete" in query:
        return S3Call(bucket, None, (), _objects_to_delete(request.body))
    if method not in _VERBS:
        raise _not_allowed()
    if part is not None:
        action = _BUCKET_PARTS[part][_VERBS[method]]
    else:
        action = {"GET": "ListBucket", "HEAD": "ListBucket", "PUT": "CreateBucket", "DELETE": "DeleteBucket"}[method]
    if not action:
        raise _not_allowed()
    return S3Call(bucket, None, (NeededRight(f"s3:{action}", bucket),))


def _object_call(request: Request, bucket: str, key: str) -> S3Call:
    query, method = request.query, request.method
    versioned = bool(query.get("versionId"))
    part = next((name for name in _OBJECT_PARTS if name in query), None)
    actions: list[str] = []
    others: list[NeededRight] = []
    if part is not None and method in _VERBS:
        action = _OBJECT_PARTS[part][_VERBS[method]]
        if versioned and part in {"acl", "tagging", "attributes"}:
            action = action.replace("Object", "ObjectVersion")
        actions = [action]
    elif method in {"GET", "HEAD"}:
        plain = "GetObjectVersion" if versioned else "GetObject"
        actions = ["ListMultipartUploadParts" if "uploadId" in query and method == "GET" else plain]
    elif method == "PUT":
        actions = ["PutObject", *_from_headers(request)]
        others = _copy_source(request)
    elif method == "POST":
        if "restore" in query:
            actions = ["RestoreObject"]
        elif "select" in query:
            actions = ["GetObject"]
        elif "uploads" in query or "uploadId" in query:
            actions = ["PutObject", *_from_headers(request)]
    elif method == "DELETE":
        if "uploadId" in query:
            actions = ["AbortMultipartUpload"]
        else:
            actions = ["DeleteObjectVersion" if versioned else "DeleteObject"]
    if (request.header("x-amz-bypass-governance-retention") or "").lower() == "true":
        actions.append("BypassGovernanceRetention")
    if not actions or not actions[0]:
        raise _not_allowed()
    return S3Call(bucket, key, (*(NeededRight(f"s3:{action}", bucket, key) for action in actions), *others))


def _from_headers(request: Request) -> list[str]:
    return sorted({action for header, action in _WRITE_HEADERS.items() if request.header(header) is not None})


def _copy_source(request: Request) -> list[NeededRight]:
    source = request.header("x-amz-copy-source")
    if source is None:
        return []
    path, _, query = source.partition("?")
    bucket, _, key = unquote(path).removeprefix("/").partition("/")
    action = "s3:GetObjectVersion" if "versionId" in parse_qs(query) else "s3:GetObject"
    return [NeededRight(action, bucket, key)]


def _objects_to_delete(body: bytes) -> tuple[ObjectToDelete, ...]:
    try:
        root = ElementTree.fromstring(body)  # noqa: S314  (a local rehearsal reads what a local program wrote)
    except ElementTree.ParseError:
        raise Refusal(400, "MalformedXML", "The XML you provided was not well-formed.") from None
    found = []
    for element in root.iter():
        if element.tag.rpartition("}")[2] == "Object":
            values = {child.tag.rpartition("}")[2]: child.text or "" for child in element}
            found.append(ObjectToDelete(values.get("Key", ""), values.get("VersionId") or None))
    return tuple(found)
