"""The name that a person gives a key, such as `/office/nas`: it stays where the key behind it is replaced."""

from __future__ import annotations

import re
from dataclasses import dataclass

from keyturn.model.text import _

# What IAM takes in a tag (facts/aws.md A6), and neither a shell nor a file of settings reads in another way.
_PART = re.compile(r"\w[\w.+=@-]*")
_LONGEST = 128


@dataclass(frozen=True, slots=True, order=True)
class KeyName:
    """A name, in parts that are parted by slashes. It begins with one, so that it is never taken for a key's ID.

    Raises:
        ValueError: where it is none; `flaw_of_key_name` says why.
    """

    value: str

    def __post_init__(self) -> None:
        if flaw_of_key_name(self.value) is not None:
            raise ValueError("not the name of a key")

    def __str__(self) -> str:
        return self.value


def is_like_a_name(text: str) -> bool:
    """True where a person means a name, well formed or not, and no key ID and no rotation."""
    return text.strip().startswith("/")


def flaw_of_key_name(text: str) -> str | None:
    """Why `text` is no name, in a sentence; None where it is one."""
    if not text.startswith("/") or text == "/":
        return _("It has to begin with a slash, as in /office/nas.")
    if len(text) > _LONGEST:
        return _("It has {count} characters, and {limit} are allowed.").format(count=len(text), limit=_LONGEST)
    if not all(_PART.fullmatch(part) for part in text[1:].split("/")):
        return _(
            "Each part between two slashes begins with a letter or a digit, and has letters, digits and ._+=@- in it, "
            "as in /office/nas."
        )
    return None
