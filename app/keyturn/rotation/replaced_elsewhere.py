"""What this computer knows of a rotation of one of its keys that another computer began."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ReplacedElsewhere:
    """One such rotation, as the tags of its IAM user tell.

    Attributes:
        computer: the other computer's name, as it says.
        rotation: its name there.
        user: the IAM user that was made for it.
        made: when that was, by AWS's clock.
        in_place: that computer said that it needs the old key no more.
        waits_for_us: it was asked to wait for this computer, and this one has not said that it is done.
    """

    computer: str
    rotation: str
    user: str
    made: datetime | None
    in_place: bool
    waits_for_us: bool
