"""The one family of errors that Keyturn raises, each with a title and a message fit to be shown.

The message says what happened, what it means for the backups, and what to do. The `code` is stable, for scripts and
for the small print. No error ever carries a secret.
"""

from __future__ import annotations

from enum import StrEnum

from keyturn.model.known_secrets import without_secrets


class AppError(Exception):
    """Something a person has to know about.

    Args:
        title: what happened, in a few words, without a full stop.
        message: what it means for the backups and what to do, in full sentences.
        code: a stable name for scripts, such as `file.changed`.

    Attributes:
        waits: nothing is to be put back for it: the step may be taken again later, as everything stands.
    """

    waits: bool = False

    def __init__(self, title: str, message: str, *, code: str) -> None:
        # Both may quote what a system, a program or a file says.
        title, message = without_secrets(title), without_secrets(message)
        super().__init__(title, message)
        self.title = title
        self.message = message
        self.code = code

    def __str__(self) -> str:
        return f"{self.title}. {self.message}"


class UsageError(AppError):
    """What was asked for makes no sense as asked: an unknown key, an unknown rotation, contradicting options."""


class AnotherKeyturnError(AppError):
    """Another Keyturn is working, and two at once could undo each other's changes."""


class FileError(AppError):
    """A file of another program cannot be read, understood or replaced."""


class ClientError(AppError):
    """A backup program's own check failed, or its destination is not as its configuration says."""


class StoreError(AppError):
    """Keyturn's own memory fails: the journal, the settings, or the keychain with the secrets."""


class StateError(StoreError):
    """What Keyturn remembers is damaged, a newer Keyturn's, or may be somebody else's, or its folder takes nothing.

    A person has to look at it.
    """


class UntoldError(AppError):
    """Somebody who is to be told could not be. Nothing of the backups depends on it, and it is tried again."""


class AwsFault(StrEnum):
    """What kind of thing went wrong at AWS, or on the way there (facts/aws.md 7.1)."""

    UNKNOWN_KEY = "unknown-key"  # unknown, inactive, deleted, another partition, or not spread yet
    WRONG_SECRET = "wrong-secret"  # noqa: S105  (a fault's name)
    CLOCK = "clock"
    TEMPORARY_KEY = "temporary-key"
    DENIED = "denied"
    NO_SUCH_BUCKET = "no-such-bucket"
    NOT_FOUND = "not-found"
    WRONG_REGION = "wrong-region"
    ARCHIVED = "archived"  # the object sleeps in a Glacier class
    LIMIT = "limit"
    EXISTS = "exists"
    CONFLICT = "conflict"
    MALFORMED_POLICY = "malformed-policy"
    THROTTLED = "throttled"
    ACCOUNT = "account"  # suspended, not signed up, region not opted in
    NO_NETWORK = "no-network"  # the request never reached AWS
    NO_ANSWER = "no-answer"  # the request may have reached AWS: its outcome is unknown
    UNTRUSTED = "untrusted"  # TLS: portal, antivirus, corporate interception
    NOT_AWS = "not-aws"  # something that is not AWS answered: a portal, a proxy, a filter
    SERVER = "server"  # AWS itself failed (5xx); whether the request took effect is unknown
    REDIRECTED = "redirected"  # a store names another server; a signed request follows no such answer
    UNEXPECTED = "unexpected"


class AwsError(AppError):
    """AWS said no, or could not be asked.

    Attributes:
        fault: the kind, by which steps decide.
        aws_code: AWS's own code, such as `AccessDenied`; empty where AWS did not answer.
        refused: AWS's name for the request that it refused for sure, so that it did nothing; empty where that is not
            sure.
        for_good: a policy denies it, so that it does not pass with a change that has not spread yet.
    """

    refused: str = ""
    for_good: bool = False

    def __init__(self, title: str, message: str, *, fault: AwsFault, aws_code: str = "") -> None:
        super().__init__(title, message, code=f"aws.{fault.value}")
        self.fault = fault
        self.aws_code = aws_code

    @property
    def outcome_unknown(self) -> bool:
        """True where the request may have taken effect although no clean answer came."""
        return self.fault in {AwsFault.NO_ANSWER, AwsFault.NOT_AWS, AwsFault.SERVER, AwsFault.UNEXPECTED}
