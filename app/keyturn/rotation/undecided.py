"""What only a person can decide about: a key or a user at AWS that Keyturn cannot prove to be its own."""

# The types of its fields are read, see `events.codec`, so they are no mere texts here.
from dataclasses import dataclass
from typing import Annotated

from keyturn.rotation.events.codec import MaybeKey, MaybeMoment, MaybeText, Texts, Truth, one_of
from keyturn.rotation.steps import Why

USER_ALONE = "user"


@dataclass(frozen=True, slots=True)
class Undecided:
    """One thing to decide about.

    Attributes:
        key: None for a user without a key.
        user: the IAM user whose key it is; None for the old key's own owner.
        created: by AWS's clock; None where it is not known.
        asked: when Keyturn asked for a key, by AWS's clock; None where it did not, or that is not known.
        used: the last use that AWS recorded; None where there was none, or that is not known.
        use_known: False where AWS did not tell.
        paths: the files that hold the key.
        removable: Keyturn removes it at AWS where a person says so; else only the old key takes its place in files.
    """

    key: MaybeKey
    why: Annotated[Why, one_of(Why)]
    user: MaybeText = None
    created: MaybeMoment = None
    asked: MaybeMoment = None
    used: MaybeMoment = None
    use_known: Truth = False
    paths: Texts = ()
    removable: Truth = False

    @property
    def name(self) -> str:
        """By which the person answers."""
        return USER_ALONE if self.key is None else self.key.last4
