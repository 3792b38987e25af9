"""How a place was seen backing up with the new key, or why it was not."""

# The types of its fields are read, see `events.codec`, so they are no mere texts here.
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from keyturn.rotation.events.codec import MaybeMoment, one_of


class Sight(StrEnum):
    """How a place was seen backing up, or why it was not."""

    OBJECT = "object"
    RUN = "run"
    USE = "use"
    NOT_LOOKED = "not-looked"
    NOT_GIVEN = "not-given"  # a person has not put the new key there yet
    NOTHING_NEW = "nothing-new"
    NOT_LISTED = "not-listed"  # or not to the end
    NO_BUCKET = "no-bucket"
    SHARED = "shared"  # something new, where another place writes, too
    NOT_TOLD = "not-told"  # something new, and AWS does not tell which of the two keys was in use
    TOO_NEW = "too-new"  # something new, of hours that AWS's record of uses does not have yet
    NO_RUN = "no-run"
    AT_STORE = "at-store"

    @property
    def is_seen(self) -> bool:
        """True where the place was seen."""
        return self in {Sight.OBJECT, Sight.RUN, Sight.USE}


@dataclass(frozen=True, slots=True)
class Sighting:
    """How a place was seen, or why not, when it was looked at.

    Attributes:
        at: when it backed up; or, of something new that does not count, when that was written. None if not known.
    """

    sight: Annotated[Sight, one_of(Sight)]
    at: MaybeMoment = None
