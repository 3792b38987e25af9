"""Asking STS for a temporary key that has the rights of the lasting one and ends by itself."""

from __future__ import annotations

from keyturn.aws import identity
from keyturn.aws.error_codes import not_aws
from keyturn.aws.session import Aws
from keyturn.model.errors import AppError
from keyturn.model.keys import AccessKeyId, KeyPair, PrincipalKind, Secret, SessionPair
from keyturn.model.text import _

# STS API reference, GetSessionToken.
SHORTEST, LONGEST, LONGEST_OF_ROOT = 15, 2160, 60  # minutes


def temporary_key(aws: Aws, pair: KeyPair, minutes: int) -> SessionPair:
    """Return a temporary key for so many minutes; it needs no permission (STS API reference, GetSessionToken).

    Raises:
        AppError: `session.root`, where root asks for more than an hour: AWS would give an hour and not say so.
        AwsError: where AWS could not be asked.
    """
    # In the partition of the key: a key of China's is unknown anywhere else.
    owner = identity.whose(aws, pair)
    if owner.kind is PrincipalKind.ROOT and minutes > LONGEST_OF_ROOT:
        raise AppError(
            _("A temporary key of the root user lasts {limit} minutes at most").format(limit=LONGEST_OF_ROOT),
            _("AWS gives no longer one. Ask for {limit} minutes or fewer.").format(limit=LONGEST_OF_ROOT),
            code="session.root",
        )
    answer = aws.ask(pair, "sts", "GetSessionToken", {"DurationSeconds": minutes * 60}).get("Credentials") or {}
    try:
        return SessionPair(
            AccessKeyId(answer["AccessKeyId"]),
            Secret(answer["SecretAccessKey"]),
            Secret(answer["SessionToken"]),
            answer["Expiration"],
        )
    except (KeyError, ValueError, TypeError):
        raise not_aws() from None
