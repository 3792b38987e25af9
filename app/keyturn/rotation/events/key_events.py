"""What happens to the keys of a rotation, as far as anyone who hands keys out has to know it; see `course`."""

# Its fields' types are read, see `codec`, so they are no mere texts here.
from dataclasses import dataclass, field
from typing import Annotated

from keyturn.model.keys import AccessKeyId
from keyturn.rotation.events.codec import (
    KEY,
    MAY_BE_MISSING,
    TEXT,
    Key,
    MaybeText,
    Text,
    Truth,
    listed,
    maybe,
    one_of,
    paired,
    whole,
)
from keyturn.rotation.steps import BegunBy, By, OldKey


@dataclass(frozen=True, slots=True)
class Begun:
    """Who began the rotation; where nothing says so, a person."""

    begun_by: Annotated[BegunBy, one_of(BegunBy)]


@dataclass(frozen=True, slots=True)
class KeyMade:
    """The new key is there, and its secret is kept.

    Attributes:
        found: it stood in the destinations, and nothing proves whose it is.
    """

    found: Annotated[Truth, MAY_BE_MISSING] = field(default=False, kw_only=True)
    new_key: Key


@dataclass(frozen=True, slots=True)
class DoneBy:
    """Who turns the old key off, or deletes it."""

    by: Annotated[By, one_of(By)]


@dataclass(frozen=True, slots=True)
class SeenOrSaid:
    """Whether Keyturn saw it; False where a person says so, and nobody saw it."""

    seen: Truth


@dataclass(frozen=True, slots=True)
class Ticked:
    """A person says that this is done."""

    item: Text


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What a person ticked before holds no more; None where it holds."""

    opposite: MaybeText


@dataclass(frozen=True, slots=True)
class PutInAgain:
    """A person has the new key put in again, where places that had it hold the old one."""

    put_in_again: Truth


@dataclass(frozen=True, slots=True)
class AsItStood:
    """What was known of a rotation when it was closed as it stood.

    Attributes:
        holds: which key each destination held, by the destination's identity; None where it could not be read.
    """

    old: Annotated[OldKey, one_of(OldKey)]
    new: Annotated[OldKey, one_of(OldKey)]
    holds: Annotated[tuple[tuple[str, AccessKeyId | None], ...], listed(paired(TEXT, maybe(KEY)))]


@dataclass(frozen=True, slots=True)
class ClosedAsItStood:
    """The rotation was closed as it stood."""

    ended: Annotated[AsItStood, whole(AsItStood)]
