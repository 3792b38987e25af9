"""Every bucket that a key's owner has, as far as it is known: used by something found here, answered for, or open.

The proof is only as complete as the buckets that are known. A bucket that nothing here names may be one that another
program, or another computer, backs up to with the same key; so it is shown and asked about, never passed over.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from keyturn.model.errors import AwsError
from keyturn.model.places import Place

if TYPE_CHECKING:
    # Only who asks AWS waits for their import.
    from keyturn.aws.bucket_looks import BucketLook, Writer
    from keyturn.clients.bucket_settings import NameSpot
    from keyturn.state.bucket_answers import BucketAnswer

# Stands for all buckets of an account whose buckets may not be listed; no bucket is called so.
ALL_THAT_ARE_NOT_LISTED = "*"


class BucketState(StrEnum):
    """What is known of a bucket."""

    USED = "used"
    ANSWERED = "answered"
    LEFT_OUT = "left-out"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class ReachedBucket:
    """One bucket.

    Attributes:
        places: whose programs name it.
        spots: where else on this computer its name stands; those that address it use it.
        answer: what the person said of it; None where nobody asked, or nobody said.
        look: what it looks like from outside, of one that is open.
    """

    name: str
    account: str
    places: tuple[Place, ...] = ()
    spots: tuple[NameSpot, ...] = ()
    answer: BucketAnswer | None = None
    look: BucketLook | None = None

    @property
    def state(self) -> BucketState:
        """Used comes before what was said: whatever the person said, something here names it."""
        if self.places or self.addressed:
            return BucketState.USED
        if self.answer is None:
            return BucketState.OPEN
        from keyturn.state.bucket_answers import BucketAnswer  # if the person gave one

        return BucketState.LEFT_OUT if self.answer is BucketAnswer.LEFT_OUT else BucketState.ANSWERED

    @property
    def addressed(self) -> tuple[NameSpot, ...]:
        """The spots that address it."""
        return tuple(one for one in self.spots if one.addresses)

    @property
    def region(self) -> str | None:
        """Where it is, as far as that is known."""
        if self.look is not None:
            return self.look.region
        return next((place.region for place in self.places if place.region), None)

    @property
    def last_written(self) -> datetime | None:
        """When something was last written there, as far as that was looked at."""
        return None if self.look is None else self.look.last_written

    @property
    def proposal(self) -> Writer | None:
        """Who seems to write there instead of a backup, so that leaving it out is proposed."""
        return None if self.look is None else self.look.writer


@dataclass(frozen=True, slots=True)
class Reach:
    """What the keys of one account can reach.

    Attributes:
        buckets: in the order of their names.
        refusal: why AWS did not list them; then there may be others than are known.
    """

    account: str
    buckets: tuple[ReachedBucket, ...] = ()
    refusal: AwsError | None = None

    @property
    def open(self) -> tuple[ReachedBucket, ...]:
        """Those of which nobody knows anything."""
        return tuple(one for one in self.buckets if one.state is BucketState.OPEN)


def named_by(places: Iterable[Place], account: str) -> tuple[ReachedBucket, ...]:
    """Return the buckets that places name, where nobody was asked which others there are.

    Args:
        account: empty where the places belong to a store, or to an account that is not known.
    """
    return tuple(ReachedBucket(bucket, account, users) for bucket, users in users_of(places).items())


def users_of(places: Iterable[Place]) -> Mapping[str, tuple[Place, ...]]:
    """Return the places that name each bucket."""
    found: dict[str, dict[str, Place]] = {}
    for place in places:
        for target in place.targets:
            found.setdefault(target.bucket, {})[place.identity] = place
    return {bucket: tuple(by_identity.values()) for bucket, by_identity in found.items()}
