"""AWS's quarantine: the policy that it puts on a user whose access key it found in public."""

from __future__ import annotations

from collections.abc import Iterator

from keyturn.aws.denials import is_quarantine
from keyturn.aws.session import Aws
from keyturn.model.keys import KeyPair


def quarantine_of(aws: Aws, signer: KeyPair, user_name: str) -> str | None:
    """Return the name of the quarantine policy that the user has; None where AWS lists none.

    Raises:
        AwsError: DENIED where the signer may not look, so that it is not known; else where AWS could not be asked.
    """
    return next((name for name in _policies(aws, signer, user_name) if is_quarantine(name)), None)


def _policies(aws: Aws, signer: KeyPair, user_name: str) -> Iterator[str]:
    for operation, listed in (("ListAttachedUserPolicies", "AttachedPolicies"), ("ListUserPolicies", "PolicyNames")):
        more: dict[str, str] = {}
        while True:
            answer = aws.ask(signer, "iam", operation, {"UserName": user_name, **more})
            for one in answer.get(listed) or []:
                yield str(one["PolicyName"] if isinstance(one, dict) else one)
            if not answer.get("IsTruncated"):
                break
            more = {"Marker": answer["Marker"]}
