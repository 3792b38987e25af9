"""The secrets that this process has seen, so that no text that is shown or kept repeats one.

What a program prints, an error quotes or a file names may hold a secret in any place and writing. Its shape gives only
some away; so each secret is remembered when it is first read, and looked for by its value: plain, escaped, URL-encoded
and in Base64.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

HIDDEN = "••••"

_SHORTEST = 8  # nobody's secret keys are shorter: MinIO demands eight characters (its documentation)
_LONGEST = 4096  # a session token has up to some two thousand; what is longer is a file
_UNMISTAKABLE = 20  # nobody's folder is called so by chance
_LONG = 16  # what is shorter is hidden only where it stands by itself
_NAMED_ENTITIES = {"&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "apos"}
# Base64 in one line or broken into several, also URL-encoded and in the alphabet for addresses.
_BASE64 = re.compile(r"[A-Za-z0-9+/_-][A-Za-z0-9+/_%=-]{7,}(?:\r?\n[ \t]*[A-Za-z0-9+/_%=-]+)*")
_IN_BASE64 = str.maketrans("-_", "+/")
_ENCODED = {"%2b": "+", "%2f": "/", "%3d": "="}
_ENCODED_SIGN = re.compile("|".join(_ENCODED), re.IGNORECASE)
_WHITE = re.compile(r"\s+")


class _Secret:
    """One secret and how it may be written."""

    def __init__(self, text: str) -> None:
        self._text = text

    @cached_property
    def needle(self) -> str:
        """A part of it that every writing but Base64 has as it is; where there is none, the whole."""
        return max(re.findall(r"[A-Za-z0-9]+", self._text), key=len, default="")

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """It as it is, escaped for shells, JSON, HTML and CSV, or URL-encoded, also twice."""
        written = "".join(_writings(one) for one in self._text)
        if len(self._text) >= _LONG:
            return re.compile(written)
        return re.compile(f"(?<![A-Za-z0-9]){written}(?![A-Za-z0-9])")

    @cached_property
    def in_base64(self) -> tuple[str, ...]:
        """What Base64 makes of it, wherever in a longer text it stands: the characters that no neighbour changes."""
        plain = self._text.encode(errors="surrogatepass")
        found = []
        for before in range(3):
            encoded = b64encode(bytes(before) + plain).decode()
            found.append(encoded[-(-before * 8 // 6) : (before + len(plain)) * 8 // 6])
        return tuple(found)


_known: dict[str, _Secret] = {}
_names: set[str] = set()


def remember(text: str) -> None:
    """This is a secret: `without_secrets` hides it from now on.

    What is too short, or a word in small letters as `minioadmin` is, would only make sentences unreadable.
    """
    is_a_word = len(text) < _LONG and text.isascii() and text.isalpha() and text.islower()
    if _SHORTEST <= len(text) <= _LONGEST and not is_a_word and "\n" not in text and text not in _known:
        _known[text] = _Secret(text)


def remember_name(text: str) -> None:
    """This is an access key ID: it is shown, also where somebody wrote it in the place of the secret, too."""
    _names.add(text)


def without_secrets(text: str) -> str:
    """Return the text with `••••` in the place of every known secret, however it is written."""
    return _without(text, _to_hide(_SHORTEST)) if len(text) >= _SHORTEST else text


def json_without_secrets(document: Any, *, indent: int | None = None) -> str:  # noqa: ANN401  (JSON)
    """Return the document as JSON that holds no long secret; the names of its members stay.

    Programs go by what stands in it, so a short secret that is a part of a path or a folder's name by chance is left.
    """
    text = json.dumps(document, indent=indent)
    secrets = _to_hide(_UNMISTAKABLE)
    if not any(secret.needle in text for secret in secrets) and not _holds_one(text, secrets):
        return text
    return json.dumps(_document_without(document, secrets), indent=indent)


def may_be_kept(text: str) -> bool:
    """Return whether `json_without_secrets` leaves the text as it is, so that it is found again by it."""
    return _without(text, _to_hide(_UNMISTAKABLE)) == text


def _to_hide(length: int) -> list[_Secret]:
    """The secrets of at least so many characters."""
    return [secret for plain, secret in tuple(_known.items()) if len(plain) >= length and plain not in _names]


def _without(text: str, secrets: Sequence[_Secret]) -> str:
    for secret in secrets:
        if secret.needle in text:
            text = secret.pattern.sub(HIDDEN, text)
    if _holds_one(text, secrets):
        text = _BASE64.sub(lambda run: HIDDEN if _holds_one(run[0], secrets) else run[0], text)
    return text


def _document_without(document: Any, secrets: Sequence[_Secret]) -> Any:  # noqa: ANN401  (JSON)
    if isinstance(document, str):
        return _without(document, secrets)
    if isinstance(document, Mapping):
        return {name: _document_without(value, secrets) for name, value in document.items()}
    if isinstance(document, list | tuple):
        return [_document_without(one, secrets) for one in document]
    return document


def _holds_one(text: str, secrets: Sequence[_Secret]) -> bool:
    """Whether the text, read as one piece of Base64, holds a secret."""
    joined = _WHITE.sub("", text)
    if "%" in joined:
        joined = _ENCODED_SIGN.sub(lambda sign: _ENCODED[sign[0].lower()], joined)
    joined = joined.translate(_IN_BASE64)
    return any(core in joined for secret in secrets for core in secret.in_base64)


def _writings(character: str) -> str:
    """A pattern for one character in all its writings."""
    if character.isascii() and character.isalnum():
        return character
    number = ord(character)
    encoded = "".join(f"%(?:25)?{_in_hexadecimal(byte, 2)}" for byte in character.encode(errors="surrogatepass"))
    written = [
        rf"\\{{0,4}}{re.escape(character)}",
        encoded,
        rf"\\{{1,4}}(?:u|U0000){_in_hexadecimal(number, 4)}",
        rf"\\{{1,4}}x{_in_hexadecimal(number, 2)}",
        rf"&#(?:0*{number}|[xX]0*{_in_hexadecimal(number, 1)});",
    ]
    if character in _NAMED_ENTITIES:
        written.append(f"&{_NAMED_ENTITIES[character]};")
    if character in "'\"`$":
        # Doubled in CSV and PowerShell, ended and begun again in shells: 'a'\''b'.
        written += [re.escape(character) * 2, re.escape("'\\''"), re.escape("'\"'\"'")]
    return f"(?:{'|'.join(sorted(written, key=len, reverse=True))})"


def _in_hexadecimal(number: int, digits: int) -> str:
    """The number in hexadecimal, in capital letters or small ones."""
    return "".join(f"[{one}{one.lower()}]" if one.isalpha() else one for one in f"{number:0{digits}X}")
