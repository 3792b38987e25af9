"""How a pair stood in a section of the AWS files: enough to write one there again byte for byte, and no secret."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PairLayout:
    """What stood around the ID and the secret on their lines.

    Attributes:
        id_lead: what stood before the ID, without the line's indentation: its name and the equals sign.
        secret_lead: all that stood before the secret on its line.
        secret_tail: blanks that stood behind it.
        line_end: what ended the line before the secret's.
        away: how many lines below the ID's the secret's stood; negative: above.
    """

    id_lead: str
    secret_lead: str
    secret_tail: str
    line_end: str
    away: int


# How the AWS CLI writes a pair (`aws configure`).
USUAL = PairLayout("aws_access_key_id = ", "aws_secret_access_key = ", "", "\n", 1)


@dataclass(frozen=True, slots=True)
class RemoteLayout:
    """How a pair stood in a remote of rclone's: what was around the ID and the secret on their lines, and no secret.

    Attributes:
        id_lead: what stood before the ID, without the line's indentation.
        env_auth: what that setting said; None where the remote had none.
    """

    id_lead: str
    id_tail: str
    secret_lead: str
    secret_tail: str
    env_auth: str | None


# How `rclone config` writes a pair.
USUAL_REMOTE = RemoteLayout("access_key_id = ", "", "secret_access_key = ", "", "false")
