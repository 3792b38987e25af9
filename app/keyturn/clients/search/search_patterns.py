"""What is looked for: known key IDs, or anything shaped like one, in text of one or of two bytes a letter."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from keyturn.clients.base64_ids import WRITTEN, in_base64

# How many bytes before a key ID tell whether it begins there.
BORDER = 2
_SHAPED = "AKIA" + "A" * 16
# Each key is looked for on its own as long as that is faster than looking for the letters with which all begin.
_FEW = 6
_CERTAIN = 4  # letters of what Base64 has of an ID in which many IDs are alike


class SearchPatterns:
    """The texts that are looked for.

    Attributes:
        keys: known key IDs, each found wherever it stands; in a file of a size that people write also within Base64, as
            Kubernetes has the values of its secrets.
        any_key: also anything shaped like a key ID: four letters of kind, then 16 of base32 (facts/aws.md A1), with
            no letter or digit around it.
        signs: texts of which one stands wherever something is found.
        overlap: how many bytes at the end of one piece have to be looked at again together with the next one.
    """

    def __init__(self, keys: Collection[str], *, any_key: bool) -> None:
        self.keys = frozenset(keys)
        self.any_key = any_key
        kinds = {key[:4] for key in keys}
        signs = tuple(sorted(kinds if len(keys) > max(_FEW, len(kinds)) else self.keys))
        self.signs = (*signs, *(("AKIA", "ASIA") if any_key else ()))
        self.overlap = 2 * (max(len(key) for key in (*keys, _SHAPED)) + 1) + BORDER
        self._narrow, self._wide = tuple(sign.encode() for sign in signs), tuple(map(_wide, signs))
        self._coded = {form: key for key in keys for form in in_base64(key)}
        few = len(keys) <= _FEW
        self._coded_signs = tuple(self._coded if few else dict.fromkeys(form[:_CERTAIN] for form in self._coded))
        self._coded_lengths = sorted({len(form) for form in self._coded}, reverse=True)
        self._known = frozenset(key.encode() for key in keys)
        self._lengths = sorted({len(key) for key in keys}, reverse=True)

    def __bool__(self) -> bool:
        return bool(self.signs)

    def may_stand_in(self, buffer: bytes | bytearray, size: int) -> bool:
        """Return whether a closer look at the first `size` bytes pays; False is certain."""
        find = buffer.find
        for sign in self._narrow:
            if find(sign, 0, size) >= 0:
                return True
        # Where no byte is zero, no letter takes two.
        if self._wide and find(0, 0, size) >= 0:
            for sign in self._wide:
                if find(sign, 0, size) >= 0:
                    return True
        if size <= WRITTEN:
            for sign in self._coded_signs:
                if find(sign, 0, size) >= 0:
                    return True
        return self.any_key and _SHAPED_ROUGHLY.search(buffer, 0, size) is not None

    def found_in(self, buffer: bytearray, start: int, size: int, *, last: bool) -> Iterator[tuple[str, int, int]]:
        """Yield each key ID with its offset and the width of its letters, 1 or 2 bytes.

        Args:
            start: where to begin; a border is looked for before it.
            last: nothing follows; otherwise what touches the end is left to be seen again with the next piece.
        """
        found = (*self._known_in(buffer, start, size), *self._shaped_in(buffer, start, size))
        for key, at, width in (*found, *self._coded_in(buffer, start, size)):
            if last or at + width * (len(key) + 1) <= size:
                yield key, at, width

    def _known_in(self, buffer: bytearray, start: int, size: int) -> Iterator[tuple[str, int, int]]:
        for width, signs in ((1, self._narrow), (2, self._wide)):
            for sign in signs:
                at = buffer.find(sign, start, size)
                while at >= 0:
                    for length in self._lengths:
                        end = at + width * (length - 1) + 1
                        letters = bytes(buffer[at:end:width])
                        if (
                            end <= size
                            and letters in self._known
                            and not (width == 2 and any(buffer[at + 1 : end : 2]))
                        ):
                            yield letters.decode(), at, width
                            break
                    at = buffer.find(sign, at + 1, size)

    def _coded_in(self, buffer: bytearray, start: int, size: int) -> Iterator[tuple[str, int, int]]:
        for sign in self._coded_signs if size <= WRITTEN else ():
            at = buffer.find(sign, start, size)
            while at >= 0:
                forms = (bytes(buffer[at : at + length]) for length in self._coded_lengths)
                key = next((self._coded[form] for form in forms if form in self._coded), None)
                if key is not None:
                    yield key, at, 1
                at = buffer.find(sign, at + 1, size)

    def _shaped_in(self, buffer: bytearray, start: int, size: int) -> Iterator[tuple[str, int, int]]:
        if self.any_key:
            for width, shape in _SHAPES.items():
                for match in shape.finditer(buffer, start, size):
                    yield match[0][::width].decode(), match.start(), width


def _wide(text: str) -> bytes:
    """UTF-16; read from its second byte on, the big-endian form looks the same but for its last zero."""
    return text.encode("utf-16-le").removesuffix(b"\0")


_SHAPES = {
    1: re.compile(rb"(?<![A-Za-z0-9])A[KS]IA[A-Z2-7]{16}(?![A-Za-z0-9])"),
    2: re.compile(rb"(?<![A-Za-z0-9]\0)A\0[KS]\0I\0A(?:\0[A-Z2-7]){16}(?!\0[A-Za-z0-9])"),
}
# Begins with one certain byte, for which the processor looks at many bytes at once.
_SHAPED_ROUGHLY = re.compile(rb"A(?:[KS]IA[A-Z2-7]{16}|\0[KS]\0I\0A(?:\0[A-Z2-7]){16})")
