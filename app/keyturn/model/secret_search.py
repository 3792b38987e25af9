"""Where in a text a known secret stands, in any of its writings: plain, escaped, URL-encoded and in Base64.

`known_secrets` is what others ask; it imports this with the first secret.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from functools import cached_property
from itertools import chain
from typing import Any

from keyturn.model.known_secrets import HIDDEN
from keyturn.model.many_texts import ManyTexts

_SHORTEST = 8  # nobody's secret keys are shorter: MinIO demands eight characters (its documentation)
_LONGEST = 4096  # a session token has up to some two thousand; what is longer is a file
_UNMISTAKABLE = 20  # nobody's folder is called so by chance
_LONG = 16  # what is shorter is hidden only where it stands by itself
_NEEDLE, _CORE = 4, 8  # characters by which one is found, plain and in Base64; its Base64 has ten at least
_MOST_WRITTEN = 20  # characters that one takes in its longest writing: four bytes, URL-encoded twice
_NAMED_ENTITIES = {"&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "apos"}
# Base64 in one line or broken into several, also URL-encoded and in the alphabet for addresses.
_BASE64 = re.compile(r"[A-Za-z0-9+/_-][A-Za-z0-9+/_%=-]{7,}(?:\r?\n[ \t]*[A-Za-z0-9+/_%=-]+)*")
_IN_BASE64 = str.maketrans("-_", "+/")
_ENCODED = {"%2b": "+", "%2f": "/", "%3d": "="}
_ENCODED_SIGN = re.compile("|".join(_ENCODED), re.IGNORECASE)
_RUN = re.compile(f"[A-Za-z0-9]{{{_NEEDLE},}}")
_WHITE = re.compile(r"\s+")


class _Secret:
    """One secret and how it may be written."""

    def __init__(self, text: str) -> None:
        self.text = text
        # Parts of it that every writing but Base64 has as they are, and where they begin.
        self.needles = [(run[0], run.start()) for run in _RUN.finditer(text)]

    def may_hide(self, shortest: int) -> bool:
        """True where it is to be hidden in a text where only secrets of at least so many characters are."""
        return len(self.text) >= shortest and self.text not in _seen.names

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """It as it is, escaped for shells, JSON, HTML and CSV, or URL-encoded, also twice."""
        written = "".join(_writings(one) for one in self.text)
        if len(self.text) >= _LONG:
            return re.compile(written)
        return re.compile(f"(?<![A-Za-z0-9]){written}(?![A-Za-z0-9])")

    def around(self, text: str, needle: int, before: int, begin: int) -> Iterator[tuple[int, int]]:
        """Where it stands, from `begin` on, around a place where its needle stands: beginnings and ends.

        Args:
            before: how many of its characters come before the needle.
        """
        plain = needle - before
        if len(self.text) >= _LONG and plain >= begin and text.startswith(self.text, plain):
            yield plain, plain + len(self.text)  # as most are written; to make the pattern takes milliseconds
            return
        end = needle + (len(self.text) - before + 1) * _MOST_WRITTEN
        found = self.pattern.finditer(text, max(begin, needle - before * _MOST_WRITTEN), min(len(text), end))
        yield from (one.span() for one in found)

    @cached_property
    def in_base64(self) -> tuple[str, ...]:
        """What Base64 makes of it, wherever in a longer text it stands: the characters that no neighbour changes."""
        plain = self.text.encode(errors="surrogatepass")
        found = []
        for before in range(3):
            encoded = b64encode(bytes(before) + plain).decode()
            found.append(encoded[-(-before * 8 // 6) : (before + len(plain)) * 8 // 6])
        return tuple(found)


class _Seen:
    """Everything that was remembered."""

    def __init__(self) -> None:
        self.secrets: dict[str, _Secret] = {}
        self.names: set[str] = set()
        self.needles: ManyTexts[tuple[_Secret, int]] = ManyTexts(_NEEDLE)
        self.in_base64: ManyTexts[_Secret] = ManyTexts(_CORE)
        # More marks than letters. Most are told apart by a longer piece, of which a mark may be every second character.
        self.folded: ManyTexts[tuple[_Secret, int]] = ManyTexts(2 * _NEEDLE)
        self.short_folded: ManyTexts[tuple[_Secret, int]] = ManyTexts(_NEEDLE)
        self.nearly_quotes: list[_Secret] = []  # quotes and backslashes, and few other characters: nobody has many

    def add(self, secret: _Secret) -> None:
        self.secrets[secret.text] = secret
        if secret.needles:
            self.needles.add_one((run, (secret, before)) for run, before in secret.needles)
        else:
            from keyturn.model.folded_texts import folded_parts  # few secrets have no letters in a row

            parts = [one for one in folded_parts(secret.text) if len(one.text) >= _NEEDLE]
            long = [one for one in parts if len(one.text) >= 2 * _NEEDLE]
            among = self.folded if long else self.short_folded
            among.add_one((one.text, (secret, one.begins[0])) for one in long or parts)
            if not parts:
                self.nearly_quotes.append(secret)
        for core in secret.in_base64:
            self.in_base64.add_one([(core, secret)])

    def found_in(self, text: str) -> Iterator[Iterator[tuple[int, _Secret, int]]]:
        """Where a piece of each may stand, its beginning, and how many characters come before it: walk after walk."""
        yield ((at, *what) for at, what in self.needles.found_in(text))
        among = [one for one in (self.folded, self.short_folded) if one.holds_any]
        if not among:
            return
        from keyturn.model.folded_texts import foldings

        for one in foldings(text):
            for texts in among:
                yield ((one.begins[at], *what) for at, what in texts.found_in(one.text))


_seen = _Seen()


def remember(text: str) -> None:
    """As in `known_secrets`."""
    is_a_word = len(text) < _LONG and text.isascii() and text.isalpha() and text.islower()
    if _SHORTEST <= len(text) <= _LONGEST and not is_a_word and "\n" not in text and text not in _seen.secrets:
        _seen.add(_Secret(text))


def remember_name(text: str) -> None:
    """As in `known_secrets`."""
    _seen.names.add(text)


def without_secrets(text: str) -> str:
    """As in `known_secrets`."""
    return _without(text, _SHORTEST) if len(text) >= _SHORTEST else text


def json_without_secrets(document: Any, *, indent: int | None) -> str:  # noqa: ANN401  (JSON)
    """As in `known_secrets`."""
    text = json.dumps(document, indent=indent)
    if not _may_hold(text, _UNMISTAKABLE) and not _holds_base64(text, _UNMISTAKABLE):
        return text
    return json.dumps(_document_without(document, _UNMISTAKABLE), indent=indent)


def may_be_kept(text: str) -> bool:
    """As in `known_secrets`."""
    return _without(text, _UNMISTAKABLE) == text


def _without(text: str, shortest: int) -> str:
    """The text without the secrets of at least so many characters."""
    hidden = _hidden(text, shortest)
    if not _holds_base64(hidden, shortest):
        return hidden
    return _BASE64.sub(lambda run: HIDDEN if _holds_base64(run[0], shortest) else run[0], hidden)


def _may_hold(text: str, shortest: int) -> bool:
    """False where no secret of at least so many characters stands there in any writing but Base64."""
    found = (secret for walk in _seen.found_in(text) for _at, secret, _before in walk)
    return any(secret.may_hide(shortest) for secret in chain(_seen.nearly_quotes, found))


def _hidden(text: str, shortest: int) -> str:
    """Without what stands there in any writing but Base64; of secrets that overlap nothing is left."""
    spans = set[tuple[int, int]]()
    for secret in tuple(_seen.nearly_quotes):
        if secret.may_hide(shortest):
            spans.update(one.span() for one in secret.pattern.finditer(text))
    for walk in _seen.found_in(text):
        done: dict[_Secret, int] = {}  # up to where each was found
        for at, secret, before in walk:
            begin = done.get(secret, 0)
            if at >= begin and secret.may_hide(shortest):
                found = list(secret.around(text, at, before, begin))
                spans.update(found)
                done[secret] = max((end for _begin, end in found), default=begin)
    shown, end = [], 0
    for begin, until in sorted(spans):
        if begin >= end:
            shown += [text[end:begin], HIDDEN]
        end = max(end, until)
    return "".join([*shown, text[end:]])


def _document_without(document: Any, shortest: int) -> Any:  # noqa: ANN401  (JSON)
    if isinstance(document, str):
        return _without(document, shortest)
    if isinstance(document, Mapping):
        return {name: _document_without(value, shortest) for name, value in document.items()}
    if isinstance(document, list | tuple):
        return [_document_without(one, shortest) for one in document]
    return document


def _holds_base64(text: str, shortest: int) -> bool:
    """Whether the text, read as one piece of Base64, holds a secret of at least so many characters."""
    joined = _WHITE.sub("", text)
    if "%" in joined:
        joined = _ENCODED_SIGN.sub(lambda sign: _ENCODED[sign[0].lower()], joined)
    joined = joined.translate(_IN_BASE64)
    return any(secret.may_hide(shortest) for _at, secret in _seen.in_base64.found_in(joined))


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
        rf"&#(?:0{{0,7}}{number}|[xX]0{{0,7}}{_in_hexadecimal(number, 1)});",
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
