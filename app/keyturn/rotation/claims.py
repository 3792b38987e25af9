"""What another computer says of the old key: that it needs it still, or that it does not. See `claim_tags.py`."""

# The types of its fields are read, see `events.codec`, so they are no mere texts here.
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from keyturn.rotation.events.codec import MaybeMoment, Text, one_of

# Before these an item's name says what it is about.
ITEM = "waits-"


class ClaimState(StrEnum):
    """Whether a computer needs the old key."""

    WAITS = "waits"
    DONE = "done"
    GONE = "gone"  # it was there, and nothing says what became of that computer


@dataclass(frozen=True, slots=True)
class Claim:
    """What another computer says of the old key.

    Attributes:
        item: its name for `keyturn done`; after the computer's ID, if that is one.
        computer: its name, as it says.
        user: the IAM user that says so.
        since: when it was done with the old key, by AWS's clock.
        latest: when its Keyturn signed with the old key last, as far as it says; that is no use of a backup.
    """

    item: Text
    computer: Text
    user: Text
    state: Annotated[ClaimState, one_of(ClaimState)]
    since: MaybeMoment = None
    latest: MaybeMoment = None

    @property
    def is_open(self) -> bool:
        """True where the old key has to stay on for it."""
        return self.state is not ClaimState.DONE
