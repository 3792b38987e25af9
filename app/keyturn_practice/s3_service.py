"""What stands between a request and the stored objects: regions, owners, policies, keys of encryption.

Facts: facts/aws.md A5 (regions, proofs, KMS, bucket policies) and B3 (what moto leaves out).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from html import escape
from urllib.parse import quote

from keyturn_practice.evaluator import AccessQuestion, PolicyVerdict, decide, decide_at_resource, together
from keyturn_practice.identities import Identities, RequestSigner
from keyturn_practice.kms_service import KmsService
from keyturn_practice.messages import Request, Response
from keyturn_practice.patterns import Context
from keyturn_practice.policy_documents import read_policy
from keyturn_practice.refusals import Refusal, denied, denied_by_s3
from keyturn_practice.regions import OPT_IN
from keyturn_practice.s3_calls import NeededRight, ObjectToDelete, S3Call
from keyturn_practice.storage import Storage

# Asking where a bucket lies has to work from us-east-1 for buckets anywhere.
_HOME_REGION = "us-east-1"
_NO_TIME = re.compile(rb"<(Days|Years)>0</(Days|Years)>")
_QUIET = re.compile(rb"<Quiet>\s*true\s*</Quiet>")
_UPLOAD_ID = re.compile(rb"<UploadId>([^<]+)</UploadId>")
# What is said of an object when its upload in parts begins, and never again with a part: S3 refuses the headers there
# ("not supported for this operation"), so policies that demand them look at what the upload was begun with.
_SAID_ONCE = ("s3:x-amz-server-side-encryption", "s3:x-amz-acl", "s3:x-amz-storage-class", "s3:object-lock-mode")
# Root may always repair a bucket policy that locks everybody out (facts/aws.md A2, S3UnlockBucketPolicy).
_POLICY_ACTIONS = {"s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy"}


@dataclass(frozen=True, slots=True)
class SignedS3Request:
    """A request to S3 that was signed rightly.

    Attributes:
        region: the region it was signed for, which stands for the endpoint it was sent to.
        body: without the framing of streamed uploads.
        trailers: headers that came behind the body.
    """

    request: Request
    call: S3Call
    caller: RequestSigner
    region: str
    body: bytes
    trailers: Mapping[str, str]
    context: Context


@dataclass(frozen=True, slots=True)
class _Upload:
    """An upload in parts: who began it, and what was said then, which counts for its parts (facts/aws.md A5)."""

    initiator: str
    context: Context
    kms_key: str | None


@dataclass(slots=True)
class S3Service:
    """The S3 of one practice account.

    Attributes:
        foreign: buckets of other accounts: name → account.
        initiator_may_abort: the one who began an upload may abort it without a right of its own; to be verified on a
        real
            account (facts/aws.md C7), so it is a switch.
        private_acl_needs_right: writing an object with the header `x-amz-acl: private` needs `s3:PutObjectAcl`, as any
            other ACL does; to be verified on a real account (facts/clients.md section 20), so it is a switch.
    """

    identities: Identities
    storage: Storage
    kms: KmsService
    foreign: dict[str, str] = field(default_factory=dict)
    initiator_may_abort: bool = True
    private_acl_needs_right: bool = True
    _policies: dict[str, str] = field(default_factory=dict)
    _uploads: dict[str, _Upload] = field(default_factory=dict)

    def check_region(self, request: Request, call: S3Call, region: str) -> None:
        """Send a request for a bucket in another region away, as AWS does before it looks at the key.

        Raises:
            Refusal: 301 `PermanentRedirect` at us-east-1, 400 `AuthorizationHeaderMalformed` elsewhere, 400
                `IllegalLocationConstraintException` for opt-in regions; all name the bucket's region, in a header also
                where the body is missing (facts/aws.md A5).
        """
        right = self.storage.region_of(call.bucket)
        if right is None or right == region or call.action == "s3:CreateBucket":
            return
        if call.action == "s3:GetBucketLocation" and region == _HOME_REGION:
            return
        headers = {"x-amz-bucket-region": right}
        if right in OPT_IN:
            message = (
                f"The {right} location constraint is incompatible for the region specific endpoint this request was "
                "sent to."
            )
            raise Refusal(400, "IllegalLocationConstraintException", message, headers=headers)
        if region == _HOME_REGION:
            # The address given stays on this computer, so that no program is led to the real AWS.
            details = {"Endpoint": request.header("host") or "127.0.0.1", "Bucket": call.bucket}
            message = (
                "The bucket you are attempting to access must be addressed using the specified endpoint. "
                "Please send all future requests to this endpoint."
            )
            raise Refusal(301, "PermanentRedirect", message, details=details, headers=headers)
        message = f"The authorization header is malformed; the region '{region}' is wrong; expecting '{right}'"
        raise Refusal(400, "AuthorizationHeaderMalformed", message, details={"Region": right}, headers=headers)

    def answer(self, asked: SignedS3Request) -> Response:
        """Decide and carry out."""
        call = asked.call
        if call.action == "s3:CreateBucket":
            self._check_new_name(asked)
        elif call.bucket:
            self._check_bucket(asked)
        key = self._authorize(asked)
        if call.deletes:
            return self._delete_many(asked)
        if call.action in _POLICY_ACTIONS:
            return self._policy(asked)
        if call.action in {"s3:GetObject", "s3:GetObjectVersion"}:
            self._hide_missing(asked)
        answer = self._forward(asked, asked.body)
        self._remember_upload(asked, answer, key)
        return _with_key(answer, key) if call.reads_object else answer

    def _check_new_name(self, asked: SignedS3Request) -> None:
        name = asked.call.bucket
        if name in self.foreign:
            raise Refusal(409, "BucketAlreadyExists", "The requested bucket name is not available.")
        self.storage.forget_namesakes(name)

    def _check_bucket(self, asked: SignedS3Request) -> None:
        call, request = asked.call, asked.request
        if call.bucket in self.foreign:
            raise denied_by_s3()
        if self.storage.region_of(call.bucket) is None:
            details = {"BucketName": call.bucket}
            raise Refusal(404, "NoSuchBucket", "The specified bucket does not exist", details=details)
        for header in ("x-amz-expected-bucket-owner", "x-amz-source-expected-bucket-owner"):
            if request.header(header) not in {None, self.identities.account_id}:
                raise denied_by_s3()

    def _authorize(self, asked: SignedS3Request) -> str | None:
        """Decide, and return the KMS key that is used, if any."""
        for right in asked.call.rights:
            if not (self._may(asked, right) or self._began_it(asked, right) or self._harmless_acl(asked, right)):
                raise denied_by_s3()
        return self._authorize_encryption(asked)

    def _may(self, asked: SignedS3Request, right: NeededRight, *, more: Context | None = None) -> bool:
        if right.bucket in self.foreign:
            return False
        begun = self._uploads.get(asked.request.query.get("uploadId", ""))
        context = {**({} if begun is None else begun.context), **asked.context, **(more or {})}
        if right.bucket and right.action != "s3:CreateBucket":
            context["s3:resourceaccount"] = (self.identities.account_id,)
            context["aws:resourceaccount"] = (self.identities.account_id,)
        user = asked.caller.user
        question = AccessQuestion(
            right.action,
            right.resource(self.identities.partition),
            context,
            asked.caller.arn,
            self.identities.account_id,
        )
        identity = PolicyVerdict.ALLOWED if user is None else decide(self.identities.documents_of(user, "s3"), question)
        text = self._policies.get(right.bucket)
        if text is None or (user is None and right.action in _POLICY_ACTIONS):
            return identity is PolicyVerdict.ALLOWED
        return together(identity, decide_at_resource(json.loads(text), question)) is PolicyVerdict.ALLOWED

    def _began_it(self, asked: SignedS3Request, right: NeededRight) -> bool:
        if right.action != "s3:AbortMultipartUpload" or not self.initiator_may_abort:
            return False
        begun = self._uploads.get(asked.request.query.get("uploadId", ""))
        return begun is not None and begun.initiator == asked.caller.arn

    def _harmless_acl(self, asked: SignedS3Request, right: NeededRight) -> bool:
        if self.private_acl_needs_right or right.action != "s3:PutObjectAcl" or "acl" in asked.request.query:
            return False
        return asked.request.header("x-amz-acl") == "private"

    def _authorize_encryption(self, asked: SignedS3Request) -> str | None:
        """A customer's KMS key asks for rights of its own; root has them by the key's usual policy (aws.md A5)."""
        call, user = asked.call, asked.caller.user
        if not (call.reads_object or call.writes_object):
            return None
        named = self._key_that_counts(asked)
        key = None if named is None else self.kms.arn_of(named, self.storage.region_of(call.bucket) or asked.region)
        if user is None or key is None:
            return key
        actions = ["kms:Decrypt"] if call.reads_object else ["kms:GenerateDataKey"]
        if "uploadId" in asked.request.query:
            actions.append("kms:Decrypt")
        for action in actions:
            decision = decide(self.identities.documents_of(user, "s3"), AccessQuestion(action, key, asked.context))
            if decision is not PolicyVerdict.ALLOWED:
                explicitly = decision is PolicyVerdict.EXPLICIT_DENY
                raise denied(asked.caller.arn, action, key, explicitly=explicitly)
        return key

    def _key_that_counts(self, asked: SignedS3Request) -> str | None:
        """The KMS key of the object that is read; of one that is written, the one that the request names."""
        call, request = asked.call, asked.request
        if call.reads_object:
            return None if call.key is None else self.storage.kms_key_of_object(call.bucket, call.key)
        begun = self._uploads.get(request.query.get("uploadId", ""))
        if begun is not None:
            return begun.kms_key
        if request.header("x-amz-server-side-encryption") is None:
            return self.storage.kms_key_of(call.bucket)
        return request.header("x-amz-server-side-encryption-aws-kms-key-id")

    def _hide_missing(self, asked: SignedS3Request) -> None:
        """A missing object is 404 only for those who may list; for others S3 does not say (facts/aws.md A5)."""
        call = asked.call
        if call.key is None or self.storage.has_object(call.bucket, call.key):
            return
        if not self._may(asked, NeededRight("s3:ListBucket", call.bucket)):
            raise denied_by_s3()

    def _forward(self, asked: SignedS3Request, body: bytes) -> Response:
        request, call = asked.request, asked.call
        versioned = bool(call.bucket) and self.storage.was_versioned(call.bucket)
        query = "&".join(
            f"{quote(name, safe='')}={quote(value, safe='')}"
            for name, value in request.query_pairs
            # The only version of an object in a bucket without versions is `null`, which moto does not know.
            if not name.startswith("X-Amz-") and (versioned or (name, value) != ("versionId", "null"))
        )
        headers = [*request.headers, *asked.trailers.items()]
        creating = call.action == "s3:CreateBucket"
        region = asked.region if creating else self.storage.region_of(call.bucket) or asked.region
        answer = self.storage.ask(
            request.method, request.raw_path, region=region, query=query, headers=headers, body=body
        )
        self._date(asked, answer)
        if call.action == "s3:GetBucketObjectLockConfiguration":
            # moto writes both units of time, of which AWS allows one.
            answer = replace(answer, body=_NO_TIME.sub(b"", answer.body))
        if versioned:
            return answer
        kept = tuple((name, value) for name, value in answer.headers if name.lower() != "x-amz-version-id")
        return replace(answer, headers=kept)

    def _date(self, asked: SignedS3Request, answer: Response) -> None:
        """Let what was just written be of the account's own time, which is not moto's."""
        call, request = asked.call, asked.request
        is_whole = request.method == "POST" or "uploadId" not in request.query
        if call.key is None or call.action != "s3:PutObject" or answer.status != 200 or not is_whole:
            return
        if self.storage.has_object(call.bucket, call.key):
            self.storage.date_object(call.bucket, call.key, self.identities.clock.now())

    def _remember_upload(self, asked: SignedS3Request, answer: Response, key: str | None) -> None:
        begun = asked.request.method == "POST" and "uploads" in asked.request.query
        if begun and answer.status == 200 and (match := _UPLOAD_ID.search(answer.body)):
            said = {name: value for name, value in asked.context.items() if name.startswith(_SAID_ONCE)}
            self._uploads[match[1].decode()] = _Upload(asked.caller.arn, said, key)

    def _delete_many(self, asked: SignedS3Request) -> Response:
        """DeleteObjects is decided object by object, and answered so."""
        bucket = asked.call.bucket
        refused = [item for item in asked.call.deletes if not self._may(asked, _right_to_delete(bucket, item))]
        allowed = [item for item in asked.call.deletes if item not in refused]
        if allowed:
            quiet = _QUIET.search(asked.body) is not None
            answer = self._forward(asked, _delete_body(allowed, quiet=quiet))
        else:
            namespace = "http://s3.amazonaws.com/doc/2006-03-01/"
            empty = f'<?xml version="1.0" encoding="UTF-8"?>\n<DeleteResult xmlns="{namespace}"></DeleteResult>'
            answer = Response(200, (("Content-Type", "application/xml"),), empty.encode())
        if not refused or answer.status != 200:
            return answer
        errors = "".join(
            f"<Error><Key>{escape(item.key)}</Key>"
            + (f"<VersionId>{item.version}</VersionId>" if item.version else "")
            + "<Code>AccessDenied</Code><Message>Access Denied</Message></Error>"
            for item in refused
        )
        end = b"</DeleteResult>"
        merged = answer.body.replace(end, errors.encode() + end)
        return Response(answer.status, answer.headers, merged)

    def set_policy(self, bucket: str, text: str | None) -> None:
        """Give a bucket a policy, or None; raises Refusal `MalformedPolicy`."""
        if text is None:
            self._policies.pop(bucket, None)
            return
        read_policy(text, at_resource=True)
        self._policies[bucket] = text

    def policies(self) -> dict[str, str]:
        """The bucket policies, by bucket."""
        return dict(self._policies)

    def _policy(self, asked: SignedS3Request) -> Response:
        """Bucket policies stay here: moto would apply them without principals and conditions (facts/aws.md B2)."""
        bucket = asked.call.bucket
        if asked.request.method == "PUT":
            self.set_policy(bucket, asked.body.decode("utf-8", "replace"))
            return Response(204)
        if asked.request.method == "DELETE":
            self.set_policy(bucket, None)
            return Response(204)
        if bucket not in self._policies:
            details = {"BucketName": bucket}
            raise Refusal(404, "NoSuchBucketPolicy", "The bucket policy does not exist", details=details)
        return Response(200, (("Content-Type", "application/json"),), self._policies[bucket].encode())


def _with_key(answer: Response, key: str | None) -> Response:
    """S3 tells the whole name of the KMS key, whichever name the program gave."""
    header = "x-amz-server-side-encryption-aws-kms-key-id"
    kept = [(name, value) for name, value in answer.headers if name.lower() != header]
    return replace(answer, headers=(*kept, *(() if key is None else ((header, key),))))


def _right_to_delete(bucket: str, item: ObjectToDelete) -> NeededRight:
    return NeededRight("s3:DeleteObjectVersion" if item.version else "s3:DeleteObject", bucket, item.key)


def _delete_body(items: Iterable[ObjectToDelete], *, quiet: bool) -> bytes:
    objects = "".join(
        f"<Object><Key>{escape(item.key)}</Key>"
        + (f"<VersionId>{escape(item.version)}</VersionId>" if item.version else "")
        + "</Object>"
        for item in items
    )
    return f"<Delete>{'<Quiet>true</Quiet>' if quiet else ''}{objects}</Delete>".encode()


def context_of(request: Request, call: S3Call) -> dict[str, tuple[str, ...]]:
    """The condition keys that S3 adds for a request; a parameter that was not sent is missing, not empty."""
    query = request.query
    found = {
        "s3:prefix": query.get("prefix") if call.key is None else None,
        "s3:delimiter": query.get("delimiter") if call.key is None else None,
        "s3:max-keys": query.get("max-keys"),
        "s3:versionid": query.get("versionId"),
        "s3:x-amz-acl": request.header("x-amz-acl"),
        "s3:x-amz-storage-class": request.header("x-amz-storage-class"),
        "s3:x-amz-server-side-encryption": request.header("x-amz-server-side-encryption"),
        "s3:x-amz-server-side-encryption-aws-kms-key-id": request.header("x-amz-server-side-encryption-aws-kms-key-id"),
        "s3:x-amz-copy-source": request.header("x-amz-copy-source"),
        "s3:x-amz-content-sha256": request.header("x-amz-content-sha256"),
        "s3:if-none-match": request.header("if-none-match"),
        "s3:object-lock-mode": request.header("x-amz-object-lock-mode"),
        "s3:signatureversion": "AWS4-HMAC-SHA256",
    }
    return {name: (value,) for name, value in found.items() if value is not None}
