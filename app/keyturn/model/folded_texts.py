"""Texts without their escapes and encodings, so that one that is written in many ways is found by what stays the same.

Backslashes are left out, and quotes that stand side by side are one, since shells, CSV and PowerShell double them.
Every other character is its bytes in UTF-8, and takes the place of `%41`, `\\u0041` or `&#65;`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from keyturn.model.late_patterns import pattern

_QUOTES = "'\"`$"
_ENTITIES = {"amp": b"&", "lt": b"<", "gt": b">", "quot": b'"', "apos": b"'"}
_ENCODED = pattern(
    r"%(?:25)?(?P<byte>[0-9A-Fa-f]{2})"
    r"|\\+(?:(?:u|U0000)(?P<four>[0-9A-Fa-f]{4})|x(?P<two>[0-9A-Fa-f]{2}))"
    r"|&(?:#(?:(?P<decimal>[0-9]{1,14})|[xX](?P<more>[0-9A-Fa-f]{1,13}))|(?P<name>amp|lt|gt|quot|apos));"
)
# What together with a sign before it would be read as encoded.
_READ_WITH_A_SIGN = pattern(r"[0-9A-Fa-f]{2,4}|(?:u|U0000)[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2}|#?[0-9A-Za-z]{1,14};")
# Where a part begins: a quote may belong to what stands before. What has more than four digits after `\u` is none.
_PART = pattern(f"[^{_QUOTES}\U00010000-\U0010ffff][^\U00010000-\U0010ffff]*")


@dataclass(frozen=True, slots=True)
class Folded:
    """A text, folded.

    Attributes:
        text: a character for each byte that is left.
        begins: where each of them begins in the text as it was.
    """

    text: str
    begins: Sequence[int]


def foldings(text: str) -> Iterator[Folded]:
    """The text with what seems to be encoded read, and where there is such a thing, once more with it as it stands."""
    encoded = list(_ENCODED.finditer(text))
    yield _folded(_characters(text, encoded))
    if encoded:
        yield _folded(_characters(text, ()))


def folded_parts(text: str) -> Iterator[Folded]:
    """Those parts of the text that stand in a folding of whatever it is written in.

    What seems to be encoded in the text itself is in none of them: its `%41` is read as `A`, or as `%` and `41`.
    """
    first = _READ_WITH_A_SIGN.match(text)
    begin = 0 if first is None else first.end()
    for end, following in [*(one.span() for one in _ENCODED.finditer(text)), (len(text), len(text))]:
        # What comes after the text could make an encoding of its last character.
        for part in _PART.finditer(text[begin:end].rstrip("%&")):
            yield _folded(
                (one.encode(errors="surrogatepass"), begin + part.start() + at) for at, one in enumerate(part[0])
            )
        begin = following


def _characters(text: str, encoded: Iterable[re.Match[str]]) -> Iterator[tuple[bytes, int]]:
    """Each character, and where it begins."""
    at = 0
    for one in encoded:
        yield from _as_they_stand(text, at, one.start())
        yield _meant(one), one.start()
        at = one.end()
    yield from _as_they_stand(text, at, len(text))


def _as_they_stand(text: str, begin: int, end: int) -> Iterator[tuple[bytes, int]]:
    return ((text[at].encode(errors="surrogatepass"), at) for at in range(begin, end))


def _meant(encoded: re.Match[str]) -> bytes:
    if encoded["byte"]:
        return bytes.fromhex(encoded["byte"])
    if encoded["name"]:
        return _ENTITIES[encoded["name"]]
    number = (
        int(encoded["decimal"]) if encoded["decimal"] else int(encoded["four"] or encoded["two"] or encoded["more"], 16)
    )
    return chr(number).encode(errors="surrogatepass") if number < 0x110000 else b"?"


def _folded(characters: Iterable[tuple[bytes, int]]) -> Folded:
    folded: list[str] = []
    begins: list[int] = []
    for character, begin in characters:
        text = character.decode("latin-1")
        if text == "\\":
            continue
        if text in _QUOTES:
            if folded[-1:] == ["'"]:
                continue
            text = "'"
        folded += text
        begins += [begin] * len(text)
    return Folded("".join(folded), begins)
