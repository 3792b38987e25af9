"""Roles, and the sessions that lead to one: AssumeRole with an MFA device, and the sign-in of IAM Identity Center.

Facts: IAM User Guide, "Methods to assume a role" and "Secure API access with MFA"; STS API reference, AssumeRole; IAM
Identity Center portal API reference, GetRoleCredentials.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from keyturn_practice.evaluator import AccessQuestion, PolicyVerdict, decide
from keyturn_practice.iam_operations import Form, Operation, Result, required
from keyturn_practice.identities import Identities, RequestSigner, Role, TemporaryKey
from keyturn_practice.messages import Request, Response
from keyturn_practice.refusals import Refusal, denied
from keyturn_practice.sessions import credentials_of

PORTAL_PATH = "/federation/credentials"
# STS API reference, AssumeRole: an hour unless somebody says otherwise, and a quarter of one at least.
_USUAL, _SHORTEST, _LONGEST = 3_600, 900, 43_200


def session_of_role(identities: Identities, role: Role, name: str, lasting: timedelta) -> TemporaryKey:
    """A temporary key of the role; its policies are looked at with each request, as everybody's."""
    start = f"arn:{identities.partition}:sts::{identities.account_id}:assumed-role"
    owner = replace(role, arn=f"{start}/{role.name}/{name}", user_id=f"{role.user_id}:{name}")
    return identities.add_session(owner, lasting)


def answer_portal(identities: Identities, request: Request) -> Response:
    """The portal's one operation: the key of a role for the one who is signed in."""
    token = identities.sign_ins.get(request.header("x-amz-sso_bearer_token") or "")
    if token is None or token.ends <= identities.clock.now():
        return _portal(401, {"message": "Session token not found or invalid"}, "UnauthorizedException")
    name, account = request.query.get("role_name", ""), request.query.get("account_id", "")
    role = identities.roles.get(name)
    if role is None or name not in token.roles or account != identities.account_id:
        return _portal(403, {"message": "No access"}, "ForbiddenException")
    session = session_of_role(identities, role, "portal", timedelta(seconds=_USUAL))
    given = {
        "accessKeyId": session.key.access_key_id,
        "secretAccessKey": session.key.secret,
        "sessionToken": session.token,
        "expiration": int(session.ends.timestamp() * 1000),
    }
    return _portal(200, {"roleCredentials": given})


def _portal(status: int, body: Mapping[str, object], kind: str = "") -> Response:
    headers = [("Content-Type", "application/json"), *([("x-amzn-ErrorType", kind)] if kind else [])]
    return Response(status, tuple(headers), json.dumps(body).encode())


def _assume(identities: Identities, caller: RequestSigner, form: Form) -> Result:
    arn, name = required(form, "RoleArn"), required(form, "RoleSessionName")
    seconds = int(form.get("DurationSeconds", str(_USUAL)))
    if not _SHORTEST <= seconds <= _LONGEST:
        raise Refusal(400, "ValidationError", f"The requested DurationSeconds exceeds {_LONGEST}.")
    role = next((one for one in identities.roles.values() if one.arn == arn), None)
    if role is None or not _trusts(identities, role, caller) or (role.device and "SerialNumber" not in form):
        raise denied(caller.arn, "sts:AssumeRole", arn, explicitly=False)
    if "SerialNumber" in form and not _spend(identities, form["SerialNumber"], form.get("TokenCode", "")):
        message = "MultiFactorAuthentication failed with invalid MFA one time pass code. "
        raise Refusal(403, "AccessDenied", message)
    session = session_of_role(identities, role, name, timedelta(seconds=seconds))
    return credentials_of(session)


def _spend(identities: Identities, serial: str, code: str) -> bool:
    """True where it is the code that the device shows; it counts once, and the device shows another one then."""
    if identities.codes.get(serial) != code:
        return False
    identities.codes[serial] = fresh_code(identities)
    return True


def fresh_code(identities: Identities) -> str:
    """Six digits."""
    return f"{identities.lot.randrange(1_000_000):06d}"


def _trusts(identities: Identities, role: Role, caller: RequestSigner) -> bool:
    """One that the trust policy names needs no right besides; where it names the account, its own policies speak."""
    if caller.user is None:
        return False  # STS API reference, AssumeRole: not by the root user
    if caller.arn in role.trusted:
        return True
    question = AccessQuestion("sts:AssumeRole", role.arn, {}, caller.arn, identities.account_id)
    allowed = decide(identities.documents_of(caller.user, "sts"), question) is PolicyVerdict.ALLOWED
    return identities.root_arn in role.trusted and allowed


ROLE_OPERATIONS: Mapping[str, Operation] = {"AssumeRole": _assume}
