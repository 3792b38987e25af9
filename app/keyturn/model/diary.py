"""A diary for somebody who looks for a fault: what Keyturn did, in words that cannot hold a secret.

Nothing that a file, AWS, another program or a person wrote can be handed in. A word is a number, a moment, a member of
an enumeration, a key ID, which is shortened, or a name that the code itself holds, such as `ListAccessKeys`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from enum import Enum, StrEnum
from pathlib import PurePath

from keyturn.model.keys import AccessKeyId
from keyturn.model.known_secrets import without_secrets
from keyturn.model.late_patterns import pattern

_NAME = pattern(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")
_REGION = pattern(r"[a-z]{2,5}(?:-[a-z]{2,9}){1,3}-\d{1,2}")
# Secrets have digits and are longer; no name in the code is so.
_LONGEST_WITH_DIGITS = 19


class DiaryEvent(StrEnum):
    """What is written down."""

    BEGAN = "began"
    REQUEST = "request"
    STEP = "step"
    PROBLEM = "problem"
    FRAME = "frame"  # a line of Keyturn's own source in which a mistake was made
    ENDED = "ended"


class Name:
    """A name of the code's own; whatever could be something else is a question mark."""

    def __init__(self, text: str) -> None:
        long = len(text) > _LONGEST_WITH_DIGITS and any(one.isdigit() for one in text)
        self.text = text if _NAME.fullmatch(text) and not long and without_secrets(text) == text else "?"


class Region(Name):
    """A region's name, which a file may have given: only what is shaped like one."""

    def __init__(self, text: str) -> None:
        super().__init__(text if _REGION.fullmatch(text) else "?")


Word = Name | AccessKeyId | Enum | datetime | bool | int | float

_write: Callable[[str], None] | None = None  # None: nobody keeps a diary


def keep(write: Callable[[str], None] | None) -> None:
    """Hand every line to `write` from now on; None ends the diary."""
    global _write
    _write = write


def note(event: DiaryEvent, **words: Word) -> None:
    """Write down what happened, if somebody keeps the diary.

    Raises:
        TypeError: for a word that could be anybody's text.
    """
    if _write is not None:
        _write(" ".join([event.value, *(f"{name}={_said(word)}" for name, word in words.items())]))


def note_mistake(error: BaseException) -> None:
    """Write down where an error came from; its own text may quote anything, so that is left out."""
    here = error.__traceback__
    while here is not None:
        note(DiaryEvent.FRAME, file=Name(PurePath(here.tb_frame.f_code.co_filename).name), line=here.tb_lineno)
        here = here.tb_next


def _said(word: Word) -> str:
    match word:
        case Name():
            return word.text
        case AccessKeyId():
            return word.masked
        case Enum():
            return str(word.value)
        case datetime():
            return word.isoformat()
        case bool() | int():
            return str(word)
        case float():
            return f"{word:.3f}"
    raise TypeError(f"a {type(word).__name__} has no place in the diary")
