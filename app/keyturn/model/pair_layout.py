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
