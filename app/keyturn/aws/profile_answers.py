"""What the sources behind a profile give, read as keys; and what is said of a profile that leads to none."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from keyturn.aws.error_codes import SESSION_ENDED
from keyturn.model.errors import AwsError, AwsFault, UsageError
from keyturn.model.keys import AccessKeyId, Secret, SessionPair
from keyturn.model.text import _


class SessionNeeded(AwsError):
    """A profile's session is over, or never began: the person signs in, and goes on.

    Args:
        command: with which the person signs in.
    """

    waits = True

    def __init__(self, profile: str, command: str) -> None:
        super().__init__(
            _("The session of the profile {name} has ended").format(name=profile),
            _("Sign in with `{command}`, then run the command again.").format(command=command),
            fault=AwsFault.TEMPORARY_KEY,
        )
        self.code = SESSION_ENDED


def leads_nowhere(name: str, why: str) -> UsageError:
    """The error of a profile that leads to no key.

    Args:
        why: without a full stop.
    """
    return UsageError(
        _("The profile {name} leads to no key").format(name=name),
        _("{why}.").format(why=why),
        code="signer.profile",
    )


def session_pair(written: Mapping[str, Any], profile: str) -> SessionPair:
    """The session's key out of an answer that names its members as STS does.

    Raises:
        UsageError: where it is none. What was written is not repeated: it may be a secret.
    """
    try:
        return SessionPair(
            AccessKeyId(str(written["AccessKeyId"])),
            Secret(str(written["SecretAccessKey"])),
            Secret(str(written["SessionToken"])),
            end_of(written.get("Expiration")),
        )
    except (KeyError, ValueError):
        raise leads_nowhere(profile, _("What its source gave is no key of a session")) from None


def end_of(written: object) -> datetime | None:
    """When a session ends, in UTC, as AWS or a program wrote it.

    Raises:
        ValueError: where that is no moment.
    """
    if written is None:
        return None
    if isinstance(written, int | float):
        return datetime.fromtimestamp(written / 1000, UTC)  # SSO counts milliseconds
    moment = written if isinstance(written, datetime) else datetime.fromisoformat(str(written).replace("UTC", "Z"))
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
