"""How the practice account says no: AWS's codes in AWS's two XML dialects and its JSON (facts/aws.md 7.1)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape

from keyturn_practice.messages import Response

_NAMESPACES = {
    "iam": "https://iam.amazonaws.com/doc/2010-05-08/",
    "sts": "https://sts.amazonaws.com/doc/2011-06-15/",
}

_SPEAK_JSON = frozenset({"cloudtrail", "kms", "sso"})


class Refusal(Exception):
    """AWS's answer to a request it does not carry out.

    Args:
        details: further elements of S3's error body, such as `Region`.
        headers: further headers, such as `x-amz-bucket-region`.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        details: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(code, message)
        self.status = status
        self.code = code
        self.message = message
        self.details = dict(details or {})
        self.headers = dict(headers or {})


def unknown_key(service: str, key_id: str) -> Refusal:
    """An unknown, inactive or deleted key: AWS does not say which (facts/aws.md A4)."""
    if service in _SPEAK_JSON:
        message = "The security token included in the request is invalid."
        return Refusal(400, "UnrecognizedClientException", message)
    if service == "s3":
        message = "The AWS Access Key Id you provided does not exist in our records."
        return Refusal(403, "InvalidAccessKeyId", message, details={"AWSAccessKeyId": key_id})
    return Refusal(403, "InvalidClientTokenId", "The security token included in the request is invalid.")


def wrong_signature(service: str) -> Refusal:
    """The secret is wrong, or the request was changed on the way."""
    message = "The request signature we calculated does not match the signature you provided. "
    if service == "s3":
        message += "Check your key and signing method."
    else:
        message += "Check your AWS Secret Access Key and signing method. Consult the service documentation for details."
    return Refusal(403, "SignatureDoesNotMatch", message)


def denied_by_s3() -> Refusal:
    """S3 tells nothing about the reason."""
    return Refusal(403, "AccessDenied", "Access Denied")


def denied(who: str, action: str, resource: str, *, explicitly: bool, policy_kind: str = "identity-based") -> Refusal:
    """IAM names the user, the action, the resource and the kind of policy (facts/aws.md 7.1)."""
    reason = (
        f"with an explicit deny in {'an' if policy_kind[0] in 'aeiou' else 'a'} {policy_kind} policy"
        if explicitly
        else f"because no {policy_kind} policy allows the {action} action"
    )
    message = f"User: {who} is not authorized to perform: {action} on resource: {resource} {reason}"
    return Refusal(403, "AccessDenied", message)


def refuse(refusal: Refusal, service: str, method: str, request_id: str, resource: str) -> Response:
    """Write the refusal as the service does. An answer to HEAD has no body, so the code is lost there, as at AWS."""
    headers = tuple(refusal.headers.items())
    if service == "s3":
        if method == "HEAD" or refusal.status == 304:
            return Response(refusal.status, headers)
        elements = {
            "Code": refusal.code,
            "Message": refusal.message,
            **refusal.details,
            "Resource": resource,
            "RequestId": request_id,
            "HostId": "practice",
        }
        inner = "".join(f"<{name}>{escape(value, quote=False)}</{name}>" for name, value in elements.items())
        body = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error>{inner}</Error>'
        return Response(refusal.status, (*headers, ("Content-Type", "application/xml")), body.encode())
    if service in _SPEAK_JSON:
        written = json.dumps({"__type": refusal.code, "message": refusal.message})
        return Response(refusal.status, (*headers, ("Content-Type", "application/x-amz-json-1.1")), written.encode())
    namespace = _NAMESPACES.get(service, _NAMESPACES["sts"])
    kind = "Sender" if refusal.status < 500 else "Receiver"
    body = (
        f'<ErrorResponse xmlns="{namespace}"><Error><Type>{kind}</Type><Code>{refusal.code}</Code>'
        f"<Message>{escape(refusal.message, quote=False)}</Message></Error>"
        f"<RequestId>{request_id}</RequestId></ErrorResponse>"
    )
    return Response(refusal.status, (*headers, ("Content-Type", "text/xml")), body.encode())


def namespace_of(service: str) -> str:
    """The XML namespace of a service of the query protocol."""
    return _NAMESPACES[service]
