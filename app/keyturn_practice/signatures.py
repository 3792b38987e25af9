"""Checking Signature Version 4: the header form, the presigned form, and uploads signed chunk by chunk.

Written from AWS's description of the algorithm and independent of botocore, so that both sides of a test do not
share one mistake. Facts: facts/aws.md A7 (codes and the 15 minutes), B5 (order of the checks).
"""

from __future__ import annotations

import binascii
import hashlib
import hmac
import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, unquote

from keyturn_practice.messages import Request, decode_pairs
from keyturn_practice.refusals import Refusal, wrong_signature

SKEW = timedelta(minutes=15)
_ALGORITHM = "AWS4-HMAC-SHA256"
_UNSIGNED = "UNSIGNED-PAYLOAD"
_STREAMS = "STREAMING-"
_EMPTY_HASH = hashlib.sha256(b"").hexdigest()
_SCOPE = re.compile(r"([A-Za-z0-9._@+=-]{3,128})/(\d{8})/([a-z0-9-]+)/([a-z0-9-]+)/aws4_request")
_DATE = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True, slots=True)
class Signature:
    """What a request says of its own signature; nothing of it is believed before `check`.

    Attributes:
        moment: the request's own date.
        lifetime: for presigned requests, how long they hold; None for the header form.
        payload: the hash the body is announced with, or one of S3's words for other forms.
    """

    access_key_id: str
    scope: str
    region: str
    service: str
    signed_headers: tuple[str, ...]
    value: str
    moment: datetime
    lifetime: timedelta | None
    payload: str

    @property
    def presigned(self) -> bool:
        """True where the signature stands in the address instead of the header."""
        return self.lifetime is not None


def read_signature(request: Request) -> Signature | None:
    """Return the signature that a request carries, or None where it carries none.

    Raises:
        Refusal: where it is there and cannot be read, or is of the older version 2.
    """
    query = request.query
    header = request.header("authorization")
    if query.get("X-Amz-Algorithm") == _ALGORITHM:
        try:
            lifetime = timedelta(seconds=int(query["X-Amz-Expires"]))
            payload = request.header("x-amz-content-sha256") or _UNSIGNED
            return _signature(
                query["X-Amz-Credential"],
                query["X-Amz-SignedHeaders"],
                query["X-Amz-Signature"],
                query["X-Amz-Date"],
                lifetime,
                payload,
            )
        except (KeyError, ValueError):
            message = "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, …"
            raise Refusal(400, "AuthorizationQueryParametersError", message) from None
    if header is None:
        return None
    if header.startswith("AWS "):
        message = "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256."
        raise Refusal(400, "InvalidRequest", message)
    fields = dict(part.strip().partition("=")[::2] for part in header.removeprefix(_ALGORITHM).split(","))
    moment = request.header("x-amz-date") or ""
    payload = request.header("x-amz-content-sha256") or hashlib.sha256(request.body).hexdigest()
    try:
        return _signature(fields["Credential"], fields["SignedHeaders"], fields["Signature"], moment, None, payload)
    except (KeyError, ValueError):
        code = "AuthorizationHeaderMalformed" if "/s3/" in header else "IncompleteSignature"
        raise Refusal(400, code, "The authorization header that you provided cannot be read.") from None


def _signature(
    credential: str, signed: str, value: str, moment: str, lifetime: timedelta | None, payload: str
) -> Signature:
    match = _SCOPE.fullmatch(credential)
    if match is None:
        raise ValueError("not a credential scope")
    when = datetime.strptime(moment, _DATE).replace(tzinfo=UTC)
    scope = credential.partition("/")[2]
    return Signature(match[1], scope, match[3], match[4], tuple(signed.split(";")), value, when, lifetime, payload)


def check_moment(signature: Signature, now: datetime) -> None:
    """Refuse a request whose date lies more than 15 minutes beside `now`, or whose presigned time is over."""
    written, wanted = signature.moment.strftime(_DATE), now.strftime(_DATE)
    if signature.lifetime is not None:
        if now > signature.moment + signature.lifetime:
            raise Refusal(403, "AccessDenied", "Request has expired", details={"ServerTime": wanted})
        if signature.moment > now + SKEW:
            raise Refusal(403, "AccessDenied", "Request is not valid yet", details={"ServerTime": wanted})
        return
    if abs(now - signature.moment) <= SKEW:
        return
    if signature.service == "s3":
        message = "The difference between the request time and the current time is too large."
        details = {"RequestTime": written, "ServerTime": wanted, "MaxAllowedSkewMilliseconds": "900000"}
        raise Refusal(403, "RequestTimeTooSkewed", message, details=details)
    limit = (now - SKEW if signature.moment < now else now + SKEW).strftime(_DATE)
    message = (
        f"Signature expired: {written} is now earlier than {limit} ({wanted} - 15 min.)"
        if signature.moment < now
        else f"Signature not yet current: {written} is still later than {limit} ({wanted} + 15 min.)"
    )
    raise Refusal(403, "SignatureDoesNotMatch", message)


