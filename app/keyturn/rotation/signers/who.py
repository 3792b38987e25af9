"""`--as WHO` as it was typed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from keyturn.model.text import _


class IdentityKind(StrEnum):
    """Which kind of identity."""

    KEY = "key"
    OTHER_KEY = "other-key"
    PROFILE = "profile"
    KEEPER = "keeper"
    SIGN_IN = "sign-in"


@dataclass(frozen=True, slots=True)
class Who:
    """One identity.

    Attributes:
        which: the key's ID or its last four characters, or the profile's name; empty for the kinds of which there is
            one.
        said: False where nobody was named, and the key itself is meant.
    """

    kind: IdentityKind = IdentityKind.KEY
    which: str = ""
    said: bool = True

    @classmethod
    def parsed(cls, text: str) -> Who:
        """Read what was typed.

        Raises:
            ValueError: with a sentence, where it names nobody.
        """
        word, colon, which = text.strip().partition(":")
        if colon and which.strip():
            if word == "key":
                return cls(IdentityKind.OTHER_KEY, which.strip())
            if word == "profile":
                return cls(IdentityKind.PROFILE, which.strip())
        elif not colon and word in {IdentityKind.KEY, IdentityKind.KEEPER, IdentityKind.SIGN_IN}:
            return cls(IdentityKind(word))
        said = _("“{text}” names nobody: say key, key:ID, profile:NAME, keeper or sign-in")
        raise ValueError(said.format(text=text if len(text) < 40 else "…"))

    def __str__(self) -> str:
        match self.kind:
            case IdentityKind.OTHER_KEY:
                return f"key:{self.which}"
            case IdentityKind.PROFILE:
                return f"profile:{self.which}"
            case kind:
                return kind.value


THE_KEY = Who(said=False)
