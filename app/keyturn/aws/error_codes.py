"""The one table from everything AWS, botocore and the network can do wrong to an `AwsError` (facts/aws.md A7 7.1).

`speaking_to_aws` goes around each request, so that no exception of botocore leaves this room. Its exceptions may quote
a whole answer, and the answer to CreateAccessKey holds a secret: they are dropped, never chained.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any

from keyturn.aws.denials import read_denial
from keyturn.aws.error_messages import MessageSubject, sentences
from keyturn.model.addresses import server_or_none
from keyturn.model.errors import AwsError, AwsFault
from keyturn.model.keys import AccessKeyId
from keyturn.model.text import _

# Signatures older or younger than this are refused at STS and IAM; S3 allows 15 minutes (facts/aws.md A7 7.1).
_CLOCK_TOLERANCE = timedelta(minutes=5)

# An answer of AWS names its request in one of these headers.
_REQUEST_ID_HEADERS = frozenset({"x-amz-request-id", "x-amzn-requestid"})

_CODES: Mapping[str, AwsFault] = {
    code: fault
    for fault, codes in {
        AwsFault.UNKNOWN_KEY: "InvalidClientTokenId InvalidAccessKeyId UnrecognizedClientException",
        AwsFault.WRONG_SECRET: "SignatureDoesNotMatch InvalidSignatureException",
        AwsFault.CLOCK: "RequestTimeTooSkewed RequestExpired RequestInTheFuture",
        AwsFault.TEMPORARY_KEY: "ExpiredToken ExpiredTokenException InvalidToken TokenRefreshRequired",
        AwsFault.DENIED: "AccessDenied AccessDeniedException UnauthorizedOperation UnauthorizedAccess Forbidden",
        AwsFault.ACCOUNT: "OptInRequired AccountProblem NotSignedUp AllAccessDisabled InvalidPayer "
        "RegionDisabledException",
        AwsFault.NO_SUCH_BUCKET: "NoSuchBucket",
        AwsFault.NOT_FOUND: "NoSuchEntity NoSuchKey NoSuchUpload NotFoundException",
        AwsFault.WRONG_REGION: "PermanentRedirect TemporaryRedirect AuthorizationHeaderMalformed "
        "IllegalLocationConstraintException",
        AwsFault.ARCHIVED: "InvalidObjectState",
        AwsFault.LIMIT: "LimitExceeded LimitExceededException ServiceQuotaExceededException",
        AwsFault.EXISTS: "EntityAlreadyExists",
        AwsFault.CONFLICT: "DeleteConflict ConcurrentModification OperationAborted EntityTemporarilyUnmodifiable "
        "ConditionalRequestConflict PreconditionFailed KMS.DisabledException KMS.KMSInvalidStateException "
        "KMS.InvalidStateException KMS.NotFoundException",
        AwsFault.MALFORMED_POLICY: "MalformedPolicyDocument MalformedPolicyDocumentException",
        AwsFault.THROTTLED: "Throttling ThrottlingException ThrottledException RequestThrottled SlowDown "
        "RequestThrottledException TooManyRequestsException RequestLimitExceeded BandwidthLimitExceeded "
        "PriorRequestNotComplete",
        AwsFault.SERVER: "InternalError InternalFailure ServiceUnavailable ServiceUnavailableException ServiceFailure",
        # S3 says so when the request's own bytes did not come in time.
        AwsFault.NO_ANSWER: "RequestTimeout RequestTimeoutException",
    }.items()
    for code in codes.split()
}

# What S3 says to HEAD, where there is no body and so no code, and what unknown codes mean.
_STATUSES: Mapping[int, AwsFault] = {
    301: AwsFault.WRONG_REGION,
    307: AwsFault.WRONG_REGION,
    401: AwsFault.DENIED,
    403: AwsFault.DENIED,
    404: AwsFault.NOT_FOUND,
    407: AwsFault.NOT_AWS,
    409: AwsFault.CONFLICT,
    412: AwsFault.CONFLICT,
    429: AwsFault.THROTTLED,
    511: AwsFault.NOT_AWS,
}

# botocore's exceptions by name, the most special first; a name covers its subclasses.
_EXCEPTIONS: Mapping[str, AwsFault] = {
    "SSLError": AwsFault.UNTRUSTED,
    "ProxyConnectionError": AwsFault.NO_NETWORK,
    "EndpointConnectionError": AwsFault.NO_NETWORK,
    "ConnectTimeoutError": AwsFault.NO_NETWORK,
    "ReadTimeoutError": AwsFault.NO_ANSWER,
    "HTTPClientError": AwsFault.NO_ANSWER,
    "ConnectionError": AwsFault.NO_NETWORK,
    "IncompleteReadError": AwsFault.NO_ANSWER,
    "ChecksumError": AwsFault.NO_ANSWER,
    "FlexibleChecksumError": AwsFault.NO_ANSWER,
    # `_look_who_answers` has refused strangers by now, so what cannot be parsed is an answer of AWS gone bad.
    "ResponseParserError": AwsFault.NO_ANSWER,
    "InvalidRegionError": AwsFault.WRONG_REGION,
    "BaseEndpointResolverError": AwsFault.WRONG_REGION,
    "EndpointProviderError": AwsFault.WRONG_REGION,
    "UnknownRegionError": AwsFault.WRONG_REGION,
}

# Connections that end in the middle of TLS: the request may have been sent.
_TLS_ENDED = re.compile(r"EOF|bad record mac|read operation|decryption failed", re.IGNORECASE)


class AwsRefusal(AwsError):
    """AWS itself answered, and said no.

    Attributes:
        status: the HTTP status.
        bucket_region: where S3 says the bucket is, which it does whatever the permission; None where it did not.
    """

    status: int = 0
    bucket_region: str | None = None

    @property
    def outcome_unknown(self) -> bool:
        """As of every error at AWS; but a refusal is one, also where its code says nothing to Keyturn."""
        return super().outcome_unknown and not (self.fault is AwsFault.UNEXPECTED and 400 <= self.status < 500)


SESSION_ENDED = "signer.session-ended"  # the code of every error that a new session leads on from


class SessionEnded(AwsError):
    """The session with which a request was signed is over. AWS did nothing, and a new session may ask again."""

    waits = True

    def __init__(self, key: AccessKeyId) -> None:
        super().__init__(
            _("The session of {key} has ended").format(key=key.masked),
            _(
                "AWS did nothing with this request. Sign in again and run the command again; a rotation that has begun "
                "goes on from there."
            ),
            fault=AwsFault.TEMPORARY_KEY,
        )
        self.code = SESSION_ENDED


@dataclass(frozen=True, slots=True)
class FailedRequest:
    """What was asked, for the sentence that says why it failed.

    Attributes:
        key: the one that signed; None where none did.
        store: the address of the S3-compatible store that was asked; None for AWS.
    """

    service: str
    operation: str
    key: AccessKeyId | None
    bucket: str | None = None
    store: str | None = None


class speaking_to_aws:
    """Goes around a request (`with speaking_to_aws(…)`) and turns whatever it raises into an `AwsError`.

    The original is gone afterwards: it is neither cause nor context of the new one.
    """

    def __init__(self, request: FailedRequest, now: Callable[[], datetime]) -> None:
        self._request = request
        self._now = now

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not isinstance(error, Exception):
            return
        translated = translate(error, self._request, self._now())
        try:
            raise translated.with_traceback(None) from None
        finally:
            # Python still links the original, which may quote a secret, where crash reports would find it.
            translated.__context__ = None


def translate(error: Exception, request: FailedRequest, now: datetime) -> AwsError:
    """Return the `AwsError` that says what `error` means.

    Args:
        now: the computer's time, in UTC, to say by how much its clock is off.
    """
    from botocore import exceptions, parsers

    if isinstance(error, AwsError):
        return error
    if isinstance(error, exceptions.ClientError):
        return _refusal(error.response, request, now)
    fault, detail = AwsFault.UNEXPECTED, type(error).__name__
    for name, meaning in _EXCEPTIONS.items():
        kind = getattr(exceptions, name, None) or getattr(parsers, name)
        if isinstance(error, kind):
            fault = meaning
            break
    if fault is AwsFault.UNTRUSTED and _TLS_ENDED.search(str(error)):
        fault = AwsFault.NO_ANSWER
    elif isinstance(error, exceptions.ParamValidationError) and "bucket name" in str(error):
        fault = AwsFault.NO_SUCH_BUCKET
    proxy = isinstance(error, exceptions.ProxyConnectionError)
    subject = MessageSubject(
        request.key, request.bucket, _permission(request), request.operation, proxy=proxy, detail=detail
    )
    subject = replace(subject, store=_host(request.store))
    title, message = sentences(fault, subject)
    return AwsError(title, message, fault=fault)


def is_from_aws(headers: Mapping[str, Any]) -> bool:
    """True where the answer's headers name the request, as AWS's always do."""
    return any(name.lower() in _REQUEST_ID_HEADERS for name in headers)


def not_aws(store: str | None = None) -> AwsError:
    """The error for an answer from somebody who is not AWS, or not the store that was asked."""
    return _without_answer(AwsFault.NOT_AWS, store)


def redirected(store: str | None = None) -> AwsError:
    """The error for an answer that names another server to ask."""
    return _without_answer(AwsFault.REDIRECTED, store)


def torn(store: str | None = None) -> AwsError:
    """The error for an answer of AWS, or of a store, that ended too early."""
    return _without_answer(AwsFault.NO_ANSWER, store)


def _without_answer(fault: AwsFault, store: str | None) -> AwsError:
    title, message = sentences(fault, MessageSubject(None, None, "", "", store=_host(store)))
    return AwsError(title, message, fault=fault)


def _host(store: str | None) -> str:
    server = server_or_none(store)
    return "" if server is None else server.name


def _refusal(response: Mapping[str, Any], request: FailedRequest, now: datetime) -> AwsError:
    said: Mapping[str, Any] = response.get("Error") or {}
    metadata: Mapping[str, Any] = response.get("ResponseMetadata") or {}
    headers: Mapping[str, str] = {name.lower(): value for name, value in (metadata.get("HTTPHeaders") or {}).items()}
    status = int(metadata.get("HTTPStatusCode") or 0)
    code = str(said.get("Code") or "")
    # Stores need not name the request, but they speak S3: a page of HTML has no code but its number.
    if headers and not is_from_aws(headers) and (request.store is None or not code or code.isdecimal()):
        return not_aws(request.store)
    if not re.fullmatch(r"[A-Za-z0-9._-]{1,64}", code):
        code = ""
    words = str(said.get("Message") or "")
    ahead = clock_ahead(headers, now)
    fault = _fault(code, status, words, ahead, request)
    denial = read_denial(words)
    if not denial.permission:
        denial = replace(denial, permission=_permission(request))
    subject = MessageSubject(
        request.key,
        request.bucket,
        denial.permission,
        request.operation,
        ahead=ahead,
        detail=code,
        denial=denial,
        store=_host(request.store),
    )
    title, message = sentences(fault, subject)
    refusal = AwsRefusal(title, message, fault=fault, aws_code=code)
    refusal.status = status
    refusal.bucket_region = headers.get("x-amz-bucket-region") or None
    # A new policy that has not spread allows nothing yet, but denies nothing either.
    refusal.for_good = fault is AwsFault.DENIED and denial.by_policy
    # Where it was sent more than once, an earlier one may have been carried out.
    if not refusal.outcome_unknown and not metadata.get("RetryAttempts"):
        refusal.refused = request.operation
    return refusal


def _fault(code: str, status: int, words: str, ahead: timedelta | None, request: FailedRequest) -> AwsFault:
    fault = _CODES.get(code)
    if fault is AwsFault.WRONG_SECRET:
        # STS and IAM say this of old and future signatures too; a wrong clock has to be set right first anyway.
        late = "Signature expired" in words or "Signature not yet current" in words
        if late or (ahead is not None and abs(ahead) > _CLOCK_TOLERANCE):
            return AwsFault.CLOCK
    if fault is AwsFault.DENIED and request.operation == "GetCallerIdentity":
        # It needs no permission and works under an explicit deny (facts/aws.md A1), so the key itself is refused:
        # AWS's documentation has this answer for an inactive key (facts/aws.md A4, C2).
        return AwsFault.UNKNOWN_KEY
    if fault is not None:
        return fault
    if status >= 500 and status != 511:
        return AwsFault.SERVER
    fault = _STATUSES.get(status, AwsFault.UNEXPECTED)
    if fault is AwsFault.NOT_FOUND and request.operation == "HeadBucket":
        return AwsFault.NO_SUCH_BUCKET
    return fault


def clock_ahead(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """By how much this computer's clock is ahead of AWS's, or None where the answer names no time."""
    try:
        theirs = parsedate_to_datetime(headers["date"])
    except (KeyError, ValueError):
        return None
    if theirs.tzinfo is None:
        theirs = theirs.replace(tzinfo=UTC)
    return now - theirs


# S3's permissions that are not named after the operation (S3 User Guide, "Required permissions").
_PERMISSIONS: Mapping[str, str] = {
    "CreateMultipartUpload": "s3:PutObject",
    "GetBucketEncryption": "s3:GetEncryptionConfiguration",
    "GetBucketLifecycleConfiguration": "s3:GetLifecycleConfiguration",
    "GetObjectLockConfiguration": "s3:GetBucketObjectLockConfiguration",
    "HeadBucket": "s3:ListBucket",
    "HeadObject": "s3:GetObject",
    "ListBuckets": "s3:ListAllMyBuckets",
    "ListMultipartUploads": "s3:ListBucketMultipartUploads",
    "ListObjectsV2": "s3:ListBucket",
    "UploadPart": "s3:PutObject",
}


def _permission(request: FailedRequest) -> str:
    return _PERMISSIONS.get(request.operation, f"{request.service}:{request.operation}")
