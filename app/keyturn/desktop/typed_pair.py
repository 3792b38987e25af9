"""The new key that the person made, as typed on its page: whether it can be one, said without repeating it."""

from __future__ import annotations

from keyturn.model.keys import AccessKeyId, KeyPair, Secret
from keyturn.model.text import _


def typed_pair(identifier: str, secret: str) -> KeyPair:
    """The pair that was typed or pasted.

    Raises:
        ValueError: where it can be none; `why_no_pair` says why.
    """
    return KeyPair(AccessKeyId.of_any_shape(identifier.strip()), Secret.typed(secret.strip()))


def why_no_pair(identifier: str, secret: str, old: AccessKeyId | None, given: AccessKeyId | None) -> str:
    """Why this can be no new key; empty where it can.

    Args:
        old: the key that is to be replaced.
        given: the key whose secret was given before: it need not be typed again.
    """
    if not identifier.strip():
        return _("Type the access key ID of the new key.")
    try:
        key = AccessKeyId.of_any_shape(identifier.strip())
    except ValueError:
        return _("This is not an access key ID. Is it the secret?")
    if key == old:
        return _("This is the old key itself. Make a new one, and give that.")
    if not secret.strip():
        return "" if key == given else _("Type the secret access key of {key}.").format(key=key.masked)
    return why_no_secret(secret)


def why_no_secret(secret: str) -> str:
    """Why this can be no secret access key; empty where it can."""
    if not secret.strip():
        return _("Type or paste the secret access key.")
    try:
        Secret.typed(secret.strip())
    except ValueError:
        return _("A secret access key has no spaces, only letters, digits and signs.")
    return ""