def check_signature(request: Request, signature: Signature, secret: str) -> None:
    """Recompute the signature and compare; also that the body has the announced hash.

    Raises:
        Refusal: `SignatureDoesNotMatch`, `XAmzContentSHA256Mismatch`, or `AccessDenied` for unsigned x-amz headers.
    """
    needed = {"host", *request.headers_starting("x-amz-")}
    if signature.presigned:
        needed -= {"x-amz-content-sha256"}
    missing = sorted(needed - set(signature.signed_headers))
    if missing:
        message = "There were headers present in the request which were not signed"
        raise Refusal(403, "AccessDenied", message, details={"HeadersNotSigned": ", ".join(missing)})
    text = "\n".join(
        (
            _ALGORITHM,
            signature.moment.strftime(_DATE),
            signature.scope,
            hashlib.sha256(_canonical(request, signature).encode()).hexdigest(),
        )
    )
    expected = hmac.new(_signing_key(secret, signature.scope), text.encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected, signature.value):
        raise wrong_signature(signature.service)
    announced = signature.payload
    if announced == _UNSIGNED or announced.startswith(_STREAMS):
        return
    if hashlib.sha256(request.body).hexdigest() != announced:
        message = "The provided 'x-amz-content-sha256' header does not match what was computed."
        raise Refusal(400, "XAmzContentSHA256Mismatch", message)


def _canonical(request: Request, signature: Signature) -> str:
    # AWS decodes and encodes again, so that a program may encode more or less than AWS would.
    path = quote(unquote(request.raw_path), safe="/-_.~") or "/"
    pairs = sorted(
        (quote(name, safe="-_.~"), quote(value, safe="-_.~"))
        for name, value in decode_pairs(request.raw_query)
        if name != "X-Amz-Signature"
    )
    query = "&".join(f"{name}={value}" for name, value in pairs)
    headers = "".join(
        f"{name}:{' '.join((request.header(name) or '').split())}\n" for name in sorted(signature.signed_headers)
    )
    signed = ";".join(sorted(signature.signed_headers))
    return "\n".join((request.method, path, query, headers, signed, signature.payload))


def _signing_key(secret: str, scope: str) -> bytes:
    key = f"AWS4{secret}".encode()
    for part in scope.split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key


def whole_body(request: Request, signature: Signature, secret: str) -> tuple[bytes, Mapping[str, str]]:
    """Return the body without the framing of a streamed upload, and the trailing headers.

    Each chunk's own signature is checked where the form has one (S3 API: `STREAMING-AWS4-HMAC-SHA256-PAYLOAD`).
    """
    if not signature.payload.startswith(_STREAMS):
        return request.body, {}
    signed = "AWS4-HMAC-SHA256" in signature.payload
    key, previous = _signing_key(secret, signature.scope), signature.value
    rest, parts = request.body, []
    moment = signature.moment.strftime(_DATE)
    while True:
        line, found, rest = rest.partition(b"\r\n")
        size_text, _, extension = line.partition(b";")
        try:
            size = int(size_text, 16)
        except ValueError:
            raise _incomplete() from None
        chunk, rest = rest[:size], rest[size:]
        if not found or len(chunk) != size:
            raise _incomplete()
        if signed:
            digest = hashlib.sha256(chunk).hexdigest()
            text = f"{_ALGORITHM}-PAYLOAD\n{moment}\n{signature.scope}\n{previous}\n{_EMPTY_HASH}\n{digest}"
            previous = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
            if extension.decode("ascii", "replace").partition("=")[2] != previous:
                raise wrong_signature("s3")
        if size == 0:
            break
        parts.append(chunk)
        rest = rest.removeprefix(b"\r\n")
    body = b"".join(parts)
    announced = request.header("x-amz-decoded-content-length")
    if announced is not None and announced != str(len(body)):
        raise _incomplete()
    trailers = {
        name.decode("ascii", "replace").strip().lower(): value.decode("ascii", "replace").strip()
        for name, colon, value in (line.partition(b":") for line in rest.split(b"\r\n"))
        if colon
    }
    return body, trailers


def check_digests(body: bytes, headers: Mapping[str, str]) -> None:
    """Compare `Content-MD5` and `x-amz-checksum-crc32` with the body, where they were sent."""
    md5 = headers.get("content-md5")
    if md5 is not None and b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode() != md5:
        raise Refusal(400, "BadDigest", "The Content-MD5 you specified did not match what we received.")
    crc32 = headers.get("x-amz-checksum-crc32")
    if crc32 is not None and b64encode(binascii.crc32(body).to_bytes(4, "big")).decode() != crc32:
        raise Refusal(400, "BadDigest", "The CRC32 you specified did not match the calculated checksum.")


def _incomplete() -> Refusal:
    message = "You did not provide the number of bytes specified by the Content-Length HTTP header"
    return Refusal(400, "IncompleteBody", message)
