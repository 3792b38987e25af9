"""Temporary keys: each has a token, belongs to the one who asked for it, and ends by itself.

Facts: facts/credential-helper.md ("SessionToken"), facts/aws.md A2 (root's own: an hour, and no IAM).
Whether such a key outlives the lasting one with which it was asked for is not known; here it does, as the rights of its
owner are what AWS looks at with each request.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from keyturn_practice.iam_operations import Form, Operation, Result
from keyturn_practice.identities import Identities, RequestSigner, TemporaryKey
from keyturn_practice.refusals import Refusal, unknown_key

# STS API reference, GetSessionToken: 15 minutes to 36 hours, 12 where nobody says; root one hour at most, whatever it
# asked for.
_SHORTEST, _LONGEST, _USUAL, _OF_ROOT = 900, 129_600, 43_200, 3_600
# What such a key may ask of IAM and STS: nothing but who it is (STS API reference, GetSessionToken).
_ALLOWED = frozenset({"sts:GetCallerIdentity"})


def session_of(identities: Identities, key_id: str, token: str, service: str) -> TemporaryKey:
    """The temporary key behind a request.

    Raises:
        Refusal: where there is none, the token is another one's, or it has ended.
    """
    session = identities.sessions.get(key_id)
    if session is None:
        raise unknown_key(service, key_id)
    if session.token != token:
        if service == "s3":
            raise Refusal(400, "InvalidToken", "The provided token is malformed or otherwise invalid.")
        raise unknown_key(service, key_id)
    if identities.clock.now() >= session.ends:
        if service == "s3":
            raise Refusal(400, "ExpiredToken", "The provided token has expired.")
        raise Refusal(403, "ExpiredToken", "The security token included in the request is expired")
    return session


def credentials_of(session: TemporaryKey) -> Result:
    """A temporary key as STS hands it out."""
    return {
        "Credentials": {
            "AccessKeyId": session.key.access_key_id,
            "SecretAccessKey": session.key.secret,
            "SessionToken": session.token,
            "Expiration": session.ends,
        }
    }


def expect_allowed(caller: RequestSigner, action: str) -> None:
    """Refuse what no temporary key without MFA may ask of IAM and STS."""
    if caller.key.without_iam and action not in _ALLOWED:
        raise unknown_key(action.partition(":")[0], caller.key.access_key_id)


def _session_token(identities: Identities, caller: RequestSigner, form: Form) -> Result:
    try:
        seconds = int(form.get("DurationSeconds", str(_USUAL)))
    except ValueError:
        seconds = 0
    if not _SHORTEST <= seconds <= _LONGEST:
        message = f"The requested DurationSeconds is not between {_SHORTEST} and {_LONGEST}."
        raise Refusal(400, "ValidationError", message)
    if caller.user is None:
        seconds = min(seconds, _OF_ROOT)
    session = identities.add_session(caller.user, timedelta(seconds=seconds), without_iam=True)
    return credentials_of(session)


SESSION_OPERATIONS: Mapping[str, Operation] = {"GetSessionToken": _session_token}
