"""Every request comes in here: who signed it, may it be believed, which service is asked, what goes wrong on order.

The order of the checks follows facts/aws.md B5.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from keyturn.model.keys import AccessKeyId
from keyturn_practice.event_service import EventService
from keyturn_practice.faults import Fault, FaultPlan, When
from keyturn_practice.identities import Identities, RequestSigner, Role, Status
from keyturn_practice.kms_service import KmsService
from keyturn_practice.messages import Delivery, Request, Response
from keyturn_practice.query_service import QueryService
from keyturn_practice.records import Record, RequestLog
from keyturn_practice.refusals import Refusal, refuse, unknown_key
from keyturn_practice.regions import OPT_IN, iam_region, partition_of
from keyturn_practice.roles import PORTAL_PATH, answer_portal
from keyturn_practice.s3_calls import understand
from keyturn_practice.s3_service import S3Service, SignedS3Request, context_of
from keyturn_practice.sessions import session_of
from keyturn_practice.signatures import (
    Signature,
    check_digests,
    check_moment,
    check_signature,
    read_signature,
    whole_body,
)
from keyturn_practice.timeline import Use

_CODE = re.compile(rb"<Code>([^<]+)</Code>")


@dataclass(slots=True)
class _Exchange:
    """One request on its way: what is known of it so far, for the log and for refusals."""

    request: Request
    request_id: str
    service: str = "s3"
    action: str = ""
    resource: str = ""
    signature: Signature | None = None
    fault: Fault | None = None
    bucket_region: str | None = None


@dataclass(slots=True)
class FrontDoor:
    """The address of the simulated AWS.

    Attributes:
        opted_in: opt-in regions that the account has switched on.
        inactive_is_denied: an inactive key is refused with `AccessDenied`, as AWS's documentation has it; people report
            the codes of unknown keys (unknown, facts/aws.md A4, C2).
        rejected_uses_count: a request refused because its key is inactive counts as use; unknown (facts/aws.md C4).
        pretend_tls: count requests as coming over TLS although this computer talks to itself without.
        iam_region_counts: refuse requests to IAM that are signed for another region than IAM's own. Off, because a
            program that is given an address signs for its own region there, and for IAM's at the real address.
    """

    identities: Identities
    s3: S3Service
    query: QueryService
    kms: KmsService
    events: EventService
    log: RequestLog = field(default_factory=RequestLog)
    faults: FaultPlan = field(default_factory=FaultPlan)
    opted_in: frozenset[str] = frozenset()
    inactive_is_denied: bool = False
    rejected_uses_count: bool = False
    pretend_tls: bool = False
    iam_region_counts: bool = False

    def answer(self, request: Request) -> Response:
        """Answer a request; every answer of AWS carries the request's number."""
        exchange = _Exchange(request, secrets.token_hex(8).upper())
        try:
            answer = self._carry_out(exchange)
            result = "ok" if answer.status < 400 else _code_in(answer)
        except Refusal as refusal:
            answer = refuse(refusal, exchange.service, request.method, exchange.request_id, request.path)
            result = refusal.code
        fault = exchange.fault
        if fault is not None and fault.answer is not None:
            answer, result = fault.answer, "!no answer from AWS"
        else:
            # One clock for what the account dates and for what it says the time is.
            answer = replace(self._with_headers(exchange, answer), at=self.identities.clock.now().timestamp())
        if fault is not None and fault.answer is None:
            answer = replace(answer, delivery=fault.delivery, wait=fault.wait, clock_offset=fault.clock_offset)
            if fault.delivery is not Delivery.WHOLE or fault.wait:
                result = f"!{fault.delivery} after {result}"
        self._record(exchange, answer, result)
        return answer

    def _carry_out(self, exchange: _Exchange) -> Response:
        request = exchange.request
        if request.method == "POST" and request.path == "/" and "Action" in request.form:
            exchange.service = "sts"
        if request.path == PORTAL_PATH:
            exchange.service, exchange.action = "sso", "sso:GetRoleCredentials"
            self._meet_fault(exchange)
            return self._after(exchange, answer_portal(self.identities, request))
        signature = exchange.signature = read_signature(request)
        if signature is not None:
            exchange.service = signature.service
        if exchange.service == "s3":
            return self._s3(exchange)
        if exchange.service in self._json_services:
            return self._json(exchange)
        exchange.action = f"{exchange.service}:{request.form.get('Action', '')}"
        exchange.resource = request.form.get("UserName") or request.form.get("AccessKeyId", "")
        self._meet_fault(exchange)
        if signature is None:
            message = "Request is missing Authentication Token"
            raise Refusal(403, "MissingAuthenticationToken", message)
        if exchange.service not in {"iam", "sts"}:
            message = "The practice account has only CloudTrail, IAM, KMS, STS and S3."
            raise Refusal(404, "UnknownOperationException", message)
        self._check_region(signature)
        caller = self._believed(exchange, signature)
        return self._after(
            exchange,
            self.query.answer(
                exchange.service, caller, request.form, self._context(exchange, caller), exchange.request_id
            ),
        )

    @property
    def _json_services(self) -> Mapping[str, KmsService | EventService]:
        return {"kms": self.kms, "cloudtrail": self.events}

    def _json(self, exchange: _Exchange) -> Response:
        """A request in AWS's JSON protocol, whose operation stands in a header."""
        operation = (exchange.request.header("x-amz-target") or "").rpartition(".")[2]
        exchange.action = f"{exchange.service}:{operation}"
        self._meet_fault(exchange)
        signature = exchange.signature
        if signature is None:
            raise Refusal(400, "MissingAuthenticationTokenException", "Missing Authentication Token")
        self._check_region(signature)
        caller = self._believed(exchange, signature)
        context, asked = self._context(exchange, caller), self._json_services[exchange.service]
        return self._after(exchange, asked.answer(exchange.request, caller, context, signature.region))

    def _s3(self, exchange: _Exchange) -> Response:
        request, signature = exchange.request, exchange.signature
        call = understand(request)
        exchange.action = call.action
        exchange.resource = call.bucket if call.key is None else f"{call.bucket}/{call.key}"
        exchange.bucket_region = self.s3.storage.region_of(call.bucket)
        self._meet_fault(exchange)
        if signature is None:
            raise Refusal(403, "AccessDenied", "Access Denied")
        self._check_region(signature)
        self.s3.check_region(request, call, signature.region)
        caller = self._believed(exchange, signature)
        body, trailers = whole_body(request, signature, caller.key.secret)
        if call.writes_object and request.method == "PUT":
            sent = {name: value for name in ("content-md5", "x-amz-checksum-crc32") if (value := request.header(name))}
            check_digests(body, {**sent, **trailers})
        context = {**self._context(exchange, caller), **context_of(request, call)}
        asked = SignedS3Request(request, call, caller, signature.region, body, trailers, context)
        return self._after(exchange, self.s3.answer(asked))

    def _meet_fault(self, exchange: _Exchange) -> None:
        """Let a rule strike; a fault before the effect ends the request here."""
        key = exchange.signature.access_key_id if exchange.signature else None
        fault = exchange.fault = self.faults.strike(exchange.action, key)
        if fault is not None and fault.when is When.BEFORE:
            raise self._as_code(exchange, fault)

    def _after(self, exchange: _Exchange, answer: Response) -> Response:
        """A fault after the effect: AWS did it, and says that it failed."""
        if exchange.fault is not None and exchange.fault.code is not None:
            raise self._as_code(exchange, exchange.fault)
        return answer

    def _as_code(self, exchange: _Exchange, fault: Fault) -> Refusal:
        code = fault.code or "InternalFailure"
        if exchange.service == "s3":
            code = {"Throttling": "SlowDown", "InternalFailure": "InternalError"}.get(code, code)
        elif code == "Throttling":
            return Refusal(400, code, "Rate exceeded")
        if fault.status < 500:
            return Refusal(fault.status, code, "PRACTICE: this request was refused on order.")
        return Refusal(fault.status, code, "We encountered an internal error. Please try again.")

    def _check_region(self, signature: Signature) -> None:
        """A key counts only in its own partition, and only in regions that are switched on (facts/aws.md A1)."""
        mine, region = self.identities.partition, signature.region
        elsewhere = partition_of(region) != mine
        if elsewhere or (region in OPT_IN and region not in self.opted_in):
            raise unknown_key(signature.service, signature.access_key_id)
        if self.iam_region_counts and signature.service == "iam" and region != iam_region(mine):
            raise Refusal(403, "SignatureDoesNotMatch", "Credential should be scoped to a valid region. ")

    def _believed(self, exchange: _Exchange, signature: Signature) -> RequestSigner:
        """The caller, once key, date and signature are right; using a key is recorded before any policy is asked."""
        request, service = exchange.request, signature.service
        token = request.header("x-amz-security-token") or request.query.get("X-Amz-Security-Token")
        if token is None:
            key = self.identities.keys.get(signature.access_key_id)
        else:
            key = session_of(self.identities, signature.access_key_id, token, service).key
        if key is None:
            raise unknown_key(service, signature.access_key_id)
        now = self.identities.clock.now()
        use = Use(now, service, signature.region)
        status = key.accepted.at(now, lag=self.identities.lag, service=service)
        if status is not Status.ACTIVE:
            if self.rejected_uses_count:
                key.uses.add(use)
            if status is Status.INACTIVE and self.inactive_is_denied:
                raise Refusal(403, "AccessDenied", "Access Denied")
            raise unknown_key(service, signature.access_key_id)
        offset = exchange.fault.clock_offset if exchange.fault else 0.0
        # The date is a real program's, so the computer's own clock counts, not the account's.
        check_moment(signature, datetime.now(UTC) + timedelta(seconds=offset))
        check_signature(request, signature, key.secret)
        key.uses.add(use)
        return self.identities.caller(key)

    def _context(self, exchange: _Exchange, caller: RequestSigner) -> Mapping[str, tuple[str, ...]]:
        request = exchange.request
        now = self.identities.clock.now()
        secure = request.secure or self.pretend_tls
        context = {
            "aws:currenttime": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "aws:epochtime": str(int(now.timestamp())),
            "aws:principalaccount": self.identities.account_id,
            "aws:principalarn": caller.arn,
            "aws:principaltype": _kind_of(caller),
            "aws:requestedregion": exchange.signature.region if exchange.signature else "",
            "aws:securetransport": "true" if secure else "false",
            "aws:sourceip": request.source_ip,
            "aws:useragent": request.header("user-agent") or "",
            "aws:userid": caller.user_id,
        }
        if caller.user is not None and not isinstance(caller.user, Role):
            context["aws:username"] = caller.user.name
        return {name: (value,) for name, value in context.items()}

    def _with_headers(self, exchange: _Exchange, answer: Response) -> Response:
        if exchange.service == "s3":
            added = [("x-amz-request-id", exchange.request_id), ("x-amz-id-2", "practice")]
            known = answer.header("x-amz-bucket-region")
            if exchange.bucket_region is not None and known is None and "/" not in exchange.resource:
                added.append(("x-amz-bucket-region", exchange.bucket_region))
        else:
            added = [("x-amzn-RequestId", exchange.request_id)]
        left_out = {"server", "date", "content-length", "x-amzn-requestid", "x-amz-request-id", "x-amz-id-2"}
        if exchange.request.method == "HEAD":
            left_out.remove("content-length")
        kept = [(name, value) for name, value in answer.headers if name.lower() not in left_out]
        return replace(answer, headers=(*kept, *added))

    def _record(self, exchange: _Exchange, answer: Response, result: str) -> None:
        request, signature = exchange.request, exchange.signature
        self.log.add(
            Record(
                at=self.identities.clock.now(),
                key=None if signature is None else AccessKeyId.of_any_shape(signature.access_key_id),
                action=exchange.action,
                resource=exchange.resource,
                region="" if signature is None else signature.region,
                status=answer.status,
                result=result,
                source_ip=request.source_ip,
                user_agent=request.header("user-agent") or "",
            )
        )


def _kind_of(caller: RequestSigner) -> str:
    if caller.user is None:
        return "Account"
    return "AssumedRole" if isinstance(caller.user, Role) else "User"


def _code_in(answer: Response) -> str:
    match = _CODE.search(answer.body)
    return match[1].decode() if match else str(answer.status)
