"""The encodings in which people's own scripts stand on Windows, and a value written in one of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from keyturn.edits.spans import Span

_SAFE_VALUE = re.compile(r"[A-Za-z0-9/+][A-Za-z0-9/+=]*")


class Encoding(StrEnum):
    """How characters stand in the file. Bytes that no encoding explains are read one by one, and never changed."""

    UTF_8 = "utf-8"
    UTF_16_LE = "utf-16-le"
    UTF_16_BE = "utf-16-be"


# The marks at the beginning of a file (Unicode Standard, 23.8).
_MARKS = ((b"\xef\xbb\xbf", Encoding.UTF_8), (b"\xff\xfe", Encoding.UTF_16_LE), (b"\xfe\xff", Encoding.UTF_16_BE))


@dataclass(frozen=True, slots=True)
class DecodedText:
    """A file as text, from which positions lead back to its bytes.

    Attributes:
        text: one character for every byte of a file in UTF-8, or every two bytes of one in UTF-16. What is no ASCII
            stands there as other characters than in the file; access keys are all ASCII.
        start: the bytes of the mark before the text.
    """

    text: str
    encoding: Encoding
    start: int

    def span(self, first: int, last: int) -> Span:
        """Return the bytes of the characters from `first` to `last`, the last not included."""
        width = 1 if self.encoding is Encoding.UTF_8 else 2
        return Span(self.start + first * width, self.start + last * width)


def decoded(content: bytes) -> DecodedText:
    """Return the file as text by the mark that it begins with; without one, in UTF-8 or one of Windows' code pages."""
    encoding, start = Encoding.UTF_8, 0
    for mark, marked in _MARKS:
        if content.startswith(mark):
            encoding, start = marked, len(mark)
            break
    body = content[start:]
    if encoding is Encoding.UTF_8:
        return DecodedText(body.decode("latin-1"), encoding, start)
    even = body[: len(body) // 2 * 2]
    text = even.decode(encoding.value, errors="surrogatepass")
    return DecodedText("".join(map(_halves, text)), encoding, start)


def encode(value: str, encoding: Encoding) -> bytes:
    """Return how a new value is written into a span of the file.

    Raises:
        ValueError: where the value is not made of the characters of access keys.
    """
    if not _SAFE_VALUE.fullmatch(value):
        raise ValueError(f"not a value that stands as it is in a script ({encoding})")
    return value.encode(encoding.value)


def _halves(character: str) -> str:
    """As many characters as the one takes units of two bytes."""
    return character if ord(character) <= 0xFFFF else "\ufffd\ufffd"
